"""A source that keeps failing is left alone, and asked again when its time has come."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laboratory import Laboratory

from sources.circuit import CircuitBreaker, GuardedSource
from sources.errors import (
    CircuitOpen,
    QueryFailed,
    QueryRejected,
    RightsMissing,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
)
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery, Health, HealthFinding, Rows

QUERY = BoundQuery("select 1")
DOWN = SourceUnavailable("plant", "connection refused.")
SLOW = SourceTimeout("plant", "the statement ran past 5 s and was cancelled.")


@dataclass
class Clock:
    """Stands until it is moved."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Scripted:
    """A source that does what it is told: rows, or the error."""

    error: SourceError | None = None
    calls: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    healthy: bool = True
    name: str = "plant"

    def inspect(self, query: BoundQuery) -> None: ...

    def run(self, query: BoundQuery) -> Rows:
        self.calls += 1
        if query.text == "wait":
            self.gate.wait(10)
        if self.error is not None:
            raise self.error
        return Rows((), (), truncated=False, elapsed_ms=0.1, fetched_at=datetime.now(UTC))

    def health(self, timeout_seconds: float = 3.0) -> Health:  # noqa: ARG002
        finding = HealthFinding("connection", "ok" if self.healthy else "error", "said")
        return Health(finding.status, (finding,), 0.1, datetime.now(UTC))

    def close(self) -> None: ...


@dataclass
class Bench:
    clock: Clock = field(default_factory=Clock)
    source: Scripted = field(default_factory=Scripted)

    def __post_init__(self) -> None:
        self.guarded = GuardedSource(self.source, CircuitBreaker(3, 10.0, self.clock))

    def run(self, error: SourceError | None = None, times: int = 1) -> list[str]:
        """The codes of what came back, `ok` for rows."""
        self.source.error = error
        codes: list[str] = []
        for _ in range(times):
            try:
                self.guarded.run(QUERY)
                codes.append("ok")
            except SourceError as raised:
                codes.append(raised.code)
        return codes

    @property
    def state(self) -> str:
        return self.guarded.circuit.state


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_it_opens_after_failures_in_a_row(bench: Bench) -> None:
    """The third failure in a row opens it; from then on the source is not touched."""
    assert bench.run(DOWN, 2) == ["UPSTREAM_UNAVAILABLE"] * 2
    assert bench.state == "closed"
    assert bench.run(SLOW) == ["TOOL_TIMEOUT"]
    assert bench.state == "open"
    assert bench.run(None, 5) == ["CIRCUIT_OPEN"] * 5
    assert bench.source.calls == 3


def test_an_answer_between_starts_the_count_again(bench: Bench) -> None:
    """Failures with an answer between them are no row."""
    for _ in range(4):
        bench.run(DOWN, 2)
        bench.run(None)
    assert bench.state == "closed"


def test_failures_far_apart_are_no_row(bench: Bench) -> None:
    """A failure an hour is not what a circuit is for."""
    for _ in range(6):
        bench.run(DOWN)
        bench.clock.seconds += 3600
    assert bench.state == "closed"


@pytest.mark.parametrize(
    "said",
    [QueryFailed("plant", "no column."), RightsMissing("plant", "no right.")],
)
def test_a_source_that_says_no_is_alive(bench: Bench, said: SourceError) -> None:
    """Its refusals never open the circuit, and one between two failures breaks the row."""
    assert bench.run(said, 10) == [said.code] * 10
    assert bench.state == "closed"
    bench.run(DOWN, 2)
    bench.run(said)
    bench.run(DOWN, 2)
    assert bench.state == "closed"


def test_what_our_own_wall_refused_says_nothing(bench: Bench) -> None:
    """A rejected statement neither fails nor heals a source that was not asked."""
    bench.run(DOWN, 2)
    bench.run(QueryRejected("plant", "not a SELECT."))
    bench.run(DOWN)
    assert bench.state == "open"
    bench.clock.seconds += 10
    assert bench.run(QueryRejected("plant", "not a SELECT.")) == ["SQL_BLOCKED"]
    assert bench.state == "half_open"
    assert bench.run(None) == ["ok"]


def test_the_trial_that_answers_closes_it(bench: Bench) -> None:
    """After its wait one call goes through; its answer closes the circuit for all."""
    bench.run(DOWN, 3)
    bench.clock.seconds += 9.9
    assert bench.run(None) == ["CIRCUIT_OPEN"]
    bench.clock.seconds += 0.1
    assert bench.run(None, 3) == ["ok"] * 3
    assert bench.state == "closed"


