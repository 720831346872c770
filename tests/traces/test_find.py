"""Traces are found by filters, words and pages, and only by their own tenant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.store.database import Database, open_database
from dagster_project.traces.find import TraceFilter, get, get_stage, search
from dagster_project.traces.keep import keep
from traces.finished_trace import ANCHOR
from traces.rich_traces import rich_trace
from traces.short_traces import short_trace
from traces.trace_examples import table_trace

QUESTIONS = (
    "GT-01 상태 알려줘",
    "GT-01의 상태를 알려줘",
    "switch-07에 의존하는 서버",
    "which racks depend on switch-07?",
    "터빈은 지난주에 몇 번 정지했나",
    "10.2.3.4 응답 시간",
)


@pytest.fixture(scope="module")
def kept(make_settings) -> Iterator[Database]:
    """Ten tables, two rich ones, a greeting, a reject, the questions; and another tenant's."""
    with open_database(make_settings()) as database:
        for seed in range(10):
            keep(database, table_trace(seed, user="operator-1" if seed < 4 else "operator-2"))
        keep(database, rich_trace(50, "ko"))
        keep(database, rich_trace(51, "en"))
        keep(database, short_trace(200))
        keep(database, short_trace(201, route="reject"))
        for number, question in enumerate(QUESTIONS):
            trace = table_trace(300 + number, user="words")
            keep(database, trace.model_copy(update={"question": question}))
        for seed in range(400, 405):
            keep(database, table_trace(seed, tenant="other", user="operator-1"))
        with database.pool.connection() as connection:
            connection.execute(
                "insert into canvas.asset_version values ('query', 'events_by_ci', 5, 'h',"
                " 'published', '{}', '{}', 'p', 'operator-1', now(), 'first')"
            )
        yield database


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (TraceFilter(), 20),
        (TraceFilter(route="direct"), 1),
        (TraceFilter(route="reject", status="failed"), 1),
        (TraceFilter(status="degraded"), 2),
        (TraceFilter(trigger="tool_error_retryable"), 2),
        (TraceFilter(trigger="policy_blocked"), 0),
        (TraceFilter(user="operator-1", route="orch"), 4),
        (TraceFilter(test_mode=True), 2),
        (TraceFilter(test_mode=False), 18),
        (TraceFilter(asset="query:events_by_ci:5"), 18),
        (TraceFilter(asset="query:events_by_ci"), 18),
        (TraceFilter(asset="query:events_by_ci:4"), 0),
        (TraceFilter(asset="policy:default:4"), 20),
        (TraceFilter(since=ANCHOR + timedelta(seconds=5), until=ANCHOR + timedelta(seconds=9)), 4),
        (TraceFilter(limit=3), 3),
    ],
)
def test_filters(kept: Database, wanted: TraceFilter, count: int) -> None:
    """Each filter keeps exactly the traces it describes."""
    assert len(search(kept, wanted)) == count


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("상태", {0, 1}),
        ("상태를", {0, 1}),
        ("GT-01 상태", {0, 1}),
        ("gt-01의", {0, 1}),
        ("switch-07", {2, 3}),
        ("스위치", set()),
        ("의존", {2}),
        ("터빈", {4}),
        ("정지 터빈이", {4}),
        ("10.2.3.4", {5}),
        ("rack DEP", {3}),
        ("it's 'a \\ trap' & | !", set()),
    ],
)
def test_words_of_the_question(kept: Database, text: str, found: set[int]) -> None:
    """Korean words are found with and without particles, codes whole or followed by one."""
    summaries = search(kept, TraceFilter(user="words", text=text))

    assert {QUESTIONS.index(summary.question) for summary in summaries} == found


def test_pages_cover_everything_once(kept: Database) -> None:
    """Going on from the last id of a page lists every trace once, newest first."""
    listed = []
    before = None
    while page := search(kept, TraceFilter(limit=3, before=before)):
        listed += page
        before = page[-1].trace_id

    everything = search(kept, TraceFilter(limit=1_000))
    assert tuple(listed) == everything
    assert [s.created_at for s in listed] == sorted((s.created_at for s in listed), reverse=True)


def test_pages_split_traces_of_the_same_moment(database: Database) -> None:
    """Traces created at one moment are neither lost nor repeated between pages."""
    for seed in range(5):
        keep(database, table_trace(seed).model_copy(update={"created_at": ANCHOR}))

    first = search(database, TraceFilter(limit=2))
    second = search(database, TraceFilter(limit=2, before=first[-1].trace_id))
    third = search(database, TraceFilter(limit=2, before=second[-1].trace_id))

    assert [len(page) for page in (first, second, third)] == [2, 2, 1]
    assert len({summary.trace_id for summary in (*first, *second, *third)}) == 5


def test_a_tenant_sees_only_its_own(kept: Database) -> None:
    """No look-up, list, page or hint crosses from one tenant to another."""
    others = search(kept, TraceFilter(tenant="other"))
    foreign = others[0].trace_id

    assert len(others) == 5
    assert {summary.tenant for summary in search(kept, TraceFilter(limit=100))} == {"default"}
    for look_up in (
        lambda: get(kept, foreign),
        lambda: get_stage(kept, foreign, "execute"),
        lambda: search(kept, TraceFilter(before=foreign)),
    ):
        with pytest.raises(AssetNotFound) as caught:
            look_up()
        assert not any(other.trace_id in caught.value.instruction for other in others)
    assert get(kept, foreign, tenant="other").tenant == "other"


def test_a_mistyped_id_gets_the_nearest(kept: Database) -> None:
    """An unknown id is refused with the nearest one that exists."""
    known = search(kept, TraceFilter(limit=1))[0].trace_id
    wrong = known[:-1] + ("0" if known[-1] != "0" else "1")

    with pytest.raises(AssetNotFound, match=known):
        get(kept, wrong)


def test_a_stage_that_did_not_run_is_named(kept: Database) -> None:
    """Asking a greeting for its execute stage says which stages it has."""
    greeting = search(kept, TraceFilter(route="direct"))[0]

    with pytest.raises(AssetNotFound, match="route_plan, validate, present"):
        get_stage(kept, greeting.trace_id, "execute")


@pytest.mark.parametrize("wanted", [TraceFilter(asset="events"), TraceFilter(text="?! …")])
def test_a_filter_that_says_nothing_is_refused(kept: Database, wanted: TraceFilter) -> None:
    """A filter that cannot be read is an error, never a list of everything."""
    with pytest.raises(InvalidRequest):
        search(kept, wanted)
