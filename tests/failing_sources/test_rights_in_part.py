"""A right taken away from one table or column is no change of the tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dagster_project.canvas import Canvas
from dagster_project.canvas.scans import Scanned, approve, scan_catalog
from failing_sources.yard import Yard
from sources.facts import TableFacts


@pytest.fixture(autouse=True)
def tool(yard: Yard) -> Iterator[None]:
    """A second table, which the role may read."""
    yard.run("create table yard.tool (id int primary key, name text, price numeric)")
    yard.run(f"grant select on yard.tool to {yard.reader}")
    yield
    yard.run("drop table yard.tool")


def _table(scanned: Scanned, name: str) -> TableFacts:
    assert scanned.facts is not None
    (found,) = [table for table in scanned.facts.tables if table.name == name]
    return found


def _approved(canvas: Canvas) -> Scanned:
    scanned = scan_catalog(canvas, "yard", "test")
    approve(canvas, "yard", "test", "with the tools")
    return scanned


def test_a_table(canvas: Canvas, yard: Yard) -> None:
    """It stays as it was last read, the scan says so, and what may be read is read anew."""
    before = _approved(canvas)
    yard.run(f"revoke select on yard.tool from {yard.reader}")
    yard.run("alter table yard.machine add column weight int")
    after = scan_catalog(canvas, "yard", "test")
    yard.run("alter table yard.machine drop column weight")
    assert after.report.error == ""
    assert _table(after, "yard.tool") == _table(before, "yard.tool")
    assert "yard.tool: kept as it was last read" in after.report.notes
    assert [drift.change.object for drift in after.report.drift] == ["yard.machine.weight"]
    assert after.report.quarantine == ()
    health = canvas.source("yard_db").health()
    rights = next(finding for finding in health.findings if finding.name == "rights")
    assert (rights.status, rights.detail) == ("error", "yard.tool: no SELECT.")


def test_a_column(canvas: Canvas, yard: Yard) -> None:
    """The table stays whole as it was; a table that was never read whole is read as it may be."""
    before = _approved(canvas)
    yard.run(f"revoke select on yard.tool from {yard.reader}")
    yard.run(f"grant select (id, name) on yard.tool to {yard.reader}")
    after = scan_catalog(canvas, "yard", "test")
    assert _table(after, "yard.tool") == _table(before, "yard.tool")
    assert after.facts is not None
    assert after.facts.unread == ("yard.tool.price",)
    assert after.report.drift == ()
    with yard.owner() as owner:
        owner.execute("create table yard.half (shown int, hidden int)")
        owner.execute(f"grant select (shown) on yard.half to {yard.reader}".encode())
    for _ in range(2):
        half = _table(scan_catalog(canvas, "yard", "test"), "yard.half")
        assert [column.name for column in half.columns] == ["shown"]
    yard.run("drop table yard.half")


def test_a_table_that_is_gone(canvas: Canvas, yard: Yard) -> None:
    """What may not be read and what is not there are told apart."""
    _approved(canvas)
    yard.run("alter table yard.tool rename to tool_before")
    after = scan_catalog(canvas, "yard", "test")
    yard.run("alter table yard.tool_before rename to tool")
    assert "yard.tool" in {drift.change.object for drift in after.report.breaking}
