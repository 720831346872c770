"""Aliases, proposals and their checks on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.cli.console import line, new_table, open_console, show_table, styled

if TYPE_CHECKING:
    from dagster_project.canvas.alias_proposals import Proposal
    from dagster_project.inspection.inspection import Inspection
    from dagster_project.resolver.alias_rows import Alias

_STATUS = {"ok": "bold green", "warn": "bold yellow", "error": "bold red"}
_SHOWN_CANDIDATES = 3


def listing(found: Sequence[Alias], total: int) -> None:
    console = open_console()
    table = new_table(console)
    for title in ("alias", "entity", "key", "origin", "owner", "expires", "language"):
        table.add_column(title)
    for alias in found:
        table.add_row(*(styled(cell or "") for cell in alias))
    show_table(console, table)
    if total > len(found):
        line(console, styled(f"{len(found)} of {total}; --limit shows more", "dim"))


def proposals(found: Sequence[Proposal]) -> None:
    console = open_console()
    if not found:
        line(console, styled("no proposals", "dim"))
        return
    table = new_table(console)
    for title in ("proposal", "status", "name", "asks", "last used", "may mean", "asked with"):
        table.add_column(title, no_wrap=title in ("proposal", "status", "last used"))
    for one in found:
        near = (f"{c.entity}:{c.key} {c.score:.2f}" for c in one.candidates[:_SHOWN_CANDIDATES])
        means = f"{one.entity}:{one.key}" if one.key else ", ".join(near)
        table.add_row(
            styled(str(one.id), "cyan"),
            styled(one.status),
            styled(one.mention),
            str(one.seen),
            f"{one.last_seen:%Y-%m-%d %H:%M}",
            styled(means),
            styled(one.questions[-1].question if one.questions else ""),
        )
    show_table(console, table)


def accepted(proposal: Proposal, path: Path) -> None:
    console = open_console()
    line(console, f"{proposal.mention!r} is written as {proposal.entity} {proposal.key} in {path}.")
    line(console, "It counts when it is published: canvas publish")


def checks(found: Mapping[str, Inspection]) -> None:
    console = open_console()
    for asset_id, inspection in found.items():
        line(console, styled(f"{asset_id}: ", "bold"), inspection.summary)
        for finding in inspection.findings:
            told = styled(finding.status, _STATUS.get(finding.status, ""))
            line(console, told, f" {finding.name}: {finding.detail}", indent=2)
