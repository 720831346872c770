"""L2: how a model stands, from its last calls. Pure: rows and an instant in, a value out.

A failure of the model counts. What is about one question (refused, outside of the contract, a bad
request) does not, until several asks in a row got nothing else: then it is the model after all.
A time of illness counts as the failures that showed it. Calls that failed in it, trials among them,
told nothing new; counted, they would keep a model that is well again from being asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from dagster_project.contracts.assets.models import ReplyFormat, Routing
from dagster_project.contracts.model_call import FAILURES_OF_MODEL, CallOutcome, ModelHealth

ROWS_PER_MODEL = 50
FORMAT_REFUSED = "does not take the format"
"""How the detail of a call begins that only found out which reply format an endpoint knows."""
LITTLE_TIME = "had little time left"
"""How the detail of a time-out begins that was not the model's fault."""
ASKS_TO_DOUBT = 3
"""So many asks in a row without a usable reply speak against the model, whatever was asked."""
OUTCOME_WORDS: dict[CallOutcome, str] = {
    "ok": "answered",
    "repaired": "answered in the second turn",
    "timed_out": "timed out",
    "unreachable": "could not be reached",
    "rate_limited": "was asked too often",
    "server_error": "failed",
    "no_rights": "refused the key",
    "bad_request": "could not take the request",
    "unreadable": "did not answer in JSON",
    "cut": "broke off its reply",
    "refused": "would not answer",
    "out_of_contract": "answered outside of the contract",
}
_FORMATS: tuple[ReplyFormat, ...] = get_args(ReplyFormat)
_GOOD: frozenset[CallOutcome] = frozenset({"ok", "repaired"})
_JITTER = 0.1


@dataclass(frozen=True, slots=True)
class CallRow:
    """What health needs to know of one call."""

    id: int | None
    """None: it is not in the ledger."""
    at: datetime
    """When it had ended."""
    trace_id: str
    outcome: CallOutcome
    detail: str
    format: ReplyFormat
    elapsed_ms: float
    retry_at: datetime | None = None

    @property
    def began_at(self) -> datetime:
        return self.at - timedelta(milliseconds=self.elapsed_ms)


def health_of(name: str, rows: Sequence[CallRow], routing: Routing, now: datetime) -> ModelHealth:
    """`rows` newest first. What `name` is only moves the jitter of its back-off."""
    told = [row for row in rows if not row.detail.startswith((FORMAT_REFUSED, LITTLE_TIME))]
    doubted = _doubted(told)
    since = now - timedelta(seconds=routing.window_seconds)
    recent = [row for row in _that_tell(told, doubted, routing) if row.at >= since]
    streak = _failures_in_row(told, doubted, routing)
    answered = sorted(r.elapsed_ms for r in recent if r.outcome not in FAILURES_OF_MODEL)
    return ModelHealth(
        calls=len(recent),
        failure_ratio=_share(recent, lambda r: _is_fault(r, doubted)),
        timeout_ratio=_share(recent, lambda r: r.outcome == "timed_out"),
        network_ratio=_share(recent, lambda r: r.outcome == "unreachable"),
        p50_ms=_percentile(answered, 0.50),
        p95_ms=_percentile(answered, 0.95),
        failures_in_row=len(streak),
        last_call_at=told[0].at if told else None,
        last_ok_at=next((r.at for r in told if r.outcome in _GOOD), None),
        left_alone_until=_left_alone_until(name, streak, routing),
        format=_known_format(rows),
        last_failure=OUTCOME_WORDS[streak[0].outcome] if streak else "",
    )


def next_format(refused: ReplyFormat) -> ReplyFormat | None:
    """What to ask for when an endpoint does not know a format; None after the last."""
    place = _FORMATS.index(refused) + 1
    return _FORMATS[place] if place < len(_FORMATS) else None


def _doubted(rows: Sequence[CallRow]) -> frozenset[CallRow]:
    """Replies about a question that count against the model all the same."""
    since: list[CallRow] = []
    for row in rows:
        if row.outcome in _GOOD:
            break
        if row.outcome not in FAILURES_OF_MODEL:
            since.append(row)
    asks = {row.trace_id for row in since}
    return frozenset(since) if len(asks) >= ASKS_TO_DOUBT else frozenset()


def _is_fault(row: CallRow, doubted: frozenset[CallRow]) -> bool:
    return row.outcome in FAILURES_OF_MODEL or row in doubted


def _that_tell(
    rows: Sequence[CallRow], doubted: frozenset[CallRow], routing: Routing
) -> list[CallRow]:
    """Without failures beyond those in a row that it takes to leave a model alone."""
    kept: list[CallRow] = []
    in_row = 0
    for row in reversed(rows):
        in_row = in_row + 1 if _is_fault(row, doubted) else 0
        if in_row <= routing.failures_to_open:
            kept.append(row)
    return kept


def _failures_in_row(
    rows: Sequence[CallRow], doubted: frozenset[CallRow], routing: Routing
) -> list[CallRow]:
    """Newest first, up to the last call that was answered, or to a long pause."""
    pause = timedelta(seconds=routing.window_seconds + routing.longest_backoff_seconds)
    streak: list[CallRow] = []
    for row in rows:
        if not _is_fault(row, doubted):
            break
        if streak and streak[-1].at - row.at > pause:
            break
        streak.append(row)
    return streak


def _left_alone_until(name: str, streak: list[CallRow], routing: Routing) -> datetime | None:
    """What the endpoint asked for last; else the back-off. In the past: it is to be tried again."""
    if not streak:
        return None
    if streak[0].retry_at is not None:
        return streak[0].retry_at
    asked = [row.retry_at for row in streak if row.retry_at is not None]
    backed_off = _back_off(name, streak, routing)
    return max((*asked, *([backed_off] if backed_off else [])), default=None)


def _back_off(name: str, streak: list[CallRow], routing: Routing) -> datetime | None:
    """Doubled by each trial that failed, not by calls that were under way when it began."""
    until: datetime | None = None
    trials = 0
    for count, row in enumerate(reversed(streak), 1):
        if count < routing.failures_to_open or (until is not None and row.began_at < until):
            continue
        trials += until is not None
        until = row.at + timedelta(seconds=_while_seconds(name, row, trials, routing))
    return until


def _while_seconds(name: str, row: CallRow, trials: int, routing: Routing) -> float:
    """The same in every process, and not the same for two models."""
    digest = hashlib.sha256(f"{name} {row.at.isoformat()}".encode()).digest()
    turn = int.from_bytes(digest[:4], "big") / 2**32 * 2 - 1
    doubled = routing.backoff_seconds * 2.0 ** min(trials, 30)
    return min(doubled, routing.longest_backoff_seconds) * (1 + _JITTER * turn)


def _known_format(rows: Sequence[CallRow]) -> ReplyFormat | None:
    for row in rows:
        if row.outcome in _GOOD:
            return row.format
        if row.detail.startswith(FORMAT_REFUSED):
            return next_format(row.format)
    return None


def _share(rows: Sequence[CallRow], holds: Callable[[CallRow], bool]) -> float:
    return sum(map(holds, rows)) / len(rows) if rows else 0.0


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """Nearest rank."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