def test_each_failed_trial_doubles_the_wait(bench: Bench) -> None:
    """10, 20, 40 ... seconds, never more than the longest; the next answer starts anew."""
    bench.run(DOWN, 3)
    for wait in (10, 20, 40, 80, 160, 300, 300):
        bench.clock.seconds += wait - 0.1
        assert bench.run(None) == ["CIRCUIT_OPEN"]
        bench.clock.seconds += 0.1
        assert bench.run(DOWN, 2) == ["UPSTREAM_UNAVAILABLE", "CIRCUIT_OPEN"]
    bench.clock.seconds += 300
    bench.run(None)
    bench.run(DOWN, 3)
    bench.clock.seconds += 10
    assert bench.run(None) == ["ok"]


def test_only_one_trial_at_a_time(bench: Bench) -> None:
    """Of many threads that come when the wait is over, one goes through."""
    bench.run(DOWN, 3)
    bench.clock.seconds += 10
    bench.source.error = None
    with ThreadPoolExecutor(8) as pool:
        trial = pool.submit(bench.guarded.run, BoundQuery("wait"))
        while bench.source.calls < 4:
            time.sleep(0.001)
        others = [pool.submit(bench.guarded.run, QUERY) for _ in range(7)]
        assert all(isinstance(o.exception(5), CircuitOpen) for o in others)
        assert bench.state == "half_open"
        bench.source.gate.set()
        trial.result(5)
    assert bench.source.calls == 4
    assert bench.state == "closed"


def test_late_failures_do_not_lengthen_the_wait(bench: Bench) -> None:
    """Calls that were on their way when it opened are no trials."""
    breaker = CircuitBreaker(3, 10.0, bench.clock)
    admissions = [breaker.admit() for _ in range(6)]
    for admission in admissions:
        assert admission == "free"
        breaker.record("free", "failed", "silent.")
    assert breaker.state().failures == 3
    bench.clock.seconds += 10
    assert breaker.admit() == "trial"


def test_the_refusal_says_why_and_until_when(bench: Bench) -> None:
    """Since when, after what, when it is tried again; nobody should retry it before."""
    bench.run(DOWN, 3)
    with pytest.raises(CircuitOpen) as caught:
        bench.guarded.run(QUERY)
    text = str(caught.value)
    assert caught.value.retryable is False
    assert "connection refused." in text
    assert "3 failures in a row" in text
    assert f"{datetime.now(UTC):%Y-%m-%d}" in text
    assert caught.value.retry_at is not None
    assert f"{caught.value.retry_at:%H:%M:%S} UTC" in text
    wait = (caught.value.retry_at - datetime.now(UTC)).total_seconds()
    assert 9 < wait <= 10


def test_a_health_check_goes_through_and_closes_it(bench: Bench) -> None:
    """Health is asked also while it is open; a good one lets queries through at once."""
    bench.run(DOWN, 3)
    bench.source.healthy = False
    assert bench.guarded.health().status == "error"
    assert bench.state == "open"
    bench.source.healthy = True
    assert bench.guarded.health().status == "ok"
    assert bench.run(None) == ["ok"]


@given(
    failures_to_open=st.integers(1, 4),
    happenings=st.lists(
        st.tuples(st.sampled_from(["ok", "down", "no", "wall"]), st.floats(0, 30)), max_size=40
    ),
)
def test_it_never_shuts_out_a_living_source_for_long(
    failures_to_open: int, happenings: list[tuple[str, float]]
) -> None:
    """Whatever happened: it refuses only after enough failures, and a wait later it lets one in."""
    errors = {
        "down": DOWN,
        "no": QueryFailed("plant", "no."),
        "wall": QueryRejected("plant", "no."),
    }
    bench = Bench()
    bench.guarded = GuardedSource(bench.source, CircuitBreaker(failures_to_open, 10.0, bench.clock))
    in_a_row = 0
    for kind, pause in happenings:
        bench.clock.seconds += pause
        (code,) = bench.run(errors.get(kind))
        if code == "CIRCUIT_OPEN":
            assert in_a_row >= failures_to_open
        elif kind in ("ok", "no"):
            in_a_row = 0
        elif kind == "down":
            in_a_row += 1
    bench.clock.seconds += 300
    assert bench.run(None, 2) == ["ok", "ok"]


def test_a_dead_server_costs_nothing_once_it_is_known(laboratory: Laboratory) -> None:
    """On a real engine: refused connections open it, the living one's errors do not."""
    dead = PostgresSource(
        "dead", "postgresql://reader@127.0.0.1:9/none", allowed_tables=["lab.*"], health_retries=0
    )
    allowed = frozenset({"lab.machine"})
    query = BoundQuery("select id from lab.machine", allowed_tables=allowed)
    guarded = GuardedSource(dead, CircuitBreaker(failures_to_open=2))
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            guarded.run(query)
    with pytest.raises(CircuitOpen, match="connection"):
        guarded.run(query)
    alive = GuardedSource(laboratory.source(), CircuitBreaker(failures_to_open=1))
    wrong = BoundQuery("select colour from lab.machine", allowed_tables=allowed)
    for _ in range(3):
        with pytest.raises(QueryFailed):
            alive.run(wrong)
    assert len(alive.run(query).rows) == 9
    alive.close()
