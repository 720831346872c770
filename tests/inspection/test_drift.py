"""Scans of a whole site: kept, judged, quarantined and lifted; failures change nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from shop import SITE, load_shop

from dagster_project.canvas import Canvas
from dagster_project.canvas.scan_rows import baseline_of, last_good_scan, quarantine_rows, scans
from dagster_project.canvas.scans import (
    ScanReport,
    approve,
    known_scan,
    quarantined,
    scan_catalog,
)
from dagster_project.canvas.sync_catalog import sync_catalog
from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.inspection.catalog import inspect_catalog
from dagster_project.inspection.drift import drift_document, drift_findings
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.store.audit import audit_rows
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return shutil.copytree(SITE, tmp_path / "site")


@pytest.fixture
def canvas(
    site: Path, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Canvas]:
    settings = make_settings(site)
    with open_database(settings) as database:
        load_shop(database)
        run(
            database.owner_url,
            "alter table shop.fault add foreign key (machine_id) references shop.machine",
        )
        monkeypatch.setenv("SHOP_READER_URL", database.reader_url)
        sync(database, load_site(site).require_good(), "tests")
        publish(database, None, "tests", "first")
    with Canvas.open(settings) as canvas:
        yield canvas


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def change(canvas: Canvas, statement: str) -> ScanReport:
    run(canvas.database.owner_url, statement)
    return scan_catalog(canvas, "shop", "tests").report


def first(canvas: Canvas) -> ScanReport:
    scan_catalog(canvas, "shop", "tests")
    approve(canvas, "shop", "tests", "as loaded")
    return scan_catalog(canvas, "shop", "tests").report


def test_the_first_scan_is_no_baseline(canvas: Canvas) -> None:
    """Nothing is drift until a person approved something; the finding says how."""
    report = scan_catalog(canvas, "shop", "tests").report
    assert (report.baseline, report.drift, report.quarantine) == (None, (), ())
    finding = next(f for f in drift_findings(report) if f.name == "baseline")
    assert finding.status == "warn"
    assert "canvas catalog approve shop" in finding.detail
    run(canvas.database.owner_url, "alter table shop.machine drop column age")
    assert scan_catalog(canvas, "shop", "tests").report.drift == ()


def test_a_broken_column_goes_in_and_comes_out_by_itself(canvas: Canvas) -> None:
    """Drift is judged against the baseline, not the last scan; it lifts when the state returns."""
    assert first(canvas).drift == ()
    report = change(canvas, "alter table shop.machine alter column age type text")
    assert [str(d.change) for d in report.drift] == [
        "shop.machine.age: type changed, integer → text"
    ]
    assert report.newly_quarantined == ("shop.machine.age",)
    release = canvas.release()
    assert quarantined(canvas.database, release) == {"shop:shop.machine.age"}
    again = change(canvas, "select 1")
    assert (again.newly_quarantined, again.quarantine) == ((), ("shop.machine.age",))
    assert len(again.drift) == 1
    back = change(canvas, "alter table shop.machine alter column age type integer using age::int")
    assert (back.drift, back.lifted, back.quarantine) == ((), ("shop.machine.age",), ())
    assert quarantined(canvas.database, release) == frozenset()
    acts = [row.act for row in audit_rows(canvas.database, "schema_catalog:shop")]
    assert acts == ["lift", "quarantine", "approve"]


def test_approving_lifts_by_name_and_reason(canvas: Canvas) -> None:
    """A person's word makes the new state the baseline; who and why are kept."""
    first(canvas)
    change(canvas, "alter table shop.machine drop column name_ko")
    with pytest.raises(InvalidRequest, match="reason"):
        approve(canvas, "shop", "operator-1", " ")
    assert len(quarantine_rows(canvas.database, "shop")) == 1
    approve(canvas, "shop", "operator-1", "names moved elsewhere")
    assert quarantine_rows(canvas.database) == ()
    assert scan_catalog(canvas, "shop", "tests").report.drift == ()
    rows = audit_rows(canvas.database, "schema_catalog:shop")
    approved = next(row for row in rows if row.act == "approve")
    assert (approved.by, approved.reason) == ("operator-1", "names moved elsewhere")
    assert next(row for row in rows if row.act == "lift").by == "operator-1"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("alter table shop.machine rename to engine", ("shop.machine",)),
        ("alter table shop.fault rename column severity to severity_class",
         ("shop.fault.severity",)),
        ("drop table shop.fault", ("shop.fault",)),
        ("alter table shop.machine drop constraint machine_pkey cascade", ("shop.machine",)),
        ("alter table shop.fault drop constraint fault_pkey", ()),
        ("alter table shop.fault drop constraint fault_machine_id_fkey", ()),
        ("alter table shop.machine add column colour text", ()),
        ("alter table shop.machine alter column age set not null", ()),
        ("alter table shop.machine alter column age type bigint", ()),
        ("comment on table shop.machine is 'all'", ()),
    ],
)  # fmt: skip
def test_only_what_breaks_is_quarantined(
    canvas: Canvas, statement: str, expected: tuple[str, ...]
) -> None:
    """Renames, drops, other types, and a key that joins rely on; not what is merely new."""
    first(canvas)
    report = change(canvas, statement)
    assert report.drift
    assert report.quarantine == expected


def test_what_the_catalog_does_not_use_is_told_and_not_quarantined(canvas: Canvas) -> None:
    """A table that no answer is made from drifts without consequence."""
    run(canvas.database.owner_url, "create table shop.spare (id integer)")
    run(canvas.database.owner_url, f"grant select on shop.spare to {reader(canvas)}")
    first(canvas)
    report = change(canvas, "drop table shop.spare")
    assert [d.change.severity for d in report.drift] == ["breaking"]
    assert report.quarantine == ()


