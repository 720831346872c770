"""What an ask would do, without doing it: the same plan, validated and bound."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.plan import PlanOutput, PolicyDecision


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """A step and the statement it would send; values of feeds are not known yet."""

    step: str
    query: str
    purpose: str
    statement: str
    params: dict[str, object]
    depends_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    output: PlanOutput
    decisions: tuple[PolicyDecision, ...]
    steps: tuple[ExplainedStep, ...]
    model_calls: tuple[ModelCall, ...] = ()
    """Planning may ask a language model; that was paid for."""
    fallbacks: tuple[str, ...] = ()
