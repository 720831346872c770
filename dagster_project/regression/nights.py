"""Nights and their results in the store, and what the past says of a suite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.night import CaseResult, Night, Outcome
from dagster_project.store.single_statements import single_statements

if TYPE_CHECKING:
    from dagster_project.store.database import Database

HISTORY_NIGHTS = 30
_ENDING = 0x63616E76_61730002
"""Nights end one at a time, so that `seq` follows the order in which they can be seen."""


def start_night(database: Database, night: Night, *, whole: bool) -> int:
    """Its id. Until it ends it has no colour, and counts for nothing. Raises: StoreError."""
    with single_statements(database, "start a night") as connection:
        row = connection.execute(
            "insert into canvas.golden_night"
            " (suite, day, started_by, whole, release_id, started_at, body)"
            " values (%s, %s, %s, %s, %s, %s, %s) returning id",
            (
                night.suite,
                night.day,
                night.started_by,
                whole,
                night.release_id,
                night.started_at,
                night.model_dump_json(),
            ),
        ).fetchone()
    assert row is not None
    return row[0]


def write_results(database: Database, night_id: int, results: Sequence[CaseResult]) -> None:
    """Effects: one commit for all of them. Raises: StoreError."""
    with (
        single_statements(database, "write results") as connection,
        connection.cursor() as cursor,
        cursor.copy(
            "copy canvas.golden_result (night, case_id, outcome, attempts, failures, trace_id,"
            " duration_ms, body) from stdin"
        ) as copy,
    ):
        for r in results:
            copy.write_row(
                (
                    night_id,
                    r.case_id,
                    r.outcome,
                    r.attempts,
                    r.failures,
                    r.trace_id,
                    r.duration_ms,
                    r.model_dump_json(exclude_defaults=True),
                )
            )


def end_night(database: Database, night: Night) -> Night:
    """The night with its place in the order of ending. Raises: StoreError."""
    with database.pool.connection() as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (_ENDING,))
        row = connection.execute(
            "select coalesce(max(seq), 0) + 1 from canvas.golden_night"
        ).fetchone()
        assert row is not None
        ended = night.model_copy(update={"seq": row[0]})
        connection.execute(
            "update canvas.golden_night set seq = %s, colour = %s, ended_at = clock_timestamp(),"
            " body = %s where id = %s",
            (ended.seq, ended.verdict.colour, ended.model_dump_json(), ended.id),
        )
    return ended


def get_night(database: Database, night_id: int) -> Night:
    """A night that ended. Raises: AssetNotFound, StoreError."""
    found = _nights(database, "id = %(id)s and seq is not null", {"id": night_id, "limit": 1})
    if not found:
        raise AssetNotFound(
            f"There is no night {night_id} that ended.", "See `canvas golden nights`."
        )
    return found[0]


def newest_nights(
    database: Database, suite: str | None = None, limit: int = 30, before: int | None = None
) -> tuple[Night, ...]:
    """Newest first; of one suite or of all. `before`: the last `seq` of the page before."""
    conditions = [
        "seq is not null" if before is None else "seq < %(before)s",
        *([] if suite is None else ["suite = %(suite)s"]),
    ]
    values = {"suite": suite, "limit": limit, "before": before}
    return _nights(database, " and ".join(conditions), values)


def ended_after(database: Database, seq: int, limit: int = 100) -> tuple[Night, ...]:
    """Oldest first: what a sensor has not seen yet."""
    return _nights(database, "seq > %(seq)s", {"seq": seq, "limit": limit}, direction="asc")


def last_green(database: Database, suite: str, before: int | None = None) -> Night | None:
    """The newest whole night that was green; a night of some cases, or a trial, is none."""
    found = _nights(
        database,
        "suite = %(suite)s and colour = 'green' and whole"
        " and (%(before)s::bigint is null or seq < %(before)s)",
        {"suite": suite, "limit": 1, "before": before},
    )
    return found[0] if found else None


def results(
    database: Database, night_id: int, outcomes: Sequence[Outcome] = ()
) -> tuple[CaseResult, ...]:
    """In order of case ids; of some outcomes, or all. Raises: StoreError."""
    with single_statements(database, "read results") as connection:
        rows = connection.execute(
            "select body from canvas.golden_result where night = %s"
            " and (%s::text[] is null or outcome = any(%s)) order by case_id",
            (night_id, list(outcomes) or None, list(outcomes)),
        ).fetchall()
    return tuple(CaseResult.model_validate(row[0]) for row in rows)


def outcomes(database: Database, night_id: int) -> dict[str, Outcome]:
    """Case to outcome, of written cases: generated ones come and go with the assets."""
    with single_statements(database, "read results") as connection:
        return dict(
            connection.execute(
                "select case_id, outcome from canvas.golden_result"
                " where night = %s and not body @> '{\"generated\": true}'",
                (night_id,),
            ).fetchall()
        )


def record_of_cases(database: Database, suite: str) -> dict[str, tuple[int, int]]:
    """Case to (attempts, failures) over the last green nights: what it does by itself.

    In red nights failures have a cause, so they say nothing of chance; in quarantine neither.
    """
    with single_statements(database, "read results") as connection:
        rows = connection.execute(
            """
            with last as (
                select id, colour from canvas.golden_night
                where suite = %s and seq is not null and whole and colour = 'green'
                order by seq desc limit %s
            )
            select case_id, sum(attempts)::int, sum(failures)::int
            from canvas.golden_result join last on night = last.id
            where outcome not in ('skipped', 'stale') and not body @> '{"quarantined": true}'
            group by case_id
            """,
            (suite, HISTORY_NIGHTS),
        ).fetchall()
    return {case_id: (attempts, failures) for case_id, attempts, failures in rows}


def _nights(
    database: Database,
    condition: str,
    values: dict[str, object],
    direction: str = "desc",
) -> tuple[Night, ...]:
    statement = (
        f"select id, body from canvas.golden_night where {condition}"
        f" order by seq {direction} limit %(limit)s"
    )
    with single_statements(database, "read nights") as connection:
        rows: Iterator[Any] = connection.execute(statement, values)  # pyright: ignore
        return tuple(Night.model_validate({**body, "id": night_id}) for night_id, body in rows)
