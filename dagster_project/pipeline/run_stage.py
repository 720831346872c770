"""Part of an ask again, on what a kept trace holds: one stage alone, or all from a stage on.

What is not run again is the stored output, and its input says so; nothing is fetched for it.
"""

from __future__ import annotations

from datetime import datetime

from dagster_project.contracts.plan import DirectAnswer, Plan, PlanOutput
from dagster_project.contracts.replan import Trigger
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    StageOutput,
    ValidatedPlan,
)
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import Stage, TraceId
from dagster_project.pipeline.ask import answer, answer_plan, evidence_of
from dagster_project.pipeline.conclude import conclude
from dagster_project.pipeline.control_loop import ControlLoop
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.present import Evidence
from dagster_project.pipeline.run import Progress, Run
from dagster_project.pipeline.stored_outputs import (
    as_own,
    as_stored,
    ask_of,
    first_run,
    is_stored,
    last_run,
    plan_with_instants,
    result_before,
    routed_before,
)


def run_stage(
    trace: Trace,
    stage: Stage,
    desk: Desk,
    now: datetime,
    trace_id: TraceId,
    progress: Progress | None = None,
    overrides: dict[str, str] | None = None,
) -> Trace:
    """X2: one stage by itself, on the output that its last run in the trace was given.

    Everything else of the new trace, also what comes after the stage, is the stored trace's. Only
    the stage execute asks a source. Raises: InvalidRequest when the route has no such stage.
    """
    place = last_run(trace, stage)
    run = _going_on(trace, place, desk, now, trace_id, progress, overrides)
    run.events += trace.replan_events
    for later in trace.stage_inputs[place + 1 :]:
        _has_read(run, trace, later.applied_assets)
    _one_stage(run, trace, stage, place)
    _take_over(run, trace, range(place + 1, len(trace.stage_outputs)))
    checked = [o.result for o in run.outputs if isinstance(o.result, ValidatedPlan)]
    return _concluded(run, trace.plan_raw, checked[-1], now)


def run_from(
    trace: Trace,
    stage: Stage,
    desk: Desk,
    now: datetime,
    trace_id: TraceId,
    progress: Progress | None = None,
    overrides: dict[str, str] | None = None,
) -> Trace:
    """B6: a stage and all after it, on the stored output of the stage before.

    From route_plan, validate and execute the control loop starts afresh. From compose and present
    no source is asked, so what the loop did before stays, and it does not go round again.
    Raises: InvalidRequest when the route has no such stage.
    """
    planned = trace.stage_outputs[0].stage == "route_plan"
    if stage == "route_plan" and not planned:
        stage = "validate"  # a person's plan stands in its place
    if stage == "route_plan":
        return answer(_test_of(trace, overrides), desk, trace_id, now, progress)
    if stage in ("compose", "present"):
        return _from_rows(trace, stage, desk, now, trace_id, progress, overrides)
    place = first_run(trace, stage)
    run = _going_on(trace, place, desk, now, trace_id, progress, overrides)
    run.round = 1
    run.events += (e for e in trace.replan_events if e.by == "person" and e.position <= place)
    routed = routed_before(trace, place)
    validated = run.check(routed) if stage == "validate" else _validated(trace, place)
    if routed.plan is not None:
        routed, validated = answer_plan(run, routed, validated)
    elif routed.direct is not None:
        run.present(routed.direct, None, Evidence())
    elif routed.reject is not None:
        ControlLoop(run).after_reject(routed.reject)
    return _concluded(run, routed, validated, now)


def _from_rows(
    trace: Trace,
    stage: Stage,
    desk: Desk,
    now: datetime,
    trace_id: TraceId,
    progress: Progress | None,
    overrides: dict[str, str] | None,
) -> Trace:
    place = last_run(trace, stage)
    run = _going_on(trace, place, desk, now, trace_id, progress, overrides)
    run.events += (e for e in trace.replan_events if e.position <= place)
    routed, validated = routed_before(trace, place), _validated(trace, place)
    if routed.plan is None:
        _one_stage(run, trace, "present", place)
        return _concluded(run, routed, validated, now)
    plan, executed, fetched = _rows(run, trace, place)
    composed = run.compose(executed, plan) if stage == "compose" else _composed(trace, place)
    evidence = evidence_of(routed.plan, plan, executed, fetched)
    presented = run.present(composed, plan, evidence)
    _last_word(run).after_present(plan, executed, presented)
    return _concluded(run, routed, validated, now)


