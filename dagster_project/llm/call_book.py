"""What this process knows of calls: those in the ledger, and its own that are not there yet.

The ledger is shared by all processes, as each ask of Dagster is one of its own. While it cannot be
written, calls wait here, count for health, and are written before the next one that can be.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from dagster_project.contracts.assets.models import ModelPolicy
from dagster_project.contracts.errors import StoreError
from dagster_project.contracts.model_call import ModelCall, ModelHealth
from dagster_project.llm.health import ROWS_PER_MODEL, CallRow, health_of
from dagster_project.llm.ledger import recent_calls, write_call
from dagster_project.llm.port import Spender

if TYPE_CHECKING:
    from dagster_project.store.database import Database

_FRESH_SECONDS = 0.05
_MOST_WAITING = 1_000


@dataclass(frozen=True, slots=True)
class _Waiting:
    call: ModelCall
    spender: Spender
    ended: float
    retry_after_seconds: float | None
    held_usd: float
    row: CallRow


class CallBook:
    """How the models of one policy stand. Safe from many threads."""

    def __init__(self, database: Database, policy: ModelPolicy) -> None:
        self._database = database
        self._policy = policy
        self._places = [(model.provider, model.name) for model in policy.models]
        self._lock = Lock()
        self._writing = Lock()
        self._read: dict[tuple[str, str], list[CallRow]] = {place: [] for place in self._places}
        self._own: dict[tuple[str, str], deque[CallRow]] = {
            place: deque(maxlen=ROWS_PER_MODEL) for place in self._places
        }
        self._waiting: deque[_Waiting] = deque(maxlen=_MOST_WAITING)
        self._fresh_until = float("-inf")
        self._ahead = timedelta()
        """Of the store's clock, which all processes share, over ours."""

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def health(self, *, fresh: bool = False) -> dict[str, ModelHealth]:
        """By model; from what was last known when the ledger cannot be read. Never raises."""
        if self._places and (fresh or time.monotonic() >= self._fresh_until):
            self._look()
        now = self.now()
        with self._lock:
            rows = {place: self._merged(place) for place in self._places}
        return {
            model: health_of(
                f"{provider}/{model}", rows[provider, model], self._policy.routing, now
            )
            for provider, model in self._places
        }

    def keep(
        self,
        call: ModelCall,
        spender: Spender,
        retry_after_seconds: float | None = None,
        held_usd: float = 0.0,
    ) -> str:
        """Into the ledger, with those that wait. Why it is not there; empty when it is."""
        ended = time.monotonic()
        row = self._row(call, spender, retry_after_seconds)
        self._write_waiting()
        try:
            number, at = write_call(
                self._database,
                call,
                spender,
                retry_after_seconds=retry_after_seconds,
                held_usd=held_usd,
            )
        except StoreError as error:
            bare = call.model_copy(update={"messages": (), "reply": "", "parsed": None})
            waiting = _Waiting(bare, spender, ended, retry_after_seconds, held_usd, row)
            with self._lock:
                self._waiting.append(waiting)
                self._own[call.provider, call.model].appendleft(row)
            return error.reason
        with self._lock:
            self._own[call.provider, call.model].appendleft(replace(row, id=number, at=at))
        return ""

    def _look(self) -> None:
        began = datetime.now(UTC)
        try:
            at, read = recent_calls(self._database, self._places)
        except StoreError:
            return
        with self._lock:
            self._read = read
            self._ahead = at - began
            self._fresh_until = time.monotonic() + _FRESH_SECONDS

    def _merged(self, place: tuple[str, str]) -> list[CallRow]:
        read = self._read[place]
        known = {row.id for row in read}
        own = [row for row in self._own[place] if row.id is None or row.id not in known]
        if not own:
            return read
        return sorted((*own, *read), key=lambda row: row.at, reverse=True)[:ROWS_PER_MODEL]

    def _row(self, call: ModelCall, spender: Spender, retry_after: float | None) -> CallRow:
        now = self.now()
        return CallRow(
            id=None,
            at=now,
            trace_id=spender.trace_id,
            outcome=call.outcome,
            detail=call.detail,
            format=call.format,
            elapsed_ms=call.elapsed_ms,
            retry_at=None if retry_after is None else now + timedelta(seconds=retry_after),
        )

    def _write_waiting(self) -> None:
        """One thread at a time; the others go on."""
        if not self._waiting or not self._writing.acquire(blocking=False):
            return
        try:
            while self._waiting:
                oldest = self._waiting[0]
                number, _ = write_call(
                    self._database,
                    oldest.call,
                    oldest.spender,
                    ago_seconds=time.monotonic() - oldest.ended,
                    retry_after_seconds=oldest.retry_after_seconds,
                    held_usd=oldest.held_usd,
                )
                with self._lock:
                    if self._waiting and self._waiting[0] is oldest:
                        self._waiting.popleft()
                    own = self._own[oldest.call.provider, oldest.call.model]
                    if oldest.row in own:
                        own[own.index(oldest.row)] = replace(oldest.row, id=number)
        except StoreError:
            return
        finally:
            self._writing.release()
