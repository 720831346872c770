"""Decides whether a plan goes round again, with which patch, within which limits (C1 to C4).

A true zero is an answer and never goes round. Every decision is an event of the trace; what an
event gives up of what was asked is said in the answer.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

import jsonpatch

from dagster_project.contracts.plan import Choice, JsonPatch, Plan, PlanOutput, Rejection
from dagster_project.contracts.replan import Decision, ReplanEvent, Scope, Trigger
from dagster_project.contracts.stage import (
    ExecuteResult,
    PresentResult,
    StageOutput,
    StepResult,
    ValidatedPlan,
)
from dagster_project.pipeline import remedies
from dagster_project.pipeline.phrases import say
from dagster_project.pipeline.remedies import Remedy
from dagster_project.pipeline.run import Run

_RETRYABLE = ("UPSTREAM_UNAVAILABLE", "TOOL_TIMEOUT")
_GONE = ("CIRCUIT_OPEN", "EXECUTE_TIMEOUT")
"""The source may be well later, but not within this ask."""
_BACKOFF_SECONDS = 0.1
_LONGEST_BACKOFF_SECONDS = 2.0
_LEAST_ROUND_SECONDS = 0.05
"""With less than this left, another round could not finish."""
_SCOPES: dict[Trigger, Scope] = {
    "slot_missing": "full_pipeline",
    "policy_blocked": "full_pipeline",
    "empty_result": "execute",
    "tool_error_retryable": "execute",
    "tool_error_fatal": "execute",
    "low_evidence": "full_pipeline",
    "present_limit": "execute",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One more round."""

    message: str
    plan: Plan | None
    """The patched plan; None: the same plan again."""
    again: frozenset[str]
    """Steps whose outcome is not kept."""
    wait_seconds: float = 0.0


