"""What a plan is held to before any source is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lab.rows import AS_OF, seoul

from dagster_project.canvas import Canvas
from dagster_project.contracts.plan import Feed, Plan, PlanOutput, PlanStep
from dagster_project.contracts.stage import StageInput, StageOutput, ValidatedPlan
from dagster_project.contracts.table_plan import Filter, Measure, Order, TablePlan, TimeRange
from dagster_project.contracts.trace import Ask
from dagster_project.contracts.value import TraceId
from dagster_project.pipeline.run import Run
from dagster_project.pipeline.validate import Rules, validate
from pipeline.asking import ask, stage, stages, step, validated

SPAN = TimeRange(start=seoul(3, 1), end=seoul(3, 2))


def rules(canvas: Canvas, role: str = "operator") -> Rules:
    ask_ = Ask(question="x", roles=(role,))
    desk = canvas.desk(canvas.release())
    return Run.start(ask_, desk, TraceId("t"), datetime.now(UTC), None).rules


def check(held: Rules, *steps: PlanStep) -> StageOutput:
    plan = Plan(intent="lookup", language="en", as_of=AS_OF, steps=steps)
    output = PlanOutput(kind="plan", plan=plan, routing_reasoning="test", elapsed_ms=0)
    return validate(StageInput(stage="validate"), output, held)


def kept(output: StageOutput) -> list[str]:
    assert isinstance(output.result, ValidatedPlan)
    return [s.id for s in output.result.plan.steps] if output.result.plan else []


def profile(name: str = "p", **params: object) -> PlanStep:
    return PlanStep(id=name, query="instrument_profile", purpose=name, params=params)  # pyright: ignore[reportArgumentType]


def explore(name: str = "e", **plan: Any) -> PlanStep:
    table_plan = TablePlan.model_validate({"table": "lab.repair", **plan})
    return PlanStep(id=name, query="lab_explore", purpose=name, table_plan=table_plan)


@pytest.mark.parametrize(
    ("step", "code", "said"),
    [
        (PlanStep(id="a", query="nothing", purpose="a"), "PLAN_INVALID", "no query 'nothing'"),
        (profile(instrument="SC-01", size=3), "INVALID_PARAMS", "no parameter 'size'"),
        (profile(), "INVALID_PARAMS", "'instrument' has no value"),
        (profile(instrument=SPAN), "INVALID_PARAMS", "'instrument' is TimeRange"),
        (
            PlanStep(
                id="f",
                query="instrument_faults",
                purpose="f",
                params={"instrument": "SC-01", "window": "7d"},
            ),
            "INVALID_PARAMS",
            "'window' is '7d'",
        ),
        (
            explore(columns=("lab.repair.weight",)),
            "PLAN_INVALID",
            "no enabled column 'lab.repair.weight'",
        ),
        (explore(columns=("lab.fault.id",)), "PLAN_INVALID", "without multiplying rows"),
        (explore(order=({"by": "weight"},)), "PLAN_INVALID", "order names 'weight'"),
        (PlanStep(id="o", query="lab_explore", purpose="o"), "INVALID_PARAMS", "no table plan"),
    ],
)
def test_what_does_not_fit_is_refused(lab: Canvas, step: PlanStep, code: str, said: str) -> None:
    """A step that cannot run is taken out with the step, the name and the value."""
    output = check(rules(lab), step, profile("good", instrument="SC-01"))
    assert kept(output) == ["good"]
    (error,) = output.diagnostics.errors
    assert (error.code, error.via.split("/")[0]) == (code, "validate")
    assert said in error.error
    assert output.diagnostics.counts == {"steps": 1, "refused": 1}


def test_a_default_fills_what_was_not_said(lab: Canvas) -> None:
    """An optional parameter needs no value."""
    step = PlanStep(
        id="f",
        query="instrument_faults",
        purpose="f",
        params={"instrument": "SC-01", "window": SPAN},
    )
    assert kept(check(rules(lab), step)) == ["f"]


def test_too_many_steps(lab: Canvas) -> None:
    """Beyond the policy's budget nothing runs, and the decision says the numbers."""
    steps = [profile(f"p{i}", instrument="SC-01") for i in range(4)]
    output = check(rules(lab), *steps)
    assert isinstance(output.result, ValidatedPlan)
    assert output.result.plan is None
    assert [(d.rule, d.detail) for d in output.result.policy_decisions] == [("max_steps", "4 > 3")]
    assert kept(check(rules(lab), *steps[:3])) == ["p0", "p1", "p2"]


def test_what_needs_a_refused_step_is_refused(lab: Canvas) -> None:
    """Orphans go with what they depend on, however long the chain."""
    second = PlanStep(
        id="b", query="instrument_profile", purpose="b", depends_on=("a",),
        feeds=(Feed(step="a", column="id", param="instrument"),),
    )  # fmt: skip
    third = second.model_copy(update={"id": "c", "purpose": "c", "depends_on": ("b",)})
    output = check(rules(lab), PlanStep(id="a", query="nothing", purpose="a"), second, third)
    assert kept(output) == []
    assert isinstance(output.result, ValidatedPlan)
    orphans = [d.detail for d in output.result.policy_decisions if d.rule == "depends_on"]
    assert orphans == ["b: needs a", "c: needs b"]


