"""K1: what a person gets: a screen of blocks, the evidence, and ways to go on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from dagster_project.contracts.block import Block
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.plan import Route
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.replan import Scope, Trigger
from dagster_project.contracts.value import Language, Value

AnswerStatus = Literal["success", "partial", "degraded", "failed"]
"""partial: a part is missing or a question back is open · degraded: an optional part is missing ·
failed: nothing could be answered."""


class Action(Value):
    """One way to go on, ready to send back."""

    kind: Literal[
        "choose",
        "ask",
        "widen_time",
        "narrow_time",
        "next_page",
        "open_trace",
        "export",
    ]
    label: str
    question: str | None = None
    """Asks this."""
    command: str | None = None
    """The same on the command line."""


class CardChoice(Value):
    """A numbered choice of a card, ready to send back."""

    number: int
    label: str
    question: str | None = None
    command: str


class ActionCard(Value):
    """C6: what the control loop asks of the person."""

    event_id: str
    trigger: Trigger
    scope: Scope
    text: str
    expected_impact: str
    choices: tuple[CardChoice, ...]


class ScreenBlock(Value):
    block: Block
    folded: bool = False


class Screen(Value):
    """Blocks in the order and state a screen asset asks for."""

    screen: str
    """Screen asset, `name:version`."""
    blocks: tuple[ScreenBlock, ...]


class Answer(Value):
    ok: bool
    trace_id: str
    question: str
    language: Language
    route: Route
    status: AnswerStatus
    summary: str
    """One or two sentences; every figure in it is a cell of a referenced result."""
    screen: Screen
    references: tuple[Reference, ...] = ()
    next_actions: tuple[Action, ...] = ()
    cards: tuple[ActionCard, ...] = ()
    missing: tuple[str, ...] = ()
    """Named gaps of a partial, degraded or failed answer."""
    warnings: tuple[str, ...] = ()
    error: ErrorForm | None = None
    as_of: datetime
    duration_ms: float
