"""A rollback request as Dagster shows it: one line, a row of a table, its whole evidence."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from dagster_project.contracts.night import Night
from dagster_project.contracts.rollback import DryRun, FailedCase, RollbackRequest
from dagster_project.defs.golden_metadata import moves_text, summary_markdown, verdict_markdown
from dagster_project.defs.metadata import MetadataEntries, markdown_table
from dagster_project.inspection.inspection import PreviewTable
from dagster_project.traces.redact import PROCESS_WALL


def request_text(request: RollbackRequest) -> str:
    """`request 4 (query:ci_status 3 → 2)`."""
    return f"request {request.id} ({targets_text(request)})"


def targets_text(request: RollbackRequest) -> str:
    """Each asset with its version now and the one it goes back to."""
    moves = []
    for asset, target in sorted(request.targets.items()):
        _, now = request.evidence.changed.get(asset, (None, None))
        was = "?" if now is None else now.rpartition(":")[2]
        moves.append(f"{asset} {was} → {'out of the release' if target is None else target}")
    return "; ".join(moves) or "nothing to move"


def requests_markdown(found: Sequence[RollbackRequest]) -> str:
    """Newest first, as given."""
    rows = tuple(
        (
            *(request.id, request.status, request.suite, request.night, targets_text(request)),
            request.created_at.strftime("%Y-%m-%d %H:%M UTC"),
            _decided(request),
        )
        for request in found
    )
    columns = ("request", "status", "suite", "night", "goes back", "filed", "decided")
    return markdown_table(PreviewTable(columns=columns, rows=rows), 200)


def _decided(request: RollbackRequest) -> str:
    return f"{request.decided_by}: {request.decision_reason}" if request.decided_by else "open"


def evidence_markdown(request: RollbackRequest) -> str:
    """All that a person needs to decide, most telling first."""
    found = request.evidence
    parts = [
        f"**Request {request.id}** · {request.status} · suite `{request.suite}` ·"
        f" night {request.night}\n\nGoes back: **{targets_text(request)}**",
        "Why:\n\n" + "\n".join(f"- {reason.text}" for reason in found.reasons),
    ]
    if found.culprits:
        lines = [f"- {c.explanation or c.cause} ({len(c.cases)} cases)" for c in found.culprits]
        parts.append("Culprit:\n\n" + "\n".join(lines))
    if found.changed:
        parts.append(f"Changed since the last green night: {moves_text(found.changed)}")
    if found.cases:
        parts.append(_cases(found.cases))
    parts += [_dry_run(trial) for trial in found.dry_run]
    moved = ", ".join(found.also_moves[:20]) or "no case that passes"
    parts.append(f"Going back also moves: {moved}")
    return "\n\n".join(parts)


def _cases(cases: Sequence[FailedCase]) -> str:
    rows = tuple((c.case_id, c.question, c.reason, "; ".join(c.diff[:6]), _look(c)) for c in cases)
    columns = ("case", "question", "why", "what differs from the green night", "look into it")
    return markdown_table(PreviewTable(columns=columns, rows=rows), 240)


def _look(case: FailedCase) -> str:
    if case.trace_id is None or case.green_trace_id is None:
        return f"`canvas trace show {case.trace_id}`" if case.trace_id else ""
    return f"`canvas trace diff {case.green_trace_id} {case.trace_id}`"


def _dry_run(trial: DryRun) -> str:
    found = trial.summary
    return (
        f"Dry run of `{trial.suite}` on the target: **{trial.verdict.colour}**,"
        f" {found.passed} of {found.ran} cases pass"
    )


def requests_metadata(found: Sequence[RollbackRequest]) -> MetadataEntries:
    """The newest request with its evidence, and the table of all."""
    value = dg.MetadataValue
    newest = sorted(found, key=lambda request: -request.id)
    clean = PROCESS_WALL.clean_text
    entries: MetadataEntries = {
        "requests": value.md(clean(requests_markdown(newest))),
        "pending": value.int(sum(request.status == "pending" for request in newest)),
    }
    if newest:
        entries["newest"] = value.md(clean(evidence_markdown(newest[0])))
    return entries


def applied_metadata(request: RollbackRequest) -> MetadataEntries:
    value = dg.MetadataValue
    return {
        "request": value.text(request_text(request)),
        "status": value.text(request.status),
        "release_before": value.text(request.release_id),
        "release_after": value.text(request.applied_release_id or "unchanged"),
        "decided_by": value.text(f"{request.decided_by}: {request.decision_reason}"),
    }


def effect_metadata(request: RollbackRequest, night: Night | None) -> MetadataEntries:
    """Before, after, and what the suite says now."""
    value = dg.MetadataValue
    entries = applied_metadata(request)
    if night is not None:
        entries["verdict"] = value.md(verdict_markdown(night))
        entries["summary"] = value.md(summary_markdown(night))
        entries["check_night"] = value.int(night.id)
    if request.error:
        entries["error"] = value.text(PROCESS_WALL.clean_text(request.error))
    return entries
