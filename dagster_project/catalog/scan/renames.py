"""Renames are proposed: what went and what came, beside each other, and how alike they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dagster_project.catalog.scan.things import Thing
from sources.facts import ColumnFacts, ColumnStatistics

LEAST_LIKENESS = 0.6


@dataclass(frozen=True, slots=True)
class Rename:
    old: str
    new: str
    likeness: float


def table_renames(gone: Sequence[Thing], come: Sequence[Thing]) -> tuple[Rename, ...]:
    """Pairs of the same part that hold mostly the same columns."""
    return _paired(
        [
            Rename(old.name, new.name, likeness)
            for old in gone
            for new in come
            if (likeness := _likeness(old, new)) >= LEAST_LIKENESS
        ]
    )


def _likeness(old: Thing, new: Thing) -> float:
    if (old.part, old.kind) != (new.part, new.kind):
        return 0.0
    ours = {(c.name, c.native_type or c.type) for c in old.columns}
    theirs = {(c.name, c.native_type or c.type) for c in new.columns}
    if not ours or not theirs:
        return 0.0
    shared = len(ours & theirs) / len(ours | theirs)
    return round(0.75 * shared + 0.25 * _name_likeness(old.name, new.name), 3)


def column_renames(
    old: Sequence[ColumnFacts],
    new: Sequence[ColumnFacts],
    old_statistics: Mapping[str, ColumnStatistics],
    new_statistics: Mapping[str, ColumnStatistics],
) -> tuple[Rename, ...]:
    """Between survivors the same place means the same column: a new one comes at the end."""
    stays = {c.name for c in old} & {c.name for c in new}
    gone, come = _places(old, stays), _places(new, stays)
    found: list[Rename] = []
    for was in (c for c in old if c.name not in stays):
        for now in (c for c in new if c.name not in stays):
            likeness = _place_likeness(gone[was.name], come[now.name])
            likeness += _column_likeness(was, now)
            likeness += _figures_likeness(
                old_statistics.get(was.name), new_statistics.get(now.name)
            )
            if likeness >= LEAST_LIKENESS:
                found.append(Rename(was.name, now.name, round(min(likeness, 1.0), 3)))
    return _paired(found)


@dataclass(frozen=True, slots=True)
class _Place:
    after: int
    """Survivors before it."""
    in_gap: int
    last: bool
    """No survivor comes after it."""


def _places(columns: Sequence[ColumnFacts], stays: set[str]) -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    after, in_gap = 0, 0
    for column in columns:
        if column.name in stays:
            after, in_gap = after + 1, 0
        else:
            found[column.name] = _Place(after, in_gap, after == len(stays))
            in_gap += 1
    return found


def _place_likeness(was: _Place, now: _Place) -> float:
    if was.after != now.after:
        return 0.0
    if was.last or now.last:
        return 0.2 if was.in_gap == now.in_gap else 0.1
    return 0.6 if was.in_gap == now.in_gap else 0.3


def _column_likeness(was: ColumnFacts, now: ColumnFacts) -> float:
    likeness = 0.4 * _name_likeness(was.name, now.name)
    known = was.native_type and now.native_type
    same = was.native_type == now.native_type if known else was.type == now.type
    likeness += 0.2 if same else -0.3
    likeness += 0.05 if was.nullable == now.nullable else 0.0
    return likeness + (0.2 if was.comment and was.comment == now.comment else 0.0)


def _figures_likeness(was: ColumnStatistics | None, now: ColumnStatistics | None) -> float:
    if was is None or now is None or was.distinct is None:
        return 0.0
    told = bool(was.common) or was.minimum is not None
    same = (was.common, was.minimum, was.maximum) == (now.common, now.minimum, now.maximum)
    return 0.4 if told and same and was.null_share == now.null_share else 0.0


def _name_likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old.rpartition(".")[2], new.rpartition(".")[2]).ratio()


def _paired(candidates: list[Rename]) -> tuple[Rename, ...]:
    """The likest first, each side once."""
    olds: set[str] = set()
    news: set[str] = set()
    chosen: list[Rename] = []
    for rename in sorted(candidates, key=lambda r: (-r.likeness, r.old, r.new)):
        if rename.old not in olds and rename.new not in news:
            olds.add(rename.old)
            news.add(rename.new)
            chosen.append(rename)
    return tuple(chosen)
