"""Conditions of a reply: each value is a thing of the question, or said in it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from dagster_project.contracts.assets.schema_catalog import ColumnSpec
from dagster_project.contracts.plan_reply import Literally, ReplyFilter
from dagster_project.contracts.table_plan import Filter, FilterOp, Scalar
from dagster_project.planner.reply.problems import shown
from dagster_project.planner.reply.read_places import Place
from dagster_project.planner.reply.said import same

_AGE = re.compile(r"(\d+(?:\.\d+)?)\s?(?:y|years?|년)", re.IGNORECASE)
_DATED = ("date", "timestamp")
_NUMERIC = ("integer", "number")
_COUNT: dict[str, tuple[int, int]] = {
    "between": (2, 2),
    "in": (1, 50),
    "is_null": (0, 0),
    "not_null": (0, 0),
}
_SAID_OPS: dict[str, tuple[FilterOp, ...]] = {
    ">=": (">=",),
    ">": (">",),
    "<=": ("<=",),
    "<": ("<",),
    "older": (">",),
    "newer": ("<",),
}
_TURNED: dict[FilterOp, FilterOp] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def read_filters(given: list[ReplyFilter], place: Place, where: str) -> tuple[Filter, ...]:
    found: dict[Filter, None] = {}
    for number, condition in enumerate(given):
        read = _filter(condition, place, f"{where}[{number}]")
        if read is not None:
            found[read] = None
    return tuple(found)


def _filter(given: ReplyFilter, place: Place, where: str) -> Filter | None:
    ref = place.column(given.column, f"{where}.column")
    if ref is None or not _has_its_values(given.op, given.values, place, where):
        return None
    op = "=" if given.op == "in" and len(given.values) == 1 else given.op
    named = place.thing_named_by(ref)
    if named is not None and op in ("=", "!=", "in"):
        ref = f"{named.table}.{named.key}"
    entity = place.thing_of(ref)
    if entity is not None:
        return _of_things(op, given.values, ref, entity.name, place, where)
    if op in ("is_null", "not_null"):
        return _of_nothing(op, ref, place, where)
    if place.columns[ref].type in _DATED:
        return _of_dates(op, given.values, ref, place, where)
    if op not in _ops_of(place.columns[ref]):
        allowed = ", ".join(_ops_of(place.columns[ref]))
        place.reading.problems.say(f"{where}.op: {ref} takes {allowed}, not {op}")
        return None
    values = [value_said(v, ref, op, place, where) for v in given.values]
    if any(v is None for v in values):
        return None
    _hear_condition(op, place)
    return Filter(column=ref, op=op, values=tuple(dict.fromkeys(values)))


def _ops_of(column: ColumnSpec) -> tuple[FilterOp, ...]:
    if column.type in _NUMERIC:
        return ("=", "!=", "in", "<", "<=", ">", ">=", "between")
    if column.type == "boolean":
        return ("=", "!=")
    return ("=", "!=", "in") if column.values else ("=", "!=", "in", "like")


def _has_its_values(op: FilterOp, values: list[Literally], place: Place, where: str) -> bool:
    least, most = _COUNT.get(op, (1, 1))
    if least <= len(values) <= most:
        return True
    many = "no value" if most == 0 else f"{least}" if least == most else f"{least} to {most}"
    place.reading.problems.say(f"{where}: {op} takes {many}, got {len(values)} values")
    return False


def _hear_condition(op: FilterOp, place: Place) -> None:
    if op == "!=":
        place.reading.hear("cue:not", "cue:without")
    if op in ("<", "<=", ">", ">=", "between"):
        place.reading.hear("cue:op")


# -- things


def _of_things(
    op: FilterOp, values: list[Literally], ref: str, kind: str, place: Place, where: str
) -> Filter | None:
    reading = place.reading
    if op not in ("=", "!=", "in"):
        reading.problems.say(f"{where}: {ref} holds keys, which take =, != or in, not {op}")
        return None
    things = [reading.thing(v, kind, f"{where}.values") for v in values]
    keys = tuple(dict.fromkeys(t.key for t in things if t is not None))
    if len([t for t in things if t is not None]) < len(values):
        return None
    _hear_condition(op, place)
    usual = place.key_column(ref)
    ref = usual[1] if usual is not None else ref
    numeric = place.columns[ref].type == "integer" if ref in place.columns else False
    op = "=" if op == "in" and len(keys) == 1 else op
    return Filter(column=ref, op=op, values=tuple(int(k) for k in keys) if numeric else keys)


def _of_nothing(op: FilterOp, ref: str, place: Place, where: str) -> Filter | None:
    """Only of what the question speaks of: its column, one of its values."""
    said = any(
        m.target == ref and m.kind in ("column", "value") for m in place.reading.said.meanings
    )
    if not said:
        place.reading.problems.say(f"{where}: the question does not speak of {ref}")
        return None
    place.reading.hear("cue:not", "cue:without")
    return Filter(column=ref, op=op)


# -- dates


def _of_dates(
    op: FilterOp, values: list[Literally], ref: str, place: Place, where: str
) -> Filter | None:
    """A time of the question, or an age in years that it says."""
    age = _AGE.fullmatch(str(values[0]).strip())
    if age is not None:
        return _of_age(op, float(age.group(1)), ref, place, where)
    if len(values) != 1:
        place.reading.problems.say(f"{where}: a date takes one time of the question, with op =")
        return None
    span = place.reading.time(values[0], f"{where}.values")
    if span is None:
        return None
    whole: dict[FilterOp, tuple[FilterOp, tuple[datetime, ...]]] = {
        "=": ("between", (span.start, span.end)),
        "in": ("between", (span.start, span.end)),
        "<": ("<", (span.start,)),
        ">=": (">=", (span.start,)),
        "<=": ("<", (span.end,)),
        ">": (">=", (span.end,)),
    }
    if op not in whole:
        place.reading.problems.say(f"{where}: a time takes =, <, <=, > or >=, not {op}")
        return None
    return Filter(column=ref, op=whole[op][0], values=whole[op][1])


def _of_age(op: FilterOp, years: float, ref: str, place: Place, where: str) -> Filter | None:
    """Older than 15 years: a larger age, an earlier date. `op` is about the date."""
    reading = place.reading
    said = reading.number(years)
    if said is None or op not in _TURNED or years > 1_000:
        reading.problems.say(f"{where}: {shown(f'{years:g}y')} with {op} is not said")
        return None
    if not _as_said(_TURNED[op], years, place, where):
        return None
    _hear_condition(op, place)
    moment = reading.offered.as_of - timedelta(days=365.25 * years)
    return Filter(column=ref, op=op, values=(moment,))


# -- values


def value_said(value: Literally, ref: str, op: FilterOp, place: Place, where: str) -> Scalar:
    """The value as the column holds it; None, with a problem, when the question does not say it."""
    column, reading = place.columns[ref], place.reading
    if column.values and (column.type not in _NUMERIC or reading.said.value(ref, value)):
        return _listed(value, column, ref, place, where)
    if column.type in _NUMERIC:
        return number_said(value, op, column.unit, place, f"{where}.values")
    if column.type == "boolean":
        if isinstance(value, bool) and reading.said.names(column.names):
            return value
    elif isinstance(value, str) and (written := reading.said.literally(value)) is not None:
        reading.hear_words(written)
        return written
    reading.problems.say(f"{where}: {shown(value)} for {ref} is not said in the question")
    return None


def _listed(value: Literally, column: ColumnSpec, ref: str, place: Place, where: str) -> Scalar:
    reading = place.reading
    known = next((v for v in column.values if same(v.value, value)), None)
    if known is None and isinstance(value, str):
        text = value.strip().casefold()
        known = next((v for v in column.values if str(v.value).casefold() == text), None)
    if known is None:
        listed = [str(v.value) for v in column.values]
        reading.problems.unknown(f"{where}.values", str(value), listed, ref)
        return None
    if not (reading.said.value(ref, known.value) or reading.said.names(known.names)):
        reading.problems.say(f"{where}: {shown(known.value)} of {ref} is not said in the question")
        return None
    reading.hear(f"value:{ref}={known.value}", f"place:{ref}")
    return known.value


def number_said(
    value: Literally, op: FilterOp, unit: str | None, place: Place, where: str
) -> Scalar:
    """A number of the question, compared as it says. Comparisons hold it as a fraction."""
    number = _number(value)
    said = place.reading.number(number, ratio=unit != "%") if number is not None else None
    if number is None or said is None:
        place.reading.problems.say(f"{where}: the number {shown(value)} is not in the question")
        return None
    if not _as_said(op, said.number or 0.0, place, where):
        return None
    if op in ("<", "<=", ">", ">=", "between"):
        return float(number)
    return int(number) if number == int(number) else number


def _number(value: Literally) -> float | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        plain = value.strip().rstrip("%").replace(",", "")
        try:
            return float(plain) if len(plain) < 16 and plain.isascii() else None
        except ValueError:
            return None
    return value


def _as_said(op: FilterOp, number: float, place: Place, where: str) -> bool:
    """ "At least 5" is not more than 5; a number without such words is compared as one likes."""
    spoken = place.reading.said.comparisons(number)
    allowed = {o for said in spoken for o in _SAID_OPS.get(said, ())}
    if not allowed or op in allowed or op == "between":
        return True
    place.reading.problems.say(
        f"{where}: {op} {number:g}, but the question says {' '.join(spoken)}"
    )
    return False
