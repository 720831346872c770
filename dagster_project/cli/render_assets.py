"""Assets, versions and releases as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from dagster_project.cli.console import heading, line, new_table, open_console, show_table, styled

if TYPE_CHECKING:
    from dagster_project.contracts.asset_version import AssetVersion, Release
    from dagster_project.contracts.finding import Finding
    from dagster_project.registry.exchange import Imported
    from dagster_project.registry.overview import AssetOverview
    from dagster_project.registry.versions import RegistryAct, ReleaseDiff, SyncReport

STATUS_STYLES = {
    "published": "green",
    "draft": "yellow",
    "new": "yellow",
    "rollback": "red",
    "superseded": "dim",
    "error": "red",
    "warning": "yellow",
}


def _rows(console: Console, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = new_table(console)
    for title in titles:
        table.add_column(title, no_wrap=title not in ("description", "reason", "changes"))
    for row in rows:
        table.add_row(*(styled(cell, STATUS_STYLES.get(cell, "")) for cell in row))
    show_table(console, table)


def listing(found: Sequence[AssetOverview]) -> None:
    console = open_console()
    rows = [
        (
            asset.id,
            str(asset.published or "–"),
            asset.status if asset.published != asset.file_version else "published",
            ", ".join(asset.bound_stage),
            str(len(asset.used_by)),
            asset.description,
        )
        for asset in found
    ]
    _rows(console, ("asset", "in force", "file", "stage", "used by", "description"), rows)


def refusals(findings: Sequence[Finding]) -> None:
    """Findings on standard error, so that a pipe gets only the answer."""
    import sys

    console = open_console(sys.stderr)
    for finding in findings:
        mark = styled(f"{finding.severity}: ", STATUS_STYLES[finding.severity])
        line(console, mark, styled(str(finding)))


def validation(assets: int, findings: Sequence[Finding], only: str | None) -> None:
    console = open_console()
    for finding in findings:
        mark = styled(f"{finding.severity}: ", STATUS_STYLES[finding.severity])
        line(console, mark, styled(str(finding)))
    errors = sum(finding.severity == "error" for finding in findings)
    where = only or f"{assets} assets"
    warnings = len(findings) - errors
    verdict = f"{errors} error(s), {warnings} warning(s)" if findings else "good"
    line(console, styled(f"{where}: {verdict}", "red" if errors else "green"))


def facts(known: Mapping[str, object], text: str) -> None:
    console = open_console()
    table = new_table(console, header=False)
    for name, value in known.items():
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value or "–")
        table.add_row(styled(name.replace("_", " "), "dim"), styled(shown or "–"))
    show_table(console, table)
    heading(console, "content")
    for row in text.splitlines():
        line(console, styled(row))


def diff_text(text: str) -> None:
    console = open_console()
    if not text:
        line(console, styled("no difference", "dim"))
    for row in text.splitlines():
        style = {"+": "green", "-": "red", "@": "cyan"}.get(row[:1], "")
        line(console, styled(row, style))


def history(versions: Sequence[AssetVersion], done: Sequence[RegistryAct]) -> None:
    console = open_console()
    rows = [
        (
            str(v.number),
            v.status,
            v.asset.content_hash[:12],
            v.created_by,
            f"{v.created_at:%Y-%m-%d %H:%M}",
            v.reason,
        )
        for v in versions
    ]
    _rows(console, ("version", "status", "content", "by", "at", "reason"), rows)
    if done:
        heading(console, "acts")
        acts(done)


def acts(found: Sequence[RegistryAct]) -> None:
    console = open_console()
    if not found:
        line(console, styled("nothing was published yet", "dim"))
        return
    rows = [
        (
            act.after_release,
            act.act,
            act.by,
            f"{act.at:%Y-%m-%d %H:%M}",
            act.reason,
            _changes(act),
        )
        for act in found
    ]
    _rows(console, ("release", "act", "by", "at", "reason", "changes"), rows)


def _changes(act: RegistryAct, most: int = 3) -> str:
    parts = [
        f"{c['kind']}:{c['name']} {c['from'] or '–'}→{c['to'] or '–'}" for c in act.changes[:most]
    ]
    more = len(act.changes) - most
    return ", ".join(parts) + (f" and {more} more" if more > 0 else "")


def published(release: Release, done: Sequence[RegistryAct], synced: SyncReport | None) -> None:
    console = open_console()
    if done:
        line(
            console,
            styled(f"{release.id} is in force", "green"),
            f": {len(done[0].changes)} changed",
        )
        line(console, styled(_changes(done[0], most=12), "dim"), indent=2)
    else:
        line(console, f"{release.id} is in force already; nothing to change")
    for asset_id, ref in synced.rolled_back.items() if synced else ():
        line(
            console,
            styled(f"{asset_id}: the file still holds {ref}, which was rolled back", "yellow"),
        )
    for asset_id in synced.without_file if synced else ():
        line(console, styled(f"{asset_id} has no file but stays; --remove takes it out", "yellow"))


def imported(found: Imported, synced: SyncReport) -> None:
    console = open_console()
    line(console, f"{len(found.written)} written, {len(found.unchanged)} unchanged")
    for asset_id, ref in synced.created.items():
        line(console, styled(f"{asset_id}: draft {ref}"), indent=2)


def release(found: Release) -> None:
    console = open_console()
    line(console, styled(found.id, "bold"))
    rows = [
        (i, str(v.number), v.status, v.asset.content_hash[:12])
        for i, v in sorted(found.versions.items())
    ]
    _rows(console, ("asset", "version", "status", "content"), rows)
    for warning in found.warnings:
        line(console, styled(warning, "yellow"))


def release_diff(found: ReleaseDiff) -> None:
    console = open_console()
    if not found.changes:
        line(console, styled("no difference", "dim"))
        return
    rows = [(i, str(before or "–"), str(after or "–")) for i, before, after in found.changes]
    _rows(console, ("asset", found.left, found.right), rows)
