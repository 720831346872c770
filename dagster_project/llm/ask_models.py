"""L1 to L4 put together: every model of one policy, fit to be asked from many threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dagster_project.contracts.assets.models import ModelPolicy
from dagster_project.llm.call_book import CallBook
from dagster_project.llm.endpoints import Endpoints
from dagster_project.llm.one_ask import OneAsk
from dagster_project.llm.port import ModelAnswer, ModelRequest, Spender
from dagster_project.llm.trials import Trials

if TYPE_CHECKING:
    from dagster_project.store.database import Database

T = TypeVar("T")


def _as_it_is(text: str) -> str:
    return text


def _forget(_: str) -> None:
    return None


class AskModels:
    """Fulfils `port.Models`. `zone`: the site's, in which a day's budget begins anew.

    `clean` takes known secrets out of what endpoints say before it is kept.
    """

    def __init__(
        self,
        policy: ModelPolicy,
        database: Database,
        *,
        zone: str = "UTC",
        home: Path = Path(),
        environ: Mapping[str, str] = os.environ,
        remember_secret: Callable[[str], None] = _forget,
        clean: Callable[[str], str] = _as_it_is,
    ) -> None:
        self.policy = policy
        self.database = database
        self.zone = zone
        self.clean = clean
        self.book = CallBook(database, policy)
        self.endpoints = Endpoints(policy, database, home, environ, remember_secret)
        self.trials = Trials(database)

    def ready(self) -> str:
        if self.policy.use == "never":
            return "models.use is never"
        if not self.policy.models:
            return "no model is set"
        deny = self.policy.routing.deny
        allowed = [m for m in self.policy.models if m.name not in deny and m.provider not in deny]
        if not allowed:
            return "every model is denied by models.routing.deny"
        missing = dict.fromkeys(self.endpoints.missing(model) for model in allowed)
        return "" if "" in missing else ", ".join(missing)

    def ask(
        self,
        request: ModelRequest,
        read: Callable[[Any], T],
        spender: Spender,
        seconds: float,
    ) -> ModelAnswer[T]:
        if why := self.ready():
            return ModelAnswer(None, failure=why)
        one = OneAsk(self, request, read, spender, seconds)
        try:
            return one.run()
        except Exception as bug:
            told = "; ".join((*one.told, f"asking models failed by {type(bug).__name__}"))
            return ModelAnswer(None, one.calls, failure=told)

    def close(self) -> None:
        """Effects: connections are given back; calls under way are broken off."""
        self.endpoints.close()
