"""Part of an ask again: on the stored output of the stage before, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from swap_lab import swap_canvas

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.stage import ExecuteResult
from dagster_project.contracts.table_plan import Filter, TablePlan
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import STAGES, Stage
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.run_stage import run_from, run_stage
from dagster_project.pipeline.stored_outputs import (
    ask_of,
    is_stored,
    plan_with_instants,
    roles_of,
    routed_before,
)
from dagster_project.store.settings import Settings
from dagster_project.traces import find
from dagster_project.traces.content import digest_of
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.ids import new_trace_id

NOW = datetime(2026, 5, 1, tzinfo=UTC)
QUESTIONS = (
    "profile of SC-01",
    "SC-01 프로필 알려줘",
    "list instruments",
    "which instruments had faults in the last 7 days?",
    "temperature of OV-01 by day last week",
    "repairs of the instrument with the most faults",
    "how many faults by severity",
    "XX-99 faults",
    "faults of OV-01 tomorrow",
    "SC-01 상태 점검",
    "show faults",  # cut: the loop asks back after present
    "temperature of SC-02",  # the loop widens the window
    "hi",
    "delete it",
)


@pytest.fixture(scope="module")
def canvas(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Canvas]:
    with swap_canvas(make_settings, tmp_path_factory.mktemp("swap")) as canvas:
        yield canvas


def stored(canvas: Canvas, question: str, **more: object) -> Trace:
    """Asked, kept, and read back: what a store does to it has happened."""
    asked = canvas.ask(Ask(question=question, **more))  # pyright: ignore[reportArgumentType]
    return find.get(canvas.database, asked.trace_id)


def desk_of(canvas: Canvas) -> Desk:
    return canvas.desk(canvas.release())


def again(canvas: Canvas, trace: Trace, stage: Stage, *, alone: bool = False) -> Trace:
    run = run_stage if alone else run_from
    return run(trace, stage, desk_of(canvas), NOW, new_trace_id(NOW))


def outputs(trace: Trace) -> list[str]:
    return [digest_of(output, trace.trace_id) for output in trace.stage_outputs]


def ran(trace: Trace) -> list[str]:
    """Stages that were run for this trace, not taken over."""
    return [given.stage for given in trace.stage_inputs if not is_stored(given)]


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_versions_give_the_same_answer(canvas: Canvas, question: str, alone: bool) -> None:
    """From any stage on, and any stage alone: nothing that matters differs from the stored ask."""
    trace = stored(canvas, question)
    stages: dict[Stage, None] = {output.stage: None for output in trace.stage_outputs}
    for stage in stages:
        diff = diff_traces(trace, again(canvas, trace, stage, alone=alone))
        assert diff.same, (stage, diff)


@pytest.mark.parametrize("question", QUESTIONS[:12])
@pytest.mark.parametrize("stage", ["compose", "present"])
def test_what_is_made_of_stored_rows_is_the_same_to_the_byte(
    canvas: Canvas, question: str, stage: Stage
) -> None:
    """Without a source in between every output has the stored content, so nothing is added."""
    trace = stored(canvas, question)
    assert outputs(again(canvas, trace, stage)) == outputs(trace)
    assert outputs(again(canvas, trace, stage, alone=True)) == outputs(trace)


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("route_plan", ["route_plan", "validate", "execute", "compose", "present"]),
        ("validate", ["validate", "execute", "compose", "present"]),
        ("execute", ["execute", "compose", "present"]),
        ("compose", ["compose", "present"]),
        ("present", ["present"]),
    ],
)
def test_only_what_was_asked_for_is_run(canvas: Canvas, stage: Stage, expected: list[str]) -> None:
    """The trace is whole, and its inputs, calls and times say which part of it is new."""
    trace = stored(canvas, "profile of SC-01")
    whole, alone = again(canvas, trace, stage), again(canvas, trace, stage, alone=True)
    assert (ran(whole), ran(alone)) == (expected, [stage])
    for made in (whole, alone):
        assert [output.stage for output in made.stage_outputs] == list(STAGES)
        assert [span.name for span in made.flow_spans] == ran(made)
        assert len(made.tool_calls) == ("execute" in ran(made))
        assert (made.test_mode, made.baseline_trace_id) == (True, trace.trace_id)
        assert made.parent_trace_id == trace.trace_id
        assert made.answer.references[0].link == f"trace:{made.trace_id}#instrument_profile"
        assert trace.trace_id not in made.answer.model_dump_json()
        assert made.asset_versions == trace.asset_versions


def test_who_asked_when_and_as_what_stays(canvas: Canvas) -> None:
    """Language, moment, user, tenant and roles are the stored ask's."""
    moment = datetime(2026, 3, 12, tzinfo=UTC)
    trace = stored(
        canvas, "list repairs", roles=("guest",), user="operator-1", as_of=moment, language="ko"
    )
    ask = ask_of(trace)
    assert (ask.roles, ask.user, ask.tenant) == (("guest",), "operator-1", "default")
    assert (ask.as_of, ask.language) == (moment, "ko")
    part = again(canvas, trace, "validate")
    assert (part.user, part.language, part.as_of) == ("operator-1", "ko", moment)


