"""L3: keys of endpoints, by reference. The key itself is in no table, no asset and no message.

Registering keeps a salted checksum of what the reference leads to. Each read holds the key against
it and against its time; who wrote, who read and what failed is in the audit, as `key:NAME`.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.llm.key_reading import (
    SELECT,
    KeyRefused,
    RegisteredKey,
    check_key,
    checksum_of,
    look_up,
    note_in_audit,
    read_key,
    registered,
    resolve_key,
)
from dagster_project.llm.short_transaction import short_transaction
from dagster_project.store.audit import record

if TYPE_CHECKING:
    from dagster_project.store.database import Database

__all__ = [
    "KeyRefused",
    "RegisteredKey",
    "check_key",
    "read_key",
    "register_key",
    "registered_keys",
    "retire_key",
]
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_SALT_BYTES = 16


def register_key(
    database: Database,
    name: str,
    reference: str,
    *,
    by: str,
    reason: str,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    environ: Mapping[str, str] = os.environ,
) -> RegisteredKey:
    """Keep where a key is and its checksum, in place of what the name stood for before.

    Effects: one row and one audit row; an audit row also when it is refused for its key.
    Raises: InvalidRequest, KeyRefused when the reference leads to no key, StoreError.
    """
    _fit_to_keep(name, reference, reason, not_before, expires_at)
    try:
        key = resolve_key(name, reference, environ)
    except KeyRefused as refused:
        note_in_audit(database, "fail", name, by, refused.reason)
        raise
    salt = secrets.token_bytes(_SALT_BYTES)
    kept = RegisteredKey(
        name=name,
        reference=reference,
        not_before=not_before,
        expires_at=expires_at,
        written_at=datetime.now(UTC),
        written_by=by,
    )
    with short_transaction(database, "register a key") as connection:
        found = look_up(connection, name)
        connection.execute(
            _UPSERT, {**kept.model_dump(), "salt": salt, "checksum": checksum_of(salt, key)}
        )
        before = _told(found[0]) if found else None
        record(
            connection,
            by=by,
            act="register",
            subject=f"key:{name}",
            reason=reason,
            before=before,
            after=_told(kept),
        )
    return kept


def registered_keys(database: Database) -> tuple[RegisteredKey, ...]:
    """By name. Raises: StoreError."""
    with short_transaction(database, "list the keys") as connection:
        found = connection.execute(f"{SELECT} order by name").fetchall()
    return tuple(registered(row) for row in found)


def retire_key(database: Database, name: str, *, by: str, reason: str) -> None:
    """Nothing reads it from now on; a client that holds it does so for five minutes at most.

    Raises: AssetNotFound, InvalidRequest without a reason, StoreError.
    """
    _give_reason(reason)
    with short_transaction(database, "retire a key") as connection:
        found = look_up(connection, name)
        if found is None:
            raise AssetNotFound(f"no key {name!r} is registered;", "see canvas keys list")
        connection.execute("delete from canvas.model_key where name = %s", (name,))
        record(
            connection,
            by=by,
            act="retire",
            subject=f"key:{name}",
            reason=reason,
            before=_told(found[0]),
        )


def _fit_to_keep(
    name: str,
    reference: str,
    reason: str,
    not_before: datetime | None,
    expires_at: datetime | None,
) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name!r} cannot be a key's name;", "small letters, digits, - and _, a letter first"
        )
    if not re.fullmatch(r"(env|file):.+", reference):
        raise InvalidRequest(
            "a key is registered by where it is, never by its text;", "write env:NAME or file:/path"
        )
    _give_reason(reason)
    for instant in (not_before, expires_at):
        if instant is not None and instant.tzinfo is None:
            raise InvalidRequest(f"{instant} names no time zone;", "add one, e.g. +09:00")
    now = datetime.now(UTC)
    if expires_at is not None and expires_at <= max(now, not_before or now):
        raise InvalidRequest(
            f"the key would expire at {expires_at:%Y-%m-%d %H:%M}, before it can be used;",
            "give a later time",
        )


def _give_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidRequest("keys are written with a reason;", "say why, it stays in the audit")


def _told(key: RegisteredKey) -> dict[str, object]:
    return key.model_dump(mode="json", exclude={"name", "written_at", "written_by"})


_UPSERT = """
insert into canvas.model_key (
    name, reference, salt, checksum, not_before, expires_at, written_at, written_by
) values (
    %(name)s, %(reference)s, %(salt)s, %(checksum)s, %(not_before)s, %(expires_at)s,
    %(written_at)s, %(written_by)s
) on conflict (name) do update set
    reference = excluded.reference, salt = excluded.salt, checksum = excluded.checksum,
    not_before = excluded.not_before, expires_at = excluded.expires_at,
    written_at = excluded.written_at, written_by = excluded.written_by
"""
