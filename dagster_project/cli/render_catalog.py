"""Scans, drift, baselines and quarantine on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import unified_diff
from typing import TYPE_CHECKING

from dagster_project.cli.console import (
    heading,
    line,
    new_table,
    open_console,
    show_table,
    styled,
)

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_project.canvas.scan_rows import Baseline, Quarantined
    from dagster_project.canvas.scans import ScanReport
    from dagster_project.canvas.sync_catalog import Synced

_COLOURS = {"breaking": "bold red", "notable": "yellow"}
_MOST_NAMES = 12


def in_short(report: ScanReport) -> None:
    """One line for the scan, and one for what needs a person."""
    console = open_console()
    counts = ", ".join(
        f"{count:,} {name.replace('_', ' ')}" for name, count in report.counts.items()
    )
    if report.error:
        line(console, styled(f"{report.catalog}: not scanned. {report.error}", "bold red"))
        if report.digest:
            line(console, styled(f"the last good scan stays: {counts}", "dim"), indent=2)
        return
    told = f": {counts} in {report.elapsed_ms:.0f} ms"
    line(console, styled(report.catalog, "cyan"), styled(told))
    for note in report.notes:
        line(console, styled(note, "yellow"), indent=2)
    _standing(console, report)


def in_full(report: ScanReport) -> None:
    """Every change with what it touches by name."""
    console = open_console()
    in_short(report)
    if not report.drift:
        return
    heading(console, "drift from the approved baseline")
    table = new_table(console)
    for title in ("what", "change", "was", "is", "touches"):
        table.add_column(title)
    for drift in report.drift:
        change = drift.change
        kind = change.kind.replace("_", " ")
        if change.likeness is not None:
            kind += f" ({change.likeness:.0%} alike)"
        table.add_row(
            styled(change.object, "cyan"),
            styled(kind, _COLOURS[change.severity]),
            styled(change.was),
            styled(change.now),
            styled(str(drift.touches)),
        )
    show_table(console, table)
    for drift in report.drift:
        touches = drift.touches
        named = (
            *(*touches.queries, *touches.mappings, *touches.resolvers, *touches.screens),
            *touches.golden,
        )
        if named:
            line(console, styled(drift.change.object, "cyan"), indent=2)
            line(console, styled(_names(named)), indent=4)


def synced(found: Synced) -> None:
    console = open_console()
    in_short(found.scanned.report)
    if found.merged is None:
        return
    merged = found.merged
    for title, names in (
        ("new, switched off", merged.added),
        ("gone, kept as written", merged.gone),
    ):
        if names:
            line(console, styled(f"{title}: ", "yellow"), styled(_names(names)), indent=2)
    for rename in merged.proposed:
        told = f"perhaps renamed ({rename.likeness:.0%} alike): {rename.old} → {rename.new}"
        line(console, styled(told, "yellow"), indent=2)
        hint = f"accept it: --rename {rename.old}={rename.new}"
        line(console, styled(hint, "dim"), indent=4)
    if found.before == found.after:
        line(console, styled(f"{found.path.name} says all of it", "green"), indent=2)
    elif found.written:
        line(console, styled(f"{found.path.name} is written", "green"), indent=2)
    else:
        for text in _diff(found):
            line(console, styled(text), indent=2)
        line(console, styled("nothing is written: add --write", "dim"), indent=2)


def synced_form(found: Synced) -> dict[str, object]:
    merged = found.merged
    return {
        "scan": found.scanned.report,
        "written": found.written,
        "changed": found.before != found.after,
        "added": list(merged.added) if merged else [],
        "gone": list(merged.gone) if merged else [],
        "renames": [
            {"old": one.old, "new": one.new, "likeness": one.likeness}
            for one in (merged.proposed if merged else ())
        ],
        "diff": _diff(found),
    }


def approved(name: str, baseline: Baseline) -> None:
    console = open_console()
    told = f" is approved by {baseline.approved_by}: {baseline.reason}"
    line(console, styled(name, "cyan"), styled(f" {baseline.digest[:12]}"), styled(told))


def quarantine(rows: Sequence[Quarantined]) -> None:
    console = open_console()
    if not rows:
        line(console, styled("nothing is in quarantine", "dim"))
        return
    table = new_table(console)
    for title in ("catalog", "object", "since (UTC)", "why"):
        table.add_column(title)
    for row in rows:
        table.add_row(
            styled(row.catalog),
            styled(row.object, "cyan"),
            f"{row.since:%Y-%m-%d %H:%M}",
            styled(row.reason),
        )
    show_table(console, table)


def _standing(console: Console, report: ScanReport) -> None:
    if report.baseline is None:
        told = f"no baseline approved yet: canvas catalog approve {report.catalog} --reason ..."
        line(console, styled(told, "yellow"), indent=2)
    elif report.drift:
        breaking = len(report.breaking)
        told = f"{len(report.drift)} changes since the baseline, {breaking} breaking"
        line(console, styled(told, "bold red" if breaking else "yellow"), indent=2)
    else:
        line(console, styled("as approved", "green"), indent=2)
    if report.newly_quarantined:
        told = f"into quarantine: {_names(report.newly_quarantined)}"
        line(console, styled(told, "bold red"), indent=2)
    if report.lifted:
        line(console, styled(f"out of quarantine: {_names(report.lifted)}", "green"), indent=2)


def _diff(found: Synced) -> list[str]:
    sides = (found.before.splitlines(), found.after.splitlines())
    name = found.path.name
    return list(unified_diff(*sides, name, f"{name} with facts", lineterm="", n=1))


def _names(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMES
    more = f" and {rest} more (--json)" if rest > 0 else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more}"
