"""Any sequence of failures: each request is judged as if it were the first."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.contracts.assets.models import ReplyFormat
from dagster_project.llm.call import ModelEndpoint
from tests.llm.one_call import EXPECTED, KEY, PLAN, SLOW, asked, says_plan
from tests.model_server import BEHAVIOURS, model_server

SECONDS_WHERE_SLOW = 0.15
_SLACK_SECONDS = 5.0
"""Of a machine that runs other tests beside; a server that never ends would take far longer."""
DOWN = "down"
NO_PLAN = {"wrong_schema", "refuses_format"}


@dataclass(frozen=True)
class Step:
    behaviour: str
    stream: bool
    form: ReplyFormat


steps = st.builds(
    Step,
    st.sampled_from([*EXPECTED, DOWN]),
    st.booleans(),
    st.sampled_from(("json_schema", "json_object", "text")),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=1, max_size=10))
def test_no_history_changes_an_outcome(sequence: list[Step]) -> None:
    """Whatever happened before, on the same connections: the outcome is the behaviour's own, in
    time, without an exception, a half read answer of before, or the key."""
    with model_server(says_plan) as server:
        endpoints = {
            stream: ModelEndpoint(server.base_url, KEY, "m-1", stream=stream)
            for stream in (False, True)
        }
        for step in sequence:
            if step.behaviour == DOWN:
                server.down()
            else:
                server.script(BEHAVIOURS[step.behaviour]())
            seconds = SECONDS_WHERE_SLOW if step.behaviour in SLOW else 10.0
            start = time.monotonic()
            reply = asked(endpoints[step.stream], step.form, seconds)
            assert time.monotonic() - start < seconds + _SLACK_SECONDS
            server.up()
            outcome, status = EXPECTED.get(step.behaviour, ("unreachable", None))
            if step.behaviour == "refuses_format" and step.form == "text":
                outcome, status = "ok", 200
            if step.behaviour in SLOW:
                status = reply.http_status  # whether the head came in time is the machine's doing
            assert (reply.outcome, reply.http_status) == (outcome, status)
            assert reply.parsed == (PLAN if reply.outcome == "ok" else None) or (
                step.behaviour in NO_PLAN
            )
            assert KEY[:8] not in repr(reply)
        for one in endpoints.values():
            one.close()
