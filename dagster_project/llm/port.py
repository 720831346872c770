"""What a stage sees of language models: ask in a given form, get a value or the reason why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, Protocol, TypeVar

from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.model_call import Message, ModelCall, ModelPurpose

T = TypeVar("T")


class OutOfContract(Exception):
    """A reply that is JSON and still not what was asked for. Raised by readers of replies."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        """What is wrong, each as the model could be told."""
        super().__init__("; ".join(problems))


@dataclass(frozen=True, slots=True)
class ReplySchema:
    """The form of a reply: a strict JSON Schema, every property required, nothing beside."""

    name: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One thing to be asked of whichever model is fit."""

    purpose: ModelPurpose
    prompt: str
    """Prompt asset, `name:version`."""
    messages: tuple[Message, ...]
    reply: ReplySchema
    intended: str | None = None
    max_output_tokens: int = 1_500
    subject: str = ""
    """What is asked about, whatever the prompt around it: a kept reply of the same subject with
    other parts is stale."""
    parts: dict[str, str] = field(default_factory=dict)
    """The prompt's parts by name, without instants: a kept reply fits when all are the same."""


@dataclass(frozen=True, slots=True)
class Spender:
    """For whom tokens are spent, and within what."""

    tenant: str
    user: str
    trace_id: str
    day: date
    """In the site's time zone."""
    ask_usd: float
    """What is left for this ask."""


@dataclass(frozen=True, slots=True)
class ModelAnswer(Generic[T]):
    """A value that the reader took, or None and why."""

    value: T | None
    calls: tuple[ModelCall, ...] = ()
    failure: str = ""
    """Why there is no value; as `fallbacks` tells it."""
    stale: bool = False
    """A kept reply for this subject no longer fits; `failure` names the parts that moved."""


class Models(Protocol):
    """Every model that a release's policy names. Safe from many threads."""

    def ready(self) -> str:
        """Why no model can be asked at all (none set, `use: never`); empty when one can."""
        ...

    def ask(
        self,
        request: ModelRequest,
        read: Callable[[Any], T],
        spender: Spender,
        seconds: float,
    ) -> ModelAnswer[T]:
        """Never raises and never takes longer than `seconds` (and a moment).

        `read` makes a value of a reply's JSON and raises OutOfContract; what it says is told to the
        model once. Effects: every call is in the ledger when this returns.
        """
        ...


@dataclass(frozen=True, slots=True)
class Speaker:
    """How one stage of one ask may speak with a model."""

    models: Models
    prompt: PromptSpec
    prompt_ref: str
    """`name:version`."""
    spender: Spender
    seconds: float
    """For all its calls together."""
