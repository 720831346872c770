"""`canvas prune` deletes as the policy says, and says what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from traces.prune_examples import aged
from traces.trace_examples import table_trace

from cli.conftest import Kept, runner
from dagster_project.store.audit import audit_rows
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.keep import keep

DAYS = (0, 5, 29, 31, 40)


@pytest.fixture
def site(make_settings: Callable[..., Settings]) -> Iterator[Kept]:
    """The shipped site with traces of several ages, counted from the machine's clock."""
    settings = make_settings()
    with open_database(settings) as database:
        for seed, days in enumerate(DAYS):
            keep(database, aged(table_trace(seed, rows=2), _days_ago(days)))
        yield Kept(database, runner(settings))


def _days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days, minutes=5)


def test_the_policy_in_force_decides(site: Kept) -> None:
    """Without options the shipped policy's 30 days hold; the report is one JSON object."""
    dry = site.run("prune", "--dry-run", "--json")
    real = site.run("prune", "--json", "--by", "operator-1")

    assert dry.exit_code == 0, dry.output
    before, report = orjson.loads(dry.stdout), orjson.loads(real.stdout)
    assert (before["dry_run"], report["dry_run"]) == (True, False)
    assert before["deleted"] == report["deleted"] == 2
    assert report["kept"] == {"young": 3}
    assert {size["table"] for size in report["tables"]} > {"canvas.trace", "canvas.payload"}
    assert audit_rows(site.database, "traces")[0].by == "operator-1"


def test_days_stand_in_for_the_policy(site: Kept) -> None:
    """`--days` is another age for this one time."""
    report = orjson.loads(site.run("prune", "--days", "4", "--json").stdout)

    assert (report["deleted"], report["kept"]) == (4, {"young": 1})


def test_old_calls_of_models_go_too(site: Kept) -> None:
    """Rows of the ledger older than the retention go, in a dry run none, and a day's sum stays."""
    with site.database.pool.connection() as connection:
        connection.execute(
            "insert into canvas.model_call (at, trace_id, tenant, user_name, purpose, prompt,"
            " provider, model, outcome, format, tokens_in, tokens_out, cost_usd, elapsed_ms)"
            " select now() - days * interval '1 day', 't', 'default', 'kim', 'route_plan', 'p:1',"
            " 'site', 'main', 'ok', 'text', 1, 1, 0.1, 1 from unnest(%s::int[]) as days",
            (list(DAYS),),
        )
    dry = orjson.loads(site.run("prune", "--dry-run", "--json").stdout)
    real = orjson.loads(site.run("prune", "--json").stdout)
    again = orjson.loads(site.run("prune", "--json").stdout)

    gone = [r["model_calls_deleted"] for r in (dry, real, again)]
    assert gone == [2, 2, 0]


def test_the_report_is_readable(site: Kept) -> None:
    """On a pipe: what went, what stays and why, and the tables' sizes."""
    told = site.run("prune", "--dry-run").stdout

    assert "would delete 2 traces created before" in told
    assert "kept: 3 young; the oldest of " in told
    assert "canvas.payload" in told
    assert "deleted 2 traces" in site.run("prune").stdout


@pytest.mark.parametrize("days", ["0", "-3", "36501", "soon"])
def test_days_that_are_no_age_are_refused(site: Kept, days: str) -> None:
    """Nothing is deleted for a number of days that makes no sense."""
    result = site.run("prune", "--days", days, "--json")

    assert result.exit_code == 2
    assert orjson.loads(result.stdout)["code"] == "INVALID_PARAMS"
    assert orjson.loads(site.run("prune", "--dry-run", "--json").stdout)["deleted"] == 2
