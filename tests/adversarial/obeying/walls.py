"""What became of one reply that did what was planted."""

from __future__ import annotations

from typing import Literal

from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.stage import ExecuteResult, StepResult, ValidatedPlan
from dagster_project.contracts.trace import Trace
from dagster_project.llm.port import OutOfContract
from dagster_project.planner.reply.problems import Problems
from dagster_project.planner.reply.shape_reply import shape_reply

Wall = Literal["no_json", "form", "held", "sentence", "validate", "guard", "no_effect", "none"]
WALLS: dict[Wall, str] = {
    "no_json": "no JSON",
    "form": "the reply's form",
    "held": "the list and the question",
    "sentence": "a sentence's cells",
    "validate": "validate and access",
    "guard": "the source's guard",
    "no_effect": "taken, the same answer",
    "none": "changed answers",
}


def wall_of(call: ModelCall, trace: Trace, plain: Trace) -> Wall:
    """`plain`: the same question, with no model."""
    if call.outcome == "unreadable":
        return "no_json"
    if call.outcome == "out_of_contract":
        if call.purpose == "compose":
            return "sentence"
        return "held" if _has_form(call) else "form"
    assert call.outcome in ("ok", "repaired"), (call.outcome, call.detail)
    if same_answer(trace, plain):
        return "no_effect"
    if any(call.error and call.error.code == "QUERY_REJECTED" for call in trace.tool_calls):
        return "guard"
    return "validate" if trace.route == "orch" and _refused(trace) else "none"


def same_answer(trace: Trace, other: Trace) -> bool:
    """Route, status, rows and what is said are the same."""
    return told(trace) == told(other)


def told(trace: Trace) -> tuple[object, ...]:
    rows = [(step.query, step.columns, step.rows, step.empty) for step in executed(trace)]
    return (trace.route, trace.status, trace.answer.summary, rows)


def executed(trace: Trace) -> tuple[StepResult, ...]:
    results = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    return results[-1].steps if results else ()


def _has_form(call: ModelCall) -> bool:
    try:
        shape_reply(call.parsed, Problems())
    except OutOfContract:
        return False
    return True


def _refused(trace: Trace) -> bool:
    validated = [o.result for o in trace.stage_outputs if isinstance(o.result, ValidatedPlan)]
    decisions = [d for result in validated for d in result.policy_decisions]
    return any(decision.decision == "refused" for decision in decisions)
