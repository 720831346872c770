"""Every way a model's endpoint can fail, on every route: an answer in time and a trace that says
what happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from model_server import BEHAVIOURS

from dagster_project.contracts.trace import Ask, Trace
from dagster_project.regression.fingerprint import fingerprint
from with_model.conftest import Road
from with_model.honest import HonestBrain
from with_model.questions import ASKED, EVERY, SETTLED

STILL_GOOD = {"good", "fenced_json", "prose_around", "list_content", "no_usage", "refuses_format"}
"""What a careful reader can make a plan of."""
_SLACK_SECONDS = 4.0
"""Of a machine that runs other tests beside this one."""

pytestmark = pytest.mark.xdist_group("with_model_failures")


@pytest.fixture(scope="module")
def road(make_module_road: Callable[..., Road]) -> Iterator[Road]:
    """One model alone, so that no other can help; never left alone for its failures."""
    road = make_module_road(
        1, 1.5, plan_seconds=5.0, phrase_seconds=2.0, routing={"failures_to_open": 1000}
    )
    road.main.brain = HonestBrain(road.canvas)
    return road


@pytest.fixture(scope="module")
def without(make_module_road: Callable[..., Road]) -> dict[str, Trace]:
    """What the built-in planner answers by itself."""
    road = make_module_road(0)
    return {name: road.canvas.ask(Ask(question=q)) for name, q in EVERY.items()}


@pytest.mark.parametrize("behaviour", sorted(BEHAVIOURS))
def test_a_failure_costs_time_and_never_the_answer(
    road: Road, without: dict[str, Trace], behaviour: str
) -> None:
    """Whatever the endpoint does, the ask ends within its budget with the answer that was right
    without it, and `fallbacks` says who planned and why."""
    limits = road.canvas.desk(road.canvas.release()).planner.policy.models
    for name, question in ASKED.items():
        road.main.forget()
        road.main.always = BEHAVIOURS[behaviour]()
        started = time.monotonic()
        trace = road.canvas.ask(Ask(question=question))
        took = time.monotonic() - started
        assert took < limits.plan_seconds + limits.phrase_seconds + _SLACK_SECONDS, (name, took)
        assert _same(trace, without[name]), name
        (routed,) = [o for o in trace.stage_outputs if o.stage == "route_plan"]
        assert routed.model_calls, name
        if behaviour in STILL_GOOD:
            assert trace.plan_raw.planned_by == "model", (name, trace.fallbacks)
            assert not trace.fallbacks
        else:
            assert trace.plan_raw.planned_by == "built-in", name
            assert trace.fallbacks[0].startswith("planner: built-in (main "), trace.fallbacks
            assert routed.model_calls[-1].outcome not in ("ok", "repaired")
            assert routed.model_calls[-1].detail


@pytest.mark.parametrize("name", sorted(SETTLED))
def test_what_is_settled_asks_no_model(road: Road, without: dict[str, Trace], name: str) -> None:
    """Quick rules and the value gate decide before a model could: nothing is sent."""
    road.main.forget()
    trace = road.canvas.ask(Ask(question=SETTLED[name]))
    assert road.main.requests == []
    assert trace.plan_raw.planned_by == "rules"
    assert trace.tokens_in == trace.tokens_out == 0
    assert _same(trace, without[name])


def _same(one: Trace, other: Trace) -> bool:
    return fingerprint(one) == fingerprint(other)


def test_a_model_that_is_gone_is_told(make_module_road: Callable[..., Road]) -> None:
    """An endpoint that refuses connections is unreachable, and the answer is there all the same."""
    road = make_module_road(1)
    road.main.down()
    trace = road.canvas.ask(Ask(question=ASKED["recipe"]))
    assert trace.answer.ok
    assert "main" in trace.fallbacks[0]
    assert next(c.outcome for o in trace.stage_outputs for c in o.model_calls) == "unreachable"
