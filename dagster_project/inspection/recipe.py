"""Recipe: each step on the recipe's sample, one feeding the next, as an ask would run them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from dagster_project.contracts.assets.query import QuerySpec, RecipeStep
from dagster_project.contracts.block import CellValue
from dagster_project.contracts.stage import StepResult
from dagster_project.inspection.inspection import (
    Inspection,
    Observation,
    PreviewTable,
    observed,
)
from dagster_project.inspection.query import RunSample

FindQuery = Callable[[str], QuerySpec | None]
Ran = tuple[RecipeStep, StepResult | None, float]
"""A step, its result (None: nothing fed it), milliseconds."""


def inspect_recipe(spec: QuerySpec, find: FindQuery, run: RunSample) -> Inspection:
    """Run the steps in order. Effects: one read per step."""
    ran = run_steps(spec, find, run)
    total_ms = sum(elapsed_ms for _, _, elapsed_ms in ran)
    rows = sum(len(result.rows) for _, result, _ in ran if result)
    return Inspection(
        summary=f"{len(ran)} steps, {rows} rows in {total_ms:.1f} ms on the sample",
        findings=tuple(_stands(step, result) for step, result, _ in ran),
        facts={
            "form": spec.form,
            "steps": len(ran),
            "rows": rows,
            "latency_ms": round(total_ms, 2),
        },
        table=PreviewTable(
            columns=("step", "query", "rows", "ms", "columns", "first row"),
            rows=tuple(_row(*one) for one in ran),
        ),
    )


def run_steps(spec: QuerySpec, find: FindQuery, run: RunSample) -> list[Ran]:
    """Every step whose values are known, in the recipe's order."""
    results: dict[str, StepResult] = {}
    ran: list[Ran] = []
    for step in spec.steps:
        params = _params(step, spec, find(step.query), results)
        if params is None:
            ran.append((step, None, 0.0))
            continue
        started = time.perf_counter()
        results[step.id] = run(step.query, params, "en")
        ran.append((step, results[step.id], (time.perf_counter() - started) * 1_000))
    return ran


def _params(
    step: RecipeStep, recipe: QuerySpec, query: QuerySpec | None, results: Mapping[str, StepResult]
) -> dict[str, object] | None:
    """Values of a step, or None when an earlier step has none to feed it."""
    many = {param.name for param in query.params if param.many} if query else set()
    params: dict[str, object] = {}
    for name, value in step.params.items():
        if not (isinstance(value, str) and value.startswith("$")):
            params[name] = value
            continue
        source, _, column = value[1:].partition(".")
        if not column:
            if source in recipe.sample_params:
                params[name] = recipe.sample_params[source]
            continue
        fed = _distinct(results.get(source), column)
        if not fed:
            return None
        params[name] = fed if name in many else fed[0]
    return params


def _distinct(result: StepResult | None, column: str) -> list[object]:
    names = [c.name for c in result.columns] if result else []
    if result is None or column not in names:
        return []
    place = names.index(column)
    return list(dict.fromkeys(row[place] for row in result.rows if row[place] is not None))


def _stands(step: RecipeStep, result: StepResult | None) -> Observation:
    level = "warn" if step.optional else "error"
    if result is None:
        return Observation(name=step.id, status="warn", detail="no earlier row fed it")
    told = f"{result.error.code}: {result.error.error}" if result.error else None
    return observed(step.id, told, f"{len(result.rows)} rows of {result.query}", level=level)


def _row(step: RecipeStep, result: StepResult | None, elapsed_ms: float) -> tuple[CellValue, ...]:
    if result is None:
        return (step.id, step.query, 0, 0.0, "", "not fed")
    first = ", ".join(str(cell) for cell in result.rows[0]) if result.rows else result.empty or ""
    names = ", ".join(column.name for column in result.columns)
    return (step.id, step.query, len(result.rows), round(elapsed_ms, 2), names, first)
