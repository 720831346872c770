"""Read first: one ask, five stages in order, one trace.

    route_plan → validate → execute → compose → present
    a direct answer skips execute and compose; a reject ends after validate

`control_loop` alone decides whether a plan goes round again, and with which patch.
"""

from __future__ import annotations

import time
from datetime import datetime

from dagster_project.contracts.plan import Plan, PlanOutput
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import ExecuteResult, StageOutput, ValidatedPlan
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import TraceId
from dagster_project.pipeline.conclude import conclude
from dagster_project.pipeline.control_loop import ControlLoop, Move
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.present import Evidence
from dagster_project.pipeline.run import Progress, Run


def answer(
    ask: Ask,
    desk: Desk,
    trace_id: TraceId,
    now: datetime,
    progress: Progress | None = None,
    rerun_of: tuple[PlanOutput, ReplanEvent] | None = None,
) -> Trace:
    """Answer one question. Always gives a trace; touches nothing but sources.

    `rerun_of`: a plan that a person chose or patched, and the event that says so; it takes the
    place of what route_plan would decide and goes through the same loop.
    """
    run = Run.start(ask, desk, trace_id, now, progress)
    if rerun_of is None:
        routed = run.route()
    else:
        routed, event = rerun_of
        run.events.append(event)
    validated = run.check(routed)
    if routed.plan is not None:
        routed, validated = answer_plan(run, routed, validated)
    elif routed.direct is not None:
        run.present(routed.direct, None, Evidence())
    elif routed.reject is not None:
        ControlLoop(run).after_reject(routed.reject)
    return conclude(run, routed, validated, now)


def answer_plan(
    run: Run, routed: PlanOutput, validated: ValidatedPlan
) -> tuple[PlanOutput, ValidatedPlan]:
    """Rounds of execute, compose and present until the loop has nothing to improve."""
    loop = ControlLoop(run)
    loop.after_validate(routed, validated)
    while True:
        asked = routed.plan
        assert asked is not None
        plan = validated.plan or asked.model_copy(update={"steps": ()})
        executed = run.fetch(validated, plan)
        move = loop.after_execute(plan, executed)
        if move is None:
            asks_back = any(e.decision == "ask_user" and e.by == "loop" for e in run.events)
            evidence = evidence_of(asked, plan, executed, run.outputs[-1], asks_back=asks_back)
            presented = run.present(run.compose(executed, plan), plan, evidence)
            move = loop.after_present(plan, executed, presented)
        if move is None:
            return routed, validated
        routed, validated = _next_round(run, routed, validated, move)


def _next_round(
    run: Run, routed: PlanOutput, validated: ValidatedPlan, move: Move
) -> tuple[PlanOutput, ValidatedPlan]:
    run.round += 1
    run.tell("control_loop", move.message)
    if move.wait_seconds > 0:
        time.sleep(move.wait_seconds)
    run.bench.forget(move.again)
    if move.plan is None:
        return routed, validated
    patched = routed.model_copy(update={"plan": move.plan})
    return patched, run.check(patched)


def evidence_of(
    asked: Plan,
    plan: Plan,
    executed: ExecuteResult,
    executed_output: StageOutput,
    *,
    asks_back: bool = False,
) -> Evidence:
    """What the stages before present found, beside the blocks."""
    kept = {step.id for step in plan.steps}
    refused = [step for step in asked.steps if step.id not in kept]
    purposes = {step.id: step.purpose for step in asked.steps}
    failed = [r for r in executed.steps if r.error is not None]
    required = any(not s.optional for s in refused) or any(not r.optional for r in failed)
    return Evidence(
        references=executed_output.references,
        missing=tuple(
            dict.fromkeys([*(s.purpose for s in refused), *(purposes[r.step] for r in failed)])
        ),
        missing_required=required,
        asks_back=asks_back,
        answered=any(r.error is None for r in executed.steps),
    )