def _last_word(run: Run) -> ControlLoop:
    """The loop with no replan left: it may still ask back, as it did at the end of the ask."""
    decided: set[Trigger] = {e.trigger for e in run.events if e.decision != "auto_retry"}
    most = run.desk.planner.policy.replan.max_replans
    return ControlLoop(run, replans=most, done=decided)


def _one_stage(run: Run, trace: Trace, stage: Stage, place: int) -> None:
    """Run it on what it was given the last time before this place."""
    if stage == "route_plan":
        run.route()
        return
    routed = routed_before(trace, place)
    if stage == "validate":
        run.check(routed_before(trace, place + 1))
    elif routed.plan is None:
        assert isinstance(routed.direct, DirectAnswer)
        run.present(routed.direct, None, Evidence())
    elif stage == "execute":
        run.fetch(_validated(trace, place), _plan(trace, place))
    else:
        plan, executed, fetched = _rows(run, trace, place)
        if stage == "compose":
            run.compose(executed, plan)
        else:
            evidence = evidence_of(routed.plan, plan, executed, fetched)
            run.present(_composed(trace, place), plan, evidence)


# -- what a stage is given


def _validated(trace: Trace, place: int) -> ValidatedPlan:
    found = result_before(trace, place, ValidatedPlan)
    assert found is not None
    if found[0].plan is None:
        return found[0]
    return found[0].model_copy(update={"plan": plan_with_instants(found[0].plan)})


def _plan(trace: Trace, place: int) -> Plan:
    plan = _validated(trace, place).plan
    if plan is not None:
        return plan
    asked = routed_before(trace, place).plan
    assert asked is not None
    return asked.model_copy(update={"steps": ()})


def _rows(run: Run, trace: Trace, place: int) -> tuple[Plan, ExecuteResult, StageOutput]:
    """The plan that ran, its rows, and the output that has their references."""
    found = result_before(trace, place, ExecuteResult)
    assert found is not None
    executed, output = found
    return _plan(trace, place), executed, as_own(output, trace.trace_id, run.trace_id)


def _composed(trace: Trace, place: int) -> ComposeResult:
    found = result_before(trace, place, ComposeResult)
    assert found is not None
    return found[0]


# -- the record


def _test_of(trace: Trace, overrides: dict[str, str] | None) -> Ask:
    return ask_of(
        trace,
        asset_overrides=overrides or {},
        test_mode=True,
        model_mode="fill",
        parent_trace_id=trace.trace_id,
        baseline_trace_id=trace.trace_id,
    )


def _going_on(
    trace: Trace,
    place: int,
    desk: Desk,
    now: datetime,
    trace_id: TraceId,
    progress: Progress | None,
    overrides: dict[str, str] | None,
) -> Run:
    """A run that stands where the trace stood before the stage at this place."""
    run = Run.start(_test_of(trace, overrides), desk, trace_id, now, progress)
    _take_over(run, trace, range(place))
    for given in run.inputs:
        _has_read(run, trace, given.applied_assets)
    round_ = trace.stage_inputs[place].control_context.get("round", 1)
    run.round = round_ if isinstance(round_, int) else 1
    return run


def _take_over(run: Run, trace: Trace, places: range) -> None:
    """Stored inputs and outputs, marked as such."""
    for place in places:
        given, output = trace.stage_inputs[place], trace.stage_outputs[place]
        run.inputs.append(as_stored(given, trace.trace_id))
        run.outputs.append(as_own(output, trace.trace_id, run.trace_id))


def _has_read(run: Run, trace: Trace, applied: dict[str, str]) -> None:
    run.read.update(applied)
    known = trace.asset_versions
    run.contents.update({asset: known[asset] for asset in applied if asset in known})


def _concluded(run: Run, routed: PlanOutput, validated: ValidatedPlan, now: datetime) -> Trace:
    """The trace of what was run: calls that another ask made are in the stored outputs only."""
    trace = conclude(run, routed, validated, now)
    made = [
        call
        for given, output in zip(run.inputs, run.outputs, strict=True)
        if isinstance(output.result, ExecuteResult) and not is_stored(given)
        for call in output.result.tool_calls
    ]
    return trace.model_copy(update={"tool_calls": tuple(made)})
