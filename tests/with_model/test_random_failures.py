"""Random runs of failures over two models: no sequence of them loses an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_server import BEHAVIOURS

from dagster_project.contracts.trace import Ask
from with_model.conftest import Road
from with_model.honest import HonestBrain
from with_model.questions import EVERY

_SLACK_SECONDS = 4.0
_FAST = sorted(set(BEHAVIOURS) - {"slow", "drip", "huge"})
_ANY = sorted(BEHAVIOURS)

pytestmark = pytest.mark.xdist_group("with_model_random")


@pytest.fixture(scope="module")
def road(make_module_road: Callable[..., Road]) -> Iterator[Road]:
    road = make_module_road(
        2, 0.7, phrase=True, plan_seconds=3.0, phrase_seconds=1.5, routing={"backoff_seconds": 0.2}
    )
    brain = HonestBrain(road.canvas)
    for server in road.servers:
        server.brain = brain
    return road


sequences = st.lists(
    st.tuples(st.sampled_from(_FAST), st.sampled_from(_ANY)), min_size=1, max_size=4
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sequence=sequences, name=st.sampled_from(sorted(EVERY)))
def test_no_sequence_of_failures_loses_an_answer(
    road: Road, sequence: list[tuple[str, str]], name: str
) -> None:
    """Both models fail in any order, on any route: an answer in time, and the record says how."""
    for place, server in enumerate(road.servers):
        server.forget()
        server.script(*(BEHAVIOURS[pair[place]]() for pair in sequence))
    policy = road.canvas.desk(road.canvas.release()).planner.policy
    started = time.monotonic()
    trace = road.canvas.ask(Ask(question=EVERY[name]))
    took = time.monotonic() - started
    rounds = sum(output.stage == "compose" for output in trace.stage_outputs)
    allowed = policy.models.plan_seconds + rounds * policy.models.phrase_seconds
    assert took < min(allowed, policy.limits.ask_timeout_seconds) + _SLACK_SECONDS
    assert trace.answer.summary
    assert trace.answer.error is None or trace.answer.error.code != "INTERNAL_ERROR"
    calls = [c for o in trace.stage_outputs for c in o.model_calls]
    assert len([c for c in calls if c.purpose == "route_plan"]) <= policy.models.max_calls
    for output in trace.stage_outputs:
        failed = output.model_calls and output.model_calls[-1].outcome not in ("ok", "repaired")
        assert bool(failed) == bool(output.fallbacks) or not output.model_calls
    assert trace.tokens_in == sum(c.tokens_in for c in calls)
    assert trace.cost_usd == pytest.approx(sum(c.cost_usd for c in calls), abs=1e-6)
