"""The loop of one ask: choose, call, repair once, go to the next model, give up in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dagster_project.contracts.assets.models import Model, ReplyFormat
from dagster_project.contracts.errors import StoreError
from dagster_project.contracts.model_call import Message, ModelCall, ModelHealth, RoutingChoice
from dagster_project.llm.budgets import Held, hold
from dagster_project.llm.call_words import repair_text, seconds_text, what_came
from dagster_project.llm.endpoints import NotThere
from dagster_project.llm.fit import Fit
from dagster_project.llm.health import next_format
from dagster_project.llm.one_call import Calls, Came, Taken, Turn
from dagster_project.llm.port import ModelAnswer, ModelRequest, Spender
from dagster_project.llm.route import choose, needs_trial

if TYPE_CHECKING:
    from dagster_project.llm.ask_models import AskModels
    from dagster_project.llm.call import ModelEndpoint

T = TypeVar("T")
_LEAST_SECONDS = 0.05
"""With less left no call is begun."""
_MARGIN_SECONDS = 0.5
"""What must be left after a wait for it to be worth it."""
_CLOCK_SECONDS = 0.02
"""What the store's clock may be behind ours."""
_FAILED = "failed in this ask"


class OneAsk(Generic[T]):
    """State of one `AskModels.ask`. `told`: what went wrong so far, a clause for each model."""

    def __init__(
        self,
        models: AskModels,
        request: ModelRequest,
        read: Callable[[Any], T],
        spender: Spender,
        seconds: float,
    ) -> None:
        self._deadline = time.monotonic() + seconds
        self._models = models
        self._request = request
        self._spender = spender
        self._by_name = {model.name: model for model in models.policy.models}
        self._fit = Fit(request)
        self._calls: Calls[T] = Calls(models.book, models.clean, request, read, spender)
        self._barred: dict[str, str] = {}
        self._retry_at: dict[str, float] = {}
        """Rate-limited models, by when they may be asked once more in this ask."""
        self._has_waited = False
        self.told: list[str] = []

    @property
    def calls(self) -> tuple[ModelCall, ...]:
        return tuple(self._calls.made)

    def run(self) -> ModelAnswer[T]:
        for name, model in self._by_name.items():
            if missing := self._models.endpoints.missing(model):
                self._barred[name] = f"is not there: {missing}"
        while not (stop := self._stopped()):
            choice, health = self._choose()
            if choice.chosen is None:
                if self._wait_for_limit():
                    continue
                return self._give_up(choice)
            taken = self._try_model(self._by_name[choice.chosen], choice, health)
            if taken is not None and taken.is_taken:
                return ModelAnswer(taken.value, self.calls)
            if taken is not None and taken.bug:
                self.told.append(f"reading the answer failed by {taken.bug}")
                break
        else:
            not_asked = ((name, why) for name, why in self._barred.items() if why != _FAILED)
            self.told += (f"{name} {why}" for name, why in not_asked)
            if any(name not in self._barred for name in self._by_name):
                self.told.append(stop)
        return ModelAnswer(None, self.calls, failure="; ".join(self.told))

    def _choose(self, *, fresh: bool = False) -> tuple[RoutingChoice, dict[str, ModelHealth]]:
        health = self._models.book.health(fresh=fresh)
        messages, left_usd = self._request.messages, self._left_usd()
        estimated: dict[str, float] = {}
        barred: dict[str, str] = {}
        for name, model in self._by_name.items():
            estimated[name] = self._fit.highest_usd(model, messages)
            barred[name] = self._barred.get(name) or self._fit.problem(model, messages, left_usd)
        now = self._models.book.now()
        intended = self._request.intended
        return choose(self._models.policy, health, intended, estimated, barred, now), health

    def _try_model(
        self, model: Model, choice: RoutingChoice, health: dict[str, ModelHealth]
    ) -> Taken[T] | None:
        """None: another choice is to be made."""
        endpoint = self._models.endpoints.get(model, self._spender)
        if isinstance(endpoint, NotThere):
            self._barred[model.name] = endpoint.why
            return None
        share = 1.0
        with ExitStack() as stack:
            if needs_trial(health[model.name], self._models.book.now()):
                place = f"{model.provider}/{model.name}"
                if not stack.enter_context(self._models.trials.claim(place)):
                    self._barred[model.name] = "is being tried again by another ask"
                    return None
                choice, health = self._choose(fresh=True)
                if choice.chosen != model.name:
                    return None
                if sum(routed.score is not None for routed in choice.considered) > 1:
                    share = 0.5  # the rest is for the next, should it still be ill
            return self._converse(model, endpoint, choice, health[model.name].format, share)

    def _converse(
        self,
        model: Model,
        endpoint: ModelEndpoint,
        choice: RoutingChoice,
        known: ReplyFormat | None,
        share: float,
    ) -> Taken[T] | None:
        """The question in a format that the model knows, and one turn to repair the answer."""
        messages, is_repair = self._request.messages, False
        form = (known or "json_schema") if model.format == "auto" else model.format
        while True:
            held = self._hold(model, messages)
            if held.refused:
                self._barred[model.name] = held.refused
                return None
            limit = min(model.timeout_seconds, max(_LEAST_SECONDS, self._left() * share))
            most, short = self._fit.max_out(model), self._is_short(model, limit, share)
            came = self._calls.make(
                Turn(model, endpoint, messages, form, most, choice, is_repair, held, limit, short)
            )
            if came.taken.is_taken or came.taken.bug:
                return came.taken
            following = next_format(form) if came.reply.format_refused else None
            if following is not None and model.format == "auto":
                form = following
                choice = _again(choice, f"{model.name} does not take that format: asked as {form}")
            elif came.taken.problems and not is_repair:
                messages, is_repair = _with_repair(messages, came), True
                choice = _again(choice, f"{model.name} is asked once to repair its answer")
            else:
                break
            if self._stopped() or self._fit.problem(model, messages, self._left_usd()):
                break
        self._failed(model, came, limit)
        return None

    def _failed(self, model: Model, came: Came[T], limit: float) -> None:
        wait = came.reply.retry_after_seconds
        if came.call.outcome == "rate_limited" and wait is not None:
            self._retry_at[model.name] = time.monotonic() + wait
        if came.call.outcome == "no_rights":
            self._models.endpoints.forget_key(model)
        self._barred[model.name] = _FAILED
        self.told.append(f"{model.name} {what_came(came.call, limit, wait)}")

    def _hold(self, model: Model, messages: tuple[Message, ...]) -> Held:
        usd = self._fit.highest_usd(model, messages)
        models = self._models
        try:
            return hold(models.database, models.policy.budgets, self._spender, usd, models.zone)
        except StoreError:
            return Held(refused="costs money, and what was spent today cannot be read")

    def _is_short(self, model: Model, limit: float, share: float) -> bool:
        """Not for a first call, which has all that an ask ever has, nor for a trial."""
        return bool(self._calls.made) and share == 1.0 and limit < model.timeout_seconds / 2

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _left_usd(self) -> float:
        return self._spender.ask_usd - self._calls.usd

    def _stopped(self) -> str:
        """Why no further call can be made; empty while one can."""
        most = self._models.policy.max_calls
        if len(self._calls.made) >= most:
            return f"{most} {'call was' if most == 1 else 'calls were'} made, no more are allowed"
        return "" if self._left() > _LEAST_SECONDS else "no time is left"

    def _wait_for_limit(self) -> bool:
        """Once, when the only hope is a model that asked for a short wait."""
        if self._has_waited or not self._retry_at:
            return False
        name, at = min(self._retry_at.items(), key=lambda item: item[1])
        pause = max(0.0, at - time.monotonic()) + _CLOCK_SECONDS
        if pause + _MARGIN_SECONDS > self._left():
            return False
        self._has_waited = True
        time.sleep(pause)
        self._calls.begin()
        del self._retry_at[name], self._barred[name]
        self.told.append(f"it was asked again after {seconds_text(pause)}")
        return True

    def _give_up(self, choice: RoutingChoice) -> ModelAnswer[T]:
        not_asked = (r for r in choice.considered if r.barred != _FAILED)
        told = (*self.told, *(f"{routed.model} {routed.barred}" for routed in not_asked))
        return ModelAnswer(None, self.calls, failure="; ".join(told))


def _with_repair(messages: tuple[Message, ...], came: Came[Any]) -> tuple[Message, ...]:
    return (
        *messages,
        Message(role="assistant", content=came.reply.text),
        Message(role="user", content=repair_text(came.taken.problems)),
    )


def _again(choice: RoutingChoice, reason: str) -> RoutingChoice:
    return choice.model_copy(update={"reason": reason})
