"""The job `prune_traces` deletes as the policy says, and its page shows what the tables weigh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from traces.prune_examples import aged, trace_ids
from traces.trace_examples import table_trace

from dagster_project.canvas import Canvas
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.prune import nightly_pruning, prune_traces, trace_retention
from dagster_project.store.database import Database
from dagster_project.store.settings import Settings
from dagster_project.traces.keep import keep


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """Two traces past the shipped policy's age, one of them golden, and one of today."""
    with Canvas.open(settings) as canvas:
        now = datetime.now(UTC)
        for seed, days in enumerate((0, 31, 32)):
            keep(canvas.database, aged(table_trace(seed, rows=2), now - timedelta(days=days)))
        with canvas.database.pool.connection() as connection:
            connection.execute(
                "insert into canvas.golden_baseline"
                ' (suite, case_id, trace_id, release_id, "by", reason, at)'
                " select 'plant', 'c1', min(trace_id), 'r', 'operator-1', 'first', now()"
                " from canvas.trace"
            )
        yield canvas.database


def definitions(settings: Settings) -> dg.Definitions:
    job = prune_traces()
    return dg.Definitions(
        assets=[trace_retention],
        jobs=[job],
        schedules=[nightly_pruning(job, "Asia/Seoul")],
        resources={"canvas": CanvasResource(settings)},
        executor=dg.in_process_executor,
    )


def run(settings: Settings, config: dict[str, object]) -> dict[str, object]:
    """Metadata of the materialization; none when the run failed."""
    result = (
        definitions(settings)
        .resolve_job_def("prune_traces")
        .execute_in_process(
            run_config={"ops": {"trace_retention": {"config": config}}}, raise_on_error=False
        )
    )
    events = result.get_asset_materialization_events()
    return {
        name: entry.value
        for event in events
        for name, entry in event.materialization.metadata.items()
    }


def test_the_job_prunes_and_shows_sizes(settings: Settings, database: Database) -> None:
    """Counts, bytes, the oldest that stays and a table of sizes are on the materialization."""
    metadata = run(settings, {})

    assert len(trace_ids(database)) == 2
    assert (metadata["deleted"], metadata["kept"], metadata["dry_run"]) == (1, 2, False)
    assert "| baseline | 1 |" in str(metadata["kept_by_reason"])
    assert "| canvas.payload |" in str(metadata["tables"])
    assert isinstance(metadata["bytes_before"], int)
    assert metadata["bytes_before"] > 0
    oldest = float(str(metadata["oldest_kept"]))
    assert datetime.now(UTC) - datetime.fromtimestamp(oldest, UTC) > timedelta(days=30)


def test_a_dry_run_deletes_nothing(settings: Settings, database: Database) -> None:
    """The config asks for another age and for words only."""
    metadata = run(settings, {"dry_run": True, "days": 31})

    assert metadata["dry_run"] is True
    assert len(trace_ids(database)) == 3


def test_a_second_prune_fails_with_the_reason(settings: Settings, database: Database) -> None:
    """While one prunes, the run of another fails once and deletes nothing."""
    from dagster_project.traces.prune import _ONE_AT_A_TIME

    with database.pool.connection() as connection:
        connection.execute("select pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))
        assert run(settings, {}) == {}
        connection.execute("select pg_advisory_unlock(%s)", (_ONE_AT_A_TIME,))
    assert len(trace_ids(database)) == 3


def test_it_runs_every_night_of_the_site(settings: Settings) -> None:
    """The schedule is on by default and starts the job at the site's half past three."""
    schedule = definitions(settings).resolve_schedule_def("nightly_pruning")

    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 3 * * *", "Asia/Seoul")
    assert schedule.job_name == "prune_traces"
