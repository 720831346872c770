"""A reply's table to a typed table plan: the same meaning gives the built-in planner's plan."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView, column_of, table_of
from dagster_project.contracts.plan_reply import ReplyOrder, ReplyRelated, ReplySearch, ReplyTable
from dagster_project.contracts.table_plan import (
    Dimension,
    Order,
    Related,
    Search,
    TablePlan,
    TimeRange,
)
from dagster_project.contracts.value import Intent
from dagster_project.planner.draft import entity_dimensions
from dagster_project.planner.reply.listing import listing_columns, usual_order
from dagster_project.planner.reply.problems import listing, shown
from dagster_project.planner.reply.read_measures import (
    Measured,
    read_groups,
    read_having,
    read_measures,
)
from dagster_project.planner.reply.read_places import Place, place_of
from dagster_project.planner.reply.read_values import read_filters
from dagster_project.planner.reply.reading import Reading

_RANKS = ("most", "least", "highest", "lowest", "superlative")


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
        plan = _grouped(given, plan, measured, place, where)
    else:
        plan = _listed(given, plan, place, things, where)
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
    reading, time = place.reading, measured.shared_time
    if given.time is not None:
        time = reading.time(given.time, f"{where}.time")
        if time is not None and place.time_column() is None:
            reading.problems.say(f"{where}.time: table {place.table} has no time")
            return None, False
    metrics = any(m.metric for m in measured.measures)
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
    time = reading.time(given.time, f"{where}.time") if given.time is not None else None
    if time is not None and other.time_column() is None:
        reading.problems.say(f"{where}.time: table {other.table} has no time")
        return None
    reading.hear(*(("cue:without", "cue:not") if given.negated else ("cue:with",)))
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


# -- groups or rows


def _grouped(
    given: ReplyTable, plan: TablePlan, measured: Measured, place: Place, where: str
) -> TablePlan:
    reading = place.reading
    dimensions = read_groups(given.group_by, place, reading.offered.language, f"{where}.group_by")
    having = read_having(given.having, measured, place, f"{where}.having")
    if not dimensions:
        return plan.model_copy(update={"having": having})
    order = [
        by
        for number, one in enumerate(given.order)
        if (by := _by_measure(one, plan, dimensions, measured, place, f"{where}.order[{number}]"))
    ]
    if not given.order:
        bucket = next((d for d in dimensions if d.bucket), None)
        most = Order(by=plan.measures[0].name, descending=True) if plan.measures else None
        usual = Order(by=bucket.name) if bucket is not None else most
        order = [usual] if usual is not None else []
    limit, tied = _limit(given, order, {d.name for d in dimensions if d.bucket}, reading, where)
    return plan.model_copy(
        update={
            "dimensions": tuple(dimensions),
            "having": having,
            "order": tuple(order),
            "limit": limit,
            "with_ties": tied,
        }
    )


def _by_measure(
    given: ReplyOrder,
    plan: TablePlan,
    dimensions: list[Dimension],
    measured: Measured,
    place: Place,
    where: str,
) -> Order | None:
    reading = place.reading
    kind, _, number = given.by.strip().partition(":")
    names: dict[str, str] = {m.name: m.name for m in plan.measures}
    names |= {m.metric: m.name for m in plan.measures[::-1] if m.metric}
    names |= {str(n): name for n, name in measured.places.items() if kind == "measure"}
    if kind == "difference":
        names = {str(n): d.name for n, d in enumerate(plan.differences)}
    by = names.get(number or kind)
    wanted = given.by.strip().lower()
    for dimension in dimensions:
        if wanted in (
            dimension.name.lower(),
            dimension.column.lower(),
            column_of(dimension.column),
        ):
            by = by or dimension.name
    if by is None:
        known = [f"measure:{n}" for n in measured.places]
        known += [f"difference:{n}" for n in range(len(plan.differences))]
        known += [d.column for d in dimensions]
        reading.problems.say(
            f"{where}.by {shown(given.by)} is not measured or grouped by; "
            f"there are {listing(known)}"
        )
        return None
    if by not in {d.name for d in dimensions}:
        reading.hear(*(f"cue:{cue}" for cue in _RANKS))
    return Order(by=by, descending=given.descending)


def _listed(given: ReplyTable, plan: TablePlan, place: Place, things: int, where: str) -> TablePlan:
    reading, language = place.reading, place.reading.offered.language
    if given.group_by or given.having:
        reading.problems.say(f"{where}: group_by and having need measures")
    asked = [place.column(name, f"{where}.columns") for name in given.columns]
    order: list[Order] = []
    for number, one in enumerate(given.order):
        ref = place.column(one.by, f"{where}.order[{number}].by")
        if ref is not None:
            order.append(Order(by=ref, descending=one.descending))
    ranks = [o for o in order if o.by not in place.view.keys]
    reading.hear(*(f"cue:{cue}" for cue in (*_RANKS, "newest", "oldest_first") if ranks))
    order = order or list(usual_order(place.view, place.table))
    time = place.time_column()
    limit, tied = _limit(given, order, {time} if time else set(), reading, where)
    shown_columns = listing_columns(
        place.view,
        place.table,
        [ref for ref in asked if ref is not None],
        plan.filters,
        tuple(order),
        language,
        things,
    )
    return plan.model_copy(
        update={
            "columns": shown_columns,
            "order": tuple(order),
            "limit": limit,
            "with_ties": tied,
        }
    )


def _limit(
    given: ReplyTable, order: list[Order], in_time: set[str], reading: Reading, where: str
) -> tuple[int | None, bool]:
    """ "The oldest" may be several; the newest is one."""
    limit = reading.row_limit(given.limit, f"{where}.limit")
    if limit is None or not order:
        return limit, False
    one = limit == 1 and order[0].by not in in_time and reading.said.number(1) is None
    return limit, given.with_ties or one


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
