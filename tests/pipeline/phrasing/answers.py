"""Answers to phrase: those of the demo plant, and small ones made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from dagster_project.canvas import Canvas
from dagster_project.contracts.block import CellValue
from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.plan import EntityMention, Plan, PlanStep
from dagster_project.contracts.stage import ExecuteResult, ResultColumn, StepResult
from dagster_project.contracts.trace import Ask
from dagster_project.contracts.value import Language
from dagster_project.pipeline.figures import known_figures
from dagster_project.pipeline.hold_phrase import (
    Ground,
    Held,
    Sentence,
    ground_of,
    hold,
    sentence_of,
)
from dagster_project.pipeline.literals import literals_of
from pipeline.asking import composed, executed

AS_OF = datetime(2026, 3, 14, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, its rows and what the house says of them."""

    question: str
    plan: Plan
    executed: ExecuteResult
    plain: str

    @property
    def known(self) -> frozenset[str]:
        return known_figures(self.executed.steps)

    @property
    def literals(self) -> list[str]:
        return literals_of(self.plan, self.executed, {})

    def ground(self) -> Ground:
        return ground_of(
            self.plain, self.executed, self.plan, self.question, self.known, self.literals
        )

    def read(self, text: str) -> tuple[Sentence, Ground]:
        ground = self.ground()
        return sentence_of(text, ground.facts), ground

    def hold(self, *sentences: str) -> Held:
        return hold(
            sentences,
            self.plain,
            self.executed,
            self.plan,
            self.question,
            self.known,
            self.literals,
        )


AnswerOf = Callable[[str], Answered]


def answer_of(canvas: Canvas, question: str) -> Answered:
    """As the demo answers it, without a model."""
    trace = canvas.ask(Ask(question=question))
    plan = trace.plan_validated
    assert plan is not None
    return Answered(question, plan, executed(trace), composed(trace).summary)


def column(name: str, label: str = "", kind: Any = "text", unit: str | None = None) -> ResultColumn:
    return ResultColumn(name=name, label=label or name, type=kind, unit=unit)


def step_of(
    columns: tuple[ResultColumn, ...],
    rows: tuple[tuple[CellValue, ...], ...],
    step: str = "s1",
    empty: EmptyReason | None = None,
) -> StepResult:
    return StepResult(
        step=step, query="q:1", columns=columns, rows=rows, total_rows=len(rows), empty=empty
    )


def made(
    question: str,
    plain: str,
    *results: StepResult,
    purposes: tuple[str, ...] = ("machine",),
    language: Language = "en",
    entities: tuple[str, ...] = (),
) -> Answered:
    """An answer whose every step is asked of the same query."""
    steps = tuple(
        PlanStep(id=result.step, query="q", purpose=purpose)
        for result, purpose in zip(results, purposes, strict=True)
    )
    found = tuple(
        EntityMention(entity="ci", key=k, label=k, mention=k, matched_by="name", score=1.0)
        for k in entities
    )
    plan = Plan(intent="list", language=language, as_of=AS_OF, steps=steps, entities=found)
    return Answered(question, plan, ExecuteResult(steps=results), plain)


PUMPS = made(
    "average power and number of starts of each pump",
    "P-1: 92.5 kW (average power).",
    step_of(
        (
            column("id", "pump"),
            column("state", "state"),
            column("power", "average power", "number", "kW"),
            column("starts", "starts", "integer"),
            column("seen_at", "seen at", "timestamp"),
        ),
        (
            ("P-1", "running", 92.5, 3, "2026-03-14T08:00:00+09:00"),
            ("P-2", "stopped", 71.0, 40, "2026-03-13T07:30:00+09:00"),
        ),
    ),
)
"""Two pumps; the one with the greater power is told."""

EMPTY_PART = made(
    "leaks and faults of P-1",
    "leak: Asked and answered: there are none (0). fault: 2 in total.",
    step_of((column("count", "count", "integer"),), ((0,),), "s1", "true_zero"),
    step_of((column("id", "fault no"),), (("F-11",), ("F-12",)), "s2"),
    purposes=("leak", "fault"),
    entities=("P-1",),
)
"""One part of it is truly nothing."""


def with_plain(answered: Answered, plain: str) -> Answered:
    return replace(answered, plain=plain)
