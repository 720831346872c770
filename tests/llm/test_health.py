"""How a model stands, from its last calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts.assets.models import Routing
from dagster_project.contracts.model_call import ModelHealth
from dagster_project.llm.health import CallRow, health_of, next_format

NOW = datetime(2026, 3, 14, 10, 0, 0, tzinfo=UTC)
ROUTING = Routing()


def _row(ago: float, outcome: str = "ok", **given: Any) -> CallRow:
    settings: dict[str, Any] = {
        "id": None,
        "trace_id": f"t{ago}",
        "detail": "",
        "format": "json_schema",
        "elapsed_ms": 100.0,
    }
    return CallRow(
        at=NOW - timedelta(seconds=ago),
        outcome=outcome,  # pyright: ignore[reportArgumentType]
        **(settings | given),
    )


def _health(*rows: CallRow, routing: Routing = ROUTING) -> ModelHealth:
    return health_of("at_main/main", rows, routing, NOW)


def _left_seconds(health: ModelHealth) -> float:
    assert health.left_alone_until is not None
    return (health.left_alone_until - NOW).total_seconds()


def test_without_calls_nothing_is_known() -> None:
    """A model that was never asked is as fit as any."""
    assert _health() == ModelHealth()


def test_kinds_of_failure_are_told_apart() -> None:
    """Time-outs and network errors are shares of their own within the failures."""
    health = _health(
        _row(1), _row(2, "timed_out"), _row(3), _row(4, "unreachable"), _row(5, "server_error")
    )
    assert (health.calls, health.failure_ratio) == (5, 0.6)
    assert (health.timeout_ratio, health.network_ratio) == (0.2, 0.2)
    assert health.last_ok_at == NOW - timedelta(seconds=1)
    assert health.left_alone_until is None


def test_calls_before_the_window_do_not_count() -> None:
    """But the last good one is known however old it is."""
    health = _health(_row(301, "server_error"), _row(302))
    assert (health.calls, health.failure_ratio) == (0, 0.0)
    assert health.last_ok_at == NOW - timedelta(seconds=302)
    assert health.failures_in_row == 1


def test_latency_is_of_calls_that_were_answered() -> None:
    """A call that timed out tells nothing of how fast the model is."""
    rows = [_row(n, elapsed_ms=float(n * 10)) for n in range(1, 21)]
    health = _health(_row(0.5, "timed_out", elapsed_ms=8_000.0), *rows)
    assert (health.p50_ms, health.p95_ms) == (110.0, 200.0)


def test_the_while_begins_with_the_failures_in_a_row_that_open_it() -> None:
    """One failure leaves it open, two close it for the back-off, give or take a tenth."""
    assert _health(_row(1, "timed_out"), _row(2)).left_alone_until is None
    health = _health(_row(0, "timed_out"), _row(1, "timed_out"), _row(2))
    assert health.failures_in_row == 2
    assert health.last_failure == "timed out"
    assert 4.5 <= _left_seconds(health) <= 5.5


def test_each_failed_trial_doubles_the_while_up_to_the_longest() -> None:
    """5, 10, 20 ... and never more than the longest, with its tenth."""
    rows = [_row(0, "server_error"), _row(1, "server_error")]
    whiles: list[float] = []
    for _ in range(8):
        until = _health(*rows).left_alone_until
        assert until is not None
        whiles.append((until - rows[0].at).total_seconds())
        rows = [replace(rows[0], at=until + timedelta(seconds=1)), *rows]
    wanted = [5, 10, 20, 40, 80, 120, 120, 120]
    assert all(0.9 * w <= took <= 1.1 * w for w, took in zip(wanted, whiles, strict=True))
    assert len(set(whiles)) == 8


def test_calls_that_were_under_way_do_not_double_it() -> None:
    """Twenty asks that time out together are one illness, not twenty trials."""
    rows = [_row(n / 10, "timed_out", elapsed_ms=8_000.0) for n in range(20)]
    health = _health(*rows)
    assert health.failures_in_row == 20
    assert _left_seconds(health) <= 5.5


def test_what_the_endpoint_asked_for_wins() -> None:
    """Also after one failure, also when it is shorter than the back-off."""
    later = NOW + timedelta(seconds=60)
    assert _health(_row(1, "rate_limited", retry_at=later)).left_alone_until == later
    soon = NOW + timedelta(seconds=1)
    health = _health(_row(0, "rate_limited", retry_at=soon), *[_row(1, "server_error")] * 9)
    assert health.left_alone_until == soon


def test_an_answer_ends_the_row_of_failures() -> None:
    """One good call and it is asked like any other."""
    health = _health(_row(1), *[_row(n, "server_error") for n in range(2, 9)])
    assert (health.failures_in_row, health.left_alone_until) == (0, None)


def test_an_illness_counts_as_the_failures_that_showed_it() -> None:
    """However long it lasted: a model that is well again must not be shunned for it."""
    health = _health(_row(1), *[_row(n, "server_error") for n in range(2, 30)], _row(30))
    assert (health.calls, health.failure_ratio) == (4, 0.5)


@pytest.mark.parametrize("outcome", ["refused", "out_of_contract", "bad_request"])
def test_what_is_about_a_question_is_not_held_against_the_model(outcome: str) -> None:
    """Two such replies, or many of one ask, change nothing."""
    assert _health(_row(1, outcome), _row(2, outcome), _row(3)).failure_ratio == 0
    one_ask = [_row(n, outcome, trace_id="same") for n in range(5)]
    assert _health(*one_ask).failure_ratio == 0


@pytest.mark.parametrize("outcome", ["refused", "out_of_contract", "bad_request"])
def test_a_model_that_is_of_no_use_to_several_asks_is_left_alone(outcome: str) -> None:
    """Three asks in a row without one usable reply: it is the model, not the questions."""
    health = _health(*[_row(n, outcome) for n in range(3)])
    assert health.failures_in_row == 3
    assert _left_seconds(health) > 0


def test_finding_out_the_format_is_no_failure() -> None:
    """And what was found is known at once, before any good reply."""
    refused = _row(1, "bad_request", detail="does not take the format json_schema: so it says")
    health = _health(refused, _row(2, trace_id="b", detail=""))
    assert (health.calls, health.failure_ratio, health.format) == (1, 0.0, "json_object")
    assert _health(_row(1, format="text"), refused).format == "text"
    assert next_format("text") is None


def test_a_failure_of_last_week_does_not_lengthen_todays_while() -> None:
    """Failures with a long pause between them are not in a row."""
    health = _health(
        _row(0, "server_error"), *[_row(600_000 + n, "server_error") for n in range(9)]
    )
    assert (health.failures_in_row, health.left_alone_until) == (1, None)


_OUTCOMES = ["ok", "repaired", "timed_out", "rate_limited", "refused", "cut", "bad_request"]


@given(
    st.lists(st.tuples(st.floats(0, 900), st.sampled_from(_OUTCOMES), st.booleans()), max_size=50)
)
def test_whatever_happened_health_is_sound(calls: list[tuple[float, str, bool]]) -> None:
    """Ratios are ratios, parts are no more than the whole, and a good last call frees the model."""
    rows = [
        _row(ago, outcome, retry_at=NOW if waits and outcome == "rate_limited" else None)
        for ago, outcome, waits in sorted(calls)
    ]
    health = _health(*rows)
    assert 0 <= health.timeout_ratio + health.network_ratio <= health.failure_ratio <= 1
    if rows and rows[0].outcome in ("ok", "repaired"):
        assert health.left_alone_until is None
    if health.left_alone_until is not None:
        assert _left_seconds(health) <= ROUTING.longest_backoff_seconds * 1.1
