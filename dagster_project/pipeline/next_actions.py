"""P10: ways to go on, ready to send back, with good answers too."""

from __future__ import annotations

import shlex
from datetime import timedelta

from dagster_project.contracts.answer import Action, ScreenBlock
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.value import Language
from dagster_project.pipeline.graph_actions import graph_actions, passage_actions
from dagster_project.pipeline.phrases import say

_OF_ROWS = ("table", "graph", "path", "doc_link")
_SPANS: tuple[tuple[timedelta, str, str], ...] = (
    (timedelta(hours=1), "지난 1시간", "last 1 hour"),
    (timedelta(hours=24), "지난 24시간", "last 24 hours"),
    (timedelta(days=7), "지난 7일", "last 7 days"),
    (timedelta(days=30), "지난 30일", "last 30 days"),
    (timedelta(days=365), "지난 1년", "last 365 days"),
)


def usual_spans(language: Language) -> tuple[str, ...]:
    """How people say the usual windows, shortest first."""
    return tuple(korean if language == "ko" else english for _, korean, english in _SPANS)


def next_actions(
    question: str,
    plan: Plan | None,
    laid: tuple[ScreenBlock, ...],
    trace_id: str,
    language: Language,
) -> tuple[Action, ...]:
    """Choices first, then another window or walk, the rows as a file, the trace."""
    actions: list[Action] = []
    if plan is not None:
        for slot in plan.open_slots:
            for choice in slot.choices:
                if choice.question is not None:
                    actions.append(_asks("choose", choice.label, choice.question))
        actions += _other_windows(question, plan, language)
        actions += graph_actions(plan, laid, trace_id, language)
    actions += passage_actions(laid, trace_id, language)
    if any(b.block.type in _OF_ROWS for b in laid):
        actions.append(
            Action(
                kind="export",
                label=say("export", language),
                command=f"canvas trace rows {trace_id} --csv",
            )
        )
    actions.append(
        Action(
            kind="open_trace",
            label=say("open_trace", language),
            command=f"canvas trace show {trace_id}",
        )
    )
    return tuple(actions)


def _asks(kind: str, label: str, question: str) -> Action:
    return Action(
        kind=kind,  # pyright: ignore[reportArgumentType]
        label=label,
        question=question,
        command=f"canvas ask {shlex.quote(question)}",
    )


def _other_windows(question: str, plan: Plan, language: Language) -> list[Action]:
    """The next wider and the next narrower usual window, where the plan looks at one window."""
    span = plan.time_range
    if span is None or not plan.steps:
        return []
    length = span.end - span.start - timedelta(seconds=1)
    wider = next((s for s in _SPANS if s[0] > length + timedelta(hours=1)), None)
    narrower = next((s for s in reversed(_SPANS) if s[0] < length), None)
    found: list[Action] = []
    for kind, choice in (("widen", wider), ("narrow", narrower)):
        if choice is not None:
            words = choice[1] if language == "ko" else choice[2]
            again = with_window(question, span.text, words, assumed=plan.time_assumed)
            found.append(_asks(f"{kind}_time", say(kind, language, span=words), again))
    return found


def with_window(question: str, said: str, words: str, *, assumed: bool) -> str:
    """The question with another time in place of the one it named, or with one at all."""
    if not assumed and said and said in question:
        return question.replace(said, words, 1)
    return f"{question.rstrip(' ?.!')} ({words})"
