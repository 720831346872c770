"""What a question leaves open, asked back with choices instead of guessed (B2, C6)."""

from __future__ import annotations

from dagster_project.contracts.plan import Choice, EntityMention, OpenSlot
from dagster_project.contracts.value import Language
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.link import Linked
from dagster_project.planner.templates import TemplateMatch
from dagster_project.resolver.index import Mention


def value_gate(linked: Linked, assets: PlannerAssets, language: Language) -> tuple[OpenSlot, ...]:
    """Names that do not exist or mean several things, and times that cannot be read."""
    slots: list[OpenSlot] = []
    for token in linked.tokens:
        mention = token.mention
        if mention is None:
            continue
        if mention.unknown:
            nearest = mention.candidates or assets.index.nearest(mention.text)
            slots.append(_slot("no_such_entity", mention, nearest, linked))
        elif mention.ambiguous and assets.index.ambiguity_policy == "ask_user":
            slots.append(_slot("ambiguous", mention, mention.candidates, linked))
    grounded = any(t.is_content for t in linked.tokens)
    for leftover in linked.times.leftovers:
        if leftover.kind == "phrase" and grounded:
            slots.append(_unread_time(leftover.text, linked.question, language))
    return tuple(slots)


def missing_slots(
    match: TemplateMatch, question: str, assets: PlannerAssets, language: Language
) -> tuple[OpenSlot, ...]:
    """Required parameters that were not named, with the likeliest things to name."""
    return tuple(
        OpenSlot(
            slot=param.names.shown(language, param.name),
            reason="missing",
            choices=tuple(
                Choice(label=f"{c.key} ({c.label})", question=f"{c.key} {question}")
                for c in assets.index.nearest(question, _SHOWN_CHOICES)
                if c.entity == param.entity
            ),
        )
        for param in match.missing
    )


def _slot(
    reason: str, mention: Mention, candidates: tuple[EntityMention, ...], linked: Linked
) -> OpenSlot:
    before, after = linked.question[: mention.start], linked.question[mention.end :]
    return OpenSlot(
        slot="entity",
        reason="ambiguous" if reason == "ambiguous" else "no_such_entity",
        mention=mention.text,
        choices=tuple(
            Choice(label=f"{c.key} ({c.label})", question=f"{before}{c.key}{after}")
            for c in candidates
        ),
    )


_SHOWN_CHOICES = 3
_TIME_CHOICES = {
    "ko": ("지난 24시간", "지난 7일", "지난 30일"),
    "en": ("last 24 hours", "last 7 days", "last 30 days"),
}


def _unread_time(text: str, question: str, language: Language) -> OpenSlot:
    return OpenSlot(
        slot="time_range",
        reason="unread_time",
        mention=text,
        choices=tuple(
            Choice(label=span, question=question.replace(text, span, 1))
            for span in _TIME_CHOICES[language]
        ),
    )
