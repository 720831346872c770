"""R10: replies at hand or kept, read again as if they had just come, for controls and trials."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
import psycopg

from dagster_project.contracts.assets.models import ModelPolicy
from dagster_project.contracts.model_call import ModelCall, ModelPurpose
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.port import ModelAnswer, ModelRequest, Models, OutOfContract, Spender
from dagster_project.llm.recordings import Marks, Recording, canonical, newest

if TYPE_CHECKING:
    from dagster_project.store.database import Database

T = TypeVar("T")
NOT_KEPT = "no reply is kept for this question"
STORE_SECONDS = 2.0
"""The longest that a connection to the store is waited for."""
_LOOKED_BACK = 50


@dataclass(frozen=True, slots=True)
class OnlyPlans:
    """Models that are asked to plan and not to phrase. Fulfils `Models`."""

    models: Models

    def ready(self) -> str:
        return self.models.ready()

    def ask(
        self,
        request: ModelRequest,
        read: Callable[[Any], T],
        spender: Spender,
        seconds: float,
    ) -> ModelAnswer[T]:
        if request.purpose != "route_plan":
            return ModelAnswer(None, failure="only plans are asked for here")
        return self.models.ask(request, read, spender, seconds)


@dataclass(frozen=True, slots=True)
class GivenReplies:
    """Replies at hand, whatever the prompt around the question. Fulfils `Models`; asks nobody."""

    replies: Mapping[ModelPurpose, ModelCall]

    def ready(self) -> str:
        return ""

    def ask(
        self,
        request: ModelRequest,
        read: Callable[[Any], T],
        spender: Spender,  # noqa: ARG002
        seconds: float,  # noqa: ARG002
    ) -> ModelAnswer[T]:
        given = self.replies.get(request.purpose)
        if given is None:
            return ModelAnswer(None, failure=NOT_KEPT)
        return _again(request, read, given, time.perf_counter())


@dataclass(frozen=True, slots=True)
class EarlierReplies:
    """The replies that were kept before those at hand, to see whether a model moved. Fulfils
    `Models`; asks nobody."""

    database: Database
    models: Models | None
    """Those of the release; not asked."""
    at_hand: Mapping[ModelPurpose, ModelCall]
    """What an answer was made from; given again where no other reply was kept before it."""
    since: datetime | None = None
    """A reply that was kept before this moment has not moved."""

    def ready(self) -> str:
        return ""

    def ask(
        self,
        request: ModelRequest,
        read: Callable[[Any], T],
        spender: Spender,
        seconds: float,
    ) -> ModelAnswer[T]:
        started = time.perf_counter()
        try:
            with store(self.database, min(seconds, STORE_SECONDS)) as connection:
                marks = Marks.of(request, policy_of(self.models))
                fitting = newest(connection, marks, _LOOKED_BACK)
            earlier = self._earlier(self.at_hand.get(request.purpose), fitting)
            if earlier is None:
                return GivenReplies(self.at_hand).ask(request, read, spender, seconds)
            return replayed(request, read, earlier, started)
        except Exception as error:
            return ModelAnswer(None, failure=f"kept replies could not be used: {short(error)}")

    def _earlier(self, now: ModelCall | None, fitting: list[Recording]) -> Recording | None:
        """Past all that say what is said now, the next."""
        said = None if now is None else canonical(now.parsed)
        same = 0
        while same < len(fitting) and fitting[same].reply == said:
            same += 1
        known = fitting[same - 1].recorded_at if same else None
        if same == len(fitting) or (known and self.since and known < self.since):
            return None
        return fitting[same]


def replayed(
    request: ModelRequest, read: Callable[[Any], T], recording: Recording, started: float
) -> ModelAnswer[T]:
    """What `read` makes of a kept reply; stale when it takes it no more."""
    kept = ModelCall(
        purpose=request.purpose,
        prompt=request.prompt,
        provider=recording.provider,
        model=recording.model,
        outcome="ok",
        detail=f"kept {recording.recorded_at:%Y-%m-%d %H:%M} UTC by {recording.recorded_by}",
        reply=recording.reply,
        parsed=orjson.loads(recording.reply),
    )
    return _again(request, read, kept, started)


def _again(
    request: ModelRequest, read: Callable[[Any], T], given: ModelCall, started: float
) -> ModelAnswer[T]:
    call = ModelCall(
        purpose=request.purpose,
        prompt=request.prompt,
        provider=given.provider,
        model=given.model,
        outcome="ok",
        detail=given.detail,
        messages=request.messages,
        reply=given.reply,
        parsed=given.parsed,
        replayed=True,
    )
    try:
        value = read(call.parsed)
    except OutOfContract as refused:
        told = "; ".join(refused.problems)[:200]
        failure = f"stale: the kept reply is refused now, {told}"
        call = call.model_copy(update={"outcome": "out_of_contract", "detail": told})
        return ModelAnswer(None, (_timed(call, started),), failure, stale=True)
    return ModelAnswer(value, (_timed(call, started),))


def _timed(call: ModelCall, started: float) -> ModelCall:
    elapsed_ms = round((time.perf_counter() - started) * 1000, 3)
    return call.model_copy(update={"elapsed_ms": elapsed_ms})


def policy_of(models: Models | None) -> ModelPolicy | None:
    return models.policy if isinstance(models, AskModels) else None


def cleaned(models: Models | None, text: str) -> str:
    """Without known secrets."""
    return models.clean(text) if isinstance(models, AskModels) else text


@contextmanager
def store(database: Database, seconds: float) -> Iterator[psycopg.Connection[Any]]:
    """Single statements, each its own transaction. Raises: psycopg.Error, also when none is free
    in time."""
    with database.single_statement_pool.connection(timeout=max(seconds, 0.01)) as connection:
        yield connection


def short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
