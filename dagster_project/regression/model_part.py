"""R10: what a language model had to do with an answer, as its trace tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from dagster_project.contracts.model_call import ModelCall, ModelMode, ModelPurpose
from dagster_project.contracts.trace import Trace
from dagster_project.llm.replay import OFF
from dagster_project.pipeline.stored_outputs import is_stored

_TAKEN = ("ok", "repaired")
_BUILT_IN = "planner: built-in ("
_BY_CONFIG = (
    "no model is set",
    "no prompt asset",
    "models.use",
    "every model is denied",
    "it is sure",
    "what fits is not permitted",
    OFF,
    "stale: ",
)
"""How reasons begin for which the built-in planner does the work that is its own, or none."""
_NOT_THERE = re.compile(r"\w+ is not set(, \w+ is not set)*")
"""The policy leaves it to each place whether it has a model, and this one has none."""


def pinned(mode: ModelMode) -> ModelMode:
    """The mode in which the same prompt gets the same reply, wherever one is kept."""
    return mode if mode in ("off", "replay") else "fill"


def stood_in(trace: Trace) -> str:
    """Why no model planned though one was to; empty when one did, or none was to."""
    for line in trace.fallbacks:
        why = line.removeprefix(_BUILT_IN)
        why = why.removesuffix(")")
        if f"{_BUILT_IN}{why})" == line and not _is_as_meant(why):
            return why
    return ""


def _is_as_meant(why: str) -> bool:
    return why.startswith(_BY_CONFIG) or _NOT_THERE.fullmatch(why) is not None


def planning_reply(trace: Trace) -> dict[ModelPurpose, ModelCall]:
    """The reply that the plan was read from, as `GivenReplies` takes it; empty where none was.

    What a model phrased is held to the rows, and no night judges it.
    """
    return {
        call.purpose: call
        for output in trace.stage_outputs
        for call in output.model_calls
        if call.purpose == "route_plan" and call.outcome in _TAKEN
    }


def same_replies(
    left: Mapping[ModelPurpose, ModelCall], right: Mapping[ModelPurpose, ModelCall]
) -> bool:
    said = [{purpose: call.parsed for purpose, call in calls.items()} for calls in (left, right)]
    return said[0] == said[1]


def has_model_part(trace: Trace) -> bool:
    """A model planned, or was to plan."""
    return bool(planning_reply(trace) or stood_in(trace))


@dataclass(frozen=True, slots=True)
class Spent:
    """On language models."""

    calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.calls + other.calls,
            self.tokens + other.tokens,
            round(self.cost_usd + other.cost_usd, 8),
        )

    def __str__(self) -> str:
        calls = "1 call" if self.calls == 1 else f"{self.calls:,} calls"
        return f"{calls} of a model, {self.tokens:,} tokens, ${self.cost_usd:.4f}"


def spent_on(trace: Trace) -> Spent:
    """Not what another ask spent, whose outputs were taken over."""
    own = [
        output
        for given, output in zip(trace.stage_inputs, trace.stage_outputs, strict=True)
        if not is_stored(given)
    ]
    made = [call for output in own for call in output.model_calls if not call.replayed]
    return Spent(len(made), trace.tokens_in + trace.tokens_out, trace.cost_usd)


class Meter:
    """What asks cost, by name. Safe from many threads."""

    def __init__(self) -> None:
        self._by_name: dict[str, Spent] = {}
        self._lock = Lock()

    def add(self, name: str, trace: Trace) -> None:
        spent = spent_on(trace)
        if spent != Spent():
            with self._lock:
                self._by_name[name] = self._by_name.get(name, Spent()) + spent

    def of(self, name: str) -> Spent:
        return self._by_name.get(name, Spent())

    @property
    def total(self) -> Spent:
        with self._lock:
            return sum(self._by_name.values(), Spent())