def reader(canvas: Canvas) -> str:
    return canvas.database.reader_url.split("//")[1].split(":")[0]


def test_a_failed_scan_keeps_the_last_good_one(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong rights or a source that is away: the error is told, drift and quarantine stay."""
    first(canvas)
    change(canvas, "alter table shop.machine drop column age")
    good = last_good_scan(canvas.database, "shop")
    release = canvas.release()
    source = canvas.source("shop_db", release)
    inner = getattr(source, "_source", source)
    inner._connections._conninfo = "host=127.0.0.1 port=1 dbname=gone"
    inner._connections.close()
    found = scan_catalog(canvas, "shop", "tests")
    assert "shop_db" in found.report.error
    assert found.facts is not None
    assert [d.change.object for d in found.report.drift] == ["shop.machine.age"]
    assert found.report.quarantine == ("shop.machine.age",)
    assert last_good_scan(canvas.database, "shop") == good
    assert scans(canvas.database, "shop")[0].error == found.report.error
    known = known_scan(canvas, "shop")
    assert known is not None
    assert known.facts == found.facts


def test_a_right_taken_away_is_no_drift(canvas: Canvas) -> None:
    """A table that may not be read any more stays as it was last read, and the scan says why."""
    first(canvas)
    report = change(canvas, f"revoke select on shop.fault from {reader(canvas)}")
    assert report.notes == (
        "shop.fault: the role may not SELECT",
        "shop.fault: kept as it was last read",
    )
    assert (report.drift, report.quarantine) == ((), ())


def test_blast_radius_by_name(canvas: Canvas) -> None:
    """Queries that read the column, what stands on them, resolvers by entity, golden questions."""
    first(canvas)
    run(canvas.database.owner_url, "alter table shop.machine drop column name_ko")
    asked: list[frozenset[str]] = []

    def golden(ids: frozenset[str]) -> tuple[str, ...]:
        asked.append(frozenset(ids))
        return ("small/one",)

    report = scan_catalog(canvas, "shop", "tests", golden=golden).report
    (drift,) = report.drift
    assert "query:machine_status" in drift.touches.queries
    assert drift.touches.mappings == ("mapping:machine_status",)
    assert drift.touches.screens == ("screen:machine",)
    assert drift.touches.resolvers == ("resolver:machines",)
    assert drift.touches.golden == ("small/one",)
    assert "query:machine_status" in asked[0]
    document = drift_document(report.drift)
    assert document is not None
    assert "| shop.machine.name_ko | column dropped | text |  | breaking |" in document


def test_an_inspection_with_a_scan_says_both(canvas: Canvas) -> None:
    """What the catalog declares and what drifted from the baseline stand in one inspection."""
    first(canvas)
    run(canvas.database.owner_url, "alter table shop.machine drop column age")
    scanned = scan_catalog(canvas, "shop", "tests")
    release = canvas.release()
    version = release.get("schema_catalog", "shop")
    assert version is not None
    found = inspect_catalog(
        version.asset.spec,
        canvas.source("shop_db", release),
        scanned,  # pyright: ignore[reportArgumentType]
    )
    by_name = {finding.name: finding for finding in found.findings}
    assert by_name["columns_there"].detail == "shop.machine: age"
    assert by_name["baseline_drift"].status == "error"
    assert by_name["quarantine"].status == "error"
    assert (found.facts["drift_breaking"], found.facts["scanned_tables"]) == (1, 2)


def test_an_unknown_catalog_is_refused(canvas: Canvas) -> None:
    """A wrong name says which there are; an unscanned one cannot be approved."""
    with pytest.raises(AssetNotFound, match="it has shop"):
        scan_catalog(canvas, "shopp", "tests")
    with pytest.raises(AssetNotFound, match="canvas catalog scan shop"):
        approve(canvas, "shop", "tests", "because")
    assert baseline_of(canvas.database, "shop") is None


def test_a_sync_writes_facts_and_nothing_else(canvas: Canvas, site: Path) -> None:
    """People's words stay to the letter; the second sync has nothing to write."""
    run(canvas.database.owner_url, "comment on column shop.machine.age is 'in years'; analyze")
    path = site / "assets_config/schema_catalogs/shop.yaml"
    before = path.read_text()
    shown = sync_catalog(canvas, "shop", "tests")
    assert path.read_text() == before
    assert not shown.written
    written = sync_catalog(canvas, "shop", "tests", write=True)
    assert written.written
    text = path.read_text()
    assert "comment: in years" in text
    for line in before.splitlines():
        assert line.rstrip("}") in text
    assert not sync_catalog(canvas, "shop", "tests", write=True).written
    assert load_site(site).errors == ()


def test_masked_values_are_kept_nowhere(canvas: Canvas, site: Path) -> None:
    """Statistics of a masked column hold no value, in the store as in the file."""
    path = site / "assets_config/schema_catalogs/shop.yaml"
    path.write_text(
        path.read_text().replace(
            "{name: id, type: text, role: key,", "{name: id, type: text, role: key, masked: true,"
        )
    )
    sync(canvas.database, load_site(site).require_good(), "tests")
    publish(canvas.database, None, "tests", "masked")
    run(canvas.database.owner_url, "analyze")
    scan_catalog(canvas, "shop", "tests")
    found = known_scan(canvas, "shop")
    assert found is not None
    assert found.facts is not None
    machine = next(table for table in found.facts.tables if table.name == "shop.machine")
    statistics = dict(machine.statistics)
    assert (statistics["id"].common, statistics["id"].minimum) == ((), None)
    assert statistics["age"].minimum is not None
