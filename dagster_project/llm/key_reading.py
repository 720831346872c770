"""L3: the key behind a reference, held against what was registered; each read is in the audit."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from dagster_project.contracts.errors import CanvasError
from dagster_project.contracts.value import Value
from dagster_project.llm.short_transaction import short_transaction
from dagster_project.store.audit import record
from sources.errors import SourceUnavailable
from sources.secrets import resolve_reference

if TYPE_CHECKING:
    import psycopg

    from dagster_project.store.database import Database


class KeyRefused(CanvasError):
    """There is no key to use: not registered, out of its time, changed, or not there."""

    code = "AUTH_FAILED"


class RegisteredKey(Value):
    """What is known of a key without the key."""

    name: str
    reference: str
    """`env:NAME` or `file:/path`."""
    not_before: datetime | None
    expires_at: datetime | None
    written_at: datetime
    written_by: str


def read_key(
    database: Database,
    reference: str,
    *,
    by: str,
    reason: str,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """The key behind `key:NAME`, `env:NAME` or `file:/path`.

    Effects: an audit row, whether there is one or not; a read that cannot be told is refused.
    Raises: KeyRefused, StoreError.
    """
    name = reference.removeprefix("key:")
    try:
        key = (
            _read_registered(database, name, environ)
            if reference.startswith("key:")
            else resolve_key(name, reference, environ)
        )
    except KeyRefused as refused:
        note_in_audit(database, "fail", name, by, f"{refused.reason} ({reason})")
        raise
    note_in_audit(database, "read", name, by, reason)
    return key


def check_key(
    database: Database, name: str, *, by: str, environ: Mapping[str, str] = os.environ
) -> str:
    """What is wrong with a registered key and what to do; empty when it can be used.

    Effects: it is read, so the audit has it. Raises: StoreError.
    """
    try:
        read_key(database, f"key:{name}", by=by, reason="checked", environ=environ)
    except KeyRefused as refused:
        return str(refused)
    return ""


def look_up(
    connection: psycopg.Connection[Any], name: str
) -> tuple[RegisteredKey, bytes, bytes] | None:
    """What is registered under a name, its salt and its checksum."""
    found = connection.execute(f"{SELECT} where name = %s", (name,)).fetchone()
    return None if found is None else (registered(found), bytes(found[6]), bytes(found[7]))


def registered(row: tuple[object, ...]) -> RegisteredKey:
    """Of a row of `SELECT`."""
    fields = zip(RegisteredKey.model_fields, row[:6], strict=True)
    return RegisteredKey.model_validate(dict(fields))


def resolve_key(name: str, reference: str, environ: Mapping[str, str]) -> str:
    """Raises: KeyRefused when there is nothing that could be a key."""
    try:
        key = resolve_reference(reference, source=name, environ=environ).strip()
    except SourceUnavailable as missing:
        advice = missing.instruction.replace("the source's reference", "the reference")
        raise KeyRefused(missing.reason, advice) from missing
    if not key or not key.isascii() or not key.isprintable():
        raise KeyRefused(
            f"what is behind {reference} cannot be a key: it is empty or has characters that no"
            " header can carry.",
            "Put the key there, on one line.",
        )
    return key


def checksum_of(salt: bytes, key: str) -> bytes:
    return hmac.digest(salt, key.encode(), "sha256")


def note_in_audit(
    database: Database, act: Literal["read", "fail"], name: str, by: str, reason: str
) -> None:
    """Effects: one audit row. Raises: StoreError."""
    with short_transaction(database, "keep who read a key") as connection:
        record(connection, by=by, act=act, subject=f"key:{name}", reason=reason)


def _read_registered(database: Database, name: str, environ: Mapping[str, str]) -> str:
    with short_transaction(database, "read a registered key") as connection:
        found = look_up(connection, name)
    if found is None:
        raise KeyRefused(
            f"no key {name!r} is registered.", f"Register it: canvas keys set {name} env:NAME"
        )
    kept, salt, checksum = found
    now = datetime.now(UTC)
    anew = f"Register it anew: canvas keys set {name} {kept.reference}"
    if kept.not_before is not None and now < kept.not_before:
        raise KeyRefused(f"the key {name!r} is not valid before {kept.not_before:%Y-%m-%d %H:%M}.")
    if kept.expires_at is not None and now >= kept.expires_at:
        raise KeyRefused(f"the key {name!r} expired at {kept.expires_at:%Y-%m-%d %H:%M}.", anew)
    key = resolve_key(name, kept.reference, environ)
    if not hmac.compare_digest(checksum, checksum_of(salt, key)):
        raise KeyRefused(
            f"the key behind {kept.reference} is not the one that was registered as {name!r}.", anew
        )
    return key


SELECT = (
    "select name, reference, not_before, expires_at, written_at, written_by, salt, checksum"
    " from canvas.model_key"
)
