"""A canvas over the demo plant whose policy names two scripted models."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count as count_from
from pathlib import Path
from typing import Any

import pytest
from demo_data import allow_demo
from model_server import ModelServer, model_server

from dagster_project.canvas import Canvas
from dagster_project.store.settings import Settings
from with_model.site import site_with_models


@dataclass(frozen=True, slots=True)
class Road:
    """A canvas and the servers that its policy names, main first."""

    canvas: Canvas
    servers: tuple[ModelServer, ...]

    @property
    def main(self) -> ModelServer:
        return self.servers[0]

    @property
    def spare(self) -> ModelServer:
        return self.servers[1]

    @property
    def requests(self) -> int:
        return sum(len(server.requests) for server in self.servers)


def _maker(stack: ExitStack, make_settings: Callable[..., Settings], folder: Path) -> Any:
    made = count_from(1)

    def make(servers: int = 2, timeout_seconds: float = 5.0, **models: Any) -> Road:
        opened = tuple(stack.enter_context(model_server()) for _ in range(servers))
        home = site_with_models(folder / f"site{next(made)}", opened, timeout_seconds, **models)
        canvas = stack.enter_context(Canvas.open(make_settings(home, plant=True)))
        allow_demo(canvas.database)
        return Road(canvas, opened)

    return make


@pytest.fixture
def make_road(
    make_settings: Callable[..., Settings], tmp_path: Path
) -> Iterator[Callable[..., Road]]:
    """Makes a canvas with so many models; more arguments go into the policy's `models`."""
    with ExitStack() as stack:
        yield _maker(stack, make_settings, tmp_path)


@pytest.fixture(scope="module")
def make_module_road(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Road]]:
    """The same for all tests of a module."""
    with ExitStack() as stack:
        yield _maker(stack, make_settings, tmp_path_factory.mktemp("sites"))
