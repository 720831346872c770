"""The house keeps its shape: who imports whom, how large things may be, what they are called."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PRODUCT = ("dagster_project", "sources")
FOLDERS = (*PRODUCT, "tests", "benchmarks")
MAX_LINES = 400
MAX_FUNCTION_LINES = 60
SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "service", "handler"}


def modules(folders: tuple[str, ...] = FOLDERS) -> list[Path]:
    found = (path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))
    return sorted(p.relative_to(REPOSITORY) for p in found if "migrations/versions" not in str(p))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_imports_follow_the_layers() -> None:
    """Nothing imports what DESIGN does not let it: import-linter passes."""
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    "module",
    [
        "dagster_project.pipeline.ask",
        "dagster_project.canvas",
        "dagster_project.cli.ask",
        "sources",
    ],
)
def test_dagster_is_only_the_shell(module: str) -> None:
    """Asking needs no Dagster: a fresh process that imports it has none loaded."""
    code = (
        f"import sys, {module}\n"
        "print([m for m in sys.modules if m.split('.')[0].startswith('dagster')"
        " and m.split('.')[0] != 'dagster_project'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_files_stay_small() -> None:
    """No file of the product is longer than 400 lines."""
    long = {
        str(path): lines
        for path in modules(PRODUCT)
        if (lines := len((REPOSITORY / path).read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


def test_functions_stay_small() -> None:
    """No function of the product is longer than 60 lines."""
    long = {
        f"{path}:{f.name}": lines
        for path in modules(PRODUCT)
        for f in functions(path)
        if (lines := (f.end_lineno or f.lineno) - f.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_names_say_something() -> None:
    """No module or folder is called utils, helpers, common, manager, service or handler."""
    nothing = {
        str(path) for path in modules() for part in path.with_suffix("").parts
        if not SAY_NOTHING.isdisjoint(part.split("_"))
    }  # fmt: skip
    assert nothing == set()


def test_every_test_states_its_rule() -> None:
    """A test has a docstring that says what it holds."""
    silent = [
        f"{path}:{f.name}"
        for path in modules()
        if path.parts[0] == "tests"
        for f in functions(path)
        if f.name.startswith("test_") and not ast.get_docstring(f)
    ]
    assert silent == []


def test_every_module_says_what_it_is_for() -> None:
    """A module begins with a docstring."""
    silent = [
        str(path)
        for path in modules()
        if (text := (REPOSITORY / path).read_text(encoding="utf-8")).strip()
        and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []


def test_the_stages_are_verbs_with_one_door() -> None:
    """A stage's module offers one function of its own name, and calls no other stage."""
    for stage in ("route_plan", "validate", "execute", "compose", "present"):
        path = Path(f"dagster_project/pipeline/{stage}.py")
        tree = ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))
        public = [
            n.name
            for n in tree.body
            if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")
        ]
        assert stage in public
