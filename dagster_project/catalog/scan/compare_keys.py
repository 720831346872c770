"""Keys and indexes beside each other, seen past the renames of what they name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from dagster_project.catalog.scan.change import Change, ChangeKind, Severity
from dagster_project.catalog.scan.things import Thing
from sources.facts import IndexFacts, KeyFacts

if TYPE_CHECKING:
    from dagster_project.catalog.scan.compare import Moves

_WORD = re.compile(r"[^\W\d]\w*")


def compare_keys(old: Thing, new: Thing, moves: Moves) -> Iterable[Change]:
    """A key is what it holds: its name alone is no change."""
    was = [(key, _moved(key, old.object, moves)) for key in old.keys]
    now: Counter[Hashable] = Counter(_bare(key) for key in new.keys)
    lost: list[KeyFacts] = []
    for key, moved in was:
        if now[_bare(moved)] > 0:
            now[_bare(moved)] -= 1
        elif not _follows(key, old.object, moves):
            lost.append(key)
    come = [key for key in new.keys if _take(now, _bare(key))]
    for gone in lost:
        same_name = next((key for key in come if key.name and key.name == gone.name), None)
        severity: Severity = "notable" if gone.kind == "foreign" else "breaking"
        if same_name is None:
            yield _change(old, "key_dropped", _told(gone), "", severity)
        else:
            come.remove(same_name)
            yield _change(old, "key_changed", _told(gone), _told(same_name), severity)
    for key in come:
        yield _change(old, "key_added", "", _told(key))


def compare_indexes(old: Thing, new: Thing, moves: Moves) -> Iterable[Change]:
    """An index is what it is over: its name alone is no change."""
    renamed = moves.columns.get(old.object, {})
    dropped = moves.gone_columns.get(old.object, frozenset())
    now: Counter[Hashable] = Counter(_shape(index, {}) for index in new.indexes)
    lost: list[IndexFacts] = []
    for index in old.indexes:
        shape = _shape(index, renamed)
        if now[shape] > 0:
            now[shape] -= 1
        elif not dropped & {*index.columns, *_WORD.findall(index.definition)}:
            lost.append(index)
    come = [index for index in new.indexes if _take(now, _shape(index, {}))]
    for gone in lost:
        same_name = next((index for index in come if index.name == gone.name), None)
        if same_name is None:
            yield _change(old, "index_dropped", _index(gone), "")
        else:
            come.remove(same_name)
            yield _change(old, "index_changed", _index(gone), _index(same_name))
    for index in come:
        yield _change(old, "index_added", "", _index(index))


def _moved(key: KeyFacts, of: str, moves: Moves) -> KeyFacts:
    """The key as it would read after the renames."""
    own = moves.columns.get(of, {})
    theirs = moves.columns.get(key.target, {})
    return replace(
        key,
        columns=tuple(own.get(c, c) for c in key.columns),
        target=moves.tables.get(key.target, key.target),
        target_columns=tuple(theirs.get(c, c) for c in key.target_columns),
    )


def _follows(key: KeyFacts, of: str, moves: Moves) -> bool:
    """It went because something it needs went."""
    return bool(
        moves.gone_columns.get(of, frozenset()) & set(key.columns)
        or key.target in moves.gone
        or moves.gone_columns.get(key.target, frozenset()) & set(key.target_columns)
    )


def _bare(key: KeyFacts) -> KeyFacts:
    return replace(key, name="")


def _shape(index: IndexFacts, renamed: Mapping[str, str]) -> tuple[object, ...]:
    method = index.definition.partition(" USING ")[2] or ",".join(index.columns)
    method = _WORD.sub(lambda word: renamed.get(word[0], word[0]), method)
    return index.unique, method


def _take(counts: Counter[Hashable], shape: Hashable) -> bool:
    if counts[shape] <= 0:
        return False
    counts[shape] -= 1
    return True


def _told(key: KeyFacts) -> str:
    told = f"{key.kind} key ({', '.join(key.columns)})"
    target = f" → {key.target}({', '.join(key.target_columns)})" if key.target else ""
    return told + target


def _index(index: IndexFacts) -> str:
    return index.definition or f"{index.name} ({', '.join(index.columns)})"


def _change(
    thing: Thing, kind: ChangeKind, was: str, now: str, severity: Severity = "notable"
) -> Change:
    return Change(
        kind=kind, part=thing.part, object=thing.object, was=was, now=now, severity=severity
    )
