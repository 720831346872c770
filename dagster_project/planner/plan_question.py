"""A question to a PlanOutput: quick rules, then verified queries against open table plans."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from dagster_project.contracts.plan import (
    Candidate,
    EntityMention,
    OpenSlot,
    Plan,
    PlanOutput,
    PlanStep,
)
from dagster_project.contracts.table_plan import TimeRange
from dagster_project.contracts.value import Intent, Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.base_table import fact_table, is_entity_noun
from dagster_project.planner.conditions import describing_words
from dagster_project.planner.link import Linked, Token
from dagster_project.planner.open_plans import OpenPlans, open_plans
from dagster_project.planner.open_slots import missing_slots, value_gate
from dagster_project.planner.outcomes import by_rule, out_of_scope, planned
from dagster_project.planner.shortlist import able_templates
from dagster_project.planner.steps import template_steps
from dagster_project.planner.templates import TemplateMatch, features, match_template
from dagster_project.planner.text import language_of, normalise

_SHOWN_CANDIDATES = 8
_LONGEST_SEARCH_WORDS = 8
"""A question for documents may hold so many words that no catalog knows; a speech is no search."""
_ASKS_BACK = 0.9
"""A query that misses a parameter is asked about only if all else is as in its examples."""


@dataclass(frozen=True, slots=True)
class _Decision:
    """The steps that were chosen, and what is known of them."""

    intent: Intent
    steps: tuple[PlanStep, ...]
    entities: tuple[EntityMention, ...]
    time: TimeRange | None
    time_assumed: bool
    reasoning: str
    candidates: tuple[Candidate, ...]
    open_slots: tuple[OpenSlot, ...] = ()
    not_used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was read: settled by a rule or the gate, or open to be planned."""

    text: str
    """Normalised."""
    language: Language
    as_of: datetime
    linked: Linked | None = None
    settled: PlanOutput | None = None
    started: float = 0.0


def plan_question(
    question: str, assets: PlannerAssets, as_of: datetime, language: Language | None = None
) -> PlanOutput:
    """Decide route and plan. Deterministic: the same question, assets and as_of, the same plan."""
    return plan_reading(read_question(question, assets, as_of, language), assets)


def read_question(
    question: str, assets: PlannerAssets, as_of: datetime, language: Language | None = None
) -> Reading:
    """Quick rules, then names and times: what decides before any planning, or what is left."""
    started = time.perf_counter()
    text = normalise(question)
    spoken = language or language_of(text)
    rule = assets.rules.match(text)
    if rule is not None:
        settled = by_rule(rule, assets, spoken, started)
        return Reading(text, spoken, as_of, settled=_by_rules(settled))
    linked = assets.read(text, as_of)
    gate = value_gate(linked, assets, spoken)
    if not gate:
        return Reading(text, spoken, as_of, linked, started=started)
    plan = Plan(intent="lookup", language=spoken, as_of=as_of, open_slots=gate)
    why = "; ".join(f"{s.reason}: {s.mention!r}" for s in gate)
    settled = planned(plan, f"asked back before planning ({why})", (), started)
    return Reading(text, spoken, as_of, linked, settled=_by_rules(settled))


def _by_rules(output: PlanOutput) -> PlanOutput:
    return output.model_copy(update={"planned_by": "rules"})


def plan_reading(reading: Reading, assets: PlannerAssets) -> PlanOutput:
    """What the built-in planner makes of a reading."""
    if reading.settled is not None or reading.linked is None:
        assert reading.settled is not None
        return reading.settled
    linked, as_of, spoken, started = (
        reading.linked,
        reading.as_of,
        reading.language,
        reading.started,
    )
    decision = _decide(linked, assets, as_of, spoken)
    if decision is None:
        return out_of_scope(linked, assets, spoken, started)
    plan = Plan(
        intent=decision.intent,
        language=spoken,
        entities=decision.entities,
        filters=tuple(f for s in decision.steps if s.table_plan for f in s.table_plan.filters),
        aggregates=tuple(m for s in decision.steps if s.table_plan for m in s.table_plan.measures),
        time_range=decision.time,
        time_assumed=decision.time_assumed,
        as_of=as_of,
        steps=() if decision.open_slots else decision.steps,
        open_slots=decision.open_slots,
        assumed=_assumed(linked, assets),
        not_used=decision.not_used,
    )
    return planned(plan, decision.reasoning, decision.candidates, started)


