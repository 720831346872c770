"""Values of a reply as their columns hold them, each said in the question."""

from __future__ import annotations

from dagster_project.contracts.assets.schema_catalog import ColumnSpec
from dagster_project.contracts.plan_reply import Literally
from dagster_project.contracts.table_plan import FilterOp, Scalar
from dagster_project.planner.reply.problems import shown
from dagster_project.planner.reply.read_places import Place
from dagster_project.planner.reply.said import same

NUMERIC = ("integer", "number")
_SAID_OPS: dict[str, tuple[FilterOp, ...]] = {
    ">=": (">=",),
    ">": (">",),
    "<=": ("<=",),
    "<": ("<",),
    "older": (">",),
    "newer": ("<",),
}


def hear_condition(op: FilterOp, place: Place) -> None:
    if op == "!=":
        place.reading.hear_negation("a filter with !=")
    if op in ("<", "<=", ">", ">=", "between"):
        place.reading.hear("cue:op")


def value_said(value: Literally, ref: str, op: FilterOp, place: Place, where: str) -> Scalar:
    """The value as the column holds it; None, with a problem, when the question does not say it."""
    column, reading = place.columns[ref], place.reading
    if column.values and (column.type not in NUMERIC or reading.said.value(ref, value)):
        return _listed(value, column, ref, place, where)
    if column.type in NUMERIC:
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
    if not as_said(op, said.number or 0.0, place, where):
        return None
    place.reading.compare(said)
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


def as_said(op: FilterOp, number: float, place: Place, where: str) -> bool:
    """ "At least 5" is not more than 5; a number without such words is compared as one likes."""
    spoken = place.reading.said.comparisons(number)
    allowed = {o for said in spoken for o in _SAID_OPS.get(said, ())}
    if not allowed or op in allowed or op == "between":
        return True
    place.reading.problems.say(
        f"{where}: {op} {number:g}, but the question says {' '.join(spoken)}"
    )
    return False
