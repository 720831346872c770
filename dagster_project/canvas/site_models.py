"""The language models of a site: opened once per policy content, in the mode that an ask wants."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.model_call import ModelMode
from dagster_project.llm.port import Models
from dagster_project.store.database import Database


class SiteModels:
    """Safe from many threads. Nothing is connected to before a model is asked."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._home = home
        self._open: dict[str, Models] = {}
        self._lock = Lock()

    def of(self, policy: PolicySpec, mode: ModelMode) -> Models | None:
        """The policy's models, or kept replies in their place; None when it names none."""
        if not policy.models.models:
            return None
        from dagster_project.canvas.open_models import open_models
        from dagster_project.llm.replay import ReplayingModels

        content = f"{policy.models!r}{policy.limits!r}"
        with self._lock:
            if content not in self._open:
                self._open[content] = open_models(policy, self._database, self._home)
            models = self._open[content]
        return models if mode == "live" else ReplayingModels(models, self._database, mode)
