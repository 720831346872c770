"""C5: an earlier trace, once more: with a choice of its cards, a patch on its plan, or a question.

Nothing is trusted because the parent was allowed it: the patched plan is validated anew, with the
rights of whoever asks for the rerun.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from dagster_project.canvas.patched_plan import patched_plan
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import JsonPatch, Plan, PlanOutput
from dagster_project.contracts.replan import ReplanEvent, Scope, Trigger
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import base_release_id
from dagster_project.pipeline.cards import numbered_choices


@dataclass(frozen=True, slots=True)
class Rerun:
    """What a rerun asks, and the plan it starts with; None: its question is planned anew."""

    ask: Ask
    planned: tuple[PlanOutput, ReplanEvent] | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants other than in the parent; exactly one of the first three is given."""

    choose: int | None = None
    """Number of a choice on the parent's cards."""
    patch: JsonPatch | None = None
    question: str | None = None
    user: str | None = None
    """None: the parent's."""
    roles: tuple[str, ...] | None = None
    """None: the parent's when its user goes on, else those of an ask."""
    overrides: dict[str, str] | None = None
    """None: the parent's."""
    same_release: bool = False
    """The parent's release instead of the one in force."""
    reason: str = ""


def prepare_rerun(parent: Trace, wish: Wish) -> Rerun:
    """Raises: InvalidRequest for a wrong number, a patch that does not fit, or no plan to patch."""
    given = [w for w in (wish.choose, wish.patch, wish.question) if w is not None]
    if len(given) != 1:
        raise InvalidRequest(
            f"A rerun takes one of a choice, a patch or a question; {len(given)} are given.",
            f"`canvas trace show {parent.trace_id}` shows the choices and the plan.",
        )
    if wish.question is not None:
        return Rerun(_ask(parent, wish, wish.question), None)
    if wish.patch is not None:
        last = parent.replan_events[-1].trigger if parent.replan_events else "slot_missing"
        impact = wish.reason or "a patch given by hand"
        return _patched(parent, wish, wish.patch, last, "full_pipeline", impact)
    assert wish.choose is not None
    event, choice = _numbered(parent, wish.choose)
    if choice.question is not None:
        return Rerun(_ask(parent, wish, choice.question), None)
    impact = wish.reason or choice.label
    return _patched(parent, wish, choice.patch, event.trigger, event.scope, impact)


def as_asked(trace: Trace, rerun: Rerun, reason: str) -> Trace:
    """The trace with who asked, and why, in what its first stage was given, and with the plan that
    the person patched as the raw one, also when the loop changed it further."""
    ask = rerun.ask
    first, *others = trace.stage_inputs
    params: dict[str, object] = {
        "question": ask.question,
        "as_of": trace.as_of.isoformat(),
        "user": ask.user,
        "roles": list(ask.roles),
    }
    if reason:
        params["reason"] = reason
    noted = first.model_copy(update={"params": {**first.params, **params}})
    raw = trace.plan_raw if rerun.planned is None else rerun.planned[0]
    return trace.model_copy(update={"stage_inputs": (noted, *others), "plan_raw": raw})


def _numbered(parent: Trace, number: int):
    offered = numbered_choices(parent.replan_events)
    if number in offered:
        return offered[number]
    there = ", ".join(f"{n} ({choice.label})" for n, (_, choice) in offered.items())
    raise InvalidRequest(
        f"The trace {parent.trace_id} offers no choice {number}.",
        f"It offers: {there}." if there else "It offers none; give a patch or a question instead.",
    )


def _ask(parent: Trace, wish: Wish, question: str, plan: Plan | None = None) -> Ask:
    user = parent.user if wish.user is None else wish.user
    roles = wish.roles
    if roles is None:
        roles = _roles_of(parent) if user == parent.user else Ask(question=question).roles
    inherits = wish.overrides is None
    overrides = parent.asset_overrides if wish.overrides is None else wish.overrides
    release = base_release_id(parent.release_id) if wish.same_release else None
    return Ask(
        question=question,
        user=user,
        tenant=parent.tenant,
        roles=roles,
        language=plan.language if plan else parent.language,
        as_of=plan.as_of if plan else parent.as_of,
        release_id=release,
        asset_overrides=overrides,
        test_mode=bool(overrides) or (inherits and parent.test_mode),
        parent_trace_id=parent.trace_id,
    )


def _roles_of(parent: Trace) -> tuple[str, ...]:
    """As its first stage was given them; none when it does not say."""
    roles = parent.stage_inputs[0].params.get("roles") if parent.stage_inputs else None
    return tuple(str(role) for role in roles) if isinstance(roles, list | tuple) else ()


def _patched(
    parent: Trace, wish: Wish, patch: JsonPatch, trigger: Trigger, scope: Scope, impact: str
) -> Rerun:
    # What ran is what the person saw and what the loop's own choices are patches of.
    plan = parent.plan_validated or parent.plan_raw.plan
    if plan is None:
        raise InvalidRequest(
            f"The trace {parent.trace_id} has no plan to patch: its route is {parent.route}.",
            "Give a question instead.",
        )
    patched = patched_plan(plan, patch)
    output = PlanOutput(
        kind="plan",
        plan=patched,
        routing_reasoning=f"rerun of {parent.trace_id}: {impact}",
        elapsed_ms=0.0,
    )
    event = ReplanEvent(
        event_id="e1",
        trigger=trigger,
        scope=scope,
        decision="ask_user",
        patch=patch,
        attempt=1,
        max_attempts=1,
        expected_impact=impact,
        timestamp=datetime.now(UTC),
        by="person",
    )
    return Rerun(_ask(parent, wish, parent.question, patched), (output, event))
