"""What is tested of every failing source. A module gives the fixture `fault` and a `Test` class."""

from __future__ import annotations

from typing import ClassVar

from dagster_project.canvas import Canvas
from failing_sources import rules
from failing_sources.rules import Fault
from failing_sources.yard import Yard


class EverySource:
    def test_health_names_it(self, canvas: Canvas, yard: Yard, fault: Fault) -> None:
        """The finding that fails says what is wrong, and no other source is blamed."""
        rules.health_names_it(canvas, yard, fault)

    def test_the_catalog_keeps_its_last_good_scan(
        self, canvas: Canvas, yard: Yard, fault: Fault
    ) -> None:
        """A failed scan is on record with its error and changes nothing else."""
        rules.catalog_keeps_its_last_good_scan(canvas, yard, fault)

    def test_asks_degrade(self, canvas: Canvas, yard: Yard, fault: Fault) -> None:
        """What is missing is named with its kind of empty; mended, the next ask is whole."""
        rules.asks_degrade(rules.warmed(canvas), yard, fault)


class AskedAlone(EverySource):
    question: ClassVar[str]
    """Asks this source alone."""

    def test_nothing_is_left(self, canvas: Canvas, yard: Yard, fault: Fault) -> None:
        """An ask of this source alone fails, and says why."""
        rules.nothing_is_left(rules.warmed(canvas), yard, fault, self.question)
