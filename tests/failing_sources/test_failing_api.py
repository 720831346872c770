"""The API fails: health names it, the catalog keeps what it knew, asks degrade."""

from __future__ import annotations

import pytest

from dagster_project.canvas import Canvas
from failing_sources import rules
from failing_sources.faults import API
from failing_sources.rules import Fault
from failing_sources.yard import Yard


@pytest.fixture(params=API, ids=lambda fault: fault.name)
def fault(request: pytest.FixtureRequest) -> Fault:
    return request.param


def test_health_names_it(canvas: Canvas, yard: Yard, fault: Fault) -> None:
    """The finding that fails says what is wrong, and no other source is blamed."""
    rules.health_names_it(canvas, yard, fault)


def test_the_catalog_keeps_its_last_good_scan(canvas: Canvas, yard: Yard, fault: Fault) -> None:
    """A failed scan is on record with its error and changes nothing else."""
    rules.catalog_keeps_its_last_good_scan(canvas, yard, fault)


def test_asks_degrade(canvas: Canvas, yard: Yard, fault: Fault) -> None:
    """What is missing is named with its kind of empty; mended, the next ask is whole."""
    rules.asks_degrade(rules.warmed(canvas), yard, fault)


def test_nothing_is_left(canvas: Canvas, yard: Yard, fault: Fault) -> None:
    """An ask of this source alone fails, and says why."""
    rules.nothing_is_left(rules.warmed(canvas), yard, fault, "orders of P-2")
