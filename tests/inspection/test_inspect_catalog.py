"""A catalog is compared with the live source through the same walls that an ask meets."""

from __future__ import annotations

import pytest

from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.inspection.catalog import inspect_catalog
from dagster_project.inspection.inspection import Inspection
from sources.postgres.source import PostgresSource

MACHINE = {
    "name": "shop.machine",
    "columns": [
        {"name": "id", "type": "text", "role": "key"},
        {"name": "type", "type": "text", "values": [{"value": "pump"}, {"value": "fan"}]},
        {"name": "age", "type": "integer", "role": "measure"},
        {"name": "name_en", "type": "text"},
    ],
}
FAULT = {
    "name": "shop.fault",
    "columns": [
        {"name": "id", "type": "integer"},
        {"name": "machine_id", "type": "text"},
        {"name": "at", "type": "timestamp"},
        {"name": "severity", "type": "integer"},
    ],
}


def catalog(*tables: dict[str, object]) -> SchemaCatalogSpec:
    return SchemaCatalogSpec.model_validate({"source": "shop_db", "tables": tables})


def finding(inspection: Inspection, name: str) -> tuple[str, str]:
    found = next(f for f in inspection.findings if f.name == name)
    return found.status, found.detail


def test_a_catalog_that_is_true_passes_with_counted_rows(shop: PostgresSource) -> None:
    """Tables, columns, types and values that are the source's give ok, with exact counts."""
    inspection = inspect_catalog(catalog(MACHINE, FAULT), shop)
    assert inspection.ok, inspection.problems()
    assert inspection.facts["rows"] == 43
    assert inspection.facts["columns"] == 8
    assert inspection.table is not None
    assert [row[:2] for row in inspection.table.rows] == [("shop.machine", 3), ("shop.fault", 40)]
    assert inspection.chart is not None


@pytest.mark.parametrize(
    ("column", "name", "detail"),
    [
        ({"name": "colour", "type": "text"}, "columns_there", "shop.fault: colour"),
        ({"name": "severity", "type": "text"}, "types_agree", "severity is integer, declared text"),
        (
            {"name": "severity", "type": "boolean"},
            "types_agree",
            "severity is integer, declared boolean",
        ),
    ],
)
def test_a_drifted_column_is_an_error_that_names_it(
    shop: PostgresSource, column: dict[str, object], name: str, detail: str
) -> None:
    """A column that is gone or has another type fails the catalog, by table, column and types."""
    inspection = inspect_catalog(catalog({**FAULT, "columns": [column]}), shop)
    status, told = finding(inspection, name)
    assert (inspection.status, status) == ("error", "error")
    assert detail in told


def test_a_value_nobody_declared_is_a_warning(shop: PostgresSource) -> None:
    """A value of the data that questions cannot name yet is told, and breaks nothing."""
    only_pumps = {"name": "type", "type": "text", "values": [{"value": "pump"}]}
    inspection = inspect_catalog(catalog({**MACHINE, "columns": [only_pumps]}), shop)
    assert inspection.status == "warn"
    assert finding(inspection, "values_declared") == ("warn", "shop.machine: type=fan")


def test_a_table_that_is_not_there_leaves_the_others_looked_at(shop: PostgresSource) -> None:
    """One unreadable table is an error of its own; the next table is still counted."""
    gone = {**FAULT, "name": "shop.gone"}
    inspection = inspect_catalog(catalog(gone, MACHINE), shop)
    assert finding(inspection, "tables_readable")[0] == "error"
    assert "shop.gone" in finding(inspection, "tables_readable")[1]
    assert inspection.facts["rows"] == 3


def test_a_table_switched_off_is_not_looked_at(shop: PostgresSource) -> None:
    """`enabled: false` keeps a table out of the comparison."""
    gone = {**FAULT, "name": "shop.gone", "enabled": False}
    assert inspect_catalog(catalog(gone, MACHINE), shop).ok
