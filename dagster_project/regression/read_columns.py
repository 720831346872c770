"""Reads gold out of a step's columns: by value and role, under whatever names they have.

The columns with the gold's own names are tried first; if they do not hold it, every way to read the
gold's columns that fits column by column is tried, up to a bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.contracts.golden import Tier
from dagster_project.regression.gold import Gold
from dagster_project.regression.plain_cells import PlainRow, near, plain_rows, same, within

FEWEST_NEWEST = 3
_MOST_READINGS = 400
"""Ways to read the columns of one step that are tried at most."""
_MEASURE = "m_"


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one step, and what its columns are."""

    step: str
    names: tuple[str, ...]
    measures: tuple[bool, ...]
    rows: Sequence[Sequence[object]]
    units: tuple[str | None, ...] = ()


def holds(
    gold: Gold, found: Found, match: Tier = "rows", tolerance: float = 0.0, unit: str | None = None
) -> bool:
    """Some reading of the step's columns, measures from measures, holds the gold rows."""
    wanted: Sequence[PlainRow] = gold.plain
    if match == "newest":
        if len(found.rows) < min(FEWEST_NEWEST, len(wanted)):
            return False
        wanted = wanted[: len(found.rows)]
    if not wanted:
        return not found.rows
    fewer = len(found.rows) < len(wanted)
    if fewer or (match != "subset" and len(found.rows) > len(wanted)):
        return False
    named = named_columns(gold, found)
    by_name = named is not None and _unit_fits(gold, found, named, unit)
    if by_name and _fits(wanted, plain_rows(found.rows, named), match, tolerance):
        return True
    return _search(gold, wanted, found, match, tolerance, unit)


def named_columns(gold: Gold, found: Found) -> tuple[int, ...] | None:
    """The columns with the gold's own names (`m_` left off); None when one is not there."""
    places: list[int] = []
    for name in gold.columns:
        measure = name.startswith(_MEASURE)
        bare = name.removeprefix(_MEASURE)
        at = found.names.index(bare) if bare in found.names else -1
        if at < 0 and measure and sum(found.measures) == 1:
            at = found.measures.index(True)
        if at < 0 or (measure and not found.measures[at]) or at in places:
            return None
        places.append(at)
    return tuple(places)


# -- how rows must be found


def _fits(
    wanted: Sequence[PlainRow], rows: Sequence[PlainRow], match: Tier, tolerance: float
) -> bool:
    if match == "subset":
        return within(wanted, rows, tolerance)
    if not same(wanted, rows, tolerance):
        return False
    ranked = zip(wanted, rows, strict=True) if match == "ranking" else ()
    return all(near(one[-1], other[-1], tolerance) for one, other in ranked)


def _unit_fits(gold: Gold, found: Found, picked: Sequence[int], unit: str | None) -> bool:
    """Every measure carries the unit; without a measure, some column does."""
    if unit is None:
        return True
    units = [found.units[at] if found.units else None for at in picked]
    of_measures = [
        own for own, name in zip(units, gold.columns, strict=True) if name.startswith(_MEASURE)
    ]
    return all(own == unit for own in of_measures) if of_measures else unit in units


# -- the search for a reading


def _search(
    gold: Gold,
    wanted: Sequence[PlainRow],
    found: Found,
    match: Tier,
    tolerance: float,
    unit: str | None,
) -> bool:
    """Columns are picked one after the other; a beginning that does not fit is not gone on with."""
    columns = range(len(found.names))
    plain = {at: [row[0] for row in plain_rows(found.rows, (at,))] for at in columns}
    candidates = [
        [
            at
            for at in _by_name(name, found)
            if _column_fits([row[place] for row in wanted], plain[at], match, tolerance)
        ]
        for place, name in enumerate(gold.columns)
    ]
    tried = 0
    stack: list[tuple[int, ...]] = [()]
    while stack and tried < _MOST_READINGS:
        picked = stack.pop()
        if picked:
            tried += 1
            rows = list(zip(*(plain[at] for at in picked), strict=True))
            beginning = [row[: len(picked)] for row in wanted]
            whole = len(picked) == len(gold.columns)
            tier: Tier = match if whole or match == "subset" else "rows"
            if not _fits(beginning, rows, tier, tolerance):
                continue
            if whole and _unit_fits(gold, found, picked, unit):
                return True
        if len(picked) < len(gold.columns):
            stack += [(*picked, at) for at in reversed(candidates[len(picked)]) if at not in picked]
    return False


def _by_name(name: str, found: Found) -> list[int]:
    """Columns of the role, those of the same name first."""
    measure, bare = name.startswith(_MEASURE), name.removeprefix(_MEASURE)
    able = [at for at, role in enumerate(found.measures) if role or not measure]
    return sorted(able, key=lambda at: found.names[at] != bare)


def _column_fits(
    wanted: Sequence[object], found: Sequence[object], match: Tier, tolerance: float
) -> bool:
    if match == "subset":
        return within([(cell,) for cell in wanted], [(cell,) for cell in found], tolerance)
    if Counter(wanted) == Counter(found):
        return True
    return same([(cell,) for cell in wanted], [(cell,) for cell in found], tolerance)
