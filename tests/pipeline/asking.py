"""Short ways to ask the laboratory and to look into what came back."""

from __future__ import annotations

from typing import TypeVar

from dagster_project.canvas import Canvas
from dagster_project.contracts.block import Block
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    PresentResult,
    StageOutput,
    StageResult,
    StepResult,
    ValidatedPlan,
)
from dagster_project.contracts.trace import Ask, Trace

R = TypeVar("R", bound=StageResult)


def ask(canvas: Canvas, question: str, **more: object) -> Trace:
    return canvas.ask(Ask(question=question, **more))  # pyright: ignore[reportArgumentType]


def stages(trace: Trace) -> list[str]:
    return [output.stage for output in trace.stage_outputs]


def stage(trace: Trace, name: str) -> StageOutput:
    return next(output for output in trace.stage_outputs if output.stage == name)


def _result(trace: Trace, name: str, kind: type[R]) -> R:
    result = stage(trace, name).result
    assert isinstance(result, kind)
    return result


def validated(trace: Trace) -> ValidatedPlan:
    return _result(trace, "validate", ValidatedPlan)


def executed(trace: Trace) -> ExecuteResult:
    return _result(trace, "execute", ExecuteResult)


def composed(trace: Trace) -> ComposeResult:
    return _result(trace, "compose", ComposeResult)


def presented(trace: Trace) -> PresentResult:
    return _result(trace, "present", PresentResult)


def step(trace: Trace, name: str = "s1") -> StepResult:
    return next(s for s in executed(trace).steps if s.step == name)


def rows(trace: Trace, name: str = "s1") -> list[tuple[object, ...]]:
    return list(step(trace, name).rows)


def blocks(trace: Trace, kind: str) -> list[Block]:
    return [b.block for b in trace.answer.screen.blocks if b.block.type == kind]
