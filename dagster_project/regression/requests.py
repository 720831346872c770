"""R5: a red night asks to go back, once; a person decides, once.

    red night ─▶ pending ─▶ approved ─▶ applied ─▶ cured | not_cured
                    └────▶ declined      └ failed

The way from `approved` on is in `rollback.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.night import Night
from dagster_project.contracts.rollback import Evidence, RollbackRequest
from dagster_project.regression.evidence import gather
from dagster_project.regression.nights import get_night
from dagster_project.regression.one_at_a_time import one_at_a_time
from dagster_project.regression.request_rows import (
    get_request,
    insert_request,
    lock_request,
    request_of_night,
    requests,
    save_request,
    waiting_request,
)
from dagster_project.regression.rollback_targets import RollbackTargets, rollback_targets
from dagster_project.regression.webhook import tell
from dagster_project.store.audit import record

if TYPE_CHECKING:
    from dagster_project.store.database import Database

__all__ = ["Decision", "decide", "file_request", "get_request", "requests"]

Decision = Literal["approved", "declined"]
_ACTS: dict[Decision, str] = {"approved": "approve", "declined": "decline"}


def file_request(canvas: Canvas, night_id: int) -> RollbackRequest | None:
    """The request of a red night: filed now, or the one that is there. Once, however often called.

    None when going back is no answer: the night is green, nothing was green before it, the data or
    chance did it, the blamed versions are gone already, or no culprit is known and the dry run
    stays red with all changes taken back. While a request for the same targets waits, that one is
    returned and its audit names the newer night.
    Effects: a row and its audit in one commit; asks the dry run's questions; tells the webhook.
    Raises: AssetNotFound for a night that has not ended, StoreError.
    """
    database = canvas.database
    with one_at_a_time(database, "file a rollback request"):
        request = request_of_night(database, night_id) or _file(canvas, night_id)
        if request is not None:
            tell(database, request)
    return request


def decide(
    database: Database, request_id: int, decision: Decision, by: str, reason: str
) -> RollbackRequest:
    """A person's word on a pending request. The same word by the same person again is no news.

    Effects: the request and its audit, in one commit.
    Raises: InvalidRequest when it is decided otherwise, by somebody else, or without a name and a
    reason; AssetNotFound, StoreError.
    """
    if not by.strip() or not reason.strip():
        raise InvalidRequest(
            f"A request is decided with a name and a reason; by is {by!r}, reason {reason!r}.",
            "Give --by and --reason.",
        )
    with database.pool.connection() as connection:
        request = lock_request(connection, request_id)
        if request.status != "pending":
            return _decided_before(request, decision, by)
        decided = request.model_copy(
            update={
                "status": decision,
                "decided_by": by,
                "decided_at": datetime.now(UTC),
                "decision_reason": reason,
            }
        )
        record(
            connection,
            by=by,
            act=_ACTS[decision],
            subject=f"request:{request_id}",
            reason=reason,
            before={"status": "pending"},
            after={"status": decision},
        )
        return save_request(connection, decided)


def _decided_before(request: RollbackRequest, decision: Decision, by: str) -> RollbackRequest:
    was: Decision = "declined" if request.status == "declined" else "approved"
    if (was, request.decided_by) == (decision, by):
        return request
    when = f"{request.decided_at:%Y-%m-%d %H:%M} UTC" if request.decided_at else "before"
    raise InvalidRequest(
        f"Request {request.id} was {was} by {request.decided_by} at {when}"
        f" ({request.decision_reason}); it is {request.status} now.",
        "A decision stands; a newer red night files a new request.",
    )


def _file(canvas: Canvas, night_id: int) -> RollbackRequest | None:
    database = canvas.database
    night = get_night(database, night_id)
    aim = rollback_targets(database, night)
    if aim is None:
        return None
    if waiting := waiting_request(database, aim.targets):
        _note_newer_night(database, waiting, night)
        return waiting
    evidence = gather(canvas, night, aim)
    if not aim.named and not _would_cure(evidence):
        return None
    return _insert(database, night, aim, evidence)


def _would_cure(evidence: Evidence) -> bool:
    """The failing suite is green with all changes taken back."""
    return any(
        tried.suite == evidence.suite and tried.verdict.colour == "green"
        for tried in evidence.dry_run
    )


def _insert(
    database: Database, night: Night, aim: RollbackTargets, evidence: Evidence
) -> RollbackRequest | None:
    request = RollbackRequest(
        id=0,
        suite=night.suite,
        night=night.id,
        targets={str(asset_id): number for asset_id, number in aim.targets.items()},
        release_id=night.release_id,
        status="pending",
        evidence=evidence,
        created_at=datetime.now(UTC),
    )
    with database.pool.connection() as connection:
        filed = insert_request(connection, request)
        if filed is not None:
            record(
                connection,
                by="canvas",
                act="request",
                subject=f"request:{filed.id}",
                reason="; ".join(reason.text for reason in night.verdict.reasons),
                before={"release": night.release_id, "night": night.id},
                after={"status": "pending", "targets": request.targets},
            )
    return filed or request_of_night(database, night.id)


def _note_newer_night(database: Database, waiting: RollbackRequest, night: Night) -> None:
    """Effects: one row of the audit for each newer night."""
    subject, after = f"request:{waiting.id}", {"night": night.id, "suite": night.suite}
    with database.pool.connection() as connection:
        noted = connection.execute(
            "select 1 from canvas.audit"
            " where subject = %s and act = 'red_again' and after ->> 'night' = %s",
            (subject, str(night.id)),
        ).fetchone()
        if noted is None:
            reason = "; ".join(reason.text for reason in night.verdict.reasons)
            record(
                connection,
                by="canvas",
                act="red_again",
                subject=subject,
                reason=reason,
                after=after,
            )
