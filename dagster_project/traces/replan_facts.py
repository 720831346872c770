"""What each replan of a trace cost and brought: little enough to stand beside every trace."""

from __future__ import annotations

from typing import Literal

from dagster_project.contracts.block import ChartBlock, GraphBlock, TableBlock
from dagster_project.contracts.replan import Decision, ReplanEvent, Trigger
from dagster_project.contracts.stage import ExecuteResult, PresentResult, StageOutput
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Value

Outcome = Literal["improved", "not_improved", "open", "stopped"]
"""open: asked back, and nobody went on · stopped: the loop gave up, with guidance."""
_CUT_BLOCKS = TableBlock | ChartBlock | GraphBlock
ANSWERED = ("success", "degraded")
"""Statuses of a trace that leave nothing to ask."""


class ReplanFact(Value):
    trigger: Trigger
    decision: Decision
    by: Literal["loop", "person"]
    outcome: Outcome
    ms: float
    """Spent in its round on stages that had run before, and waiting; a person's whole round."""


def replan_facts(trace: Trace) -> tuple[ReplanFact, ...]:
    """One for each event, in order."""
    events = trace.replan_events
    return tuple(_fact(event, events[place + 1 :], trace) for place, event in enumerate(events))


def _fact(event: ReplanEvent, later: tuple[ReplanEvent, ...], trace: Trace) -> ReplanFact:
    outcome: Outcome = "open" if event.decision == "ask_user" else "stopped"
    spent = 0.0
    if event.by == "person" or event.decision == "auto_retry":
        outputs = trace.stage_outputs
        following = (e.position for e in later if e.decision == "auto_retry")
        end = next(following, len(outputs))
        before, round_ = outputs[: event.position], outputs[event.position : end]
        spent = event.wait_ms + _repeated_ms(before, round_, every=event.by == "person")
        if event.by == "person":
            asked_again = any(
                e.trigger == event.trigger and e.decision == "ask_user" for e in later
            )
            better = trace.status in ANSWERED and not asked_again
        else:
            better = _standing(outputs[:end]) > _standing(before)
        outcome = "improved" if better else "not_improved"
    return ReplanFact(
        trigger=event.trigger,
        decision=event.decision,
        by=event.by,
        outcome=outcome,
        ms=round(spent, 3),
    )


def _repeated_ms(
    before: tuple[StageOutput, ...], round_: tuple[StageOutput, ...], *, every: bool
) -> float:
    ran = {output.stage for output in before}
    return sum(output.duration_ms for output in round_ if every or output.stage in ran)


def _standing(outputs: tuple[StageOutput, ...]) -> tuple[int, int, int]:
    """More is better: fewer failed steps, then more steps with rows, then fewer blocks cut."""
    executed = [o.result for o in outputs if isinstance(o.result, ExecuteResult)]
    presented = [o.result for o in outputs if isinstance(o.result, PresentResult)]
    steps = executed[-1].steps if executed else ()
    failed = sum(step.error is not None for step in steps) if steps else 1
    with_rows = sum(bool(step.rows) and step.empty is None for step in steps)
    laid = presented[-1].screen.blocks if presented else ()
    cut = sum(b.block.truncated for b in laid if isinstance(b.block, _CUT_BLOCKS))
    return -failed, with_rows, -cut
