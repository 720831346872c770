"""What differs between two traces, in a terminal: a few lines first, then stage by stage."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from dagster_project.cli.cells import cell_text
from dagster_project.cli.console import heading, line, new_table, show_table, styled
from dagster_project.contracts.trace_diff import Change, RowsDiff, TraceDiff
from dagster_project.contracts.value import Language
from dagster_project.traces.diff.say import block_text, lines, rows_text, value_text

SIGN_STYLES = {"+": "green", "−": "red", "~": "yellow"}
_MOST = 20
_LEFT, _RIGHT = "red", "green"


def render_diff(diff: TraceDiff, console: Console, language: Language = "en") -> None:
    """The lines a person reads first, the stages, and what differs in each; then mere notes."""
    first, *rest = lines(diff, language)
    line(console, styled(first, "bold green" if diff.same else "bold yellow"))
    for text in rest:
        line(console, styled(text), indent=2)
    _stages(diff, console)
    _assets(diff, console)
    _changes("answer", [*diff.outcome, *([diff.summary] if diff.summary else [])], console)
    _changes("plan", diff.plan, console)
    for rows in diff.rows:
        _rows(rows, console, language)
    _blocks(diff, console)
    _changes("references", diff.references, console)
    _changes("flags", diff.flags, console)
    _changes("replans", diff.replans.changes, console)
    _changes("fallbacks", diff.fallbacks, console)
    _changes("models", diff.models, console)
    _changes("differs, but makes no difference", diff.notes, console, "dim")


def _stages(diff: TraceDiff, console: Console) -> None:
    """The two traces side by side, one stage a line."""
    heading(console, "stages")
    table = new_table(console)
    table.add_column("stage", no_wrap=True)
    table.add_column("", no_wrap=True)
    for trace_id in (diff.left, diff.right):
        table.add_column(styled(trace_id, "cyan"), ratio=None)
    for stage in diff.stages:
        if not stage.left_runs and not stage.right_runs:
            continue
        mark = styled("differs", "yellow") if stage.changed else styled("same", "dim")
        sides = (
            (stage.left_status, stage.left_ms, stage.left_runs),
            (stage.right_status, stage.right_ms, stage.right_runs),
        )
        table.add_row(styled(stage.stage, "bold"), mark, *(styled(_ran(*side)) for side in sides))
    took = (styled(f"{took:.2f} ms", "dim") for took in (diff.left_ms, diff.right_ms))
    table.add_row(styled("whole", "dim"), "", *took)
    show_table(console, table, indent=2)


def _ran(status: str | None, took_ms: float | None, runs: int) -> str:
    if status is None or took_ms is None:
        return "did not run"
    return f"{status}  {took_ms:.2f} ms" + (f"  {runs} runs" if runs > 1 else "")


def _assets(diff: TraceDiff, console: Console) -> None:
    if not diff.assets:
        return
    heading(console, "assets")
    table = new_table(console, header=False)
    for change in diff.assets:
        table.add_row(
            styled(change.asset),
            styled(_version(change.left, change.left_content), _LEFT),
            styled(_version(change.right, change.right_content), _RIGHT),
            styled(", ".join(change.stages), "dim"),
        )
    show_table(console, table, indent=2)


def _version(number: str | None, content: str | None) -> str:
    return f"{number or '–'} {(content or '')[:8]}".rstrip()


def _changes(
    title: str, changes: Sequence[Change], console: Console, style: str | None = None
) -> None:
    """Path, left and right; in columns that wrap where the terminal ends."""
    if not changes:
        return
    heading(console, title)
    table = new_table(console, header=False)
    for change in changes[:_MOST]:
        table.add_row(
            styled(change.path, style or ""),
            styled(_side(change.left), style or _LEFT),
            styled(_side(change.right), style or _RIGHT),
        )
    show_table(console, table, indent=2)
    _more(len(changes) - _MOST, console)


def _side(value: object) -> str:
    return value_text(value, most=400)


def _rows(rows: RowsDiff, console: Console, language: Language) -> None:
    heading(console, f"rows of {rows.step}: {rows_text(rows, language)}")
    if rows.cells:
        table = new_table(console)
        for title in (", ".join(rows.key) or "row", "column", "left", "right"):
            table.add_column(styled(title))
        for cell in rows.cells[:_MOST]:
            key = " · ".join(map(cell_text, cell.key))
            table.add_row(
                styled(f"~ {key}".rstrip(), SIGN_STYLES["~"]),
                styled(cell.column),
                styled(cell_text(cell.left), _LEFT),
                styled(cell_text(cell.right), _RIGHT),
            )
        show_table(console, table, indent=2)
        _more(rows.changed_cells - _MOST, console)
    if rows.added or rows.removed:
        table = new_table(console)
        for title in ("", *rows.columns):
            table.add_column(styled(title))
        for sign, listed in (("−", rows.removed), ("+", rows.added)):
            for row in listed[:_MOST]:
                style = SIGN_STYLES[sign]
                table.add_row(styled(sign, style), *(styled(cell_text(c), style) for c in row))
        show_table(console, table, indent=2)
        _more(max(rows.added_rows - _MOST, 0) + max(rows.removed_rows - _MOST, 0), console)


def _blocks(diff: TraceDiff, console: Console) -> None:
    if not diff.blocks:
        return
    heading(console, "blocks")
    for block in diff.blocks[:_MOST]:
        text = block_text(block)
        line(console, styled(text, SIGN_STYLES[text[0]]), indent=2)
        if not block.changes:
            continue
        table = new_table(console, header=False)
        for change in block.changes:
            table.add_row(
                styled(change.path),
                styled(_side(change.left), _LEFT),
                styled(_side(change.right), _RIGHT),
            )
        show_table(console, table, indent=4)
    _more(len(diff.blocks) - _MOST, console)


def _more(count: int, console: Console) -> None:
    if count > 0:
        line(console, styled(f"and {count:,} more (--json)", "dim"), indent=2)
