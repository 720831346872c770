"""B3: corrections are counted from what stands beside each trace, and compare between versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import ExecuteResult
from dagster_project.contracts.trace import Trace
from dagster_project.store.database import Database, open_database
from dagster_project.traces.keep import keep
from dagster_project.traces.ledger import (
    LedgerFilter,
    LedgerGroup,
    LedgerRow,
    compare_versions,
    ledger,
)
from dagster_project.traces.replan_facts import replan_facts
from traces.finished_trace import ANCHOR
from traces.trace_examples import table_trace

QUERY = "query:events_by_ci"


def event(trigger: str, decision: str, **more: Any) -> ReplanEvent:
    fixed = {"event_id": "e1", "scope": "execute", "attempt": 1, "max_attempts": 3}
    fixed |= {"expected_impact": "more rows", "timestamp": ANCHOR}
    return ReplanEvent.model_validate({"trigger": trigger, "decision": decision, **fixed, **more})


def trace_of(seed: int, *events: ReplanEvent, version: str = "5", **more: Any) -> Trace:
    """A one-table answer with these events, which read this version of a query."""
    base = table_trace(seed)
    read = base.applied_assets | {QUERY: version}
    changes = {"replan_events": events, "applied_assets": read, "duration_ms": 10.0, **more}
    return base.model_copy(update=changes)


def two_rounds(trace: Trace, *, helped: bool) -> Trace:
    """Validate and execute ran twice; the first time without rows, the second as told."""
    route, validate, execute, *rest = trace.stage_outputs
    result = execute.result
    assert isinstance(result, ExecuteResult)
    none = [step.model_copy(update={"rows": (), "empty": "true_zero"}) for step in result.steps]
    empty = execute.model_copy(
        update={"result": result.model_copy(update={"steps": tuple(none)}), "duration_ms": 3.0}
    )
    checked = validate.model_copy(update={"duration_ms": 1.0})
    again = execute.model_copy(update={"duration_ms": 2.0}) if helped else empty
    outputs = (route, checked, empty, checked, again, *rest)
    return trace.model_copy(update={"stage_outputs": outputs})


def all_of(database: Database, wanted: LedgerFilter | None = None) -> LedgerGroup:
    (group,) = ledger(database, wanted).groups
    return group


def row(group: LedgerGroup, trigger: str, decision: str, by: str = "loop") -> LedgerRow:
    wanted = (trigger, decision, by)
    (found,) = (r for r in group.rows if (r.trigger, r.decision, r.by) == wanted)
    return found


@pytest.fixture(scope="module")
def kept(make_settings) -> Iterator[Database]:
    """Version 5: ten asks, four of them corrected; version 6: five, one of them; on two days."""
    wider = event("empty_result", "auto_retry", position=3, wait_ms=0.5)
    asks = event("slot_missing", "ask_user", position=2)
    day = timedelta(days=1)
    with open_database(make_settings()) as database:
        for seed in range(6):
            keep(database, trace_of(seed))
        keep(database, two_rounds(trace_of(10, wider), helped=True))
        keep(database, two_rounds(trace_of(11, wider), helped=False))
        parent = trace_of(12, asks, status="partial")
        keep(database, parent)
        keep(database, trace_of(13, asks, status="partial", test_mode=True))
        for seed in range(20, 23):
            keep(database, trace_of(seed, version="6", created_at=ANCHOR + day))
        child = event("slot_missing", "ask_user", by="person")
        keep(
            database,
            trace_of(
                30,
                child,
                version="6",
                created_at=ANCHOR + day,
                parent_trace_id=parent.trace_id,
                status="success",
            ),
        )
        stop = event("tool_error_fatal", "stop_with_guidance", position=3)
        keep(database, trace_of(31, stop, version="6", created_at=ANCHOR + day, status="failed"))
        keep(database, table_trace(40, tenant="other"))
        yield database


def test_every_ask_counts_and_corrections_by_their_kind(kept: Database) -> None:
    """Asks, rounds, and each trigger and decision with its outcomes; a tenant sees its own."""
    group = all_of(kept)
    assert (group.asks, group.replanned, group.rounds) == (15, 6, 17)
    assert group.asks_ms == 150.0
    wider = row(group, "empty_result", "auto_retry")
    assert (wider.count, wider.traces, wider.improved, wider.not_improved) == (2, 2, 1, 1)
    assert row(group, "tool_error_fatal", "stop_with_guidance").stopped == 1
    assert all_of(kept, LedgerFilter(tenant="other")).asks == 1
    assert ledger(kept, LedgerFilter(tenant="nobody")).groups == ()


def test_a_question_back_has_the_outcome_of_what_went_on_from_it(kept: Database) -> None:
    """One was answered by a child, one is open; the person's own round is told apart."""
    group = all_of(kept)
    asked = row(group, "slot_missing", "ask_user")
    assert (asked.count, asked.improved, asked.not_improved, asked.open) == (2, 1, 0, 1)
    assert row(group, "slot_missing", "ask_user", "person").improved == 1


