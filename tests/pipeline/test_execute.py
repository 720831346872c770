"""Steps at the same time, one after another, and past one that fails."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from lab.rows import AS_OF

from dagster_project.canvas import Canvas
from dagster_project.contracts.plan import Feed, Plan, PlanStep
from dagster_project.contracts.stage import ExecuteResult, StageInput, StageOutput, ValidatedPlan
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.contracts.trace import Ask
from dagster_project.contracts.value import TraceId
from dagster_project.pipeline.execute import execute
from dagster_project.pipeline.run import Run
from pipeline.asking import ask, blocks, executed, rows, step


def run(canvas: Canvas, *steps: PlanStep) -> StageOutput:
    """The execute stage alone, on steps of one's own."""
    desk = canvas.desk(canvas.release())
    started = Run.start(Ask(question="x"), desk, TraceId("t"), datetime.now(UTC), None)
    plan = Plan(intent="lookup", language="en", as_of=AS_OF, steps=steps)
    stage_input = StageInput(stage="execute")
    return execute(stage_input, ValidatedPlan(plan=plan), started.bench, desk.pool)


def result(output: StageOutput) -> ExecuteResult:
    assert isinstance(output.result, ExecuteResult)
    return output.result


def slow(name: str, *after: str) -> PlanStep:
    return PlanStep(id=name, query="slow_room", purpose=name, depends_on=after)


def broken(name: str, **more: object) -> PlanStep:
    return PlanStep(id=name, query="broken_ratio", purpose=name, **more)  # pyright: ignore[reportArgumentType]


def test_independent_steps_run_at_the_same_time(lab: Canvas) -> None:
    """Three steps of 0.4 s take little more than one."""
    run(lab, slow("warm"))
    started = time.perf_counter()
    output = run(lab, slow("a"), slow("b"), slow("c"))
    wall = time.perf_counter() - started
    each = [call.elapsed_ms / 1000 for call in result(output).tool_calls]
    assert all(seconds >= 0.4 for seconds in each)
    assert wall < 0.75 * sum(each)


def test_a_step_waits_for_what_it_needs(lab: Canvas) -> None:
    """A dependent step starts after the one it depends on."""
    started = time.perf_counter()
    output = run(lab, slow("b", "a"), slow("a"))
    assert time.perf_counter() - started >= 0.8
    assert [s.step for s in result(output).steps] == ["b", "a"]


def test_a_failing_step_leaves_the_rest(lab: Canvas) -> None:
    """Its error stays with it; the others have their rows and references."""
    output = run(lab, broken("bad"), slow("good"))
    bad, good = result(output).steps
    assert bad.error is not None
    assert (bad.error.code, bad.error.via) == ("TOOL_BAD_REQUEST", "execute/bad")
    assert bad.rows == ()
    assert (good.error, good.rows) == (None, (("R1", ""),))
    assert [e.via for e in output.diagnostics.errors] == ["execute/bad"]
    assert [r.step for r in output.references] == ["good"]
    assert good.references == (output.references[0].id,)


def test_what_is_fed_by_a_failed_step_does_not_run(lab: Canvas) -> None:
    """There is nothing to ask with: the step says so with the reason of the one before."""
    fed = PlanStep(
        id="fed",
        query="instrument_profile",
        purpose="fed",
        feeds=(Feed(step="bad", column="id", param="instrument"),),
        depends_on=("bad",),
    )
    output = run(lab, broken("bad"), fed)
    assert [c.step for c in result(output).tool_calls] == ["bad"]
    assert result(output).steps[1].error == result(output).steps[0].error


def test_feeds_carry_distinct_values(lab: Canvas) -> None:
    """What a ranking found is what the next step is about, ties included."""
    trace = ask(lab, "repairs of the instrument with the most faults")
    assert rows(trace, "s1") == [("SC-01", "Bench scale", 3)]
    assert [row[0] for row in rows(trace, "s2")] == ["SC-01"]
    hottest = ask(lab, "가장 뜨거운 장비의 고장")
    assert (
        rows(hottest, "s1") == [("OV-02", "회화로", 205.0)] or rows(hottest, "s1")[0][0] == "OV-02"
    )
    assert step(hottest, "s2").empty == "true_zero"


def test_a_feed_without_rows_is_no_error(lab: Canvas) -> None:
    """When the first step finds nothing, the second has nothing, truly."""
    none = PlanStep(
        id="none",
        query="lab_explore",
        purpose="none",
        table_plan=TablePlan.model_validate(
            {
                "table": "lab.instrument",
                "columns": ("lab.instrument.id",),
                "filters": ({"column": "lab.instrument.class", "op": "=", "values": ("pump",)},),
            }
        ),
    )
    fed = PlanStep(
        id="fed",
        query="instrument_profile",
        purpose="fed",
        feeds=(Feed(step="none", column="id", param="instrument"),),
        depends_on=("none",),
    )
    output = run(lab, none, fed)
    assert output.diagnostics.empty_flags == {"none": "true_zero", "fed": "true_zero"}
    assert output.diagnostics.errors == ()


def test_an_audit_with_a_broken_and_a_missing_part(lab: Canvas) -> None:
    """What works is answered; what does not is named, with its kind of empty."""
    trace = ask(lab, "full audit of SC-01")
    assert trace.status == "partial"
    assert trace.answer.ok
    assert trace.answer.missing == ("Broken look", "Copy of the rooms")
    assert step(trace, "profile").rows[0][0] == "SC-01"
    notices = {b.id: b for b in blocks(trace, "notice")}
    assert notices["mirror.missing"].empty == "source_down"
    assert "Broken look" in notices["broken.missing"].text  # pyright: ignore[reportAttributeAccessIssue]


def test_a_tool_call_is_what_happened(lab: Canvas) -> None:
    """Statement, values, rows and time of each call; values are never in the statement."""
    (call,) = executed(ask(lab, "faults of SC-01 last week")).tool_calls
    assert call.source == "lab_db"
    assert call.query == "lab_explore:1"
    assert "SC-01" in call.params.values()
    assert "SC-01" not in call.statement
    assert (call.row_count, call.error) == (1, None)
    assert call.elapsed_ms > 0


@pytest.mark.parametrize("question", ["SC-01 상태 점검", "SC-01 고장과 수리", "심각도별 고장 건수"])
def test_every_reference_leads_back(lab: Canvas, question: str) -> None:
    """A reference names source, query, tables, statement and count, and opens its trace."""
    trace = ask(lab, question)
    assert [r.id for r in trace.references] == [f"r{i + 1}" for i in range(len(trace.references))]
    for reference in trace.references:
        assert reference.source == "lab_db:1"
        assert reference.tables
        assert all(t.startswith("lab.") for t in reference.tables)
        assert reference.link == f"trace:{trace.trace_id}#{reference.step}"
        assert reference.row_count == step(trace, reference.step).total_rows
