"""The demo plant, asked once for each question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from demo_data import allow_demo

from dagster_project.canvas import Canvas
from dagster_project.store.settings import Settings
from pipeline.phrasing.answers import AnswerOf, answer_of
from tests.model_server import scripted_model, scripted_models  # noqa: F401


@pytest.fixture(scope="session")
def answered(make_settings: Callable[..., Settings]) -> Iterator[AnswerOf]:
    """What the shipped site answers without a model."""
    with Canvas.open(make_settings(plant=True)) as canvas:
        allow_demo(canvas.database)
        yield cache(lambda question: answer_of(canvas, question))
