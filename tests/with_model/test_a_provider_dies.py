"""300 asks while the first provider dies in the middle and comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import cycle, islice

import pytest

from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.trace import Ask, Trace
from with_model.conftest import Road
from with_model.honest import HonestBrain
from with_model.questions import PLANNED

pytestmark = pytest.mark.xdist_group("with_model_dies")
_ASKS = 300


def test_traffic_moves_and_returns(make_road: Callable[..., Road]) -> None:
    """No ask fails, each is planned by a model, traffic goes to the spare and back again, and every
    call's routing snapshot says why its model was chosen."""
    road = make_road(2, routing={"backoff_seconds": 0.3, "longest_backoff_seconds": 0.6})
    brain = HonestBrain(road.canvas)
    for server in road.servers:
        server.brain = brain
    traces: list[Trace] = []
    for place, question in enumerate(islice(cycle(PLANNED.values()), _ASKS)):
        if place == _ASKS // 3:
            road.main.down()
        if place == 2 * _ASKS // 3:
            road.main.up()
        traces.append(road.canvas.ask(Ask(question=question)))
    assert all(trace.answer.ok for trace in traces)
    assert Counter(t.plan_raw.planned_by for t in traces) == {"model": _ASKS}
    who = [_calls(trace)[-1].model for trace in traces]
    before, during, after = (who[i : i + _ASKS // 3] for i in range(0, _ASKS, _ASKS // 3))
    assert set(before) == {"main"}
    assert set(during) == {"spare"}
    assert after[-1] == "main"
    assert after.count("main") > len(after) / 2
    tried = sum(len(_calls(trace)) > 1 for trace in traces)
    assert 2 <= tried < _ASKS / 6, "a dead model is tried now and then, not by every ask"
    for trace in traces:
        for call in _calls(trace):
            assert call.routing is not None
            assert call.routing.chosen == call.model
            assert {m.model for m in call.routing.considered} == {"main", "spare"}
            if call.model == "spare":
                (main,) = [m for m in call.routing.considered if m.model == "main"]
                assert main.barred or (main.score or 0) > 0
                assert "main" in call.routing.reason


def _calls(trace: Trace) -> list[ModelCall]:
    return [c for o in trace.stage_outputs if o.stage == "route_plan" for c in o.model_calls]
