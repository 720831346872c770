"""Suites of expectations say what does not hold, show nothing masked, leave no trace outside."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.contracts.assets.schema_catalog import ExpectationSuite
from dagster_project.inspection.expectation_rows import SuiteRows
from dagster_project.inspection.expectations import check_rows
from dagster_project.inspection.inspection import Inspection
from sources.protocol import Column

START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = SuiteRows(
    "shop.machine",
    (
        Column("id", "text"),
        Column("age", "integer"),
        Column("at", "timestamp"),
        Column("secret", "text"),
        Column("tags", "json"),
    ),
    tuple(
        (f"M-{n}", n if n % 5 else None, START + timedelta(hours=n), f"hush-{n}", ["a", n])
        for n in range(20)
    ),
    masked=frozenset({"secret"}),
)


def checked(*expectations: dict[str, object]) -> Inspection:
    suite = ExpectationSuite.model_validate({"name": "s", "expectations": expectations})
    return check_rows(suite, ROWS)


def one(kind: str, severity: str = "error", **kwargs: object) -> tuple[str, str]:
    found = checked({"type": kind, "kwargs": kwargs, "severity": severity}).findings[0]
    return found.status, found.detail


def test_what_holds_is_ok_and_counted() -> None:
    """Met expectations give ok, with the rows they were held against."""
    inspection = checked(
        {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}},
        {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 20}},
        {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "at", "min_value": "2026-01-01", "max_value": "2026-01-02"},
        },
    )
    assert inspection.ok, inspection.problems()
    assert (inspection.facts["rows"], inspection.facts["not_met"]) == (20, 0)
    assert len({finding.name for finding in inspection.findings}) == 3


def test_what_does_not_hold_is_told_with_examples() -> None:
    """Count, share and a few failing values; the severity is the declared one."""
    status, detail = one("expect_column_values_to_be_between", column="age", max_value=7)
    assert status == "error"
    assert "10 of 20 unexpected" in detail
    assert detail.count(",") <= 4
    status, detail = one("expect_column_values_to_not_be_null", "warning", column="age")
    assert (status, "4 of 20 unexpected" in detail) == ("warn", True)
    status, detail = one("expect_column_max_to_be_between", column="age", max_value=3)
    assert (status, "observed 19" in detail) == ("error", True)


def test_masked_values_are_never_shown() -> None:
    """Neither examples nor observed values of a masked column are told."""
    said = (
        ("expect_column_values_to_match_regex", {"column": "secret", "regex": "x"}),
        ("expect_column_max_to_be_between", {"column": "secret", "max_value": "a"}),
        ("expect_compound_columns_to_be_unique", {"column_list": ["age", "secret"]}),
        ("expect_column_pair_values_to_be_equal", {"column_A": "id", "column_B": "secret"}),
    )
    inspection = checked(*({"type": kind, "kwargs": kwargs} for kind, kwargs in said))
    assert [finding.status for finding in inspection.findings].count("error") >= 3
    assert "hush" not in inspection.model_dump_json()
    assert "masked" in inspection.model_dump_json()


@pytest.mark.parametrize(
    ("kind", "kwargs", "told"),
    [
        (
            "expect_column_values_to_be_uniqe",
            {"column": "id"},
            "did you mean expect_column_values_to_be_unique?",
        ),
        ("expect_column_values_to_be_unique", {"column": "idd"}, "no column 'idd'; it has id, age"),
        ("expect_column_values_to_be_between", {"column": "age"}, "cannot both be None"),
        ("expect_column_values_to_be_unique", {"colum": "id"}, "column field required"),
        (
            "expect_column_values_to_be_between",
            {"column": "age", "max_value": 3, "frobnicate": 1},
            "frobnicate extra fields not permitted",
        ),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(
    kind: str, kwargs: dict[str, object], told: str
) -> None:
    """Unknown expectations, columns and arguments are errors of their own, beside which the others
    are still checked."""
    inspection = checked(
        {"type": kind, "kwargs": kwargs},
        {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}},
    )
    first, second = inspection.findings
    assert first.status == "error"
    assert told in first.detail
    assert second.status == "ok"


def test_no_rows_can_be_checked_too() -> None:
    """An empty table meets what is said of values, and fails what is said of its rows."""
    suite = ExpectationSuite.model_validate(
        {
            "name": "s",
            "expectations": [
                {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}},
                {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}},
            ],
        }
    )
    found = check_rows(suite, SuiteRows("empty", ROWS.columns, ()))
    assert [finding.status for finding in found.findings] == ["ok", "error"]


_ALONE = """
import socket, sys
def refuse(*a, **k): raise SystemExit("the network was asked")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
import dagster_project.inspection.expectations as e
assert "great_expectations" not in sys.modules and "pandas" not in sys.modules
from dagster_project.contracts.assets.schema_catalog import ExpectationSuite
from dagster_project.inspection.expectation_rows import SuiteRows
from sources.protocol import Column
suite = ExpectationSuite.model_validate({"name": "s", "expectations": [
    {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}}]})
found = e.check_rows(suite, SuiteRows("t", (Column("id", "integer"),), ((1,), (1,))))
print(found.status)
"""


def test_nothing_is_written_or_sent(tmp_path: Path) -> None:
    """A fresh process asks no network, writes nothing to the home or working folder, and imports
    the library only when a suite runs."""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _ALONE],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(root)},
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "error"), done.stderr[-500:]
    written = [path for path in (*home.rglob("*"), *here.rglob("*")) if path.is_file()]
    assert written == []
