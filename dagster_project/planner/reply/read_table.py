"""A reply's table to a typed table plan: the same meaning gives the built-in planner's plan."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView, table_of
from dagster_project.contracts.plan_reply import ReplyRelated, ReplySearch, ReplyTable
from dagster_project.contracts.table_plan import (
    Order,
    Related,
    Search,
    TablePlan,
    TimeRange,
)
from dagster_project.contracts.value import Intent
from dagster_project.planner.draft import entity_dimensions
from dagster_project.planner.reply.problems import shown
from dagster_project.planner.reply.read_measures import (
    Measured,
    read_measures,
    read_time,
)
from dagster_project.planner.reply.read_order import grouped, listed
from dagster_project.planner.reply.read_places import Place, place_of
from dagster_project.planner.reply.read_values import read_filters
from dagster_project.planner.reply.reading import Reading


@dataclass(frozen=True, slots=True)
class TableRead:
    """A table plan, and what is known of it beside."""

    place: Place
    plan: TablePlan
    intent: Intent
    time: TimeRange | None
    time_assumed: bool
    things: int


def read_table(
    given: ReplyTable, view: CatalogView, reading: Reading, where: str
) -> TableRead | None:
    place = place_of(reading, view, given.table, f"{where}.table")
    if place is None:
        return None
    filters = read_filters(given.filters, place, f"{where}.filters")
    related = tuple(
        read
        for number, one in enumerate(given.related)
        if (read := _related(one, place, f"{where}.related[{number}]")) is not None
    )
    search = _search(given.search, place, f"{where}.search") if given.search else None
    measured = read_measures(given.measures, place, f"{where}.measures")
    time, assumed = _time(given, measured, place, where)
    plan = TablePlan(
        table=place.table,
        measures=tuple(measured.measures),
        differences=tuple(measured.differences),
        filters=filters,
        related=related,
        search=search,
        time=time,
    )
    things = len({str(v) for f in filters if place.thing_of(f.column) for v in f.values})
    if given.measures:
        plan = grouped(given, plan, measured, place, where)
    else:
        plan = listed(given, plan, place, things, where)
    periods = [t for t in reading.offered.times.values() if any(m.time == t for m in plan.measures)]
    intent: Intent = "aggregate" if plan.measures else "list"
    if plan.search is not None:
        intent = "search"
    elif not plan.measures and things and view.entity_at(place.table) is not None:
        intent = "lookup"
    return TableRead(place, plan, intent, time or next(iter(periods), None), assumed, things)


def _time(
    given: ReplyTable, measured: Measured, place: Place, where: str
) -> tuple[TimeRange | None, bool]:
    """The span of the rows. A metric without one is read over the policy's window."""
    reading, metrics = place.reading, any(m.metric for m in measured.measures)
    time = read_time(given.time, reading, f"{where}.time", measured=metrics)
    if time is not None and place.time_column() is None:
        reading.problems.say(f"{where}.time: table {place.table} has no time")
        return None, False
    time = time or measured.shared_time
    if time is None and metrics and not any(m.time for m in measured.measures):
        return reading.default_window(), True
    return time, time is not None and time == reading.default_window()


def _related(given: ReplyRelated, place: Place, where: str) -> Related | None:
    reading = place.reading
    other = place_of(reading, place.view, given.table, f"{where}.table")
    if other is None:
        return None
    if not place.view.join_path(other.table, place.table):
        reading.problems.say(f"{where}.table: rows of {other.table} do not point to {place.table}")
        return None
    time = read_time(given.time, reading, f"{where}.time", measured=False)
    if time is not None and other.time_column() is None:
        reading.problems.say(f"{where}.time: table {other.table} has no time")
        return None
    reading.hear("cue:with")
    if given.negated:
        reading.hear_negation(f"{where}.negated")
    return Related(
        table=other.table,
        negated=given.negated,
        filters=read_filters(given.filters, other, f"{where}.filters"),
        time=time,
    )


def _search(given: ReplySearch, place: Place, where: str) -> Search | None:
    """Words of the question, in columns of free text."""
    reading = place.reading
    texts = [
        ref
        for ref, column in place.columns.items()
        if column.role == "text" and table_of(ref) == place.table
    ]
    columns: list[str] = []
    for name in given.columns:
        ref = place.column(name, f"{where}.columns")
        if ref is not None and place.columns[ref].type != "text":
            reading.problems.say(f"{where}.columns: {ref} holds no text")
        elif ref is not None and place.thing_of(ref) is None and not place.thing_named_by(ref):
            columns.append(ref)
        elif ref is not None:
            reading.problems.say(f"{where}.columns: {ref} says which thing; use filters for it")
    unsaid = [w for w in given.words if not reading.said.each_word(w)]
    for word in unsaid:
        reading.problems.say(f"{where}.words: {shown(word)} is not said in the question")
    if not given.words or not (columns or texts):
        reading.problems.say(f"{where}: needs words, and columns of text in {place.table}")
        return None
    for word in given.words:
        reading.hear_words(word)
    reading.hear("cue:search")
    words = tuple(dict.fromkeys(w.strip() for w in given.words))
    return Search(columns=tuple(dict.fromkeys(columns)) or tuple(texts), words=words)


def fed_extreme(read: TableRead, reading: Reading, thing: str) -> TablePlan:
    """Asked over many things, an extreme is told with the thing that has it."""
    extremes = {"max": True, "min": False, "latest": True}
    plan, entity = read.plan, read.place.view.entity(thing)
    if len(plan.measures) != 1 or plan.dimensions or entity is None:
        return plan
    measure = plan.measures[0]
    if measure.aggregate not in extremes:
        return plan
    dimensions = entity_dimensions(read.place.view, plan.table, entity, reading.offered.language)
    order = (Order(by=measure.name, descending=extremes[measure.aggregate]),)
    return plan.model_copy(update={"dimensions": tuple(dimensions), "order": order})
