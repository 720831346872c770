"""The approved baseline beside what a scan found: typed changes, each told once.

What follows from a change is not told again: the keys and indexes of a dropped column, references
to a dropped table, names inside of what was renamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dagster_project.catalog.scan.change import Change, ChangeKind, Part, Severity
from dagster_project.catalog.scan.compare_keys import compare_indexes, compare_keys
from dagster_project.catalog.scan.renames import Rename, column_renames, table_renames
from dagster_project.catalog.scan.things import Thing, object_name, things_of
from sources.facts import ColumnFacts, SourceFacts

Key = tuple[Part, str]
PARTS: tuple[Part, ...] = ("table", "label", "relation", "collection", "operation")


@dataclass(frozen=True, slots=True)
class Moves:
    """What was renamed or dropped, as the comparison of keys needs to know it."""

    tables: Mapping[str, str]
    """Old name to new, of tables."""
    gone: frozenset[str]
    columns: Mapping[str, Mapping[str, str]]
    """Of each table by its old name: old column to new."""
    gone_columns: Mapping[str, frozenset[str]]


def compare(baseline: SourceFacts, found: SourceFacts) -> tuple[Change, ...]:
    """In order of objects. Rows, sizes, partitions and statistics never count."""
    before, after = things_of(baseline), things_of(found)
    changes: list[Change] = []
    pairs: list[tuple[Thing, Thing]] = []
    renamed: dict[str, str] = {}
    gone_tables: set[str] = set()
    for part in PARTS:
        gone = [t for key, t in before.items() if key[0] == part and key not in after]
        come = [t for key, t in after.items() if key[0] == part and key not in before]
        renames = {rename.old: rename for rename in table_renames(gone, come)}
        taken = {rename.new for rename in renames.values()}
        changes += [_whole(t, "added") for t in come if t.name not in taken]
        changes += [_whole(t, "dropped") for t in gone if t.name not in renames]
        changes += [_renamed(part, rename) for rename in renames.values()]
        pairs += [(before[part, r.old], after[part, r.new]) for r in renames.values()]
        if part == "table":
            renamed = {r.old: r.new for r in renames.values()}
            gone_tables = {t.name for t in gone if t.name not in renames}
    pairs += [(thing, after[key]) for key, thing in before.items() if key in after]
    columns = {old.object: _column_renames(old, new) for old, new in pairs}
    moves = _moves(pairs, columns, renamed, frozenset(gone_tables))
    for old, new in pairs:
        changes += _inside(old, new, columns[old.object], moves)
    return tuple(sorted(changes, key=lambda c: (c.part, c.object, c.kind, c.was, c.now)))


def _column_renames(old: Thing, new: Thing) -> tuple[Rename, ...]:
    return column_renames(old.columns, new.columns, old.statistics, new.statistics)


def _moves(
    pairs: Iterable[tuple[Thing, Thing]],
    columns: Mapping[str, tuple[Rename, ...]],
    tables: Mapping[str, str],
    gone: frozenset[str],
) -> Moves:
    renamed = {name: {r.old: r.new for r in renames} for name, renames in columns.items()}
    dropped = {
        old.object: frozenset(c.name for c in old.columns)
        - {c.name for c in new.columns}
        - renamed[old.object].keys()
        for old, new in pairs
    }
    return Moves(tables, gone, renamed, dropped)


def _whole(thing: Thing, kind: ChangeKind) -> Change:
    told = f"{thing.kind or thing.part} of {len(thing.columns)} columns"
    dropped = kind == "dropped"
    return Change(
        kind=kind,
        part=thing.part,
        object=thing.object,
        was=told if dropped else "",
        now="" if dropped else told,
        severity="breaking" if dropped else "notable",
    )


def _renamed(part: Part, rename: Rename) -> Change:
    return Change(
        kind="renamed",
        part=part,
        object=object_name(part, rename.old),
        was=rename.old,
        now=rename.new,
        severity="breaking",
        likeness=rename.likeness,
    )


def _inside(old: Thing, new: Thing, renames: tuple[Rename, ...], moves: Moves) -> Iterable[Change]:
    if old == new and old.part != "table":
        return

    def change(
        kind: ChangeKind, was: str, now: str, severity: Severity = "notable", of: str = ""
    ) -> Change:
        name = f"{old.object}.{of}" if of else old.object
        return Change(kind=kind, part=old.part, object=name, was=was, now=now, severity=severity)

    if old.kind != new.kind:
        yield change("kind_changed", old.kind, new.kind)
    if old.comment != new.comment:
        yield change("comment_changed", old.comment, new.comment)
    yield from _settings(old, new)
    yield from _columns(old, new, renames)
    yield from compare_keys(old, new, moves)
    yield from compare_indexes(old, new, moves)


def _settings(old: Thing, new: Thing) -> Iterable[Change]:
    was, now = dict(old.settings), dict(new.settings)
    for name in sorted({*was, *now}):
        if was.get(name, "") != now.get(name, ""):
            told = [f"{name}: {side[name]}" if side.get(name) else "" for side in (was, now)]
            new_and_optional = name not in was and now[name].endswith("optional")
            breaks = name in old.breaking_settings | new.breaking_settings and not new_and_optional
            yield Change(
                kind="settings_changed",
                part=old.part,
                object=old.object,
                was=told[0],
                now=told[1],
                severity="breaking" if breaks else "notable",
            )


def _columns(old: Thing, new: Thing, renames: tuple[Rename, ...]) -> Iterable[Change]:
    before = {column.name: column for column in old.columns}
    after = {column.name: column for column in new.columns}
    by_old = {rename.old: rename for rename in renames}
    taken = {rename.new for rename in renames}
    for name, column in after.items():
        if name not in before and name not in taken:
            yield _of_column(old, name, "column_added", "", _told(column))
    keyed = _newly_keyed(old, new)
    for name, column in before.items():
        rename = by_old.get(name)
        found = after.get(rename.new if rename else name)
        if found is None:
            yield _of_column(old, name, "column_dropped", _told(column), "", "breaking")
            continue
        if rename is not None:
            yield _of_column(
                old, name, "column_renamed", name, rename.new, "breaking", rename.likeness
            )
        yield from _of_both(old, column, found, keyed)


def _of_both(
    thing: Thing, was: ColumnFacts, now: ColumnFacts, keyed: frozenset[str]
) -> Iterable[Change]:
    if (was.type, was.native_type) != (now.type, now.native_type):
        severity: Severity = "notable" if was.type == now.type else "breaking"
        old_type, new_type = was.native_type or was.type, now.native_type or now.type
        yield _of_column(thing, was.name, "type_changed", old_type, new_type, severity)
    if was.nullable != now.nullable and (now.nullable or now.name not in keyed):
        before, after = ("nullable" if side.nullable else "not null" for side in (was, now))
        yield _of_column(thing, was.name, "nullability_changed", before, after)
    if was.comment != now.comment:
        yield _of_column(thing, was.name, "column_comment_changed", was.comment, now.comment)


def _newly_keyed(old: Thing, new: Thing) -> frozenset[str]:
    """A new primary key makes its columns not null: that is the key's doing."""
    had = any(key.kind == "primary" for key in old.keys)
    primary = [key for key in new.keys if key.kind == "primary"]
    return frozenset(c for key in primary for c in key.columns) if not had else frozenset()


def _told(column: ColumnFacts) -> str:
    return (column.native_type or column.type) + ("" if column.nullable else " not null")


def _of_column(
    thing: Thing,
    column: str,
    kind: ChangeKind,
    was: str,
    now: str,
    severity: Severity = "notable",
    likeness: float | None = None,
) -> Change:
    return Change(
        kind=kind,
        part=thing.part,
        object=f"{thing.object}.{column}",
        was=was,
        now=now,
        severity=severity,
        likeness=likeness,
    )
