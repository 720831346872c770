"""Groups or rows of a reply's table: what they are grouped by, in what order, and how many."""

from __future__ import annotations

from dagster_project.catalog.view import column_of
from dagster_project.contracts.plan_reply import ReplyOrder, ReplyTable
from dagster_project.contracts.table_plan import Dimension, Order, TablePlan
from dagster_project.planner.reply.listing import listing_columns, usual_order
from dagster_project.planner.reply.problems import listing, shown
from dagster_project.planner.reply.read_measures import Measured, read_groups, read_having
from dagster_project.planner.reply.read_places import Place
from dagster_project.planner.reply.reading import Reading

_RANKS = ("most", "least", "highest", "lowest", "superlative")


def grouped(
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
        greatest = reading.said.descending is not False
        most = Order(by=plan.measures[0].name, descending=greatest) if plan.measures else None
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
        _as_ranked(given, reading.said.descending, reading, where)
    return Order(by=by, descending=given.descending)


def _as_ranked(given: ReplyOrder, descending: bool | None, reading: Reading, where: str) -> None:
    """The most is not the least."""
    if descending is not None and given.descending is not descending:
        said = "greatest" if descending else "least"
        reading.problems.say(f"{where}.descending: the question asks for the {said} first")


def listed(given: ReplyTable, plan: TablePlan, place: Place, things: int, where: str) -> TablePlan:
    reading, language = place.reading, place.reading.offered.language
    if given.group_by or given.having:
        reading.problems.say(f"{where}: group_by and having need measures")
    asked = [place.column(name, f"{where}.columns") for name in given.columns]
    order: list[Order] = []
    for number, one in enumerate(given.order):
        ref = place.column(one.by, f"{where}.order[{number}].by")
        if ref is not None:
            order.append(Order(by=ref, descending=one.descending))
            if ref not in place.view.keys and ref != place.time_column():
                by = f"{where}.order[{number}]"
                _as_ranked(one, reading.said.ranks_by(ref), reading, by)
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
