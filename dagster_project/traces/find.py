"""T2: traces by id, by stage, and lists with filters; always those of one tenant only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg
from pydantic import Field

from dagster_project.contracts.errors import AssetNotFound, InvalidRequest, StoreError
from dagster_project.contracts.plan import Route
from dagster_project.contracts.replan import Trigger
from dagster_project.contracts.stage import StageInput, StageOutput
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import STAGES, Language, Stage, TraceId, Value
from dagster_project.store.single_statements import single_statements
from dagster_project.traces.question_words import text_query
from dagster_project.traces.read import rebuild

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster_project.store.database import Database

MAX_LISTED = 1_000


class TraceFilter(Value):
    """What a listing keeps; every given field must hold."""

    tenant: str = "default"
    route: Route | None = None
    status: str | None = None
    trigger: Trigger | None = None
    asset: str | None = None
    """`kind:name` for every version, or `kind:name:version`."""
    user: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Half-open: created at `since` or later, and before `until`."""
    test_mode: bool | None = None
    min_cost_usd: float | None = Field(default=None, ge=0)
    """What its calls of models cost, or more."""
    text: str | None = None
    """Words of the question, in any order; a word's beginning is enough."""
    limit: int = Field(default=50, ge=1, le=MAX_LISTED)
    before: TraceId | None = None
    """The last id of the page before: the list goes on with the next older trace."""


class TraceSummary(Value):
    trace_id: TraceId
    parent_trace_id: TraceId | None
    tenant: str
    user: str
    question: str
    language: Language
    route: Route
    status: str
    release_id: str
    triggers: tuple[Trigger, ...]
    test_mode: bool
    duration_ms: float
    tokens_in: int
    tokens_out: int
    cost_usd: float
    created_at: datetime


class StageRecord(Value):
    """One run of a stage: what it was given, and what it put out."""

    input: StageInput | None
    output: StageOutput


def get(database: Database, trace_id: str, *, tenant: str = "default") -> Trace:
    """The whole trace, as it was kept. Raises: AssetNotFound, StoreError."""
    with single_statements(database, "read traces") as connection:
        row = connection.execute(
            "select body from canvas.trace where trace_id = %s and tenant = %s",
            (trace_id, tenant),
            binary=True,
        ).fetchone()
        if row is None:
            raise _not_found(connection, trace_id, tenant)

        def fetch(digests: list[bytes]) -> Iterator[Any]:
            return iter(
                connection.execute(
                    "select digest, body from canvas.payload where digest = any(%b::bytea[])",
                    (digests,),
                    binary=True,
                )
            )

        try:
            return rebuild(TraceId(trace_id), row[0], fetch)
        except StoreError:
            if _is_there(connection, trace_id):
                raise
            raise _not_found(connection, trace_id, tenant) from None  # it was pruned meanwhile


def get_stage(
    database: Database, trace_id: str, stage: Stage, *, tenant: str = "default"
) -> tuple[StageRecord, ...]:
    """Every run of one stage, in order; several when the ask went round again.

    Raises: AssetNotFound, also when the route has no such stage.
    """
    trace = get(database, trace_id, tenant=tenant)
    found = runs_of(trace, stage)
    if not found:
        ran = [name for name in STAGES if any(o.stage == name for o in trace.stage_outputs)]
        raise AssetNotFound(
            f"The trace {trace_id} has no stage {stage!r}: its route is {trace.route}.",
            f"It ran {', '.join(ran)}.",
        )
    return found


def runs_of(trace: Trace, stage: Stage) -> tuple[StageRecord, ...]:
    inputs = [given for given in trace.stage_inputs if given.stage == stage]
    outputs = [output for output in trace.stage_outputs if output.stage == stage]
    inputs_or_none = [*inputs, *[None] * len(outputs)]
    return tuple(
        StageRecord(input=given, output=output)
        for given, output in zip(inputs_or_none, outputs, strict=False)
    )


