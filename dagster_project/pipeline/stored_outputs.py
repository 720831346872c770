"""A kept trace as something to go on from: who asked what, and what each stage was given."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, TypeVar

from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import Plan, PlanOutput
from dagster_project.contracts.stage import StageInput, StageOutput, StageResult, ValidatedPlan
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import Stage, TraceId
from dagster_project.pipeline.control_loop import apply_patch

R = TypeVar("R", bound=StageResult)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def ask_of(trace: Trace, **more: Any) -> Ask:
    """The same question by the same person at the same "now"; `more` goes into the ask."""
    given = {
        "question": trace.question,
        "user": trace.user,
        "tenant": trace.tenant,
        "roles": roles_of(trace),
        "language": trace.language,
        "as_of": trace.as_of,
    }
    return Ask.model_validate({**given, **more})


def roles_of(trace: Trace) -> tuple[str, ...]:
    """What the asker was; the first stage that judged it has it in its input."""
    for stage_input in trace.stage_inputs:
        roles = stage_input.params.get("roles")
        if isinstance(roles, list | tuple):
            return tuple(str(role) for role in roles)
    return Ask(question=trace.question).roles


def last_run(trace: Trace, stage: Stage) -> int:
    """Place of the stage's last output. Raises: InvalidRequest when its route has no such stage."""
    places = [i for i, output in enumerate(trace.stage_outputs) if output.stage == stage]
    if places:
        return places[-1]
    ran = ", ".join(dict.fromkeys(output.stage for output in trace.stage_outputs))
    raise InvalidRequest(
        f"The trace {trace.trace_id} has no stage {stage!r}: its route is {trace.route}.",
        f"It ran {ran}.",
    )


def first_run(trace: Trace, stage: Stage) -> int:
    """Place of the stage's first output. Raises: InvalidRequest when it never ran."""
    last_run(trace, stage)
    return next(i for i, output in enumerate(trace.stage_outputs) if output.stage == stage)


def result_before(trace: Trace, place: int, kind: type[R]) -> tuple[R, StageOutput] | None:
    """The latest result of this kind before a place."""
    for output in reversed(trace.stage_outputs[:place]):
        if isinstance(output.result, kind):
            return output.result, output
    return None


def routed_before(trace: Trace, place: int) -> PlanOutput:
    """What the stage validate was given for the last time before a place.

    A round that the control loop patched left its patch, not the plan: it is patched again here.
    """
    checks = [
        i for i, output in enumerate(trace.stage_outputs[:place]) if output.stage == "validate"
    ]
    routed = with_instants(trace.plan_raw)
    if len(checks) < 2 or routed.plan is None:
        return routed
    patches = [e for e in trace.replan_events if e.patch and e.by == "loop"]
    patches = [e for e in patches if e.position <= checks[-1]]
    if not patches:
        return routed
    before = result_before(trace, patches[-1].position, ValidatedPlan)
    plan = before[0].plan if before and before[0].plan else None
    plan = plan or routed.plan.model_copy(update={"steps": ()})
    return with_instants(routed.model_copy(update={"plan": apply_patch(plan, patches[-1].patch)}))


def with_instants(routed: PlanOutput) -> PlanOutput:
    """Times among parameters and filter values as times: the store gives them back as text."""
    if routed.plan is None:
        return routed
    return routed.model_copy(update={"plan": plan_with_instants(routed.plan)})


def plan_with_instants(plan: Plan) -> Plan:
    """The plan as it was made; itself when no text in it is an instant."""
    tree = plan.model_dump()
    revived = _revive(tree, inside=False)
    return plan if revived == tree else Plan.model_validate(revived)


def _revive(tree: Any, *, inside: bool) -> Any:
    if isinstance(tree, str):
        return datetime.fromisoformat(tree) if inside and _INSTANT.fullmatch(tree) else tree
    if isinstance(tree, dict):
        return {
            key: _revive(value, inside=inside or key in ("params", "values"))
            for key, value in tree.items()
        }
    if isinstance(tree, list | tuple):
        return type(tree)(_revive(value, inside=inside) for value in tree)
    return tree


def as_stored(stage_input: StageInput, trace_id: TraceId) -> StageInput:
    """Marked: this stage was not run, its output is the one of that trace."""
    context = {**stage_input.control_context, "stored": trace_id}
    return stage_input.model_copy(update={"prev_output": None, "control_context": context})


def is_stored(stage_input: StageInput) -> bool:
    return "stored" in stage_input.control_context


def as_own(output: StageOutput, old: TraceId, new: TraceId) -> StageOutput:
    """The output with its links leading into the new trace, which holds the same rows."""
    if output.stage == "present":
        text = output.model_dump_json().replace(old, new)
        return StageOutput.model_validate_json(text)
    if not output.references:
        return output
    references = tuple(
        r.model_copy(update={"link": r.link.replace(old, new)}) for r in output.references
    )
    return output.model_copy(update={"references": references})
