"""L4, L5: what a trace and the ledger hold of each call, and what a budget stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from model_server import server_error

from dagster_project.contracts.trace import Ask, Trace
from dagster_project.traces import find
from with_model.conftest import Road
from with_model.honest import HonestBrain
from with_model.questions import PLANNED
from with_model.site import KEY

QUESTION = PLANNED["recipe"]


def _planning(trace: Trace):
    (routed,) = [o for o in trace.stage_outputs if o.stage == "route_plan"]
    return routed.model_calls


def test_a_kept_trace_holds_prompt_reply_tokens_and_time(make_road: Callable[..., Road]) -> None:
    """Each call of a kept trace has what was sent, what came, what it cost and why that model."""
    road = make_road(2)
    road.main.script(server_error())
    road.main.brain = road.spare.brain = HonestBrain(road.canvas)
    trace = find.get(road.canvas.database, road.canvas.ask(Ask(question=QUESTION)).trace_id)
    assert len(_planning(trace)) == 2, trace.fallbacks
    failed, good = _planning(trace)
    assert (failed.model, failed.outcome, failed.http_status) == ("main", "server_error", 500)
    assert (good.model, good.outcome) == ("spare", "ok")
    sent = road.spare.requests[0].messages
    assert [m.content for m in good.messages] == [m["content"] for m in sent]
    assert good.parsed["kind"] == "plan"
    assert good.tokens_in > 0
    assert good.tokens_out > 0
    assert good.elapsed_ms >= good.server_ms > 0
    assert trace.cost_usd == pytest.approx((good.tokens_in * 1 + good.tokens_out * 4) / 1e6)
    assert good.prompt == f"route_plan:{trace.applied_assets['prompt:route_plan']}"
    assert KEY not in trace.model_dump_json()


def test_the_ledger_has_every_call_and_the_day_its_sum(make_road: Callable[..., Road]) -> None:
    """A row for each request, also for one that failed, and one sum for day, tenant and user."""
    road = make_road(2)
    road.main.always = server_error()
    road.spare.brain = HonestBrain(road.canvas)
    trace = road.canvas.ask(Ask(question=QUESTION, user="kim", tenant="north"))
    with road.canvas.database.pool.connection() as connection:
        rows = connection.execute(
            "select model, outcome, tokens_in, cost_usd from canvas.model_call"
            " where trace_id = %s order by id",
            (trace.trace_id,),
        ).fetchall()
        (spend,) = connection.execute(
            "select tenant, user_name, calls, tokens_in, cost_usd from canvas.model_spend"
        ).fetchall()
    assert [(r[0], r[1]) for r in rows] == [("main", "server_error"), ("spare", "ok")]
    assert spend[:3] == ("north", "kim", 2)
    assert spend[3] == sum(r[2] for r in rows) == trace.tokens_in
    assert spend[4] == pytest.approx(trace.cost_usd)


@pytest.mark.parametrize(
    ("budgets", "word"),
    [({"user_day_usd": 0.0001}, "user"), ({"site_day_usd": 0.0001}, "site")],
)
def test_a_used_up_budget_stops_the_asking(
    make_road: Callable[..., Road], budgets: dict[str, float], word: str
) -> None:
    """Nothing is sent over a budget; the built-in planner answers and says which budget it was."""
    road = make_road(1, budgets=budgets)
    road.main.brain = HonestBrain(road.canvas)
    trace = road.canvas.ask(Ask(question=QUESTION))
    assert road.main.requests == []
    assert trace.answer.ok
    assert "budget" in trace.fallbacks[0]
    assert word in trace.fallbacks[0]


def test_a_stage_test_spends_nothing_twice(make_road: Callable[..., Road]) -> None:
    """What stands in a stored output was paid for by the ask that made it."""
    road = make_road(1)
    road.main.brain = HonestBrain(road.canvas)
    first = road.canvas.ask(Ask(question=QUESTION))
    before = len(road.main.requests)
    tested = road.canvas.test_stage(first.trace_id, "present", {})
    assert len(road.main.requests) == before
    assert tested.trace.tokens_in == 0
    assert _planning(tested.trace) == _planning(first)


def test_only_the_unsure_are_asked_about(make_road: Callable[..., Road]) -> None:
    """With `use: unsure` a question that the built-in planner understands whole costs nothing."""
    road = make_road(1, use="unsure")
    trace = road.canvas.ask(Ask(question=QUESTION))
    assert road.main.requests == []
    assert trace.fallbacks == ("planner: built-in (it is sure, and models.use is unsure)",)


def test_a_denial_is_told_as_one(make_road: Callable[..., Road]) -> None:
    """What fits and is not permitted is refused by name; no model is asked for a way around it."""
    road = make_road(1)
    question = "GT-01 열린 작업 주문 보여줘"
    trace = road.canvas.ask(Ask(question=question, roles=("viewer",)))
    flags = {f for o in trace.stage_outputs for f in o.diagnostics.empty_flags.values()}
    assert "not_permitted" in flags
    assert road.main.requests == []


def test_a_prompt_that_does_not_render_costs_no_answer(make_road: Callable[..., Road]) -> None:
    """A template may fail in any way: the built-in planner answers and the line names it."""
    road = make_road(1)
    path = road.canvas.settings.home / "assets_config" / "prompts" / "route_plan.yaml"
    path.write_text(path.read_text().replace("{{ as_of }}", "{{ as_of.strip(3) }}"))
    trace = road.canvas.ask(Ask(question=QUESTION))
    assert trace.answer.ok
    assert road.main.requests == []
    assert trace.fallbacks[0].startswith("planner: built-in (prompt route_plan:1 does not render")
