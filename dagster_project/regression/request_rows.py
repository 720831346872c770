"""Rollback requests in the store. What changes one locks its row first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.rollback import RequestStatus, RollbackRequest
from dagster_project.contracts.value import AssetId
from dagster_project.store.single_statements import single_statements

if TYPE_CHECKING:
    import psycopg

    from dagster_project.store.database import Database

_READ = "select body, id, status, created_at from canvas.rollback_request"


def requests(
    database: Database, status: RequestStatus | None = None, limit: int = 100
) -> tuple[RollbackRequest, ...]:
    """Newest first; in one status, or all. Raises: StoreError."""
    with single_statements(database, "read requests") as connection:
        rows = connection.execute(
            f"{_READ} where %(status)s::text is null or status = %(status)s"
            " order by id desc limit %(limit)s",
            {"status": status, "limit": limit},
        ).fetchall()
    return tuple(_request(*row) for row in rows)


def get_request(database: Database, request_id: int) -> RollbackRequest:
    """Raises: AssetNotFound, StoreError."""
    with single_statements(database, "read a request") as connection:
        row = connection.execute(f"{_READ} where id = %s", (request_id,)).fetchone()
    return _request(*_there(row, request_id))


def request_of_night(database: Database, night_id: int) -> RollbackRequest | None:
    with single_statements(database, "read a request") as connection:
        row = connection.execute(f"{_READ} where night = %s", (night_id,)).fetchone()
    return _request(*row) if row else None


def waiting_request(
    database: Database, targets: Mapping[AssetId, int | None]
) -> RollbackRequest | None:
    """One for the same targets that is not applied yet, of whatever suite."""
    with single_statements(database, "read requests") as connection:
        row = connection.execute(
            f"{_READ} where status in ('pending', 'approved')"
            " and body -> 'targets' = %s::jsonb order by id limit 1",
            (json.dumps(targets),),
        ).fetchone()
    return _request(*row) if row else None


def insert_request(
    connection: psycopg.Connection[Any], request: RollbackRequest
) -> RollbackRequest | None:
    """The request with its id; None when its night has one already."""
    row = connection.execute(
        "insert into canvas.rollback_request (suite, night, status, created_at, body)"
        " values (%s, %s, %s, %s, %s) on conflict (night) do nothing returning id",
        (
            request.suite,
            request.night,
            request.status,
            request.created_at,
            request.model_dump_json(),
        ),
    ).fetchone()
    return request.model_copy(update={"id": row[0]}) if row else None


def lock_request(connection: psycopg.Connection[Any], request_id: int) -> RollbackRequest:
    """As it is, and as it stays until the transaction ends. Raises: AssetNotFound."""
    row = connection.execute(f"{_READ} where id = %s for update", (request_id,)).fetchone()
    return _request(*_there(row, request_id))


def save_request(connection: psycopg.Connection[Any], request: RollbackRequest) -> RollbackRequest:
    connection.execute(
        "update canvas.rollback_request set status = %s, body = %s where id = %s",
        (request.status, request.model_dump_json(), request.id),
    )
    return request


def _there(row: tuple[Any, ...] | None, request_id: int) -> tuple[Any, ...]:
    if row is None:
        raise AssetNotFound(
            f"There is no rollback request {request_id}.", "See `canvas requests list`."
        )
    return row


def _request(
    body: dict[str, Any], request_id: int, status: str, created_at: datetime
) -> RollbackRequest:
    known = {"id": request_id, "status": status, "created_at": created_at.astimezone(UTC)}
    return RollbackRequest.model_validate({**body, **known})
