"""The calls of one ask: each is made, read, priced and kept, in this order."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dagster_project.contracts.assets.models import Model, ReplyFormat
from dagster_project.contracts.model_call import CallOutcome, Message, ModelCall, RoutingChoice
from dagster_project.llm.budgets import Held, cost_usd
from dagster_project.llm.health import FORMAT_REFUSED, LITTLE_TIME
from dagster_project.llm.ledger import plain
from dagster_project.llm.port import ModelRequest, OutOfContract, Spender

if TYPE_CHECKING:
    from dagster_project.llm.call import ModelEndpoint, Reply
    from dagster_project.llm.call_book import CallBook

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken(Generic[T]):
    """What a reader made of a reply, or why it did not."""

    value: T | None = None
    is_taken: bool = False
    problems: tuple[str, ...] = ()
    bug: str = ""
    """The type of an exception that no reader should raise."""
    bug_detail: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is sent, to whom and why."""

    model: Model
    endpoint: ModelEndpoint
    messages: tuple[Message, ...]
    format: ReplyFormat
    max_out: int
    routing: RoutingChoice
    is_repair: bool
    held: Held
    limit_seconds: float
    has_little_time: bool
    """Calls before it have used up what it would need: running out of time is not its fault."""


@dataclass(frozen=True, slots=True)
class Came(Generic[T]):
    """What came of a turn."""

    call: ModelCall
    reply: Reply
    taken: Taken[T]


class Calls(Generic[T]):
    """Those that one ask has made so far, and what they cost."""

    def __init__(
        self,
        book: CallBook,
        clean: Callable[[str], str],
        request: ModelRequest,
        read: Callable[[Any], T],
        spender: Spender,
    ) -> None:
        self._book = book
        self._clean = clean
        self._request = request
        self._read = read
        self._spender = spender
        self._began = time.perf_counter()
        self.made: list[ModelCall] = []
        self.usd = 0.0

    def begin(self) -> None:
        """What comes before a call, choosing a model included, is part of its time from now on."""
        self._began = time.perf_counter()

    def make(self, turn: Turn) -> Came[T]:
        """Effects: one request, one row in the ledger, whose time is the request's alone."""
        began = time.perf_counter()
        reply = turn.endpoint.call(
            turn.messages, self._request.reply, turn.format, turn.max_out, turn.limit_seconds
        )
        asked_ms = (time.perf_counter() - began) * 1000
        taken = self._take(reply)
        call = self._call(turn, reply, taken, asked_ms)
        self.usd += call.cost_usd
        self.made.append(call)
        lost = self._book.keep(call, self._spender, reply.retry_after_seconds, turn.held.usd)
        self.made[-1] = self._told(call, lost)
        self.begin()
        return Came(self.made[-1], reply, taken)

    def _take(self, reply: Reply) -> Taken[T]:
        if reply.outcome != "ok":
            return Taken()
        try:
            return Taken(self._read(reply.parsed), is_taken=True)
        except OutOfContract as wrong:
            return Taken(problems=wrong.problems or ("it does not fit the form",))
        except Exception as bug:
            return Taken(bug=type(bug).__name__, bug_detail=str(bug))

    def _call(self, turn: Turn, reply: Reply, taken: Taken[T], asked_ms: float) -> ModelCall:
        return ModelCall(
            purpose=self._request.purpose,
            prompt=self._request.prompt,
            attempt=len(self.made) + 1,
            provider=turn.model.provider,
            model=turn.model.name,
            outcome=_outcome(reply, taken, turn.is_repair),
            detail=self._clean(plain(_detail(reply, taken, turn))),
            http_status=reply.http_status,
            format=turn.format,
            messages=turn.messages,
            reply=plain(reply.text),
            parsed=reply.parsed,
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            tokens_estimated=reply.tokens_estimated,
            cost_usd=cost_usd(turn.model, reply.tokens_in, reply.tokens_out),
            elapsed_ms=asked_ms,
            server_ms=reply.server_ms,
            routing=turn.routing,
        )

    def _told(self, call: ModelCall, lost: str) -> ModelCall:
        """With all the time that was ours, and why it is not in the ledger."""
        detail = call.detail
        if lost:
            said = f"{detail}; " if detail else ""
            detail = self._clean(f"{said}not in the ledger yet: {lost}")
        elapsed_ms = (time.perf_counter() - self._began) * 1000
        return call.model_copy(update={"detail": detail, "elapsed_ms": elapsed_ms})


def _outcome(reply: Reply, taken: Taken[Any], is_repair: bool) -> CallOutcome:
    if reply.outcome != "ok":
        return reply.outcome
    if not taken.is_taken:
        return "out_of_contract"
    return "repaired" if is_repair else "ok"


def _detail(reply: Reply, taken: Taken[Any], turn: Turn) -> str:
    if reply.format_refused:
        return f"{FORMAT_REFUSED} {turn.format}: {reply.detail}"
    if reply.outcome == "timed_out" and turn.has_little_time:
        return f"{LITTLE_TIME}: {reply.detail}"
    if taken.bug:
        return f"the reader failed by {taken.bug}: {taken.bug_detail}"
    return "; ".join(taken.problems) if taken.problems else reply.detail
