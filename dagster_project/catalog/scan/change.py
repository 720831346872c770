"""One difference between an approved baseline and what a scan found, and what it touches."""

from __future__ import annotations

from typing import Literal

from dagster_project.contracts.value import Value

Part = Literal["table", "label", "relation", "collection", "operation"]
ChangeKind = Literal[
    "added", "dropped", "renamed", "kind_changed", "settings_changed", "comment_changed",
    "column_added", "column_dropped", "column_renamed", "type_changed", "nullability_changed",
    "column_comment_changed", "key_added", "key_dropped", "key_changed", "index_added",
    "index_dropped", "index_changed",
]  # fmt: skip
"""The first six are of a whole table, label, relation, collection or operation."""
Severity = Literal["breaking", "notable"]
"""breaking: what reads the object may fail or be wrong · notable: worth a look."""


class Change(Value):
    """What was so in the baseline and is otherwise now."""

    kind: ChangeKind
    part: Part
    object: str
    """As the baseline names it, `schema.table` or with `.column`; `label:Server`, `relation:X`,
    `collection:x`, `operation:x` for other parts. As found, for what was added."""
    was: str = ""
    now: str = ""
    severity: Severity = "notable"
    likeness: float | None = None
    """Of a rename: how sure the proposal is, 0 to 1."""

    def __str__(self) -> str:
        told = f"{self.object}: {self.kind.replace('_', ' ')}"
        return f"{told}, {self.was or 'nothing'} → {self.now or 'nothing'}"


class BlastRadius(Value):
    """What stands on a changed object: ids of assets, and golden questions."""

    queries: tuple[str, ...] = ()
    mappings: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    aliases: int = 0
    """Aliases of those resolvers that point to things of the object."""
    screens: tuple[str, ...] = ()
    golden: tuple[str, ...] = ()
    """`suite/case`."""

    @property
    def total(self) -> int:
        parts = (self.queries, self.mappings, self.resolvers, self.screens, self.golden)
        return sum(len(part) for part in parts)

    def __str__(self) -> str:
        named = (
            ("queries", self.queries),
            ("mappings", self.mappings),
            ("resolvers", self.resolvers),
            ("screens", self.screens),
            ("golden questions", self.golden),
        )
        told = [f"{len(found)} {name}" for name, found in named if found]
        told += [f"{self.aliases} aliases"] if self.aliases else []
        return ", ".join(told) or "nothing"


class Drift(Value):
    """A change and what it touches."""

    change: Change
    touches: BlastRadius = BlastRadius()
