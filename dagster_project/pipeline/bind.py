"""A step of a plan to what a source takes: one statement and its values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from dagster_project.catalog.compile_table_plan import CompileSettings, compile_table_plan
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import ResultColumn
from dagster_project.contracts.table_plan import Filter, TimeRange
from dagster_project.contracts.value import Language

_MARK = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class BoundStep:
    """What will be sent for one step. `columns` is empty for a template: its schema names them."""

    text: str
    params: dict[str, object]
    count_text: str
    columns: tuple[ResultColumn, ...]
    tables: tuple[str, ...]
    max_rows: int


def bind_step(
    step: PlanStep,
    spec: QuerySpec,
    view: CatalogView | None,
    settings: CompileSettings,
    fed: dict[str, list[object]],
) -> BoundStep:
    """Bind one step; `fed` has the values of its feeds, by parameter or filter column.

    Raises: PlanMismatch, InvalidRequest.
    """
    if spec.form == "table_plan":
        return _bind_table_plan(step, spec, view, settings, fed)
    if spec.form == "template":
        return _bind_template(step, spec, view, settings, fed)
    raise InvalidRequest(
        f"step {step.id!r}: query {step.query!r} has form {spec.form!r}, which nothing here runs;",
        "use a table_plan, a template or a recipe of these",
    )


def _bind_table_plan(
    step: PlanStep,
    spec: QuerySpec,
    view: CatalogView | None,
    settings: CompileSettings,
    fed: dict[str, list[object]],
) -> BoundStep:
    plan = step.table_plan or spec.plan
    if plan is None or view is None:
        raise InvalidRequest(f"step {step.id!r}: query {step.query!r} has no table plan to run;")
    if fed:
        more = (
            Filter(column=column, op="in", values=tuple(values))  # pyright: ignore[reportArgumentType]
            for column, values in fed.items()
        )
        plan = plan.model_copy(update={"filters": (*plan.filters, *more)})
    compiled = compile_table_plan(view, plan, settings)
    most = settings.most_rows(plan)
    return BoundStep(
        text=compiled.text,
        params=compiled.params,
        count_text=compiled.count_text,
        columns=compiled.columns,
        tables=compiled.tables,
        max_rows=most if plan.with_ties else min(plan.limit or most, most),
    )


def _bind_template(
    step: PlanStep,
    spec: QuerySpec,
    view: CatalogView | None,
    settings: CompileSettings,
    fed: dict[str, list[object]],
) -> BoundStep:
    assert spec.text is not None
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
    marks = marks_of(spec.text)
    unfilled = sorted(marks - given.keys())
    if unfilled:
        raise InvalidRequest(
            f"step {step.id!r}: query {step.query!r} needs a value for {', '.join(unfilled)};"
        )
    text = spec.text.strip().rstrip(";")
    return BoundStep(
        text=text,
        params={name: value for name, value in given.items() if name in marks},
        count_text=f"select count(*) as total from ({text}) counted",
        columns=labelled(spec, view, settings.language),
        tables=tuple(rule.table for rule in spec.references),
        max_rows=settings.max_rows,
    )


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, (tuple, list)) else [value]


def _clipped(span: TimeRange, as_of: datetime) -> tuple[datetime, datetime]:
    """Nothing after as_of is seen."""
    end = min(span.end, max(as_of, span.start))
    return span.start, end if end > span.start else span.end


@lru_cache(maxsize=512)
def marks_of(text: str) -> frozenset[str]:
    """Names of a statement's parameters."""
    return frozenset(_MARK.findall(text))


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
        )
        for c in spec.output_schema
    )


def _value_labels(
    name: str, spec: QuerySpec, view: CatalogView | None, language: Language
) -> dict[str, str]:
    found = (
        view.value_labels(f"{rule.table}.{name}", language) for rule in spec.references if view
    )
    return next((labels for labels in found if labels), {})


def bind_unfed(
    step: PlanStep, release: Release, views: dict[str, CatalogView], settings: CompileSettings
) -> BoundStep:
    """A step as it would be sent, with `?` for what earlier steps will give.

    Raises: PlanMismatch, InvalidRequest.
    """
    version = release.get("query", step.query)
    if version is None or not isinstance(version.asset.spec, QuerySpec):
        raise InvalidRequest(f"step {step.id!r}: no query {step.query!r} in the release;")
    spec = version.asset.spec
    fed: dict[str, list[object]] = {f.param or f.filter_column or "": ["?"] for f in step.feeds}
    return bind_step(step, spec, views.get(spec.catalog or ""), settings, fed)
