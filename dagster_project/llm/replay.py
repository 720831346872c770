"""R10: kept replies in place of calls, so that a night costs no token and its model holds still."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
import psycopg

from dagster_project.contracts.model_call import ModelMode
from dagster_project.contracts.trace import Trace
from dagster_project.llm.given_replies import (
    NOT_KEPT,
    STORE_SECONDS,
    cleaned,
    policy_of,
    replayed,
    short,
    store,
)
from dagster_project.llm.port import ModelAnswer, ModelRequest, Models, Spender
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
OFF = "models are off"
_NOBODY = "nobody can be asked"
_BY_POLICY = ("no model is set", "models.use", "every model is denied")
"""How reasons begin for which kept replies are not wanted either."""
_TAKEN = ("ok", "repaired")
_STALE = re.compile(r"planner: built-in \((stale: .*)\)", re.DOTALL)


def stale_reason(trace: Trace) -> str:
    """What moved, where a kept plan no longer fitted and no model was asked; else empty."""
    found = (_STALE.fullmatch(line) for line in trace.fallbacks)
    return next((match.group(1) for match in found if match), "")


class ReplayingModels:
    """Models in one mode, see `ModelMode`. Fulfils `Models`; safe from many threads."""

    def __init__(
        self,
        inner: Models | None,
        database: Database,
        mode: ModelMode,
    ) -> None:
        """`inner`: whom to ask; None: nobody."""
        self._inner, self._database = inner, database
        self._mode: ModelMode = mode

    def ready(self) -> str:
        """Kept replies need no model that can be asked."""
        if self._mode == "off":
            return OFF
        why = self._unready()
        if not why or self._mode not in ("replay", "fill") or why.startswith(_BY_POLICY):
            return why
        try:
            with store(self._database, STORE_SECONDS) as connection:
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
            return ModelAnswer(None, failure=f"kept replies could not be used: {short(error)}")
        except Exception as error:  # a bug in a reader must not cost the answer
            return ModelAnswer(None, failure=f"a kept reply broke its reader: {short(error)}")

    def _answer(
        self, request: ModelRequest, read: Callable[[Any], T], spender: Spender, seconds: float
    ) -> ModelAnswer[T]:
        if self._mode == "off":
            return ModelAnswer(None, failure=OFF)
        if self._mode in ("live", "record"):
            answer = self._live(request, read, spender, seconds)
            if self._mode == "record":
                self._keep(self._marks(request), answer, spender, None)
            return answer
        started = time.perf_counter()
        marks = self._marks(request)
        with store(self._database, min(seconds, STORE_SECONDS)) as connection:
            fitting = newest(connection, marks)
            moved = None if fitting else moved_parts(connection, marks)
            if fitting:
                renew(connection, fitting[0])
        kept = replayed(request, read, fitting[0], started) if fitting else _missing(moved)
        if kept.value is not None or self._mode == "replay":
            return kept
        if why := self._unready():
            return replace(kept, failure=f"{kept.failure}; {why}")
        left = seconds - (time.perf_counter() - started)
        answer = self._fill(request, read, spender, left, marks, fitting)
        return replace(answer, calls=(*kept.calls, *answer.calls))

    def _marks(self, request: ModelRequest) -> Marks:
        return Marks.of(request, policy_of(self._inner))

    def _unready(self) -> str:
        return _NOBODY if self._inner is None else self._inner.ready()

    def _live(
        self, request: ModelRequest, read: Callable[[Any], T], spender: Spender, seconds: float
    ) -> ModelAnswer[T]:
        if self._inner is None:
            return ModelAnswer(None, failure=_NOBODY)
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
        theirs = replayed(request, read, recording, time.perf_counter())
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
        parsed = orjson.loads(cleaned(self._inner, canonical(taken.parsed)))
        taken = taken.model_copy(update={"parsed": parsed})
        with self._database.pool.connection(timeout=STORE_SECONDS) as connection:
            return keep(connection, marks, taken, spender.trace_id, after)


def _missing(moved: tuple[str, ...] | None) -> ModelAnswer[Any]:
    if not moved:
        return ModelAnswer(None, failure=NOT_KEPT)
    listed = " and ".join((", ".join(moved[:-1]), moved[-1]) if moved[1:] else moved)
    parts = "parts" if moved[1:] else "part"
    failure = f"stale: the kept reply no longer fits, the {listed} {parts} moved"
    return ModelAnswer(None, failure=failure, stale=True)
