"""A difference as plain facts and as Markdown, for whoever shows it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dagster_project.contracts.trace_diff import Change, RowsDiff, TraceDiff
from dagster_project.contracts.value import Language
from dagster_project.traces.diff.say import block_text, lines, rows_text, value_text

_MOST = 12


def diff_metadata(diff: TraceDiff) -> dict[str, str | int | float | bool]:
    """Flat facts with stable names: counts are whole, also where lists are cut."""
    return {
        "left": diff.left,
        "right": diff.right,
        "same": diff.same,
        "verdict": diff.verdict,
        "first_stage": diff.first_stage or "",
        "changed_stages": ", ".join(diff.changed_stages),
        "changed_assets": ", ".join(change.asset for change in diff.assets),
        "plan_changes": len(diff.plan),
        "rows_added": sum(rows.added_rows for rows in diff.rows),
        "rows_removed": sum(rows.removed_rows for rows in diff.rows),
        "rows_changed": sum(rows.changed_rows for rows in diff.rows),
        "cells_changed": sum(rows.changed_cells for rows in diff.rows),
        "blocks_changed": len(diff.blocks),
        "reference_changes": len(diff.references),
        "flag_changes": len(diff.flags),
        "replans_left": len(diff.replans.left),
        "replans_right": len(diff.replans.right),
        "fallbacks_changed": len(diff.fallbacks),
        "models_changed": ", ".join(change.path[1:] for change in diff.models),
        "left_ms": round(diff.left_ms, 3),
        "right_ms": round(diff.right_ms, 3),
    }


def diff_markdown(diff: TraceDiff, language: Language = "en") -> str:
    """The lines, then a table of the stages and what differs in detail."""
    first, *rest = lines(diff, language)
    parts = [f"**{_cell(first)}**", "", *(f"- {_cell(text)}" for text in rest)]
    parts += ["", *_stages(diff)]
    parts += _changes("plan", diff.plan)
    for rows in diff.rows:
        parts += _rows(rows)
    if diff.blocks:
        parts += ["", "### blocks", "", *(f"- {_cell(block_text(b))}" for b in diff.blocks[:_MOST])]
    parts += _changes("references", diff.references)
    parts += _changes("flags", diff.flags)
    parts += _changes("replans", diff.replans.changes)
    parts += _changes("models", diff.models)
    parts += _changes("without making a difference", diff.notes)
    return "\n".join(parts) + "\n"


def _stages(diff: TraceDiff) -> list[str]:
    rows = [
        (
            stage.stage,
            "**differs**" if stage.changed else "same",
            f"{stage.left_status or '–'} → {stage.right_status or '–'}",
            f"{stage.left_runs} → {stage.right_runs}",
            f"{_ms(stage.left_ms)} → {_ms(stage.right_ms)}",
        )
        for stage in diff.stages
    ]
    return _table(("stage", "", "status", "runs", "ms"), rows)


def _changes(title: str, changes: Sequence[Change]) -> list[str]:
    if not changes:
        return []
    rows = [(c.path, value_text(c.left), value_text(c.right)) for c in changes[:_MOST]]
    more = len(changes) - _MOST
    tail = ["", f"and {more} more"] if more > 0 else []
    return ["", f"### {title}", "", *_table(("path", "left", "right"), rows), *tail]


def _rows(rows: RowsDiff) -> list[str]:
    listed = [
        ("~", *(value_text(part) for part in (c.key, c.column, c.left, c.right)))
        for c in rows.cells[:_MOST]
    ]
    head = ["", f"### rows of {rows.step}", "", _cell(rows_text(rows))]
    if listed:
        key = ", ".join(rows.key) or "row"
        head += ["", *_table(("", key, "column", "left", "right"), listed)]
    signs = (("+", rows.added), ("−", rows.removed))
    whole = [(sign, *map(value_text, row)) for sign, found in signs for row in found[:_MOST]]
    if whole:
        head += ["", *_table(("", *rows.columns), whole)]
    return head


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(map(_cell, head))} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(map(_cell, row))} |" for row in rows),
    ]


def _cell(text: str) -> str:
    """Data must not end a cell or a line."""
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(escaped.split())


def _ms(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else f"{milliseconds:.2f}"
