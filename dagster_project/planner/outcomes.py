"""The three ways a question can be decided, as a PlanOutput."""

from __future__ import annotations

import time

from dagster_project.contracts.assets.policy import QuickRule
from dagster_project.contracts.plan import Candidate, DirectAnswer, Plan, PlanOutput, Rejection
from dagster_project.contracts.value import Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.link import Linked


def _elapsed_ms(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)


def planned(
    plan: Plan, reasoning: str, candidates: tuple[Candidate, ...], started: float
) -> PlanOutput:
    return PlanOutput(
        kind="plan",
        plan=plan,
        routing_reasoning=reasoning,
        candidates=candidates,
        elapsed_ms=_elapsed_ms(started),
    )


def by_rule(
    rule: QuickRule, assets: PlannerAssets, language: Language, started: float
) -> PlanOutput:
    said = rule.answer.shown(language)
    reasoning = f"quick rule {rule.name!r} of policy {assets.policy_ref}"
    if rule.action == "direct":
        direct = DirectAnswer(answer_text=said, confidence=1.0, source="knowledge")
        return PlanOutput(
            kind="direct",
            direct=direct,
            routing_reasoning=reasoning,
            elapsed_ms=_elapsed_ms(started),
        )
    suggestion = rule.suggestion.shown(language) if rule.suggestion else ""
    policy_id = f"{assets.policy_ref}#{rule.name}"
    return PlanOutput(
        kind="reject",
        reject=Rejection(reason=said, policy_id=policy_id, suggestion=suggestion),
        routing_reasoning=reasoning,
        elapsed_ms=_elapsed_ms(started),
    )


def out_of_scope(
    linked: Linked, assets: PlannerAssets, language: Language, started: float
) -> PlanOutput:
    unknown = ", ".join(repr(w) for w in linked.unknown_words[:5])
    return PlanOutput(
        kind="direct",
        direct=DirectAnswer(
            answer_text=assets.policy.out_of_scope.shown(language),
            confidence=round(1 - linked.coverage, 2),
            source="fallback",
        ),
        routing_reasoning=(
            f"the catalogs know {linked.coverage:.0%} of what is said"
            + (f"; unknown: {unknown}" if unknown else "")
        ),
        elapsed_ms=_elapsed_ms(started),
    )