_LISTED = """
select trace_id, parent_trace_id, tenant, user_name as "user", question, language, route, status,
       release_id, triggers, test_mode, duration_ms, tokens_in, tokens_out, cost_usd, created_at
from canvas.trace where """
_CONDITIONS = {
    "tenant": "tenant = %(tenant)s",
    "route": "route = %(route)s",
    "status": "status = %(status)s",
    "trigger": "%(trigger)s = any(triggers)",
    "user": "user_name = %(user)s",
    "since": "created_at >= %(since)s",
    "until": "created_at < %(until)s",
    "test_mode": "test_mode = %(test_mode)s",
    "min_cost_usd": "cost_usd >= %(min_cost_usd)s",
}
# Versions come from the registry, so that the index over `assets` serves this too.
_ANY_VERSION = """assets && (
    select array_agg(%(asset)s || ':' || number) || (%(asset)s || ':draft')
    from canvas.asset_version where kind = %(kind)s and name = %(name)s)"""


def search(database: Database, wanted: TraceFilter) -> tuple[TraceSummary, ...]:
    """Newest first. Raises: InvalidRequest, AssetNotFound for an unknown `before`, StoreError."""
    values: dict[str, object] = wanted.model_dump(exclude_none=True)
    conditions = [text for field, text in _CONDITIONS.items() if field in values]
    if wanted.asset is not None:
        conditions.append(_asset_condition(wanted.asset, values))
    if wanted.text is not None:
        values["query"] = _words(wanted.text)
        conditions.append("to_tsvector('simple', question) @@ to_tsquery('simple', %(query)s)")
    with single_statements(database, "read traces") as connection:
        if wanted.before is not None:
            values["at"] = _created_at(connection, wanted.before, wanted.tenant)
            conditions.append(
                "created_at <= %(at)s and (created_at < %(at)s or trace_id < %(before)s)"
            )
        order = " order by created_at desc, trace_id desc limit %(limit)s"
        statement = _LISTED + " and ".join(conditions) + order
        cursor = connection.execute(statement, values)  # pyright: ignore[reportArgumentType]
        names = [column.name for column in cursor.description or ()]
        return tuple(
            TraceSummary.model_validate(dict(zip(names, row, strict=True))) for row in cursor
        )


def _asset_condition(asset: str, values: dict[str, object]) -> str:
    match asset.split(":"):
        case [kind, name]:
            values |= {"kind": kind, "name": name}
            return _ANY_VERSION
        case [_, _, _]:
            return "assets @> array[%(asset)s]"
        case _:
            raise InvalidRequest(
                f"{asset!r} does not name an asset.",
                "Write `kind:name` or `kind:name:version`, for example `query:ci_status:3`.",
            )


def _words(text: str) -> str:
    if query := text_query(text):
        return query
    raise InvalidRequest(
        f"{text!r} holds no word to look for.", "Give one or more words of the question."
    )


def _created_at(connection: psycopg.Connection[Any], trace_id: str, tenant: str) -> datetime:
    row = connection.execute(
        "select created_at from canvas.trace where trace_id = %s and tenant = %s",
        (trace_id, tenant),
    ).fetchone()
    if row is None:
        raise _not_found(connection, trace_id, tenant)
    return row[0]


_NEIGHBOURS = """
(select trace_id from canvas.trace where tenant = %(tenant)s and trace_id >= %(id)s
 order by trace_id limit 20)
union all
(select trace_id from canvas.trace where tenant = %(tenant)s and trace_id < %(id)s
 order by trace_id desc limit 20)
"""


def _is_there(connection: psycopg.Connection[Any], trace_id: str) -> bool:
    statement = "select 1 from canvas.trace where trace_id = %s"
    return connection.execute(statement, (trace_id,)).fetchone() is not None


def _not_found(connection: psycopg.Connection[Any], trace_id: str, tenant: str) -> AssetNotFound:
    from rapidfuzz import process

    rows = connection.execute(_NEIGHBOURS, {"tenant": tenant, "id": trace_id.upper()}).fetchall()
    best = process.extractOne(trace_id.upper(), [row[0] for row in rows], score_cutoff=60)
    hint = f"Did you mean {best[0]}?" if best else "`canvas trace list` shows the newest."
    return AssetNotFound(f"There is no trace {trace_id!r} of the tenant {tenant!r}.", hint)