def test_a_guest_stays_a_guest(canvas: Canvas) -> None:
    """What validate refused the asker it refuses again, in a part of the ask too."""
    trace = stored(canvas, "faults of SC-01 with their status", roles=("guest",))
    assert roles_of(trace) == ("guest",)
    for stage in ("route_plan", "validate"):
        part = again(canvas, trace, stage)
        assert roles_of(part) == ("guest",)
        assert diff_traces(trace, part).same


def test_no_source_is_asked_after_execute(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the source gone, compose and present do their work; execute says that it is gone."""
    trace = stored(canvas, "profile of SC-01")
    monkeypatch.setenv("CANVAS_LAB_URL", "postgresql://nobody@127.0.0.1:1/none")
    with Canvas.open(canvas.settings) as without:
        for stage in ("compose", "present"):
            alone = without.test_stage(trace.trace_id, stage, {})
            assert alone.diff.same
            assert alone.trace.tool_calls == ()
        report = without.replay("compose", {}, 1, keep_traces=False)
        assert (report.same, report.failed) == (1, 0)
        gone = without.test_stage(trace.trace_id, "execute", {})
    executed = gone.trace.stage_outputs[2].result
    assert isinstance(executed, ExecuteResult)
    assert executed.steps[0].empty == "source_down"


def test_rounds_before_stay_and_the_patched_plan_is_known(canvas: Canvas) -> None:
    """After a widened window, what validate was given last is the widened plan."""
    trace = stored(canvas, "temperature of SC-02")
    assert [o.stage for o in trace.stage_outputs].count("validate") == 3
    given = routed_before(trace, len(trace.stage_outputs)).plan
    assert given is not None
    assert trace.plan_validated is not None
    assert given.steps == trace.plan_validated.steps
    assert given.steps != (trace.plan_raw.plan and trace.plan_raw.plan.steps)
    part = again(canvas, trace, "compose")
    assert ran(part) == ["compose", "present"]
    assert part.replan_events == trace.replan_events
    fresh = again(canvas, trace, "execute")
    assert [e.trigger for e in fresh.replan_events] == [e.trigger for e in trace.replan_events]


def test_a_question_back_at_the_end_is_asked_again(canvas: Canvas) -> None:
    """A cut listing asks how to group: also when only its end is run again."""
    trace = stored(canvas, "show faults")
    assert [e.decision for e in trace.replan_events] == ["ask_user"]
    part = again(canvas, trace, "present")
    assert [c.choices for c in part.answer.cards] != []
    assert [e.trigger for e in part.replan_events] == ["present_limit"]


def test_a_patch_by_a_person_is_not_planned_away(canvas: Canvas) -> None:
    """A rerun has no route_plan stage; run from there, its patched plan is what goes on."""
    parent = canvas.ask(Ask(question="list instruments"))
    patch = ({"op": "replace", "path": "/steps/0/table_plan/limit", "value": 2},)
    child = canvas.rerun(parent.trace_id, patch=patch)
    trace = find.get(canvas.database, child.trace_id)
    part = again(canvas, trace, "route_plan")
    assert diff_traces(trace, part).same
    assert [e.by for e in part.replan_events][:1] == ["person"]


@pytest.mark.parametrize(
    ("question", "stage"), [("hi", "compose"), ("delete it", "present"), ("hi", "execute")]
)
def test_a_stage_that_the_route_does_not_have(canvas: Canvas, question: str, stage: Stage) -> None:
    """It is refused, with the stages that there are."""
    trace = stored(canvas, question)
    for alone in (False, True):
        with pytest.raises(InvalidRequest, match="It ran route_plan, validate"):
            again(canvas, trace, stage, alone=alone)


def test_times_among_values_come_back_as_times() -> None:
    """A store gives them back as text; any other text stays text."""
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    table = TablePlan(
        table="t", filters=(Filter(column="t.at", op="in", values=(at, "2026-03-01", "9")),)
    )
    step = PlanStep(
        id="s1", query="q", purpose="2026-03-01T09:00:00Z", params={"at": at}, table_plan=table
    )
    plan = Plan(intent="list", language="en", as_of=at, steps=(step,))
    read = Plan.model_validate_json(plan.model_dump_json())
    assert read != plan
    assert plan_with_instants(read) == plan
    assert plan_with_instants(plan) is plan
