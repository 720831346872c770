"""Writes traces: a statement each, one durable commit, nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psycopg
from pydantic_core import to_json

from dagster_project.contracts.errors import InvalidRequest, StoreError
from dagster_project.contracts.trace import Trace
from dagster_project.store.single_statements import single_statements
from dagster_project.traces.content import LIFTED, content_of, digest, previous_output
from dagster_project.traces.model_calls import FIELD, lift_calls
from dagster_project.traces.packing import pack_body, pack_payload
from dagster_project.traces.redact import PROCESS_WALL, SecretWall
from dagster_project.traces.replan_facts import replan_facts

if TYPE_CHECKING:
    from dagster_project.store.database import Database

_ELSEWHERE: Any = {
    "stage_outputs": True,
    "applied_assets": True,
    "asset_versions": True,
    "stage_inputs": {"__all__": {"applied_assets"}},
}
Payloads = dict[bytes, tuple[bytes, bytes | None, bytes]]
"""By digest: content, digest of what it leans on, content of that."""
_WRITE = """
with kept as (
    insert into canvas.payload (digest, body)
    select digest, body
    from unnest(%(digests)b::bytea[], %(payloads)b::bytea[]) as given (digest, body)
    on conflict (digest) do nothing
)
insert into canvas.trace (
    trace_id, parent_trace_id, tenant, user_name, question, language, route, status, release_id,
    triggers, assets, test_mode, duration_ms, tokens_in, tokens_out, cost_usd, created_at, body,
    replans
) values (
    %(trace_id)s, %(parent_trace_id)s, %(tenant)s, %(user)s, %(question)s, %(language)s, %(route)s,
    %(status)s, %(release_id)s, %(triggers)s, %(assets)s, %(test_mode)s, %(duration_ms)s,
    %(tokens_in)s, %(tokens_out)s, %(cost_usd)s, %(created_at)s, %(body)b, %(replans)s::jsonb
)
"""


def keep(database: Database, trace: Trace, *, wall: SecretWall = PROCESS_WALL) -> None:
    """Make the trace last; when this returns it survives a crash of everything.

    Effects: one commit. Stage inputs may leave `prev_output` open; it is known on reading.
    Raises: InvalidRequest when the trace is kept already, StoreError when it cannot be written.
    """
    row = _whole_row(trace, wall)
    with single_statements(database, "write a trace") as connection:
        try:
            connection.execute(_WRITE, row, prepare=True)
        except psycopg.errors.UniqueViolation as error:
            raise InvalidRequest(
                f"The trace {trace.trace_id} is kept already; a trace is written once.",
                "Ask again for a trace of its own.",
            ) from error


def keep_in(connection: psycopg.Connection[Any], trace: Trace) -> None:
    """The same within a caller's transaction: it lasts when that is committed.

    Raises: psycopg.Error.
    """
    connection.execute(_WRITE, _whole_row(trace, PROCESS_WALL), prepare=True)


def keep_all(
    database: Database, traces: Sequence[Trace], *, wall: SecretWall = PROCESS_WALL
) -> None:
    """Make many traces last together, in one commit: for asks that nobody waits for.

    Raises: as `keep`; then none of them is kept.
    """
    if not traces:
        return
    rows = [_row(trace, wall) for trace in traces]
    payloads: Payloads = {}
    for _, own in rows:
        payloads |= own
    # All payloads with the first row, so that they are in order over the whole commit.
    given = [_packed(payloads), *[_packed({})] * (len(rows) - 1)]
    try:
        with database.pool.connection() as connection, connection.cursor() as cursor:
            cursor.executemany(
                _WRITE, [own | shared for (own, _), shared in zip(rows, given, strict=True)]
            )
    except psycopg.errors.UniqueViolation as error:
        raise InvalidRequest(
            f"One of {len(traces)} traces is kept already; a trace is written once.",
            "Ask again for traces of their own.",
        ) from error
    except psycopg.Error as error:
        raise StoreError(
            f"The database could not write {len(traces)} traces: {error}.",
            "See that the database runs (`canvas status`).",
        ) from error


def _whole_row(trace: Trace, wall: SecretWall) -> dict[str, Any]:
    values, payloads = _row(trace, wall)
    return values | _packed(payloads)


def _packed(payloads: Payloads) -> dict[str, Any]:
    """Sorted by digest: two writers of the same payloads then cannot deadlock."""
    found = {name: pack_payload(*payloads[name]) for name in sorted(payloads)}
    return {"digests": list(found), "payloads": list(found.values())}


def _row(trace: Trace, wall: SecretWall) -> tuple[dict[str, Any], Payloads]:
    """The statement's values, and the payloads it leans on; a secret that turns up is replaced
    everywhere first."""
    outputs = [content_of(output, trace.trace_id) for output in trace.stage_outputs]
    calls = lift_calls(trace.stage_outputs)
    rest = _with_calls(trace.model_dump_json(exclude=_ELSEWHERE).encode(), calls.body)
    contents = [_assets(trace), *(content for content, _ in outputs), *calls.pieces]
    if any(map(wall.meets, (rest, *contents, *calls.whole))):
        cleaned = wall.clean(trace)
        return _row(cleaned, SecretWall())
    lifted = [value for _, values in outputs for value in values]
    text = LIFTED.join([rest, *lifted])
    digests = [digest(content) for content in contents]
    values = {
        "body": pack_body(text, digests, contents),
        "trace_id": trace.trace_id,
        "parent_trace_id": trace.parent_trace_id,
        "tenant": trace.tenant,
        "user": trace.user,
        "question": trace.question,
        "language": trace.language,
        "route": trace.route,
        "status": trace.status,
        "release_id": trace.release_id,
        "triggers": sorted({event.trigger for event in trace.replan_events}),
        "assets": [f"{asset}:{number}" for asset, number in trace.applied_assets.items()],
        "test_mode": trace.test_mode,
        "duration_ms": trace.duration_ms,
        "tokens_in": trace.tokens_in,
        "tokens_out": trace.tokens_out,
        "cost_usd": trace.cost_usd,
        "created_at": trace.created_at,
        "replans": _replans(trace),
    }
    return values, _payloads(trace, digests, contents)


def _with_calls(rest: bytes, calls: dict[str, Any] | None) -> bytes:
    """The body's JSON object with one more field; most have none."""
    return rest if calls is None else b'%s,"%s":%s}' % (rest[:-1], FIELD.encode(), to_json(calls))


def _replans(trace: Trace) -> str | None:
    """What the ledger counts of this trace; most have nothing."""
    return to_json(replan_facts(trace)).decode() if trace.replan_events else None


def _assets(trace: Trace) -> bytes:
    """What the trace and its stages read, as one payload: asks of one kind read the same."""
    return to_json(
        {
            "applied_assets": trace.applied_assets,
            "asset_versions": trace.asset_versions,
            "inputs": [given.applied_assets for given in trace.stage_inputs],
        }
    )


def _payloads(trace: Trace, digests: list[bytes], contents: list[bytes]) -> Payloads:
    """Assets first, then each output, then what models were asked; outputs lean on each other."""
    stages = [output.stage for output in trace.stage_outputs]
    alone = (0, *range(len(stages) + 1, len(contents)))
    found: Payloads = {digests[place]: (contents[place], None, b"") for place in alone}
    for position, stage in enumerate(stages):
        base = previous_output(position, stage, stages)
        content, name = contents[position + 1], digests[position + 1]
        found[name] = (
            (content, None, b"")
            if base is None
            else (content, digests[base + 1], contents[base + 1])
        )
    return found
