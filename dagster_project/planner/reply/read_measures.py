"""What a reply computes: measures, periods side by side, groups, and limits on what is measured."""

from __future__ import annotations

from dataclasses import dataclass, field

from dagster_project.catalog.view import column_of, table_of
from dagster_project.contracts.plan_reply import ReplyGroup, ReplyHaving, ReplyMeasure
from dagster_project.contracts.table_plan import (
    Difference,
    Dimension,
    Having,
    Measure,
    TimeRange,
)
from dagster_project.contracts.value import Language
from dagster_project.planner.draft import entity_dimensions
from dagster_project.planner.offered import DEFAULT_TIME
from dagster_project.planner.reply.problems import shown
from dagster_project.planner.reply.read_places import Place
from dagster_project.planner.reply.reading import Reading
from dagster_project.planner.reply.values_said import number_said
from dagster_project.planner.text import fold

_FEATURES_OF = {"count": "cue:count", "count_distinct": "cue:count"}
_EXTREMES = {"max": "cue:highest", "min": "cue:lowest"}


@dataclass(slots=True)
class Measured:
    """Measures by the names the built-in planner gives them."""

    measures: list[Measure] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    places: dict[int, str] = field(default_factory=dict)
    """Place in the reply's measures to the measure's name."""
    shared_time: TimeRange | None = None
    """Where each measure names the same one span."""


def read_measures(given: list[ReplyMeasure], place: Place, where: str) -> Measured:
    """The same aggregate over two spans is two periods side by side, and their difference."""
    read: list[tuple[int, Measure]] = []
    for number, one in enumerate(given):
        measure = _measure(one, place, f"{where}[{number}]")
        if measure is not None:
            read.append((number, measure))
    shared = read[0][1].time if read else None
    if shared is not None and all(m.time == shared for _, m in read):
        read = [(number, m.model_copy(update={"time": None})) for number, m in read]
        return _spread(read, Measured(shared_time=shared))
    return _spread(read, Measured())


def _measure(given: ReplyMeasure, place: Place, where: str) -> Measure | None:
    reading, aggregate = place.reading, given.aggregate
    span = read_time(given.time, reading, f"{where}.time", measured=given.metric is not None)
    if span is not None and place.time_column() is None:
        reading.problems.say(f"{where}.time: table {place.table} has no time")
        return None
    reading.hear(f"cue:aggregate:{aggregate}", _FEATURES_OF.get(aggregate, ""))
    reading.hear(_EXTREMES.get(aggregate, ""))
    if given.metric is not None and given.column is not None:
        reading.problems.say(f"{where}: a measure takes a metric or a column, not both")
        return None
    if given.metric is not None:
        metric = place.metric(given.metric, f"{where}.metric")
        if metric is None or aggregate in ("count", "count_distinct"):
            if metric is not None:
                reading.problems.say(f"{where}: {aggregate} counts rows; it takes no metric")
            return None
        name = f"{aggregate}_{metric.name}"
        return Measure(name=name, aggregate=aggregate, metric=metric.name, time=span)
    if given.column is not None:
        return _of_column(given, given.column, span, place, where)
    if aggregate != "count":
        reading.problems.say(f"{where}: {aggregate} needs a metric or a column")
        return None
    return Measure(name="count", aggregate="count", time=span)


def read_time(
    name: str | None, reading: Reading, where: str, *, measured: bool
) -> TimeRange | None:
    """The policy's window is for readings of a metric; nothing else is narrowed to it."""
    if name is None or (not measured and fold(name.strip()) == DEFAULT_TIME):
        return None
    return reading.time(name, where, usual=measured)


def _of_column(
    given: ReplyMeasure, column: str, span: TimeRange | None, place: Place, where: str
) -> Measure | None:
    reading, aggregate = place.reading, given.aggregate
    ref = place.column(column, f"{where}.column")
    if ref is None:
        return None
    entity = place.thing_of(ref)
    if aggregate == "count":
        if entity is None or place.table != entity.table:
            reading.problems.say(f"{where}: count takes no column; count_distinct does")
            return None
        return Measure(name="count", aggregate="count", time=span)
    if aggregate == "count_distinct":
        usual = place.key_column(ref)
        name = "count_distinct" if usual else f"count_distinct_{column_of(ref)}"
        counted = usual[1] if usual else ref
        return Measure(name=name, aggregate=aggregate, column=counted, time=span)
    if not place.is_numeric(ref) or ref in place.view.keys:
        reading.problems.say(f"{where}: {ref} is no number that {aggregate} could be taken of")
        return None
    name = f"{aggregate}_{column_of(ref)}"
    return Measure(name=name, aggregate=aggregate, column=ref, time=span)