def test_a_child_that_is_asked_the_same_again_has_improved_nothing(database: Database) -> None:
    """A question that comes back is not counted as answered, whatever the child's status."""
    asks = event("empty_result", "ask_user", position=3)
    parent = trace_of(1, asks)
    keep(database, parent)
    keep(database, trace_of(2, asks, parent_trace_id=parent.trace_id, status="success"))
    found = row(all_of(database), "empty_result", "ask_user")
    assert (found.not_improved, found.open) == (1, 1)


def test_extra_time_is_of_stages_that_had_run_before() -> None:
    """The second validate and execute and the wait count; compose would have run anyway."""
    wider = event("empty_result", "auto_retry", position=3, wait_ms=0.5)
    (fact,) = replan_facts(two_rounds(trace_of(1, wider), helped=True))
    assert fact.ms == 1.0 + 2.0 + 0.5
    assert fact.outcome == "improved"


def test_each_round_is_held_against_the_one_before() -> None:
    """Of two rounds the first brought nothing and the second rows: one improved, one did not."""
    trace = two_rounds(trace_of(1), helped=False)
    good = table_trace(1).stage_outputs
    outputs = (*trace.stage_outputs[:5], good[1], good[2], *good[3:])
    first, second = (event("empty_result", "auto_retry", position=p) for p in (3, 5))
    facts = replan_facts(
        trace.model_copy(update={"stage_outputs": outputs, "replan_events": (first, second)})
    )
    assert [fact.outcome for fact in facts] == ["not_improved", "improved"]


def test_days_and_versions_are_groups(kept: Database) -> None:
    """Newest day first; a version's group holds the asks that read it, and only those."""
    days = ledger(kept, by="day").groups
    assert [(g.group, g.asks) for g in days] == [("2026-01-16", 5), ("2026-01-15", 10)]
    versions = ledger(kept, LedgerFilter(asset=QUERY), by="asset").groups
    assert [(g.group, g.asks) for g in versions] == [(f"{QUERY}:5", 10), (f"{QUERY}:6", 5)]
    every = {g.group: g.asks for g in ledger(kept, by="asset").groups}
    assert every["policy:default:4"] == 15
    assert every[f"{QUERY}:6"] == 5


@pytest.mark.parametrize(
    ("wanted", "asks", "corrections"),
    [
        (LedgerFilter(since=ANCHOR + timedelta(days=1)), 5, 2),
        (LedgerFilter(until=ANCHOR + timedelta(days=1)), 10, 4),
        (LedgerFilter(trigger="empty_result"), 15, 2),
        (LedgerFilter(asset=f"{QUERY}:6"), 5, 2),
        (LedgerFilter(asset=QUERY), 15, 6),
        (LedgerFilter(test_mode=False), 14, 5),
        (LedgerFilter(test_mode=True), 1, 1),
    ],
)
def test_filters(kept: Database, wanted: LedgerFilter, asks: int, corrections: int) -> None:
    """A filter limits the asks that count; a trigger only which corrections do."""
    group = all_of(kept, wanted)
    assert (group.asks, sum(r.count for r in group.rows)) == (asks, corrections)


def test_two_versions_beside_each_other(kept: Database) -> None:
    """Shares compare although one version was asked twice as often."""
    old, new = compare_versions(kept, QUERY, "5", "6")
    assert (old.replanned_share, new.replanned_share) == (0.4, 0.4)
    assert (old.rounds_per_ask, new.rounds_per_ask) == (1.2, 1.0)
    assert old.extra_ms_per_ask == pytest.approx((3.5 + 4.5) / 10)
    assert old.improved_share == pytest.approx(2 / 3)
    with pytest.raises(AssetNotFound, match=f"{QUERY}:9.*versions 5, 6"):
        compare_versions(kept, QUERY, "5", "9")
    with pytest.raises(InvalidRequest, match="kind:name"):
        compare_versions(kept, f"{QUERY}:5", "5", "6")
    with pytest.raises(InvalidRequest, match="does not name an asset"):
        ledger(kept, LedgerFilter(asset="events_by_ci"))


def test_an_ask_without_corrections_costs_nothing(kept: Database) -> None:
    """Nothing stands beside a trace that never went round."""
    with kept.pool.connection() as connection:
        found = connection.execute(
            "select replans is null, triggers = '{}', count(*) from canvas.trace group by 1, 2"
        ).fetchall()
    assert sorted(found) == [(False, False, 6), (True, True, 10)]