def _assumed(linked: Linked, assets: PlannerAssets) -> tuple[EntityMention, ...]:
    """What was taken for a name that several share."""
    shared = [t.mention for t in linked.tokens if t.mention is not None and t.mention.ambiguous]
    each = None if assets.index.ambiguity_policy == "top_k" else 1
    return tuple(candidate for mention in shared for candidate in mention.candidates[:each])


# -- verified queries against open plans


def _decide(
    linked: Linked, assets: PlannerAssets, as_of: datetime, language: Language
) -> _Decision | None:
    settings = assets.policy.planner
    matches = _matches(linked, assets, as_of)
    able = [m for m in matches if not m.ruled_out]
    best = next((m for m in able if not m.missing or _asks_back(m, linked, assets)), None)
    entities = tuple(c for t in linked.tokens if t.mention for c in t.mention.candidates[:1])
    fits = best is not None and best.score >= settings.template_score
    if not linked.tokens or not (fits or any(t.is_content for t in linked.tokens)):
        return None
    for_documents = (
        linked.cues("document")
        and assets.searches
        and len(linked.unknown_words) <= _LONGEST_SEARCH_WORDS
    )
    if not (fits or entities or for_documents) and _too_little_is_known(linked, assets):
        return None
    opened = None if fits else open_plans(linked, assets, as_of, language)
    candidates = _candidates(matches, opened, best if fits else None, settings.template_score)
    if fits and best is not None:
        return _Decision(
            intent=best.template.spec.intents[0],
            steps=template_steps(best, assets, language),
            entities=entities,
            time=next((v for v in best.params.values() if isinstance(v, TimeRange)), None),
            time_assumed=not any(t.kind == "time" for t in linked.tokens),
            reasoning=f"verified query {best.template.query!r} fits with {best.score:.2f}",
            candidates=candidates,
            open_slots=missing_slots(best, linked.question, assets, language),
            not_used=best.not_used,
        )
    if opened is None:
        return None
    return _Decision(
        intent=opened.intent,
        steps=opened.steps,
        entities=opened.entities,
        time=opened.time,
        time_assumed=any(p.time_assumed for p in opened.planned),
        reasoning=opened.reasoning,
        candidates=candidates,
        not_used=opened.not_used(linked),
    )


def _too_little_is_known(linked: Linked, assets: PlannerAssets) -> bool:
    return _coverage(linked, assets) <= assets.policy.planner.min_coverage


def _coverage(linked: Linked, assets: PlannerAssets) -> float:
    """Share of the content that is understood; words to search a table's text for count as such."""
    described = 0
    for view in assets.views:
        facts = {fact_table(token, view) for token in linked.tokens}
        if linked.cues("search") and facts - {None}:
            return 1.0
        for table in facts - {None}:
            described = max(described, len(describing_words(linked.tokens, str(table), view)))
    unknown = len(linked.unknown_words)
    return 1.0 if described and described == unknown else linked.coverage


def _asks_back(match: TemplateMatch, linked: Linked, assets: PlannerAssets) -> bool:
    """Fits so well that what it still needs is asked for, as no open plan could do without it."""
    return match.score >= _ASKS_BACK and not any(
        _can_be_planned(token, assets) for token in linked.tokens
    )


def _can_be_planned(token: Token, assets: PlannerAssets) -> bool:
    """Names something that can be listed or measured without naming a machine."""
    return any(m.kind == "metric" for m in token.meanings) or any(
        fact_table(token, view) or is_entity_noun(token, view) for view in assets.views
    )


def _matches(linked: Linked, assets: PlannerAssets, as_of: datetime) -> list[TemplateMatch]:
    asked = features(linked)
    found = (match_template(template, asked, as_of) for template in able_templates(assets, asked))
    return sorted((m for m in found if m.score > 0), key=lambda m: (-m.score, m.template.query))


def _candidates(
    matches: list[TemplateMatch],
    opened: OpenPlans | None,
    chosen: TemplateMatch | None,
    threshold: float,
) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    for match in matches[:_SHOWN_CANDIDATES]:
        won = match is chosen
        reason = "its examples mean the same" if won else match.ruled_out
        if not reason:
            low = f"below the policy's {threshold:.2f}"
            reason = low if match.score < threshold else "another verified query fits better"
        found.append(
            Candidate(query=match.template.query, score=match.score, chosen=won, reason=reason)
        )
    for query, score in opened.considered if opened else ():
        found.append(
            Candidate(
                query=query,
                score=max(0.0, score),
                chosen=True,
                reason="no verified query fits; the catalog expresses the question",
            )
        )
    return tuple(found)
