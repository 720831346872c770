"""The composed product as Dagster resources: opened while a run runs, never while loading."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import dagster as dg

from dagster_project.inspection.bench import Bench, open_bench
from dagster_project.store.settings import Settings

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas

RELEASE_TAG = "canvas/release"
"""Run tag that pins the config a run answers or looks with."""


class CanvasResource:
    """Opens the product with the settings that the location was loaded with."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def open(self) -> "AbstractContextManager[Canvas]":
        from dagster_project.canvas import Canvas

        return Canvas.open(self.settings)


def bench_resource(settings: Settings) -> dg.ResourceDefinition:
    """One bench per run, so that all assets of a run are looked at in the same release."""

    @dg.resource(description="The release a run looks at; the tag canvas/release pins one.")
    def bench(context: dg.InitResourceContext) -> Iterator[Bench]:
        run = context.run
        with open_bench(settings, run.tags.get(RELEASE_TAG) if run else None) as opened:
            yield opened

    return bench