def _spread(read: list[tuple[int, Measure]], found: Measured) -> Measured:
    """Measures of one kind together; of two spans the later comes first."""
    for name in dict.fromkeys(m.name for _, m in read):
        alike = [(number, m) for number, m in read if m.name == name]
        own: list[Measure] = []
        for _, measure in sorted(alike, key=lambda pair: _order(pair[1].time)):
            if all(measure.time != m.time for m in own):
                own.append(measure)
        names = _names(name, own)
        if f"{name}_later" in names:
            left, right = (f"{name}_{suffix}" for suffix in ("later", "earlier"))
            found.differences.append(Difference(name=f"{name}_change", left=left, right=right))
        for number, measure in alike:
            place = next(i for i, m in enumerate(own) if m.time == measure.time)
            found.places[number] = names[place]
        found.measures += [
            measure.model_copy(update={"name": new})
            for measure, new in zip(own, names, strict=True)
        ]
    return found


def _names(name: str, measures: list[Measure]) -> list[str]:
    """Two periods are told apart as later and earlier, more of them by number."""
    periods = sum(m.time is not None for m in measures)
    suffixes = ("_later", "_earlier") if periods == 2 else [f"_{n + 1}" for n in range(periods)]
    whole = [name] * (len(measures) - periods)
    return [*whole, *(f"{name}{suffix}" for suffix in suffixes)]


def _order(span: TimeRange | None) -> tuple[int, float]:
    """Without a span first, then the later before the earlier."""
    return (0, 0.0) if span is None else (1, -span.start.timestamp())


# -- groups


def read_groups(
    given: list[ReplyGroup], place: Place, language: Language, where: str
) -> list[Dimension]:
    found: list[Dimension] = []
    for number, group in enumerate(given):
        for dimension in _group(group, place, language, f"{where}[{number}]"):
            alike = (d.column == dimension.column and d.bucket == dimension.bucket for d in found)
            if not any(alike):
                found.append(_with_own_name(dimension, found))
    return sorted(found, key=lambda d: d.bucket is None)


def _group(given: ReplyGroup, place: Place, language: Language, where: str) -> list[Dimension]:
    reading = place.reading
    ref = place.column(given.column, f"{where}.column")
    if ref is None:
        return []
    reading.hear("cue:by")
    if given.bucket is not None:
        return _bucket(given, ref, place, where)
    usual = place.key_column(ref)
    if usual is not None:
        reading.hear(f"entity:{usual[0].name}")
        return entity_dimensions(place.view, place.table, usual[0], language)
    return [Dimension(name=column_of(ref), column=ref)]


def _bucket(given: ReplyGroup, ref: str, place: Place, where: str) -> list[Dimension]:
    reading = place.reading
    said = reading.linked.times.bucket
    if place.columns[ref].type not in ("date", "timestamp"):
        reading.problems.say(f"{where}.bucket: {ref} is no time")
        return []
    if said is not None and said != given.bucket:
        reading.problems.say(f"{where}.bucket is {given.bucket}; the question says {said}")
        return []
    assert given.bucket is not None
    reading.hear("bucket", "cue:trend")
    own = ref == place.time_column()
    name = given.bucket if own else f"{column_of(ref)}_{given.bucket}"
    return [Dimension(name=name, column=ref, bucket=given.bucket)]


def _with_own_name(dimension: Dimension, others: list[Dimension]) -> Dimension:
    if all(d.name != dimension.name for d in others):
        return dimension
    table = table_of(dimension.column).rsplit(".", 1)[1]
    return dimension.model_copy(update={"name": f"{table}_{dimension.name}"})


# -- limits on what is measured


def read_having(
    given: list[ReplyHaving], measured: Measured, place: Place, where: str
) -> tuple[Having, ...]:
    found: list[Having] = []
    for number, one in enumerate(given):
        own = f"{where}[{number}]"
        name = measured.places.get(one.measure)
        if name is None or one.op not in ("=", "!=", "<", "<=", ">", ">=") or len(one.values) != 1:
            place.reading.problems.say(
                f"{own}: compare one measure, by its place {shown(one.measure)}, with one number"
            )
            continue
        measure = next(m for m in measured.measures if m.name == name)
        unit = _unit(measure, place)
        value = number_said(one.values[0], one.op, unit, place, f"{own}.values")
        if isinstance(value, (int, float)):
            place.reading.hear("cue:op")
            whole = int(value) if value == int(value) else value
            found.append(Having(measure=name, op=one.op, values=(whole,)))
    return tuple(found)


def _unit(measure: Measure, place: Place) -> str | None:
    if measure.metric is not None:
        metric = place.view.metric(measure.metric)
        return metric.unit if metric else None
    return place.unit(measure.column) if measure.column else None
