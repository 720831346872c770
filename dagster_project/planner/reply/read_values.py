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
from dagster_project.planner.reply.values_said import (
    NUMERIC,
    as_said,
    hear_condition,
    value_said,
)

_AGE = re.compile(r"(\d+(?:\.\d+)?)\s?(?:y|years?|년)", re.IGNORECASE)
_DATED = ("date", "timestamp")
_COUNT: dict[str, tuple[int, int]] = {
    "between": (2, 2),
    "in": (1, 50),
    "is_null": (0, 0),
    "not_null": (0, 0),
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
    if named is not None:
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
    hear_condition(op, place)
    if op in ("=", "in"):
        values = [one for v in values for one in _meant_together(v, ref, place)]
        op = "=" if len(set(values)) == 1 else "in"
    return Filter(column=ref, op=op, values=tuple(dict.fromkeys(values)))


def _meant_together(value: Scalar, ref: str, place: Place) -> list[Scalar]:
    """All values of the column that the same words mean: a turbine is a gas or a steam turbine."""
    meant = [
        [m.value for m in token.meanings if m.kind == "value" and m.target == ref]
        for token in place.reading.linked.tokens
    ]
    with_it = [values for values in meant if any(same(v, value) for v in values)]
    fewest = min(with_it, key=len, default=[value])
    place.reading.hear(*(f"value:{ref}={v}" for v in fewest))
    return [*fewest]


def _ops_of(column: ColumnSpec) -> tuple[FilterOp, ...]:
    if column.type in NUMERIC:
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
    hear_condition(op, place)
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
    if op == "is_null":
        place.reading.hear_negation(f"{where}: is_null")
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
    if not as_said(_TURNED[op], years, place, where):
        return None
    reading.compare(said)
    hear_condition(op, place)
    moment = reading.offered.as_of - timedelta(days=365.25 * years)
    return Filter(column=ref, op=op, values=(moment,))
