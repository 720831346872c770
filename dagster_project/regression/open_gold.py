"""The reader of a suite's gold, over the source that the suite names."""

from __future__ import annotations

from dagster_project.canvas import Canvas
from dagster_project.canvas.open_sources import allowed_tables
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.golden import Suite
from dagster_project.regression.gold import GoldReader


def open_gold(canvas: Canvas, suite: Suite, release: Release) -> GoldReader | None:
    """None when the suite names no source, or one that the release lacks: its gold then fails."""
    if not suite.source or release.get("source", suite.source) is None:
        return None
    source = canvas.source(suite.source, release)
    return GoldReader(source, allowed_tables(suite.source, release))
