"""A reply's verified query: its parameters, typed and held to the question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dagster_project.contracts.assets.query import ParamSpec, QuerySpec
from dagster_project.contracts.plan_reply import Literally, ReplyStep
from dagster_project.contracts.table_plan import Scalar, TimeRange
from dagster_project.planner.offered import DEFAULT_TIME
from dagster_project.planner.reply.problems import listing, shown
from dagster_project.planner.reply.reading import Reading
from dagster_project.planner.reply.said import same
from dagster_project.planner.templates import ParamValue, Template
from dagster_project.planner.text import fold

_WINDOW_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class QueryRead:
    """A verified query with what it is given, and what it still needs."""

    template: Template
    params: dict[str, ParamValue]
    missing: tuple[ParamSpec, ...]


def read_query(given: ReplyStep, spec: QuerySpec, reading: Reading, where: str) -> QueryRead:
    """Parameters in the order of the query's, each with its default where it has one."""
    declared = {p.name: p for p in spec.params}
    values: dict[str, list[Literally]] = {}
    for number, one in enumerate(given.params):
        name = one.name.strip()
        if name not in declared:
            reading.problems.unknown(
                f"{where}.params[{number}]", one.name, declared, f"parameters of {given.query}"
            )
        elif one.values:
            values[name] = one.values
    fed = {feed.param for feed in given.feeds if feed.param}
    params: dict[str, ParamValue] = {}
    missing: list[ParamSpec] = []
    for name, param in declared.items():
        if name in fed:
            if name in values:
                reading.problems.say(f"{where}: {name} is fed by a step, so it takes no values")
            continue
        value = (
            _given(values[name], param, reading, f"{where}.params {name}")
            if (name in values)
            else _NOTHING
        )
        if value is _NOTHING:
            value = default_of(param, reading)
        if value is not None:
            params[name] = value  # pyright: ignore[reportArgumentType]
        elif param.required and name not in values:
            missing.append(param)
        if param.type == "number" and (said := reading.said.number_of(value)) is not None:
            reading.compare(said)
    return QueryRead(_template(given.query, spec, reading), params, tuple(missing))


def default_of(param: ParamSpec, reading: Reading) -> ParamValue | None:
    """A time range's default is a span back from as_of."""
    if param.default is None or param.type != "time_range":
        return param.default
    text, as_of = str(param.default), reading.offered.as_of
    span = timedelta(**{_WINDOW_UNITS[text[-1]]: int(text[:-1])})
    return TimeRange(start=as_of - span, end=as_of + timedelta(microseconds=1), text=text)


def _template(query: str, spec: QuerySpec, reading: Reading) -> Template:
    found = next((t for t in reading.assets.templates if t.query == query), None)
    return found or Template.of(query, spec, ())


def _given(values: list[Literally], param: ParamSpec, reading: Reading, where: str) -> object:
    """One value or, of a parameter that takes many, all of them; `_NOTHING` for its default."""
    if not param.many and len(values) > 1:
        reading.problems.say(f"{where} takes one value, got {len(values)}")
        return None
    if param.type == "time_range":
        return _time(values[0], param, reading, where)
    read = [_value(value, param, reading, where) for value in values]
    if any(value is None for value in read):
        return None
    return tuple(dict.fromkeys(read)) if param.many else read[0]


def _time(value: Literally, param: ParamSpec, reading: Reading, where: str) -> object:
    if fold(str(value).strip()) == DEFAULT_TIME and param.default is not None:
        return _NOTHING
    return reading.time(value, where, usual=True)


def _value(value: Literally, param: ParamSpec, reading: Reading, where: str) -> Scalar:
    match param.type:
        case "entity":
            thing = reading.thing(value, param.entity, where)
            return thing.key if thing is not None else None
        case "metric":
            return _metric(value, reading, where)
        case "limit" | "number":
            return _number(value, param, reading, where)
        case "enum":
            return _enum(value, param, reading, where)
        case "boolean":
            if isinstance(value, bool) and reading.said.names(param.names):
                for name in param.names.all():
                    reading.hear_words(name)
                return value
        case "text":
            if isinstance(value, str) and reading.said.each_word(value):
                reading.hear_words(value)
                return value.strip()
        case _:
            pass
    reading.problems.say(f"{where} {shown(value)} is not said in the question")
    return None


def _metric(value: Literally, reading: Reading, where: str) -> Scalar:
    known = [m.name for view in reading.assets.views for m in view.spec.metrics]
    if value in known:
        reading.hear(f"metric:{value}", f"place:metric:{value}")
        return value
    reading.problems.unknown(where, value, known, "metrics")
    return None


def _number(value: Literally, param: ParamSpec, reading: Reading, where: str) -> Scalar:
    """A number of the question or the default; of rows also any that the policy allows."""
    number = value
    if isinstance(value, str):
        number = int(value) if value.strip().isdecimal() and len(value) < 16 else None
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        reading.problems.say(f"{where} {shown(value)} is no number")
        return None
    if number == param.default and not isinstance(param.default, bool):
        return param.default
    if param.type == "limit" and number == int(number):
        return reading.row_limit(int(number), where) or param.default
    if reading.number(number) is None:
        default = f"; its default is {param.default}" if param.default is not None else ""
        reading.problems.say(f"{where}: the number {shown(value)} is not in the question{default}")
        return None
    return int(number) if number == int(number) else number


def _enum(value: Literally, param: ParamSpec, reading: Reading, where: str) -> Scalar:
    said = reading.said
    if param.column is None:
        known = next((v for v in param.values if fold(v) == fold(str(value))), None)
        if known is not None and said.each_word(known.replace("_", " ")):
            reading.hear_words(known.replace("_", " "))
            return known
        if known is None:
            reading.problems.unknown(where, str(value), param.values, "its values")
            return None
        reading.problems.say(f"{where} {shown(value)} is not said in the question")
        return None
    views = [v for v in reading.assets.views if v.column(param.column) is not None]
    column = views[0].column(param.column) if views else None
    meanings = column.values if column else ()
    text = fold(str(value).strip())
    found = next((v for v in meanings if same(v.value, value) or fold(str(v.value)) == text), None)
    if found is None:
        listed = [str(v.value) for v in meanings]
        reading.problems.unknown(where, str(value), listed, param.column)
        return None
    if not (said.value(param.column, found.value) or said.names(found.names)):
        named = listing(str(v.value) for v in meanings if said.value(param.column, v.value))
        reading.problems.say(
            f"{where} {shown(found.value)} is not said in the question; it says {named}"
        )
        return None
    reading.hear(f"value:{param.column}={found.value}", f"place:{param.column}")
    return found.value
