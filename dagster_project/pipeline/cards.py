"""C6: what the loop asks of the person, each choice numbered and ready to send back."""

from __future__ import annotations

from dagster_project.contracts.answer import ActionCard, CardChoice
from dagster_project.contracts.plan import Choice
from dagster_project.contracts.replan import ReplanEvent


def cards_of(events: tuple[ReplanEvent, ...], trace_id: str) -> tuple[ActionCard, ...]:
    """A card for each question back. Choices are numbered through the whole answer."""
    cards: list[ActionCard] = []
    number = 0
    for event in events:
        if event.decision != "ask_user":
            continue
        choices: list[CardChoice] = []
        for choice in event.choices:
            number += 1
            choices.append(
                CardChoice(
                    number=number,
                    label=choice.label,
                    question=choice.question,
                    command=f"canvas rerun {trace_id} --choose {number}",
                )
            )
        cards.append(
            ActionCard(
                event_id=event.event_id,
                trigger=event.trigger,
                scope=event.scope,
                text=", ".join(c.label for c in choices) or event.expected_impact,
                expected_impact=event.expected_impact,
                choices=tuple(choices),
            )
        )
    return tuple(cards)


def numbered_choice(events: tuple[ReplanEvent, ...], number: int) -> Choice | None:
    """The choice that a card shows under this number."""
    offered = [c for event in events if event.decision == "ask_user" for c in event.choices]
    return offered[number - 1] if 1 <= number <= len(offered) else None
