"""A verified query with its values, and its columns as people read them."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from dagster_project.catalog.compile_table_plan import CompileSettings
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import ResultColumn
from dagster_project.contracts.table_plan import TimeRange
from dagster_project.contracts.value import Language
from dagster_project.pipeline.bound_step import BoundStep

_SQL_MARK = re.compile(r"%\((\w+)\)s")
_CYPHER_MARK = re.compile(r"\$(\w+)")


def bind_template(
    step: PlanStep,
    spec: QuerySpec,
    view: CatalogView | None,
    settings: CompileSettings,
    fed: dict[str, list[object]],
    *,
    cypher: bool = False,
) -> BoundStep:
    """SQL, or Cypher where a real Neo4j is behind the source. Raises: InvalidRequest."""
    assert spec.text is not None
    given = given_values(step, spec, settings, fed)
    marks = marks_of(spec.text, cypher=cypher)
    unfilled = sorted(marks - given.keys())
    if unfilled:
        raise InvalidRequest(
            f"step {step.id!r}: query {step.query!r} needs a value for {', '.join(unfilled)};"
        )
    text = spec.text.strip().rstrip(";")
    return BoundStep(
        text=text,
        params={name: value for name, value in given.items() if name in marks},
        count_text="" if cypher else f"select count(*) as total from ({text}) counted",
        columns=labelled(spec, view, settings.language),
        tables=tuple(rule.table for rule in spec.references),
        max_rows=settings.max_rows,
    )


def given_values(
    step: PlanStep, spec: QuerySpec, settings: CompileSettings, fed: dict[str, list[object]]
) -> dict[str, object]:
    """Every parameter's value by name: given, fed by earlier steps, or by default."""
    given: dict[str, object] = {"as_of": settings.as_of}
    many = {p.name for p in spec.params if p.many}
    for name, value in step.params.items():
        if isinstance(value, TimeRange):
            given[f"{name}_start"], given[f"{name}_end"] = _clipped(value, settings.as_of)
        else:
            given[name] = _listed(value) if name in many else value
    for name, values in fed.items():
        given[name] = values if name in many else values[0] if values else None
    for param in spec.params:
        if param.type != "time_range" and not (param.required and param.default is None):
            given.setdefault(param.name, param.default)
    return given


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, (tuple, list)) else [value]


def _clipped(span: TimeRange, as_of: datetime) -> tuple[datetime, datetime]:
    """Nothing after as_of is seen."""
    end = min(span.end, max(as_of, span.start))
    return span.start, end if end > span.start else span.end


@lru_cache(maxsize=512)
def marks_of(text: str, *, cypher: bool = False) -> frozenset[str]:
    """Names of a statement's parameters."""
    return frozenset((_CYPHER_MARK if cypher else _SQL_MARK).findall(text))


def labelled(
    spec: QuerySpec, view: CatalogView | None, language: Language
) -> tuple[ResultColumn, ...]:
    """The declared columns of a query, as people read them.

    A column named like one of a referenced table shares that column's names of values.
    """
    return tuple(
        ResultColumn(
            name=c.name,
            label=c.names.shown(language, c.name),
            type=c.type,
            unit=c.unit,
            value_labels=_value_labels(c.name, spec, view, language),
            free_text=_is_free_text(c.name, spec, view),
        )
        for c in spec.output_schema
    )


def _is_free_text(name: str, spec: QuerySpec, view: CatalogView | None) -> bool:
    found = (view.column(f"{rule.table}.{name}") for rule in spec.references if view)
    return any(column is not None and column.role == "text" for column in found)


def _value_labels(
    name: str, spec: QuerySpec, view: CatalogView | None, language: Language
) -> dict[str, str]:
    found = (
        view.value_labels(f"{rule.table}.{name}", language) for rule in spec.references if view
    )
    return next((labels for labels in found if labels), {})
