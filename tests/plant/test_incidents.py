"""docs/demo-plant.md against the plant: every query it shows finds what it says."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "demo-plant.md").read_text("utf-8")
STATEMENTS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def _number(owner: psycopg.Connection, statement: str) -> float:
    row = owner.execute(statement.encode()).fetchone()
    assert row is not None
    return float(row[0])


@pytest.mark.parametrize("statement", STATEMENTS, ids=range(len(STATEMENTS)))
def test_each_documented_query_finds_rows(statement: str, owner: psycopg.Connection) -> None:
    """A reader who pastes a query of the page sees the evidence."""
    assert owner.execute(statement.encode()).fetchall()


def test_the_documented_row_counts_are_those_of_the_seed(owner: psycopg.Connection) -> None:
    """The page's table of tables is true."""
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| ", PAGE, re.MULTILINE)
    assert len(rows) == 7
    for table, count in rows:
        found = _number(owner, f"select count(*) from plant.{table}")
        assert found == int(count.replace(",", "")), table


def test_lube_oil_falls_before_the_trip_and_recovers(owner: psycopg.Connection) -> None:
    """Pressure loses a bar before the trip, power is zero after it, both are back in two days."""
    reading = (
        "select avg(value) from plant.metric_sample where ci_id = 'GT-02' and metric = '{}'"
        " and observed_at >= '{}+09' and observed_at < '{}+09'"
    )
    pressure = [
        _number(owner, reading.format("lube_oil_pressure", *span))
        for span in (
            ("2026-01-10", "2026-01-11"),
            ("2026-01-20 12:00", "2026-01-20 14:00"),
            ("2026-01-23", "2026-01-24"),
        )
    ]
    assert pressure[0] - pressure[1] > 1.0
    assert abs(pressure[0] - pressure[2]) < 0.1
    assert (
        _number(owner, reading.format("power_output", "2026-01-20 15:00", "2026-01-21 12:00")) == 0
    )
    assert _number(owner, reading.format("power_output", "2026-01-22", "2026-01-23")) > 180


def test_the_leak_stops_with_the_rollback(owner: psycopg.Connection) -> None:
    """Connections of DB-03 peak right before the rollback and are normal right after."""
    peak = (
        "select max(value) from plant.metric_sample where ci_id = 'DB-03'"
        " and metric = 'db_connections' and observed_at {}"
    )
    assert (
        _number(owner, peak.format("between '2026-01-30 00:00+09' and '2026-01-30 01:29+09'")) > 300
    )
    assert (
        _number(owner, peak.format("between '2026-01-30 01:30+09' and '2026-01-31 00:00+09'")) < 150
    )


def test_only_applications_behind_the_switch_fail(owner: psycopg.Connection) -> None:
    """Error rates jump on servers that need SW-07 and nowhere else: topology tells the cause."""
    rows = owner.execute(
        "select s.ci_id, avg(value) > 10, exists (select 1 from plant.ci_relation d"
        " join plant.ci_relation n on n.from_ci = d.to_ci and n.to_ci = 'SW-07'"
        " where d.from_ci = s.ci_id and d.relation = 'deployed_on')"
        " from plant.metric_sample s where metric = 'error_rate'"
        " and observed_at >= '2026-02-03 14:00+09' and observed_at < '2026-02-03 16:30+09'"
        " group by s.ci_id"
    ).fetchall()
    assert len(rows) == 20
    assert all(failing == behind for _, failing, behind in rows)
    assert sum(failing for _, failing, _ in rows) == 5
