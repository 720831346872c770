"""The language models of a policy, in the mode that an ask wants."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Thread

from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.model_call import ModelMode
from dagster_project.llm.port import Models
from dagster_project.store.database import Database


def site_models(
    database: Database, home: Path, policy: PolicySpec, mode: ModelMode
) -> Models | None:
    """The policy's models, or kept replies in their place; None when it names none.

    Nothing is connected to before a model is asked.
    """
    if not policy.models.models:
        return None
    from dagster_project.canvas.open_models import open_models

    models = open_models(policy, database, home)
    if not models.ready():
        _load_client_ahead()
    if mode == "live":
        return models
    from dagster_project.llm.replay import ReplayingModels

    return ReplayingModels(models, database, mode)


@cache
def _load_client_ahead() -> None:
    """Effects: once in a process, a thread loads what the first call would wait for."""
    from dagster_project.llm.call import load_client

    Thread(target=load_client, name="load-model-client", daemon=True).start()