def test_a_denial_is_reported_as_a_denial(lab: Canvas) -> None:
    """What a role may not use is not_permitted: no call, no rows, no pretended empty."""
    trace = ask(lab, "check-up of SC-01", roles=("guest",))
    assert [c.step for c in trace.tool_calls] == ["profile"]
    (decision,) = (d for d in validated(trace).policy_decisions if d.empty)
    assert (decision.rule, decision.decision, decision.empty) == (
        "default:1#access",
        "refused",
        "not_permitted",
    )
    assert stage(trace, "validate").diagnostics.empty_flags == {"faults": "not_permitted"}
    assert trace.status == "partial"
    assert trace.answer.missing == ("Recent faults",)


def test_a_role_without_any_rule(lab: Canvas) -> None:
    """Who is not named may use nothing, and is told so."""
    trace = ask(lab, "faults of SC-01", roles=("stranger",))
    assert trace.tool_calls == ()
    assert (trace.status, trace.answer.ok) == ("failed", False)
    assert trace.answer.missing == ("fault",)
    assert stages(trace)[-1] == "present"


def test_one_role_that_may_is_enough(lab: Canvas) -> None:
    """Access is the union of a caller's roles; what only one of them masks is shown."""
    trace = ask(lab, "price of SC-01", roles=("guest", "operator"))
    assert 1200 in step(trace).rows[0]


def test_a_masked_column_is_not_shown(lab: Canvas) -> None:
    """It is taken out of listings and of verified queries, and the change is recorded."""
    trace = ask(lab, "repairs of SC-01", roles=("guest",))
    assert "cost" not in [c.name for c in step(trace).columns]
    assert 120.5 not in step(trace).rows[0]
    assert any(d.decision == "changed" for d in validated(trace).policy_decisions)
    template = ask(lab, "profile of SC-01", roles=("guest",))
    assert "price" not in [c.name for c in step(template, "instrument_profile").columns]
    for shown in (trace, template):
        assert "1200" not in shown.answer.model_dump_json()
        assert "120.5" not in shown.answer.model_dump_json()


@pytest.mark.parametrize(
    "plan",
    [
        {
            "columns": ("lab.repair.id",),
            "filters": (Filter(column="lab.repair.cost", op=">", values=(100,)),),
        },
        {"columns": ("lab.repair.id",), "order": (Order(by="lab.repair.cost"),)},
        {"measures": (Measure(name="m", aggregate="sum", column="lab.repair.cost"),)},
        {
            "measures": (Measure(name="c", aggregate="count"),),
            "dimensions": ({"name": "d", "column": "lab.repair.cost"},),
        },
        {
            "columns": ("lab.repair.id",),
            "search": {"columns": ("lab.repair.cost",), "words": ("1",)},
        },
    ],
)
def test_a_masked_column_shapes_no_answer(lab: Canvas, plan: dict[str, Any]) -> None:
    """Filtering, ordering, summing or grouping by it would tell its values: refused."""
    output = check(rules(lab, "guest"), explore(**plan))
    assert kept(output) == []
    assert output.diagnostics.empty_flags == {"e": "not_permitted"}
    assert kept(
        check(rules(lab, "operator"), explore(**{k: v for k, v in plan.items() if k != "search"}))
    ) == ["e"]


def test_a_metric_over_a_masked_column(lab: Canvas) -> None:
    """A metric is its column by another name."""
    held = rules(lab)
    rule = held.policy.access[1].model_copy(update={"masked_columns": ("lab.reading.value",)})
    masked = replace(held, access=replace(held.access, rules=(rule,)))
    measure = {"name": "t", "aggregate": "max", "metric": "temperature"}
    output = check(masked, explore(table="lab.reading", measures=(measure,)))
    assert kept(output) == []


def test_a_masked_column_behind_a_relation_or_a_feed(lab: Canvas) -> None:
    """Picking rows by a masked column of another table tells as much."""
    related = {
        "table": "lab.repair",
        "filters": ({"column": "lab.repair.cost", "op": ">", "values": (100,)},),
    }
    by_relation = explore(table="lab.instrument", related=(related,))
    fed = explore("f", table="lab.repair").model_copy(
        update={
            "feeds": (Feed(step="e", column="id", filter_column="lab.repair.cost"),),
            "depends_on": ("e",),
        }
    )
    first = explore(columns=("lab.repair.id",))
    assert kept(check(rules(lab, "guest"), by_relation)) == []
    assert kept(check(rules(lab, "guest"), first, fed)) == ["e"]


def test_nothing_is_decided_about_a_direct_answer(lab: Canvas) -> None:
    """Validate says that no source is asked."""
    (decision,) = validated(ask(lab, "hi")).policy_decisions
    assert (decision.rule, decision.decision) == ("default:1#direct", "allowed")
