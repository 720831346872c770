"""Z4: who did what to what, and why. Rows are only added, in the transaction of the act itself."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dagster_project.contracts.value import Value
from dagster_project.store.single_statements import single_statements

if TYPE_CHECKING:
    import psycopg

    from dagster_project.store.database import Database


class AuditRow(Value):
    seq: int
    at: datetime
    by: str
    act: str
    """`bless`, `request`, `approve`, `decline`, `rollback`, `publish`, `refuse`, `prune` ..."""
    subject: str
    """`suite:plant`, `request:3`, `query:ci_status` ..."""
    reason: str
    before: Any = None
    after: Any = None


def record(
    connection: psycopg.Connection[Any],
    *,
    by: str,
    act: str,
    subject: str,
    reason: str,
    before: object = None,
    after: object = None,
) -> None:
    """Effects: one row; it is there when the caller's transaction is."""
    connection.execute(
        'insert into canvas.audit ("by", act, subject, reason, before, after)'
        " values (%s, %s, %s, %s, %s, %s)",
        (by, act, subject, reason, _json(before), _json(after)),
    )


def audit_rows(
    database: Database, subject: str | None = None, limit: int = 100
) -> tuple[AuditRow, ...]:
    """Newest first; of one subject, or of all. Raises: StoreError."""
    with single_statements(database, "read the audit") as connection:
        rows = connection.execute(
            'select seq, at, "by", act, subject, reason, before, after from canvas.audit'
            " where %(subject)s::text is null or subject = %(subject)s"
            " order by seq desc limit %(limit)s",
            {"subject": subject, "limit": limit},
        ).fetchall()
    return tuple(
        AuditRow.model_validate(dict(zip(AuditRow.model_fields, row, strict=True))) for row in rows
    )


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)
