"""Rollback requests and the audit on a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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

    from dagster_project.contracts.rollback import Evidence, RollbackRequest
    from dagster_project.store.audit import AuditRow

_STATUS = {
    "pending": "bold yellow",
    "approved": "yellow",
    "cured": "bold green",
    "not_cured": "bold red",
    "failed": "bold red",
}
_COLOURS = {"green": "bold green", "red": "bold red"}
_MOST_MOVES = 12


def in_short(found: Sequence[RollbackRequest]) -> None:
    console = open_console()
    if not found:
        line(console, styled("no requests", "dim"))
        return
    table = new_table(console)
    for title in ("request", "status", "suite", "night", "filed", "goes back", "decided"):
        table.add_column(title, no_wrap=title in ("request", "status", "filed"))
    for request in found:
        decided = f"{request.decided_by}: {request.decision_reason}" if request.decided_by else ""
        table.add_row(
            styled(str(request.id), "cyan"),
            styled(request.status, _STATUS.get(request.status, "")),
            styled(request.suite),
            str(request.night),
            f"{request.created_at:%Y-%m-%d %H:%M}",
            styled(_moves(request)),
            styled(decided),
        )
    show_table(console, table)


def in_full(request: RollbackRequest, rows: Sequence[AuditRow]) -> None:
    """What is asked, the evidence for it, and what was done about it."""
    console = open_console()
    _head(console, request)
    evidence = request.evidence
    for reason in evidence.reasons:
        p_value = "" if reason.p_value is None else f" (p = {reason.p_value:.2g})"
        line(console, styled(f"! {reason.text}{p_value}", "red"), indent=2)
    for culprit in evidence.culprits:
        blamed = f"{culprit.cause}: {', '.join(culprit.assets) or 'no asset'}."
        line(console, styled(f"{blamed} {culprit.explanation}".rstrip()), indent=2)
    _changed(console, evidence)
    _cases(console, evidence)
    _dry_run(console, evidence)
    if rows:
        heading(console, "what was done")
        _audit_table(console, rows)


def outcome(request: RollbackRequest) -> None:
    """Where a request stands now, and what can be done next."""
    console = open_console()
    _head(console, request)
    if request.error:
        line(console, styled(request.error, "red"), indent=2)
    if request.applied_release_id:
        line(console, styled(f"in force: {request.applied_release_id}"), indent=2)
    if request.check_night:
        line(console, styled(f"checked by night {request.check_night}"), indent=2)
    if request.status == "approved":
        line(console, styled(f"next: canvas requests apply {request.id}", "dim"), indent=2)


def audit(rows: Sequence[AuditRow]) -> None:
    console = open_console()
    if rows:
        _audit_table(console, rows)
    else:
        line(console, styled("nothing was done", "dim"))


def _head(console: Console, request: RollbackRequest) -> None:
    status = styled(request.status, _STATUS.get(request.status, ""))
    told = f" request {request.id} of {request.suite}, night {request.night}: {_moves(request)}"
    line(console, status, styled(told))
    if request.decided_by and request.decided_at:
        when = f"{request.decided_at:%Y-%m-%d %H:%M} UTC"
        decided = f"decided by {request.decided_by}, {when}: {request.decision_reason}"
        line(console, styled(decided), indent=2)


def _moves(request: RollbackRequest) -> str:
    return ", ".join(
        f"{asset_id} {'leaves' if number is None else f'→ {number}'}"
        for asset_id, number in request.targets.items()
    )


def _changed(console: Console, evidence: Evidence) -> None:
    heading(console, "changed since the last green night")
    table = new_table(console, header=False)
    for asset_id, (then, now) in evidence.changed.items():
        table.add_row(styled(asset_id), styled(f"{then or 'new'} → {now or 'gone'}"))
    show_table(console, table, indent=2)


def _cases(console: Console, evidence: Evidence) -> None:
    heading(console, "failing questions")
    for case in evidence.cases:
        line(console, styled(case.case_id, "cyan"), styled(f"  {case.question}"), indent=2)
        line(console, styled(case.reason, "red"), indent=4)
        for text in case.diff:
            line(console, styled(text), indent=4)
        if case.green_trace_id and case.trace_id:
            hint = f"canvas trace diff {case.green_trace_id} {case.trace_id}"
            line(console, styled(hint, "dim"), indent=4)


def _dry_run(console: Console, evidence: Evidence) -> None:
    heading(console, "dry run: as it would be after going back")
    for tried in evidence.dry_run:
        figures = tried.summary
        told = f" {tried.suite}: {figures.passed} of {figures.ran} pass"
        colour = styled(tried.verdict.colour, _COLOURS[tried.verdict.colour])
        line(console, colour, styled(told), indent=2)
    if evidence.also_moves:
        shown = ", ".join(evidence.also_moves[:_MOST_MOVES])
        rest = len(evidence.also_moves) - _MOST_MOVES
        more = f" and {rest} more (--json)" if rest > 0 else ""
        line(console, styled(f"passing cases that move too: {shown}{more}"), indent=2)


def _audit_table(console: Console, rows: Sequence[AuditRow]) -> None:
    table = new_table(console)
    for title in ("at (UTC)", "by", "act", "subject", "before", "after", "reason"):
        table.add_column(title, no_wrap=title in ("at (UTC)", "act"))
    for row in rows:
        table.add_row(
            f"{row.at:%Y-%m-%d %H:%M:%S}",
            styled(row.by, "cyan"),
            styled(row.act),
            styled(row.subject),
            styled(_side(row.before)),
            styled(_side(row.after)),
            styled(row.reason),
        )
    show_table(console, table)


def _side(value: object) -> str:
    if not isinstance(value, Mapping):
        return "" if value is None else str(value)
    return " ".join(
        f"{key}={item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)}"
        for key, item in value.items()
    )
