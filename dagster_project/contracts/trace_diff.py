"""T3: what differs between two traces, as a whole and stage by stage."""

from __future__ import annotations

from typing import Literal

from dagster_project.contracts.block import CellValue
from dagster_project.contracts.value import Stage, TraceId, Value

Row = tuple[CellValue, ...]


class Change(Value):
    """One place that differs; None where it is absent."""

    path: str
    """`/steps/faults/params/limit`: list items by their id where they have one."""
    left: object = None
    right: object = None


class AssetChange(Value):
    """An asset that was read in another version, or with another content."""

    asset: str
    """`kind:name`."""
    left: str | None
    """Version; None where it was not read."""
    right: str | None
    left_content: str | None = None
    right_content: str | None = None
    stages: tuple[Stage, ...] = ()
    """The stages that were given it, in either trace."""


class CellChange(Value):
    """One cell of a row that both have."""

    key: Row
    column: str
    left: CellValue
    right: CellValue


class RowsDiff(Value):
    """Two results, row by row. Lists are cut; the counts are whole."""

    step: str
    """As the left trace names it, where both have it."""
    query: str
    """Name without version."""
    key: tuple[str, ...] = ()
    """Columns that name a row; empty: one row against one, or rows compared whole."""
    columns: tuple[str, ...] = ()
    """Columns of the rows listed here: those that both have."""
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_changed: tuple[str, ...] = ()
    """Same name, other label, type or unit."""
    left_rows: int | None
    """None: that trace has no such step."""
    right_rows: int | None
    left_total: int | None = None
    right_total: int | None = None
    added_rows: int = 0
    removed_rows: int = 0
    changed_rows: int = 0
    changed_cells: int = 0
    changed_columns: tuple[str, ...] = ()
    """Columns with a changed cell."""
    reordered: bool = False
    """Rows that both have stand in another order."""
    left_outcome: str = ""
    """Kind of empty, or error code; empty when there are rows."""
    right_outcome: str = ""
    added: tuple[Row, ...] = ()
    removed: tuple[Row, ...] = ()
    cells: tuple[CellChange, ...] = ()


class BlockDiff(Value):
    """One block that is not the same."""

    change: Literal["added", "removed", "changed"]
    id: str
    type: str
    title: str
    what: tuple[str, ...] = ()
    """Parts that differ: `title`, `columns`, `rows`, `chart`, `place`, `folded` ..."""
    changes: tuple[Change, ...] = ()


class StageDiff(Value):
    """The last run of one stage in each trace."""

    stage: Stage
    changed: bool
    left_runs: int
    """How often the stage ran; 0 when the route has no such stage."""
    right_runs: int
    left_status: str | None = None
    right_status: str | None = None
    left_ms: float | None = None
    """All runs together; never makes a difference."""
    right_ms: float | None = None
    changes: tuple[Change, ...] = ()
    """Cut; `change_count` is whole. Rows and blocks are not repeated here."""
    change_count: int = 0
    rows: tuple[RowsDiff, ...] = ()
    """Of execute: steps whose rows differ."""
    blocks: tuple[BlockDiff, ...] = ()
    """Of compose: what is in them. Of present: also where they stand, and if they are folded."""


class ReplanDiff(Value):
    changed: bool
    left: tuple[str, ...] = ()
    """`trigger → decision (scope)` in order."""
    right: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


class TraceDiff(Value):
    """From left to right. Timings, ids, times of fetching and version numbers alone change
    nothing."""

    left: TraceId
    right: TraceId
    same: bool
    verdict: str
    """One line, in English: which stages differ, and from where on."""
    first_stage: Stage | None = None
    changed_stages: tuple[Stage, ...] = ()
    stages: tuple[StageDiff, ...] = ()
    """All five, in order."""
    assets: tuple[AssetChange, ...] = ()
    outcome: tuple[Change, ...] = ()
    """Route, status, error code."""
    summary: Change | None = None
    plan: tuple[Change, ...] = ()
    """Of the validated plan."""
    rows: tuple[RowsDiff, ...] = ()
    """Every step that both or one of them ran and whose rows differ."""
    blocks: tuple[BlockDiff, ...] = ()
    """What the reader sees: those of present."""
    references: tuple[Change, ...] = ()
    """Query, source, tables, parameters and row counts; a new version alone is a note."""
    flags: tuple[Change, ...] = ()
    """Warnings, errors and kinds of empty, `/execute/empty_flags/faults`."""
    replans: ReplanDiff
    fallbacks: tuple[Change, ...] = ()
    models: tuple[Change, ...] = ()
    """Who planned, and the model that answered each stage; makes no difference by itself."""
    notes: tuple[Change, ...] = ()
    """What differs without making a difference: who asked, the clock, scores of candidates."""
    left_ms: float
    right_ms: float
