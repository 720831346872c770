"""The queries that a prompt lists: what each takes, and how questions for it sound."""

from __future__ import annotations

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.query import ParamSpec, QuerySpec
from dagster_project.contracts.value import Names
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.catalog_digest import OpenCatalog
from dagster_project.planner.digest_lines import is_shown, metric_is_shown
from dagster_project.planner.quoted import called, name, quoted, value, values

_MOST_CHOICES = 12
_LONGEST_EXAMPLE = 80
_LONGEST_DESCRIPTION = 100


def open_lines(opened: OpenCatalog, assets: PlannerAssets) -> tuple[str, ...]:
    """Queries of a catalog that a plan is written for, each saying which field takes it."""
    found: list[str] = []
    of = f"of catalog {name(opened.view.name)}"
    if opened.tables is not None:
        found.append(f"open {name(opened.tables)}: any tables {of}; fill `table`")
    if opened.graph is not None:
        found.append(f"open {name(opened.graph)}: any graph question {of}; fill `graph`")
    for query in opened.searches:
        search = assets.queries[query].search
        where = ", ".join(map(name, search.collections)) if search is not None else ""
        found.append(f"search {name(query)}: documents {where}; fill `words`")
    return tuple(found)


def template_line(
    query: str,
    assets: PlannerAssets,
    examples: tuple[str, ...],
    masked: frozenset[str],
) -> str:
    """A verified query on one line: what it is, its typed parameters, example questions."""
    spec = assets.queries[query]
    title = assets.titles.get(query)
    names = Names(ko=(title.ko,), en=(title.en,)) if title is not None else Names()
    about = assets.descriptions.get(query, "")
    params = "; ".join(_param(p, spec, assets.views, masked) for p in spec.params) or "none"
    told = f" {quoted(about, _LONGEST_DESCRIPTION)}" if about else ""
    like = ", ".join(quoted(example, _LONGEST_EXAMPLE) for example in examples)
    asked = f" | asked as: {like}" if like else ""
    return f"verified {name(query)}:{called(names)}{told} | params: {params}{asked}"


def _param(
    param: ParamSpec, spec: QuerySpec, views: tuple[CatalogView, ...], masked: frozenset[str]
) -> str:
    kind = {"entity": f"entity {name(param.entity or '')}", "time_range": "time"}.get(
        param.type, param.type
    )
    many = " list" if param.many else ""
    choices = _choices(param, spec.catalog, views, masked)
    needed = param.required and param.default is None
    usual = f"default {value(param.default)}" if param.default is not None else "optional"
    return f"{name(param.name)} ({kind}{many}{choices}, {'required' if needed else usual})"


def _choices(
    param: ParamSpec, catalog: str | None, views: tuple[CatalogView, ...], masked: frozenset[str]
) -> str:
    """What may be given: the listed values, a column's, a metric's name, classes of an entity."""
    found: list[str] = [value(v) for v in param.classes or param.values]
    for view in views:
        if param.column and is_shown(view, param.column, masked):
            column = view.column(param.column)
            found = [value(v.value) for v in column.values] if column is not None else found
        if param.type == "metric" and view.name == catalog:
            metrics = (m for m in view.spec.metrics if metric_is_shown(view, m, masked))
            found = [value(m.name) for m in metrics]
    if not found:
        return ""
    left = len(found) - _MOST_CHOICES
    return f" {values(found[:_MOST_CHOICES])}{f' and {left} more' if left > 0 else ''}"
