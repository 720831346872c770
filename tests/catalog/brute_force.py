"""What a table plan means, computed in Python over the laboratory's rows, one row at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lab.planning import catalog
from lab.rows import AS_OF, FAULTS, INSTRUMENTS, READINGS, REPAIRS, ROOMS, SEOUL

from dagster_project.contracts.table_plan import Filter, Measure, Related, TablePlan, TimeRange

Record = dict[str, Any]
_SHORT = {
    "lab.room": ROOMS,
    "lab.instrument": INSTRUMENTS,
    "lab.reading": READINGS,
    "lab.fault": FAULTS,
    "lab.repair": REPAIRS,
}
_NAMES = {t.name: [c.name for c in t.columns] for t in catalog().tables}
_POINTS_TO = {"instrument_id": ("lab.instrument", "id"), "room": ("lab.room", "code")}
_TIME = catalog().time_columns


def _records(table: str) -> list[Record]:
    """Rows of a table by `schema.table.column`, with the one row that each key points to."""
    found: list[Record] = []
    for row in _SHORT[table]:
        record = {f"{table}.{n}": v for n, v in zip(_NAMES[table], row, strict=True)}
        for name, (other, key) in _POINTS_TO.items():
            if f"{table}.{name}" in record:
                wanted = record[f"{table}.{name}"]
                record |= next(r for r in _records(other) if r[f"{other}.{key}"] == wanted)
        found.append(record)
    return found


def _happened(record: Record, table: str, span: TimeRange | None) -> bool:
    """Not after the clock, and within the span; a date is its whole day in Seoul."""
    column = _TIME.get(table)
    if column is None:
        return True
    at = record[f"{table}.{column}"]
    if isinstance(at, datetime):
        return at <= AS_OF and (span is None or span.start <= at < span.end)
    begins = datetime(at.year, at.month, at.day, tzinfo=SEOUL)
    ends = begins + timedelta(days=1)
    return begins <= AS_OF and (span is None or (begins < span.end and ends > span.start))


def _fits(record: Record, condition: Filter) -> bool:
    value, wanted = record[condition.column], condition.values
    tests: dict[str, Callable[[], bool]] = {
        "=": lambda: value == wanted[0],
        "!=": lambda: value != wanted[0],
        "<": lambda: value < wanted[0],
        "<=": lambda: value <= wanted[0],
        ">": lambda: value > wanted[0],
        ">=": lambda: value >= wanted[0],
        "between": lambda: wanted[0] <= value <= wanted[1],
        "in": lambda: value in wanted,
        "like": lambda: str(wanted[0]).lower() in value.lower(),
    }
    if condition.op == "is_null":
        return value is None
    if condition.op == "not_null":
        return value is not None
    if value is None:
        return condition.op == "!="
    return tests[condition.op]()


def _has(record: Record, base: str, related: Related) -> bool:
    key = "id" if base == "lab.instrument" else "code"
    some = any(
        other.get(f"{base}.{key}") == record[f"{base}.{key}"]
        and _happened(other, related.table, related.time)
        and all(_fits(other, f) for f in related.filters)
        for other in _records(related.table)
    )
    return some != related.negated


def kept(plan: TablePlan) -> list[Record]:
    """The base rows that the plan keeps."""
    return [
        record
        for record in _records(plan.table)
        if _happened(record, plan.table, plan.time)
        and all(_fits(record, f) for f in plan.filters)
        and all(_has(record, plan.table, r) for r in plan.related)
    ]


def _measured(records: list[Record], measure: Measure) -> object:
    if measure.column is None:
        return len(records)
    values = [r[measure.column] for r in records if r[measure.column] is not None]
    if measure.aggregate == "count_distinct":
        return len(set(values))
    if measure.aggregate == "count":
        return len(values)
    if not values:
        return None
    if measure.aggregate == "avg":
        return float(sum(values)) / len(values)
    return {"sum": sum, "min": min, "max": max}[measure.aggregate](values)


def brute_force(plan: TablePlan) -> list[tuple[object, ...]]:
    """Rows of the plan, in no order."""
    records = kept(plan)
    if not plan.measures:
        return [tuple(plain(r[c]) for c in plan.columns) for r in records]
    groups: dict[tuple[object, ...], list[Record]] = defaultdict(list)
    if not plan.dimensions:
        groups[()] = []
    for record in records:
        groups[tuple(record[d.column] for d in plan.dimensions)].append(record)
    return [
        tuple(plain(v) for v in (*key, *(_measured(group, m) for m in plan.measures)))
        for key, group in groups.items()
    ]


def plain(value: object) -> object:
    """Comparable whatever the driver calls a number."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, date)):
        return value
    return round(float(value), 6) if isinstance(value, (int, float, Decimal)) else value
