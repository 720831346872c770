"""What models cost is put down to days, people, models and versions, and adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest

from dagster_project.contracts.night import CaseResult
from dagster_project.llm.ledger import write_call
from dagster_project.llm.port import Spender
from dagster_project.store.database import Database, open_database
from dagster_project.traces.costs import ADDITIVE, CostBy, CostFilter, CostGroup, costs
from dagster_project.traces.keep import keep
from traces.asked_models import model_call, with_calls
from traces.finished_trace import READ
from traces.trace_examples import table_trace

CALLS = tuple(
    (seed, tenant, user, model_call(seed, model=model, elapsed_ms=ms, tokens=tokens))
    for seed, tenant, user, model, ms, tokens in (
        (1, "default", "kim", "main", 100.0, 1_000),
        (1, "default", "kim", "spare", 300.0, 2_000),
        (2, "default", "lee", "main", 500.0, 4_000),
        (3, "other", "kim", "main", 700.0, 8_000),
    )
)


@pytest.fixture(scope="module")
def spent(make_settings) -> Iterator[Database]:
    """Three asks with four calls, one of which failed, an ask without a model, and a night."""
    with open_database(make_settings()) as database:
        traces = {}
        for seed, tenant, user, _ in CALLS:
            calls = [call for own, *_, call in CALLS if own == seed]
            traces[seed] = with_calls(table_trace(seed, tenant=tenant, user=user), *calls)
        for trace in traces.values():
            keep(database, trace)
        keep(database, table_trace(9, user="kim"))
        for place, (seed, tenant, user, call) in enumerate(CALLS):
            day = date(2026, 1, 15)
            spender = Spender(tenant, user, traces[seed].trace_id, day, 1.0)
            told = call.model_copy(update={"outcome": "server_error"}) if place == 1 else call
            write_call(database, told, spender)
        with database.pool.connection() as connection:
            # Two before midnight in Seoul, two after: one day in UTC, two days there.
            connection.execute(
                "update canvas.model_call set at = timestamptz '2026-01-15 14:30Z'"
                " + (case when elapsed_ms > 400 then interval '1 hour' else interval '0' end)"
            )
        _night(database, 41, date(2026, 1, 14), tokens=(10, 0))
        _night(database, 42, date(2026, 1, 15), tokens=(100, 400))
        yield database


def _night(database: Database, number: int, day: date, tokens: tuple[int, ...]) -> None:
    with database.pool.connection() as connection:
        connection.execute(
            "insert into canvas.golden_night (id, suite, day, started_by, whole, release_id,"
            " started_at, body) overriding system value"
            " values (%s, 'plant', %s, 'manual', true, 'r', %s, '{}')",
            (number, day, datetime(day.year, day.month, day.day, 1, tzinfo=UTC)),
        )
        for place, count in enumerate(tokens):
            result = CaseResult(
                case_id=f"c{place}",
                question="?",
                outcome="passed",
                duration_ms=10.0 + place * 20,
                tokens=count,
                cost_usd=count * 1e-6,
            )
            connection.execute(
                "insert into canvas.golden_result (night, case_id, outcome, attempts, failures,"
                " duration_ms, body) values (%s, %s, 'passed', 1, 0, %s, %s)",
                (number, result.case_id, result.duration_ms, result.model_dump_json()),
            )


def by_name(database: Database, by: CostBy, wanted: CostFilter | None = None):
    return {group.group: group for group in costs(database, by, wanted).groups}


@pytest.mark.parametrize(
    ("by", "name"),
    [
        ("user", lambda row: row[2]),
        ("tenant", lambda row: row[1]),
        ("model", lambda row: f"{row[3].provider}/{row[3].model}"),
    ],
)
def test_groups_hold_the_calls_that_were_made(
    spent: Database, by: CostBy, name: Callable[[tuple], str]
) -> None:
    """Each group has the calls, failures, tokens, cost and latencies of its own rows."""
    expected: dict[str, list] = {}
    for place, row in enumerate(CALLS):
        expected.setdefault(name(row), []).append((place, row))

    found = by_name(spent, by)

    assert set(found) == set(expected)
    for place, rows in expected.items():
        calls = [row[3] for _, row in rows]
        group = found[place]
        assert group.asks == len({row[0] for _, row in rows})
        assert (group.calls, group.failed_calls) == (len(rows), sum(p == 1 for p, _ in rows))
        assert group.tokens_in == sum(call.tokens_in for call in calls)
        assert group.tokens == sum(call.tokens_in + call.tokens_out for call in calls)
        assert group.cost_usd == pytest.approx(sum(call.cost_usd for call in calls))
        assert group.p50_ms == pytest.approx(median(call.elapsed_ms for call in calls))


def test_a_day_is_the_sites(spent: Database) -> None:
    """The same calls are one day in UTC and two in Seoul, newest first."""
    utc = costs(spent, "day").groups
    seoul = costs(spent, "day", CostFilter(time_zone="Asia/Seoul")).groups

    assert [(g.group, g.calls) for g in utc] == [("2026-01-15", 4)]
    assert [(g.group, g.calls) for g in seoul] == [("2026-01-16", 2), ("2026-01-15", 2)]


def test_an_asset_version_is_told_what_its_asks_cost(spent: Database) -> None:
    """Every version that an ask read has that ask's calls, tokens and cost, and the latency of all
    asks that read it, also of those without a model."""
    found = by_name(spent, "asset", CostFilter(tenant="default"))
    traces = [with_calls(table_trace(1), *(c for s, *_, c in CALLS if s == 1)), table_trace(9)]
    traces.append(with_calls(table_trace(2), CALLS[2][3]))

    assert set(found) == {f"{asset}:{version}" for asset, version in READ.items()}
    for group in found.values():
        assert (group.asks, group.calls, group.failed_calls) == (3, 3, 1)
        assert group.tokens_in == 7_000
        assert group.cost_usd == pytest.approx(0.007)
        assert group.p50_ms == pytest.approx(median(t.duration_ms for t in traces))


def test_prompts_are_counted_by_version(spent: Database) -> None:
    """A prompt's group is `name:version`."""
    assert [(g.group, g.calls) for g in costs(spent, "prompt").groups] == [("route_plan:2", 4)]


