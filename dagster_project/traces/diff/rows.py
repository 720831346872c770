"""Two results row by row: added, removed, and the cells that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dagster_project.contracts.plan import Plan
from dagster_project.contracts.stage import ExecuteResult, ResultColumn, StepResult
from dagster_project.contracts.trace_diff import CellChange, Row, RowsDiff
from dagster_project.traces.diff.pairing import Pairing
from dagster_project.traces.diff.row_keys import as_data, choose_key
from dagster_project.traces.diff.walk import same_cell

MOST_ROWS = 20
MOST_CELLS = 40


@dataclass(slots=True)
class RowChanges:
    """What happened to the rows of a table; lists are whole."""

    key: tuple[str, ...] = ()
    added: list[Row] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)
    cells: list[CellChange] = field(default_factory=list)
    changed_rows: int = 0
    reordered: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.cells or self.reordered)


def compare_rows(
    columns: Sequence[ResultColumn],
    dimensions: Sequence[str],
    left: Sequence[Row],
    right: Sequence[Row],
) -> RowChanges:
    """Rows over the same columns. They are matched by a key, or compared whole where none is."""
    if same_rows(left, right):
        return RowChanges()
    key = choose_key(columns, dimensions, left, right)
    if key is None:
        return _whole(left, right)
    names = list(_named(columns))
    where = [names.index(name) for name in key]
    before = {tuple([as_data(row[place]) for place in where]): row for row in left}
    after = {tuple([as_data(row[place]) for place in where]): row for row in right}
    found = RowChanges(
        key=key,
        removed=[row for name, row in before.items() if name not in after],
        added=[row for name, row in after.items() if name not in before],
    )
    shared = [name for name in before if name in after]
    found.reordered = shared != [name for name in after if name in before]
    for name in shared:
        old, new = before[name], after[name]
        cells = [
            CellChange(
                key=tuple([old[place] for place in where]),
                column=names[place],
                left=old[place],
                right=new[place],
            )
            for place in range(len(names))
            if not same_cell(old[place], new[place])
        ]
        found.cells += cells
        found.changed_rows += bool(cells)
    return found


def same_rows(left: Sequence[Row], right: Sequence[Row]) -> bool:
    if left is right:
        return True
    return len(left) == len(right) and all(
        len(old) == len(new) and all(map(same_cell, old, new))
        for old, new in zip(left, right, strict=True)
    )


def _whole(left: Sequence[Row], right: Sequence[Row]) -> RowChanges:
    old = [tuple(map(as_data, row)) for row in left]
    new = [tuple(map(as_data, row)) for row in right]
    removed, added = Counter(old) - Counter(new), Counter(new) - Counter(old)
    found = RowChanges(removed=_pick(left, old, removed), added=_pick(right, new, added))
    if not found.added and not found.removed:
        found.reordered = True
    return found


def _pick(rows: Sequence[Row], names: Sequence[Any], wanted: Counter[Any]) -> list[Row]:
    """The last rows of each wanted name, in their order."""
    left_over = Counter(wanted)
    picked: list[Row] = []
    for row, name in zip(reversed(rows), reversed(names), strict=True):
        if left_over[name] > 0:
            left_over[name] -= 1
            picked.append(row)
    return picked[::-1]


def step_rows(
    left: ExecuteResult | None, right: ExecuteResult | None, plan: Plan | None, pairing: Pairing
) -> tuple[RowsDiff, ...]:
    """Each step whose columns, rows, totals or outcome differ, in the left's order."""
    before = {result.step: result for result in left.steps} if left else {}
    after = {pairing.name(result.step): result for result in right.steps} if right else {}
    dimensions = {
        step.id: tuple(d.name for d in step.table_plan.dimensions)
        for step in (plan.steps if plan else ())
        if step.table_plan is not None
    }
    found = (
        _step(step, before.get(step), after.get(step), dimensions.get(step, ()))
        for step in (*before, *(s for s in after if s not in before))
    )
    return tuple(diff for diff in found if diff is not None)


def _step(
    step: str, left: StepResult | None, right: StepResult | None, dimensions: Sequence[str]
) -> RowsDiff | None:
    old = _named(left.columns) if left else {}
    new = _named(right.columns) if right else {}
    both = [name for name in old if name in new] or list(old or new)
    columns = [old.get(name) or new[name] for name in both]
    changes = compare_rows(columns, dimensions, _rows(left, both), _rows(right, both))
    some = left or right
    assert some is not None
    changed_columns = {cell.column for cell in changes.cells}
    diff = RowsDiff(
        step=step,
        query=some.query.partition(":")[0],
        key=changes.key,
        columns=tuple(both),
        columns_added=tuple(name for name in new if name not in old) if left and right else (),
        columns_removed=tuple(name for name in old if name not in new) if left and right else (),
        columns_changed=tuple(n for n in both if n in old and n in new and _other(old[n], new[n])),
        left_rows=len(left.rows) if left else None,
        right_rows=len(right.rows) if right else None,
        left_total=left.total_rows if left else None,
        right_total=right.total_rows if right else None,
        added_rows=len(changes.added),
        removed_rows=len(changes.removed),
        changed_rows=changes.changed_rows,
        changed_cells=len(changes.cells),
        changed_columns=tuple(name for name in both if name in changed_columns),
        reordered=changes.reordered,
        left_outcome=_outcome(left),
        right_outcome=_outcome(right),
        added=tuple(changes.added[:MOST_ROWS]),
        removed=tuple(changes.removed[:MOST_ROWS]),
        cells=tuple(changes.cells[:MOST_CELLS]),
    )
    return diff if _differs(diff, changes) else None


def _named(columns: Sequence[ResultColumn]) -> dict[str, ResultColumn]:
    """Columns by name; a name that comes again is numbered."""
    found: dict[str, ResultColumn] = {}
    for column in columns:
        again = sum(1 for name in found if name.partition("#")[0] == column.name)
        found[f"{column.name}#{again + 1}" if column.name in found else column.name] = column
    return found


def _rows(result: StepResult | None, names: Sequence[str]) -> Sequence[Row]:
    """The rows over these columns; none where a column is not there."""
    if result is None:
        return ()
    own = list(_named(result.columns))
    if own == list(names):
        return result.rows
    if any(name not in own for name in names):
        return ()
    places = [own.index(name) for name in names]
    return tuple(tuple([row[place] for place in places]) for row in result.rows)


def _other(left: ResultColumn, right: ResultColumn) -> bool:
    """Labels of values follow the values that occur; they are no change of the column."""
    seen = ("label", "type", "unit")
    return any(getattr(left, name) != getattr(right, name) for name in seen)


def _outcome(result: StepResult | None) -> str:
    if result is None:
        return ""
    return result.error.code if result.error else result.empty or ""


def _differs(diff: RowsDiff, changes: RowChanges) -> bool:
    return bool(changes or diff.columns_added or diff.columns_removed or diff.columns_changed) or (
        diff.left_rows,
        diff.left_total,
        diff.left_outcome,
    ) != (diff.right_rows, diff.right_total, diff.right_outcome)
