"""R5: an approved request is applied, once, and its effect is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import AssetNotFound, ConfigError, InvalidRequest
from dagster_project.contracts.golden import Suite
from dagster_project.contracts.night import Night
from dagster_project.contracts.rollback import RollbackRequest
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.pipeline.run import Progress
from dagster_project.registry.acts import roll_back_to
from dagster_project.registry.version_rows import current_id, member_rows
from dagster_project.regression.nights import get_night
from dagster_project.regression.one_at_a_time import one_at_a_time
from dagster_project.regression.request_rows import get_request, lock_request, save_request
from dagster_project.regression.run_suite import run_suite
from dagster_project.store.audit import record

if TYPE_CHECKING:
    from psycopg import Connection

    from dagster_project.store.database import Database


class _Settled(Exception):
    """Somebody else applied it, or found that it cannot be, in the meantime."""


class _MovedOn(Exception):
    """An asset stands at neither the blamed version nor the target."""


def apply_request(canvas: Canvas, request_id: int, by: str) -> RollbackRequest:
    """Put the targets of an approved request in force. Once, however often called.

    The act, the request's status and the audit are one commit: a crash leaves all or nothing.
    Assets that stand at their target already (rolled back by hand) stay. When one stands at a
    version that the request knows nothing of, nothing moves: the request has `failed` and says why;
    so it does when the release would not hold together.
    Raises: InvalidRequest unless it was approved, AssetNotFound, StoreError.
    """
    database = canvas.database
    request = get_request(database, request_id)
    if request.status in ("pending", "declined"):
        raise InvalidRequest(
            f"Request {request_id} is {request.status}; only an approved one is applied.",
            f'`canvas requests approve {request_id} --reason "..."` approves a pending one.',
        )
    if request.status != "approved":
        return request
    try:
        _roll_back(database, request, by)
    except _Settled:
        pass
    except (_MovedOn, ConfigError, AssetNotFound, InvalidRequest) as error:
        _fail(database, request_id, by, str(error))
    return get_request(database, request_id)


def check_effect(
    canvas: Canvas,
    request_id: int,
    suites: Mapping[str, Suite],
    by: str,
    progress: Progress | None = None,
) -> RollbackRequest:
    """Run the suite in the release that the rollback made: `cured` when green, else `not_cured`.

    Once: a night that was made for it before a crash is found again.
    Effects: a recorded night, the request's status and its audit.
    Raises: InvalidRequest unless it was applied, AssetNotFound, StoreError.
    """
    database = canvas.database
    with one_at_a_time(database, f"check request {request_id}"):
        request = get_request(database, request_id)
        if request.status in ("cured", "not_cured"):
            return request
        if request.status != "applied" or request.applied_release_id is None:
            raise InvalidRequest(
                f"Request {request_id} is {request.status}; there is no effect to check.",
                f"`canvas requests apply {request_id}` applies an approved one.",
            )
        night = _night_made_before(database, request) or _run(canvas, request, suites, by, progress)
        return _settle(database, request, night, by)


def _roll_back(database: Database, request: RollbackRequest, by: str) -> None:
    before: dict[str, object] = {}

    def first(connection: Connection) -> None:
        if lock_request(connection, request.id).status != "approved":
            raise _Settled
        _refuse_moved_on(connection, request)
        before["release"] = current_id(connection)

    def also(connection: Connection) -> None:
        after = current_id(connection)
        update = {"status": "applied", "applied_release_id": after}
        save_request(connection, request.model_copy(update=update))
        record(
            connection,
            by=by,
            act="rollback",
            subject=f"request:{request.id}",
            reason=request.decision_reason or "",
            before={"status": "approved", **before},
            after={"status": "applied", "release": after, "last_night": _last_night(connection)},
        )

    targets = {AssetId(asset_id): number for asset_id, number in request.targets.items()}
    reason = f"request {request.id}: {request.decision_reason}"
    roll_back_to(database, targets, by, reason, also, first=first)


def _refuse_moved_on(connection: Connection, request: RollbackRequest) -> None:
    """Raises: _MovedOn when a version that nobody blamed would be taken away."""
    here = member_rows(connection, current_id(connection))
    blamed = member_rows(connection, ReleaseId(request.release_id))
    for asset_id, target in request.targets.items():
        row, red = here.get(AssetId(asset_id)), blamed.get(AssetId(asset_id))
        number = row.number if row else None
        if number not in (target, red.number if red else None):
            raise _MovedOn(
                f"{asset_id} stands at {_shown(number)}; the request blames"
                f" {_shown(red.number if red else None)} and goes back to {_shown(target)}."
                " Nothing was moved. See `canvas assets history` and run the suite again."
            )


def _shown(number: int | None) -> str:
    return "no version" if number is None else f"version {number}"


def _fail(database: Database, request_id: int, by: str, error: str) -> None:
    with database.pool.connection() as connection:
        request = lock_request(connection, request_id)
        if request.status != "approved":
            return
        save_request(connection, request.model_copy(update={"status": "failed", "error": error}))
        record(
            connection,
            by=by,
            act="fail",
            subject=f"request:{request_id}",
            reason=error,
            before={"status": "approved", "release": current_id(connection)},
            after={"status": "failed", "release": current_id(connection)},
        )


def _last_night(connection: Connection[Any]) -> int:
    """A night that checks the effect has a higher id."""
    row = connection.execute("select coalesce(max(id), 0) from canvas.golden_night").fetchone()
    return row[0] if row else 0


def _run(
    canvas: Canvas,
    request: RollbackRequest,
    suites: Mapping[str, Suite],
    by: str,
    progress: Progress | None,
) -> Night:
    if request.suite not in suites:
        raise InvalidRequest(
            f"Request {request.id} is of the suite {request.suite!r}, which is not there.",
            f"Put golden_sets/{request.suite}.yaml back.",
        )
    return run_suite(
        canvas,
        suites[request.suite],
        day=datetime.now(UTC).date(),
        started_by="rollback",
        by=by,
        release=canvas.release(ReleaseId(request.applied_release_id or "")),
        progress=progress,
    )


def _night_made_before(database: Database, request: RollbackRequest) -> Night | None:
    """The whole night of the rollback's release that ended after it."""
    with database.pool.connection() as connection:
        row = connection.execute(
            """
            select id from canvas.golden_night
            where suite = %s and started_by = 'rollback' and whole and seq is not null
              and release_id = %s
              and id > (select (after ->> 'last_night')::bigint from canvas.audit
                        where subject = %s and act = 'rollback' order by seq limit 1)
            order by seq limit 1
            """,
            (request.suite, request.applied_release_id, f"request:{request.id}"),
        ).fetchone()
    return get_night(database, row[0]) if row else None


def _settle(database: Database, request: RollbackRequest, night: Night, by: str) -> RollbackRequest:
    cured = night.verdict.colour == "green"
    status = "cured" if cured else "not_cured"
    told = "; ".join(reason.text for reason in night.verdict.reasons)
    with database.pool.connection() as connection:
        record(
            connection,
            by=by,
            act="check",
            subject=f"request:{request.id}",
            reason=f"night {night.id} is {night.verdict.colour}" + (f": {told}" if told else ""),
            before={"status": "applied", "release": request.release_id},
            after={"status": status, "release": night.release_id, "night": night.id},
        )
        locked = lock_request(connection, request.id)
        update = {"status": status, "check_night": night.id, "error": told}
        return save_request(connection, locked.model_copy(update=update))
