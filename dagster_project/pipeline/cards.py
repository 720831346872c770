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
        if not asks_back(event):
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


def asks_back(event: ReplanEvent) -> bool:
    """What a person decided is no question to a person."""
    return event.decision == "ask_user" and event.by == "loop"


def numbered_choices(
    events: tuple[ReplanEvent, ...],
) -> dict[int, tuple[ReplanEvent, Choice]]:
    """Every choice under the number that its card shows, with the event that offers it."""
    offered = [(event, choice) for event in events if asks_back(event) for choice in event.choices]
    return dict(enumerate(offered, start=1))