def test_nights_and_suites_cost_what_their_cases_did(spent: Database) -> None:
    """A night is the sum of its cases, a suite of its nights; the newest night is first."""
    nights = costs(spent, "night")
    (suite,) = costs(spent, "suite").groups

    assert [(g.group, g.asks, g.tokens) for g in nights.groups] == [
        ("plant 2026-01-15 #42", 2, 500),
        ("plant 2026-01-14 #41", 2, 10),
    ]
    assert (suite.group, suite.tokens, suite.calls) == ("plant", 510, None)
    assert suite.cost_usd == pytest.approx(510e-6)
    assert nights.latency_of == "ask"
    assert [(g.p50_ms, g.p95_ms) for g in nights.groups] == [(20.0, 29.0)] * 2


def test_windows_are_half_open_and_narrow_every_view(spent: Database) -> None:
    """`since` counts and `until` does not, for calls, traces and nights; an empty window has no
    group."""
    late = datetime(2026, 1, 15, 15, 30, tzinfo=UTC)
    views: tuple[CostBy, ...] = ("day", "user", "tenant", "model", "prompt", "asset", "suite")

    assert sum(g.calls or 0 for g in costs(spent, "user", CostFilter(since=late)).groups) == 2
    assert sum(g.calls or 0 for g in costs(spent, "user", CostFilter(until=late)).groups) == 2
    first = datetime(2026, 1, 14, 1, tzinfo=UTC)
    window = CostFilter(since=first, until=first + timedelta(hours=1))
    assert [g.group for g in costs(spent, "night", window).groups] == ["plant 2026-01-14 #41"]
    nothing = CostFilter(since=datetime(2030, 1, 1, tzinfo=UTC))
    assert all(costs(spent, by, nothing).groups == () for by in (*views, "night"))


def test_views_of_the_same_calls_add_up_to_the_same(spent: Database) -> None:
    """By day, user, tenant, model and prompt the whole is one figure."""
    wholes = {
        by: (sum(g.tokens for g in groups), round(sum(g.cost_usd for g in groups), 9))
        for by in sorted(ADDITIVE - {"suite", "night"})
        if (groups := costs(spent, by).groups)
    }

    assert set(wholes.values()) == {(15_264, 0.015)}
    assert len(wholes) == 5


def test_every_figure_is_plain_json(spent: Database) -> None:
    """A group survives JSON, so that every shell can show it."""
    for group in costs(spent, "model").groups:
        assert CostGroup.model_validate_json(group.model_dump_json()) == group
