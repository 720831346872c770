"""R10: replies of models in the store, found again by what the prompt was made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from dagster_project.contracts.assets.models import ModelPolicy
from dagster_project.contracts.model_call import ModelCall
from dagster_project.llm.delete_old import delete_old
from dagster_project.llm.port import ModelRequest

if TYPE_CHECKING:
    import psycopg

    from dagster_project.store.database import Database

_LOOKED_AT = 20
"""Recordings of one subject among which the nearest is looked for."""
_RENEWED_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a request is known by."""

    subject: bytes
    fits: bytes
    parts: dict[str, str]
    """Name to digest."""

    @classmethod
    def of(cls, request: ModelRequest, policy: ModelPolicy | None) -> Marks:
        """Who may answer is a part too: another model has not answered yet."""
        given = {"models": _who(request.intended, policy), **request.parts}
        parts = {name: _digest(text).hex() for name, text in sorted(given.items())}
        subject = _digest(request.purpose, request.subject)
        fits = _digest(subject.hex(), *(f"{name}={digest}" for name, digest in parts.items()))
        return cls(subject, fits, parts)

    def moved(self, kept: Mapping[str, str]) -> tuple[str, ...]:
        """Parts that are not as in a recording."""
        names = sorted({*self.parts, *kept})
        return tuple(name for name in names if self.parts.get(name) != kept.get(name))


@dataclass(frozen=True, slots=True)
class Recording:
    """One kept reply."""

    seq: int
    provider: str
    model: str
    reply: str
    """JSON, as the model's value was read from it."""
    recorded_at: datetime
    recorded_by: str


def newest(connection: psycopg.Connection[Any], marks: Marks, limit: int = 1) -> list[Recording]:
    """Recordings that fit, newest first."""
    rows = connection.execute(
        "select seq, provider, model, reply, recorded_at, recorded_by"
        " from canvas.model_recording where fits = %s order by seq desc limit %s",
        (marks.fits, limit),
    ).fetchall()
    return [Recording(*row) for row in rows]


def moved_parts(connection: psycopg.Connection[Any], marks: Marks) -> tuple[str, ...] | None:
    """What differs from the nearest recording of the same subject; None: it has none."""
    rows = connection.execute(
        "select parts from canvas.model_recording where subject = %s order by seq desc limit %s",
        (marks.subject, _LOOKED_AT),
    ).fetchall()
    return min((marks.moved(row[0]) for row in rows), key=len, default=None)


def any_recording(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("select exists (select from canvas.model_recording)").fetchone()
    return bool(row and row[0])


def keep(
    connection: psycopg.Connection[Any],
    marks: Marks,
    call: ModelCall,
    trace_id: str,
    after: int | None,
) -> Recording:
    """Add a reply, unless one that fits came in after `after`: then that one; None: add it anyway.

    In one transaction. Where several ask the same at once, all go on with the reply that was first.
    """
    turn = int.from_bytes(marks.fits[:8], "big", signed=True)
    connection.execute("select pg_advisory_xact_lock(%s)", (turn,))
    found = newest(connection, marks)
    if after is not None and found and found[0].seq > after:
        return found[0]
    row = connection.execute(
        "insert into canvas.model_recording (subject, fits, parts, purpose, prompt, provider,"
        " model, reply, tokens_in, tokens_out, cost_usd, recorded_by)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning seq, recorded_at",
        (
            marks.subject,
            marks.fits,
            json.dumps(marks.parts),
            call.purpose,
            call.prompt,
            call.provider,
            call.model,
            canonical(call.parsed),
            call.tokens_in,
            call.tokens_out,
            call.cost_usd,
            trace_id,
        ),
    ).fetchone()
    assert row is not None
    return Recording(row[0], call.provider, call.model, canonical(call.parsed), row[1], trace_id)


def renew(connection: psycopg.Connection[Any], recording: Recording) -> None:
    """Effects: a reply that was kept long ago once more, so that a prune sees that it is in use."""
    if datetime.now(UTC) - recording.recorded_at < _RENEWED_AFTER:
        return
    columns = (
        "subject, fits, parts, purpose, prompt, provider, model, reply, tokens_in, tokens_out,"
        " cost_usd, recorded_by"
    )
    connection.execute(
        f"insert into canvas.model_recording ({columns})"
        f" select {columns} from canvas.model_recording where seq = %s",
        (recording.seq,),
    )


def canonical(parsed: Any) -> str:
    """The same text for the same JSON. Raises: TypeError for what no JSON holds."""
    return orjson.dumps(parsed, option=orjson.OPT_SORT_KEYS).decode()


def prune_recordings(database: Database, before: datetime, *, dry_run: bool = False) -> int:
    """Delete replies neither kept nor used since `before` whose question has a newer one.

    Shape: how many went. The newest reply of a question stays, however old, and so does all of the
    last two weeks: use is noted once a week. Raises: StoreError.
    """
    statement = (
        "delete from canvas.model_recording old"
        " where recorded_at < least(%s, now() - interval '14 days') and exists ("
        " select from canvas.model_recording newer"
        " where newer.subject = old.subject and newer.seq > old.seq)"
    )
    return delete_old(database, statement, before, dry_run=dry_run)


def _who(intended: str | None, policy: ModelPolicy | None) -> str:
    """What the policy means by the model that the prompt names; by all of them where it names
    none. Prices, limits and waiting times change no reply."""
    models = policy.models if policy is not None else ()
    meant = [m for m in models if m.name == intended] or models
    told = sorted(f"{m.name} {m.provider} {m.model} {m.temperature}" for m in meant)
    return "\n".join((intended or "", *told))


def _digest(*texts: str) -> bytes:
    found = blake2b(digest_size=16)
    for text in texts:
        found.update(text.encode())
        found.update(b"\x00")
    return found.digest()
