# Bare `make` lists the commands.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup up down test lint types imports pytest format lock schemas bench revision

bin := .venv/bin
uv := .cache/tools/uv/bin/uv
compile := $(uv) pip compile --quiet --generate-hashes --no-emit-index-url --no-header pyproject.toml

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## Prepare .venv: Python 3.11, locked packages, the command .venv/bin/canvas
	@deploy/setup.sh .venv requirements-dev.lock

up: setup  ## Start everything, ask a first question, keep running; Ctrl-C stops it
	@$(bin)/canvas up

down: setup  ## Stop everything
	@$(bin)/canvas down

test: lint types imports pytest  ## Lint, types, import rules and tests

lint: setup  ## Formatting and lint
	$(bin)/ruff format --check .
	$(bin)/ruff check .

types: setup  ## Types
	$(bin)/basedpyright

imports: setup  ## Who may import whom
	$(bin)/lint-imports

pytest: setup  ## The tests alone; make pytest args="tests/store -k port"
	$(bin)/python -m pytest -n auto --maxprocesses 8 --dist loadgroup $(args)

format: setup  ## Format and mend what can be mended
	$(bin)/ruff format .
	$(bin)/ruff check --fix .

lock: setup  ## Resolve the lock files anew
	$(compile) --output-file requirements.lock
	$(compile) --extra dev --output-file requirements-dev.lock
	$(compile) --extra dev --extra bench --output-file requirements-bench.lock
	@{ head -1 deploy/uv.lock.txt; echo uv | $(uv) pip compile --quiet --generate-hashes \
		--no-emit-index-url --no-header --no-annotate -; } > .cache/uv.lock.txt
	@mv .cache/uv.lock.txt deploy/uv.lock.txt

schemas: setup  ## Write the JSON Schemas for editors and other readers
	$(bin)/canvas assets schemas
	$(bin)/python -m dagster_project.contracts.published

bench: setup  ## Run the benchmarks, in an environment of their own
	@deploy/setup.sh .cache/bench-venv requirements-bench.lock
	@for file in benchmarks/[a-z]*.py; do \
		grep -q '__main__' $$file || continue; \
		echo "== $$file"; .cache/bench-venv/bin/python $$file || exit 1; \
	done

revision: setup  ## Draft a migration after a change of tables.py; make revision m="what changes"
	$(bin)/python -m dagster_project.store.migrate "$(m)"
