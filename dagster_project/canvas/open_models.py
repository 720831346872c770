"""The language models of a policy, opened once per content and kept for the asks that follow."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from dagster_project.contracts.assets.models import ModelPolicy
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.port import Models
from dagster_project.store.database import Database
from dagster_project.traces.redact import PROCESS_WALL, remember_secret

_MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class _Opened:
    database: Database
    policy: ModelPolicy
    zone: str
    home: Path
    process: int
    models: AskModels

    def fits(self, policy: PolicySpec, database: Database, home: Path) -> bool:
        return (
            self.database is database
            and self.policy == policy.models
            and (self.zone, self.home) == (policy.calendar.time_zone, home)
            and self.process == os.getpid()
        )


_opened: deque[_Opened] = deque(maxlen=_MOST_KEPT)
"""Newest first. One that falls out ends with the last ask that uses it."""
_lock = Lock()


def open_models(policy: PolicySpec, database: Database, home: Path) -> Models:
    """Nothing is asked and no key is read before the first ask; `ready` tells what is not set."""
    with _lock:
        for kept in _opened:
            if kept.fits(policy, database, home):
                return kept.models
        zone = policy.calendar.time_zone
        models = AskModels(
            policy.models,
            database,
            zone=zone,
            home=home,
            remember_secret=remember_secret,
            clean=PROCESS_WALL.clean_text,
        )
        _opened.appendleft(_Opened(database, policy.models, zone, home, os.getpid(), models))
        return models


def close_models(database: Database) -> None:
    """Effects: connections to endpoints that were opened for this database are given back."""
    with _lock:
        ending = [kept for kept in _opened if kept.database is database]
        for kept in ending:
            _opened.remove(kept)
    for kept in ending:
        kept.models.close()