@dataclass(slots=True)
class ControlLoop:
    """The limits of one ask and what is left of them. Its run keeps the events."""

    run: Run
    replans: int = 0
    retries: int = 0
    done: set[Trigger] = field(default_factory=set)
    """Triggers that are decided for this ask: they are not raised again."""

    def after_validate(self, routed: PlanOutput, validated: ValidatedPlan) -> None:
        """Open slots are asked back, refusals explained; neither goes round by itself."""
        assert routed.plan is not None
        if routed.plan.open_slots and self._raises("slot_missing"):
            choices = tuple(c for slot in routed.plan.open_slots for c in slot.choices)
            self._record("slot_missing", "ask_user", self._say("impact_slot"), choices=choices)
        refused = [
            d
            for d in validated.policy_decisions
            if d.decision == "refused" and d.rule != "open_slots"
        ]
        if refused and self._raises("policy_blocked"):
            allowed = ", ".join(sorted(self.run.allowed_queries)[:8]) or "-"
            impact = self._say("impact_blocked", allowed=allowed)
            self._record("policy_blocked", "stop_with_guidance", impact)

    def after_reject(self, said: Rejection) -> None:
        """A rule of the policy refused the question before it was planned."""
        if self._raises("policy_blocked"):
            impact = said.suggestion or said.reason
            self._record("policy_blocked", "stop_with_guidance", impact)

    def after_execute(self, plan: Plan, executed: ExecuteResult) -> Move | None:
        """Retries first, then windows and words that found nothing, then missing evidence."""
        failed = [r for r in executed.steps if r.error is not None]
        retryable = [r for r in failed if r.error and r.error.code in _RETRYABLE]
        move = self._retry(plan, retryable) if retryable else None
        if move is not None:
            return move
        codes = {r.error.code for r in failed if r.error}
        if codes & set(_GONE) and self._raises("tool_error_retryable"):
            self._record("tool_error_retryable", "stop_with_guidance", self._say("impact_gone"))
        if codes - {*_RETRYABLE, *_GONE} and self._raises("tool_error_fatal"):
            self._record("tool_error_fatal", "stop_with_guidance", self._say("impact_fatal"))
        if failed:
            return None
        return self._empty(plan, executed) or self._evidence(plan, executed)

    def after_present(
        self, plan: Plan, executed: ExecuteResult, presented: StageOutput
    ) -> Move | None:
        """Too many points are cut coarser; a listing that was cut is asked about."""
        assert isinstance(presented.result, PresentResult)
        if not self._raises("present_limit", keep_open=True):
            return None
        remedy = remedies.coarser(plan, presented.result, self.run.language)
        if remedy is not None:
            return self._replan("present_limit", plan, remedy)
        choices = remedies.groupings(plan, executed, self.run.desk.views, self.run.language)
        if not choices and remedies.listing_was_cut(plan, executed):
            choices = remedies.other_windows(plan, self.run.ask.question, self.run.language)
        if choices and self._raises("present_limit"):
            impact = self._say("impact_cut")
            self._record("present_limit", "ask_user", impact, choices=choices)
        return None

    # -- each kind of trouble

    def _retry(self, plan: Plan, failed: list[StepResult]) -> Move | None:
        trigger: Trigger = "tool_error_retryable"
        if not self._raises(trigger, keep_open=True):
            return None
        allowed = self._allowed(trigger, self._policy.max_internal_retries)
        wait = _BACKOFF_SECONDS * 2**self.retries * random.uniform(0.5, 1.5)
        wait = min(wait, _LONGEST_BACKOFF_SECONDS)
        too_late = self.run.deadline.remaining_seconds < wait + _LEAST_ROUND_SECONDS
        if self.retries >= allowed or too_late:
            if self._raises(trigger):
                self._record(trigger, "stop_with_guidance", self._say("impact_gone"))
            return None
        self.retries += 1
        names = ", ".join(r.step for r in failed)
        impact = self._say("impact_retry", steps=names)
        self._record(trigger, "auto_retry", impact, attempt=self.retries, most=allowed, wait=wait)
        return Move(impact, None, _with_dependents(plan, {r.step for r in failed}), wait)

    def _empty(self, plan: Plan, executed: ExecuteResult) -> Move | None:
        if any(r.rows and r.empty is None for r in executed.steps) or not executed.steps:
            return None
        if not self._raises("empty_result", keep_open=True):
            return None
        remedy = remedies.wider_window(plan, self.run.language) or remedies.fewer_words(
            plan, self.run.language
        )
        if remedy is not None:
            return self._replan("empty_result", plan, remedy)
        outside = [r for r in executed.steps if r.empty in ("filtered_out", "source_stale")]
        if outside and self._raises("empty_result"):
            choices = remedies.other_windows(plan, self.run.ask.question, self.run.language)
            impact = self._say("impact_outside")
            self._record("empty_result", "ask_user", impact, choices=choices)
        return None

    def _evidence(self, plan: Plan, executed: ExecuteResult) -> Move | None:
        if not self._raises("low_evidence", keep_open=True):
            return None
        remedy = remedies.more_evidence(plan, executed, self.run.desk, self.run.language)
        if remedy is None:
            return None
        move = self._replan("low_evidence", plan, remedy)
        self.done.add("low_evidence")
        return move

    # -- limits and the record

    @property
    def _policy(self):
        return self.run.desk.planner.policy.replan

    def _say(self, key: str, **values: object) -> str:
        return say(key, self.run.language, **values)

    def _raises(self, trigger: Trigger, *, keep_open: bool = False) -> bool:
        """Whether a trigger counts here; unless kept open it counts once."""
        if self._policy.trigger_sensitivities.get(trigger) == "off" or trigger in self.done:
            return False
        if not keep_open:
            self.done.add(trigger)
        return True

    def _allowed(self, trigger: Trigger, most: int) -> int:
        """A policy's limit; a trigger of low sensitivity is acted on at most once."""
        low = self._policy.trigger_sensitivities.get(trigger) == "low"
        return min(most, 1) if low else most

    def _replan(self, trigger: Trigger, plan: Plan, remedy: Remedy) -> Move | None:
        most = self._allowed(trigger, self._policy.max_replans)
        if self.replans >= most or self.run.deadline.remaining_seconds < _LEAST_ROUND_SECONDS:
            if most and self._raises(trigger):
                self._record(trigger, "stop_with_guidance", self._say("impact_limit"))
            self.done.add(trigger)
            return None
        self.replans += 1
        kept = (text for text in plan.gave_up if text != remedy.instead_of)
        gave_up = (*kept, *remedy.gave_up)
        patched = remedy.plan.model_copy(update={"gave_up": gave_up})
        self._record(
            trigger,
            "auto_retry",
            remedy.impact,
            patch=patch_between(plan, patched),
            attempt=self.replans,
            most=most,
        )
        return Move(remedy.impact, patched, _with_dependents(patched, remedy.again))

    def _record(
        self,
        trigger: Trigger,
        decision: Decision,
        impact: str,
        *,
        patch: JsonPatch = (),
        attempt: int = 1,
        most: int = 1,
        wait: float = 0.0,
        choices: tuple[Choice, ...] = (),
    ) -> None:
        self.run.events.append(
            ReplanEvent(
                event_id=f"e{len(self.run.events) + 1}",
                trigger=trigger,
                scope=self._policy.scope_rules.get(trigger, _SCOPES[trigger]),
                decision=decision,
                patch=patch,
                attempt=attempt,
                max_attempts=max(attempt, most),
                expected_impact=impact,
                timestamp=datetime.now(UTC),
                position=len(self.run.outputs),
                wait_ms=round(wait * 1000, 3),
                choices=choices,
            )
        )


def patch_between(before: Plan, after: Plan) -> JsonPatch:
    """RFC 6902 operations that make one plan of the other."""
    left, right = (p.model_dump(mode="json") for p in (before, after))
    return tuple(jsonpatch.make_patch(left, right).patch)


def apply_patch(plan: Plan, patch: JsonPatch) -> Plan:
    """The patched plan. Raises: jsonpatch.JsonPatchException, pydantic.ValidationError."""
    patched = jsonpatch.apply_patch(plan.model_dump(mode="json"), list(patch))
    return Plan.model_validate(patched)


def _with_dependents(plan: Plan, steps: frozenset[str] | set[str]) -> frozenset[str]:
    """The steps, and all that stand on them."""
    found = set(steps)
    grew = True
    while grew:
        more = {s.id for s in plan.steps if found & set(s.depends_on)} - found
        found |= more
        grew = bool(more)
    return frozenset(found)
