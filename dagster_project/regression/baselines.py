"""B23: what cases are compared with. A baseline changes only by an act with a name and a reason."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.night import CaseResult, Fingerprint
from dagster_project.contracts.value import ReleaseId, TraceId, Value
from dagster_project.regression import nights
from dagster_project.store.audit import record
from dagster_project.store.single_statements import single_statements

if TYPE_CHECKING:
    from dagster_project.store.database import Database


class Baseline(Value):
    trace_id: TraceId
    release_id: ReleaseId
    fingerprint: Fingerprint
    assets: dict[str, str]
    """What it read: asset id to content hash."""


_NEWEST = """
select distinct on (case_id) case_id, trace_id, release_id, fingerprint, assets
from canvas.golden_baseline
where suite = %(suite)s and (%(cases)s::text[] is null or case_id = any(%(cases)s))
order by case_id, seq desc
"""
_PAGE = 100
_PAGES_HELD = 4


class Shelf:
    """Baselines of a suite's cases, read page by page in the order in which the cases run, so that
    a suite of ten thousand holds a few hundred at a time. Safe from many threads."""

    def __init__(self, database: Database, suite: str, case_ids: Sequence[str]) -> None:
        self._database, self._suite, self._case_ids = database, suite, case_ids
        self._place = {case_id: place for place, case_id in enumerate(case_ids)}
        self._pages: OrderedDict[int, dict[str, Baseline]] = OrderedDict()
        self._lock = Lock()

    def get(self, case_id: str) -> Baseline | None:
        """None for a case without a baseline. Raises: StoreError."""
        place = self._place.get(case_id)
        if place is None:
            return None
        number = place // _PAGE
        with self._lock:
            if number not in self._pages:
                cases = self._case_ids[number * _PAGE : (number + 1) * _PAGE]
                self._pages[number] = baselines(self._database, self._suite, cases)
                while len(self._pages) > _PAGES_HELD:
                    self._pages.popitem(last=False)
            return self._pages[number].get(case_id)


def baselines(
    database: Database, suite: str, cases: Sequence[str] | None = None
) -> dict[str, Baseline]:
    """By case; of all, or of those named. A case that was taken out has none.

    Raises: StoreError.
    """
    wanted = {"suite": suite, "cases": None if cases is None else list(cases)}
    with single_statements(database, "read baselines") as connection:
        rows = connection.execute(_NEWEST, wanted).fetchall()
    return {
        case_id: Baseline(
            trace_id=trace_id, release_id=release_id, fingerprint=fingerprint, assets=assets
        )
        for case_id, trace_id, release_id, fingerprint, assets in rows
        if trace_id is not None
    }


def replans_of_baselines(database: Database, suite: str) -> dict[str, int]:
    """Case to the replans of its baseline. Raises: StoreError."""
    newest = "select distinct on (case_id) case_id, fingerprint from canvas.golden_baseline"
    with single_statements(database, "read baselines") as connection:
        rows = connection.execute(
            f"select case_id, (fingerprint ->> 'replans')::int from ({newest}"
            " where suite = %s order by case_id, seq desc) newest where fingerprint is not null",
            (suite,),
        ).fetchall()
    return dict(rows)


def bless(
    database: Database, night_id: int, by: str, reason: str, cases: Sequence[str] = ()
) -> tuple[str, ...]:
    """Answers of a night become the baselines of their cases: all that passed, or those named,
    whatever their outcome.

    Shape: ids of the cases. Effects: rows of baselines and of the audit, in one commit.
    Raises: InvalidRequest without a name or a reason, or for a case that has no answer.
    """
    _attributed(by, reason)
    night = nights.get_night(database, night_id)
    found = {result.case_id: result for result in nights.results(database, night_id)}
    for case_id in cases:
        if case_id not in found or found[case_id].trace_id is None:
            raise AssetNotFound(
                f"Night {night_id} of {night.suite} has no answer of a case {case_id!r}.",
                f"`canvas golden show {night_id} --all` lists its cases.",
            )
    chosen = [found[case_id] for case_id in cases] or [
        result for result in found.values() if result.outcome == "passed" and not result.generated
    ]
    with database.pool.connection() as connection:
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into canvas.golden_baseline"
                ' (suite, case_id, trace_id, release_id, fingerprint, assets, "by", reason, at)'
                " values (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())",
                [(*_row(night.suite, night.release_id, r), by, reason) for r in chosen],
            )
        blessed = tuple(result.case_id for result in chosen)
        record(
            connection,
            by=by,
            act="bless",
            subject=f"suite:{night.suite}",
            reason=reason,
            after={"night": night_id, "cases": blessed},
        )
    return blessed


def retire(database: Database, suite: str, case_id: str, by: str, reason: str) -> None:
    """A case may be skipped or gone from now on without turning its suite red.

    Raises: InvalidRequest, AssetNotFound for a case that never had a baseline nor ran.
    """
    _attributed(by, reason)
    with database.pool.connection() as connection:
        known = connection.execute(
            "select 1 from canvas.golden_baseline where suite = %(suite)s and case_id = %(case)s"
            " union all select 1 from canvas.golden_result join canvas.golden_night on night = id"
            " where suite = %(suite)s and case_id = %(case)s limit 1",
            {"suite": suite, "case": case_id},
        ).fetchone()
        if known is None:
            raise AssetNotFound(
                f"The suite {suite!r} never ran a case {case_id!r}.", "See `canvas golden list`."
            )
        connection.execute(
            "insert into canvas.golden_baseline"
            ' (suite, case_id, release_id, "by", reason, at)'
            " values (%s, %s, '', %s, %s, clock_timestamp())",
            (suite, case_id, by, reason),
        )
        record(
            connection,
            by=by,
            act="retire",
            subject=f"suite:{suite}",
            reason=reason,
            before={"case": case_id},
        )


def retired(database: Database, suite: str) -> frozenset[str]:
    """Cases whose newest act took them out."""
    with single_statements(database, "read baselines") as connection:
        rows = connection.execute(
            "select case_id from (select distinct on (case_id) case_id, trace_id"
            " from canvas.golden_baseline where suite = %s order by case_id, seq desc) newest"
            " where trace_id is null",
            (suite,),
        ).fetchall()
    return frozenset(row[0] for row in rows)


def _attributed(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise InvalidRequest(
            f"A baseline changes only with a name and a reason; by is {by!r}, reason {reason!r}.",
            "Give --by and --reason.",
        )


def _row(suite: str, release_id: str, result: CaseResult) -> tuple[object, ...]:
    import orjson

    assert result.fingerprint is not None
    return (
        suite,
        result.case_id,
        result.trace_id,
        release_id,
        result.fingerprint.model_dump_json(),
        orjson.dumps(result.assets).decode(),
    )
