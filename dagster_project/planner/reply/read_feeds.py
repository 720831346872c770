"""What goes from an earlier step of a reply into a later one: only things into things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dagster_project.catalog.view import column_of, table_of
from dagster_project.contracts.assets.query import ParamSpec, QuerySpec
from dagster_project.contracts.plan import Feed, PlanStep
from dagster_project.contracts.plan_reply import ReplyFeed
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.planner.reply.problems import listing, shown
from dagster_project.planner.reply.read_graph import GraphRead
from dagster_project.planner.reply.read_places import Place, thing_of
from dagster_project.planner.reply.reading import Reading

Outputs = dict[str, frozenset[str]]
"""Column of a step's rows to the entities whose keys it may hold."""
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Source:
    """An earlier step: what feeds may name of it."""

    step: PlanStep
    outputs: Outputs
    is_graph: bool = False


Sources = Mapping[str, Source | None]
"""By the reply's own ids; None is a recipe, whose steps are not the reply's to name."""


def outputs_of_graph(read: GraphRead) -> Outputs:
    if read.plan.operation == "aggregate":
        return {m.name: _NOTHING for m in read.plan.measures}
    return {"key": read.shown, "label": _NOTHING, "name": _NOTHING}


def outputs_of_table(plan: TablePlan, place: Place) -> Outputs:
    found: Outputs = {}
    if plan.measures:
        for dimension in plan.dimensions:
            found[dimension.name] = _things(place, dimension.column)
        return found | {m.name: _NOTHING for m in plan.measures}
    for ref in plan.columns:
        name = column_of(ref)
        own = name if name not in found else f"{table_of(ref).rsplit('.', 1)[1]}_{name}"
        found[own] = _things(place, ref)
    return found


def _things(place: Place, ref: str) -> frozenset[str]:
    entity = thing_of(place.view, ref)
    return frozenset({entity.name}) if entity is not None else _NOTHING


def outputs_of_query(spec: QuerySpec, reading: Reading) -> Outputs:
    view = reading.view(spec.catalog)
    if spec.graph is not None and view is not None:
        entities = {c.entity for c in view.spec.graph_collections if c.enabled and c.entity}
        return {"key": frozenset(entities), "label": _NOTHING, "name": _NOTHING}
    return {
        column.name: frozenset(
            e.name for v in reading.assets.views for e in v.spec.entities if e.key == column.name
        )
        for column in spec.output_schema
    }


def feed_table(
    given: list[ReplyFeed], place: Place, plan: TablePlan, sources: Sources, where: str
) -> tuple[Feed, ...]:
    """Into an `in` filter: keys by which the rows are picked, or cells of another column."""
    found: list[Feed] = []
    for number, feed in enumerate(given):
        own, reading = f"{where}[{number}]", place.reading
        source = _source(feed, sources, reading, own)
        if source is None:
            continue
        if feed.filter_column is None:
            reading.problems.say(f"{own}.filter_column is missing: which column of {place.table}")
            continue
        ref = place.column(feed.filter_column, f"{own}.filter_column")
        column = _column(feed, source, reading, own) if ref is not None else None
        if ref is None or column is None:
            continue
        usual = place.key_column(ref)
        ref = usual[1] if usual is not None else ref
        things = _things(place, ref)
        if not _fits(source.outputs[column], things, reading, own):
            continue
        back = _returned_as(plan, ref) if source.is_graph and usual is not None else None
        found.append(Feed(step=source.step.id, column=column, filter_column=ref, returned_as=back))
    return tuple(found)


def _returned_as(plan: TablePlan, ref: str) -> str | None:
    """The best few, or those above a number: the others were found, too, and are not shown."""
    if plan.limit is not None or plan.having:
        return None
    keys = [d.name for d in plan.dimensions if d.column == ref]
    return keys[0] if keys else column_of(ref)


def feed_query(
    given: list[ReplyFeed], spec: QuerySpec, sources: Sources, reading: Reading, where: str
) -> tuple[Feed, ...]:
    """Into a parameter that takes a thing, or words for a search."""
    found: list[Feed] = []
    declared = {p.name: p for p in spec.params}
    for number, feed in enumerate(given):
        own = f"{where}[{number}]"
        source = _source(feed, sources, reading, own)
        param = declared.get(feed.param or "")
        if source is None:
            continue
        if param is None or param.type not in ("entity", "text"):
            able = [p.name for p in spec.params if p.type in ("entity", "text")]
            reading.problems.say(f"{own}.param {shown(feed.param)}: feeds go into {listing(able)}")
            continue
        column = _column(feed, source, reading, own)
        things = frozenset({param.entity or ""}) if param.type == "entity" else _NOTHING
        if column is None or not _fits(source.outputs[column], things, reading, own):
            continue
        back = _query_returns(spec, param, reading)
        found.append(Feed(step=source.step.id, column=column, param=param.name, returned_as=back))
    return tuple(found)


def _query_returns(spec: QuerySpec, param: ParamSpec, reading: Reading) -> str | None:
    """The query's own column of the same things, unless it shows only the first few rows."""
    if param.type != "entity" or any(p.type == "limit" for p in spec.params):
        return None
    outputs = outputs_of_query(spec, reading)
    return next((name for name, things in outputs.items() if param.entity in things), None)


def _source(given: ReplyFeed, sources: Sources, reading: Reading, where: str) -> Source | None:
    found = sources.get(given.from_step)
    if found is None:
        known = [name for name, source in sources.items() if source is not None]
        reading.problems.say(
            f"{where}.from_step {shown(given.from_step)} is no earlier step that can feed; "
            f"there are {listing(known)}"
        )
    return found


def _column(given: ReplyFeed, source: Source, reading: Reading, where: str) -> str | None:
    wanted = given.column.strip().lower().rsplit(".", 1)[-1]
    found = next((name for name in source.outputs if name.lower() == wanted), None)
    if found is None:
        reading.problems.unknown(
            f"{where}.column", given.column, source.outputs, f"columns of {given.from_step}"
        )
    return found


def _fits(cells: frozenset[str], things: frozenset[str], reading: Reading, where: str) -> bool:
    """Keys of one kind go where keys of that kind are taken; other cells nowhere else."""
    if not things or cells & things:
        return True
    reading.problems.say(f"{where}: the column holds no keys of {listing(things)}")
    return False
