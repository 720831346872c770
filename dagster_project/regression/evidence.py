"""B7: all that a person needs to decide on a rollback, gathered once when the request is filed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.night import CaseResult, Night, Reason
from dagster_project.contracts.rollback import DryRun, Evidence, FailedCase
from dagster_project.contracts.trace_diff import StageDiff, TraceDiff
from dagster_project.contracts.value import AssetId
from dagster_project.regression import nights
from dagster_project.regression.golden_files import load_suites
from dagster_project.regression.mixed_release import what_does_not_fit
from dagster_project.regression.model_part import pinned
from dagster_project.regression.rollback_targets import RollbackTargets
from dagster_project.regression.run_suite import run_suite
from dagster_project.store.single_statements import single_statements
from dagster_project.traces import find
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.say import block_text, lines, rows_text, value_text

if TYPE_CHECKING:
    from dagster_project.store.database import Database

MOST_CASES = 20
MOST_MOVES = 200
_MOST_LINES = 24
_MOST_CHARACTERS = 400
_BROKEN = ("failed", "error", "timed_out")


def gather(canvas: Canvas, night: Night, aim: RollbackTargets) -> Evidence:
    """The failing questions with what differs, who is to blame, what else moves, and a dry run.

    At most `MOST_CASES` cases and `MOST_MOVES` moves are listed; a reason says how many more.
    Effects: asks the questions of the dry run; keeps nothing. Raises: StoreError.
    """
    broken = _broken(canvas.database, night)
    moves = also_moves(canvas.database, aim.in_force, aim.targets)
    dry_run, notes = _dry_run(canvas, night, aim, moves)
    reasons = [*night.verdict.reasons, *notes]
    if rest := [result.case_id for result in broken[MOST_CASES:]]:
        text = f"{len(rest)} more case(s) fail; see `canvas golden show {night.id}`"
        reasons.append(Reason(name="more_cases", text=text, cases=tuple(rest[:MOST_MOVES])))
    if len(moves) > MOST_MOVES:
        text = f"{len(moves) - MOST_MOVES} more passing case(s) read what would go back"
        reasons.append(Reason(name="more_moves", text=text))
    return Evidence(
        suite=night.suite,
        night=night.id,
        reasons=tuple(reasons),
        culprits=aim.culprits,
        changed=aim.changed,
        cases=tuple(_failed_cases(canvas.database, aim.green, broken[:MOST_CASES])),
        also_moves=moves[:MOST_MOVES],
        dry_run=dry_run,
    )


_READERS = """
with newest as (
    select distinct on (suite) id, suite from canvas.golden_night
    where seq is not null and whole order by suite, seq desc
)
select suite || '/' || case_id
from canvas.golden_result join newest on night = newest.id
where outcome = 'passed'
  and exists (
    select from unnest(%s::text[], %s::text[]) as moved(asset, content)
    where body -> 'assets' ->> asset = content
  )
order by 1
"""


def also_moves(
    database: Database, in_force: Release, targets: Mapping[AssetId, int | None]
) -> tuple[str, ...]:
    """Passing cases of every suite's newest night that read what would go back, as it is now.

    Shape: `suite/case`.
    """
    leaving = {
        asset_id: in_force.versions[asset_id].asset.content_hash
        for asset_id in targets
        if asset_id in in_force.versions
    }
    with single_statements(database, "read results") as connection:
        rows = connection.execute(_READERS, (list(leaving), list(leaving.values()))).fetchall()
    return tuple(row[0] for row in rows)


# -------------------------------------------------------------------------------------------------


def _dry_run(
    canvas: Canvas, night: Night, aim: RollbackTargets, moves: tuple[str, ...]
) -> tuple[tuple[DryRun, ...], list[Reason]]:
    """The failing suite, and those with cases that move, in the release that would be in force."""
    if unfit := what_does_not_fit(aim.after):
        text = f"the release would not hold together: {unfit[0]}"
        return (), [Reason(name="does_not_fit", text=text)]
    found = load_suites(canvas.settings.home).suites
    wanted = dict.fromkeys([night.suite, *(move.partition("/")[0] for move in moves)])
    runs, notes = [], []
    for name in wanted:
        if name not in found:
            text = f"golden_sets/ has no suite {name!r} any more, so it was not tried"
            notes.append(Reason(name="no_dry_run", text=text))
            continue
        suite = found[name]
        tried = run_suite(
            canvas,
            suite.model_copy(update={"model": pinned(suite.model)}),
            day=night.day,
            started_by="dry_run",
            by="canvas",
            release=aim.after,
            record=False,
        )
        runs.append(DryRun(suite=name, summary=tried.summary, verdict=tried.verdict))
    return tuple(runs), notes


def _broken(database: Database, night: Night) -> list[CaseResult]:
    """Those that the verdict names first."""
    found = nights.results(database, night.id, _BROKEN)
    named = {case for reason in night.verdict.reasons for case in reason.cases}
    return sorted(
        (result for result in found if not result.quarantined),
        key=lambda result: (result.case_id not in named, result.case_id),
    )


def _failed_cases(
    database: Database, green: Night, broken: list[CaseResult]
) -> Iterator[FailedCase]:
    with single_statements(database, "read results") as connection:
        green_traces = dict(
            connection.execute(
                "select case_id, trace_id from canvas.golden_result"
                " where night = %s and case_id = any(%s)",
                (green.id, [result.case_id for result in broken]),
            ).fetchall()
        )
    for result in broken:
        before = green_traces.get(result.case_id) or result.baseline_trace_id
        yield FailedCase(
            case_id=result.case_id,
            question=result.question,
            reason=result.reason,
            trace_id=result.trace_id,
            green_trace_id=before,
            diff=_difference(database, before, result.trace_id),
        )


def _difference(database: Database, before: str | None, after: str | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    try:
        diff = diff_traces(find.get(database, before), find.get(database, after))
    except AssetNotFound as error:
        return (f"cannot be compared: {error}",)
    told = [*lines(diff), *_stage_by_stage(diff)]
    return tuple(text[:_MOST_CHARACTERS] for text in told[:_MOST_LINES])


def _stage_by_stage(diff: TraceDiff) -> Iterator[str]:
    for stage in diff.stages:
        if stage.changed:
            yield f"{stage.stage}: {_status(stage)}"
            yield from (f"  {text}" for text in _inside(stage))


def _status(stage: StageDiff) -> str:
    if stage.left_status == stage.right_status:
        return f"{stage.right_status}, {stage.change_count} place(s) differ"
    return f"{stage.left_status or 'did not run'} → {stage.right_status or 'did not run'}"


def _inside(stage: StageDiff) -> Iterator[str]:
    for rows in stage.rows[:3]:
        yield f"rows of {rows.step}: {rows_text(rows)}"
    for block in stage.blocks[:3]:
        yield block_text(block)
    for change in [c for c in stage.changes if c.path != "/summary"][:3]:
        yield f"{change.path}: {value_text(change.left)} → {value_text(change.right)}"
