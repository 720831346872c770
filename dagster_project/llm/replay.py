"""R10: kept replies in place of calls, so that a night costs no token and its model holds still."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
import psycopg

from dagster_project.contracts.model_call import ModelCall, ModelMode, ModelPurpose
from dagster_project.contracts.trace import Trace
from dagster_project.llm.port import ModelAnswer, ModelRequest, Models, OutOfContract, Spender
from dagster_project.llm.recordings import (
    Marks,
    Recording,
    any_recording,
    canonical,
    keep,
    moved_parts,
    newest,
    renew,
)

if TYPE_CHECKING:
    from dagster_project.store.database import Database

T = TypeVar("T")
NOT_KEPT = "no reply is kept for this question"
OFF = "models are off"
_NO_MODEL = "no model is set"
_TAKEN = ("ok", "repaired")
_STORE_SECONDS = 2.0
_LOOKED_BACK = 50
_STALE = re.compile(r"\((stale: .*)\)$", re.DOTALL)


def stale_reason(trace: Trace) -> str:
    """What moved, where a kept reply no longer fitted and no model was asked; else empty."""
    found = (_STALE.search(line) for line in trace.fallbacks)
    return next((match.group(1) for match in found if match), "")


class ReplayingModels:
    """Models in one mode, see `ModelMode`. Fulfils `Models`; safe from many threads."""

    def __init__(
        self,
        inner: Models | None,
        database: Database,
        mode: ModelMode,
        clean: Callable[[str], str] = lambda text: text,
    ) -> None:
        """`inner`: whom to ask; None: nobody. `clean` takes secrets out of a reply that is kept."""
        self._inner, self._database, self._mode, self._clean = inner, database, mode, clean

    def ready(self) -> str:
        """Kept replies need no model that can be asked."""
        if self._mode == "off":
            return OFF
        why = self._unready()
        if not why or self._mode not in ("replay", "fill"):
            return why
        try:
            with _store(self._database, _STORE_SECONDS) as connection:
                return "" if any_recording(connection) else why
        except psycopg.Error:
            return why

    def ask(
        self,
        request: ModelRequest,
        read: Callable[[Any], T],
        spender: Spender,
        seconds: float,
    ) -> ModelAnswer[T]:
        """As `Models.ask`; a store that fails is a failure as any other."""
        try:
            return self._answer(request, read, spender, seconds)
        except psycopg.Error as error:
            return ModelAnswer(None, failure=f"kept replies could not be used: {_short(error)}")
        except Exception as error:  # a bug in a reader must not cost the answer
            return ModelAnswer(None, failure=f"a kept reply broke its reader: {_short(error)}")

    def _answer(
        self, request: ModelRequest, read: Callable[[Any], T], spender: Spender, seconds: float
    ) -> ModelAnswer[T]:
        if self._mode == "off":
            return ModelAnswer(None, failure=OFF)
        if self._mode in ("live", "record"):
            answer = self._live(request, read, spender, seconds)
            if self._mode == "record":
                self._keep(Marks.of(request), answer, spender, None)
            return answer
        started = time.perf_counter()
        marks = Marks.of(request)
        with _store(self._database, min(seconds, _STORE_SECONDS)) as connection:
            fitting = newest(connection, marks)
            moved = None if fitting else moved_parts(connection, marks)
            if fitting:
                renew(connection, fitting[0])
        kept = _replayed(request, read, fitting[0], started) if fitting else _missing(moved)
        if kept.value is not None or self._mode == "replay":
            return kept
        if why := self._unready():
            return replace(kept, failure=f"{kept.failure}; {why}")
        left = seconds - (time.perf_counter() - started)
        answer = self._fill(request, read, spender, left, marks, fitting)
        return replace(answer, calls=(*kept.calls, *answer.calls))

    def _unready(self) -> str:
        return _NO_MODEL if self._inner is None else self._inner.ready()

    def _live(
        self, request: ModelRequest, read: Callable[[Any], T], spender: Spender, seconds: float
    ) -> ModelAnswer[T]:
        if self._inner is None:
            return ModelAnswer(None, failure=_NO_MODEL)
        return self._inner.ask(request, read, spender, seconds)

    def _fill(
        self,
        request: ModelRequest,
        read: Callable[[Any], T],
        spender: Spender,
        seconds: float,
        marks: Marks,
        refused: list[Recording],
    ) -> ModelAnswer[T]:
        """Ask and keep; where another was faster with the same question, its reply counts."""
        answer = self._live(request, read, spender, seconds)
        after = refused[0].seq if refused else 0
        recording = self._keep(marks, answer, spender, after)
        if recording is None or recording.recorded_by == spender.trace_id:
            return answer
        theirs = _replayed(request, read, recording, time.perf_counter())
        if theirs.value is None:
            return answer
        return replace(theirs, calls=(*answer.calls, *theirs.calls))

    def _keep(
        self, marks: Marks, answer: ModelAnswer[Any], spender: Spender, after: int | None
    ) -> Recording | None:
        """Only a reply whose value was taken; a repaired one as it ended. `after`: see `keep`."""
        taken = next((c for c in reversed(answer.calls) if c.outcome in _TAKEN), None)
        if answer.value is None or taken is None or taken.replayed:
            return None
        parsed = orjson.loads(self._clean(canonical(taken.parsed)))
        taken = taken.model_copy(update={"parsed": parsed})
        with self._database.pool.connection(timeout=_STORE_SECONDS) as connection:
            return keep(connection, marks, taken, spender.trace_id, after)


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
            with _store(self.database, min(seconds, _STORE_SECONDS)) as connection:
                fitting = newest(connection, Marks.of(request), _LOOKED_BACK)
            earlier = self._earlier(self.at_hand.get(request.purpose), fitting)
            if earlier is None:
                return GivenReplies(self.at_hand).ask(request, read, spender, seconds)
            return _replayed(request, read, earlier, started)
        except Exception as error:
            return ModelAnswer(None, failure=f"kept replies could not be used: {_short(error)}")

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


def _replayed(
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


def _missing(moved: tuple[str, ...] | None) -> ModelAnswer[Any]:
    if not moved:
        return ModelAnswer(None, failure=NOT_KEPT)
    listed = " and ".join((", ".join(moved[:-1]), moved[-1]) if moved[1:] else moved)
    parts = "parts" if moved[1:] else "part"
    failure = f"stale: the kept reply no longer fits, the {listed} {parts} moved"
    return ModelAnswer(None, failure=failure, stale=True)


@contextmanager
def _store(database: Database, seconds: float) -> Iterator[psycopg.Connection[Any]]:
    """Single statements, each its own transaction. Raises: psycopg.Error, also when none is free
    in time."""
    with database.single_statement_pool.connection(timeout=max(seconds, 0.01)) as connection:
        yield connection


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
