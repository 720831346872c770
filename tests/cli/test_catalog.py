"""`canvas catalog …`: scan, drift, approve, quarantine and sync as a person runs them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import psycopg
import pytest
from click.testing import Result
from shop import SITE, load_shop

from cli.conftest import runner
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings

Run = Callable[..., Result]


@pytest.fixture
def shop(
    tmp_path: Path, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Run, Database, Path]]:
    site = shutil.copytree(SITE, tmp_path / "site")
    settings = make_settings(site)
    with open_database(settings) as database:
        load_shop(database)
        monkeypatch.setenv("SHOP_READER_URL", database.reader_url)
        sync(database, load_site(site).require_good(), "tests")
        publish(database, None, "tests", "first")
        yield runner(settings), database, site / "assets_config/schema_catalogs/shop.yaml"


def alter(database: Database, statement: str) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_from_a_first_scan_to_an_approved_change(shop: tuple[Run, Database, Path]) -> None:
    """Scan, approve, drift with its exit code, quarantine, approve again."""
    run, database, _ = shop
    assert run("catalog", "drift", "shop", "--last").exit_code == 1
    scanned = run("catalog", "scan")
    assert scanned.exit_code == 0, scanned.output
    assert "2 tables, 9 columns" in scanned.stdout
    assert "no baseline approved yet" in scanned.stdout
    approved = run("catalog", "approve", "shop", "--by", "operator-1", "--reason", "as loaded")
    assert "approved by operator-1: as loaded" in approved.stdout
    assert "as approved" in run("catalog", "drift", "shop").stdout
    assert run("catalog", "quarantine").stdout == "nothing is in quarantine\n"
    alter(database, "alter table shop.machine drop column name_ko")
    drifted = run("catalog", "drift", "shop", "--json")
    assert drifted.exit_code == 1
    report = orjson.loads(drifted.stdout)["scan"]
    assert [d["change"]["object"] for d in report["drift"]] == ["shop.machine.name_ko"]
    assert "query:machine_status" in report["drift"][0]["touches"]["queries"]
    told = run("catalog", "drift", "shop", "--last")
    assert told.exit_code == 1
    assert "column dropped" in told.stdout
    rows = orjson.loads(run("catalog", "quarantine", "shop", "--json").stdout)["quarantine"]
    assert [row["object"] for row in rows] == ["shop.machine.name_ko"]
    assert run("catalog", "approve", "shop", "--reason", "meant").exit_code == 0
    assert run("catalog", "drift", "shop").exit_code == 0


def test_sync_shows_and_writes(shop: tuple[Run, Database, Path]) -> None:
    """Without --write the difference is shown; with it the file says it, once."""
    run, database, path = shop
    alter(database, "alter table shop.fault rename column severity to severity_class")
    alter(database, "comment on table shop.fault is 'every fault'")
    before = path.read_text()
    shown = run("catalog", "sync", "shop")
    assert shown.exit_code == 0, shown.output
    assert "comment: every fault" in shown.stdout
    assert "perhaps renamed" in shown.stdout
    assert "--rename shop.fault.severity=shop.fault.severity_class" in shown.stdout
    assert path.read_text() == before
    accepted = ("--rename", "shop.fault.severity=shop.fault.severity_class")
    written = run("catalog", "sync", "shop", "--write", "--json", *accepted)
    told = orjson.loads(written.stdout)
    assert (told["written"], told["gone"], told["added"]) == (True, [], [])
    assert "severity_class" in path.read_text()
    assert "심각도" in path.read_text()
    again = orjson.loads(run("catalog", "sync", "shop", "--write", "--json").stdout)
    assert (again["written"], again["changed"]) == (False, False)


def test_wrong_names_end_with_a_message(shop: tuple[Run, Database, Path]) -> None:
    """An unknown catalog, and a rename that is none."""
    run, _, _ = shop
    unknown = run("catalog", "scan", "shopp")
    assert unknown.exit_code == 1
    assert "it has shop" in unknown.stderr
    assert run("catalog", "sync", "shop", "--rename", "nonsense").exit_code == 2
    lost = run("catalog", "sync", "shop", "--rename", "shop.fault.x=shop.fault.y")
    assert lost.exit_code == 2
    assert "no 'shop.fault.x'" in lost.stderr


def test_a_source_that_is_away(
    shop: tuple[Run, Database, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scan says so with the exit code 1, and the last good one stays."""
    run, _, _ = shop
    run("catalog", "scan", "shop")
    monkeypatch.setenv("SHOP_READER_URL", "postgresql://u:p@127.0.0.1:1/none")
    away = run("catalog", "scan", "shop")
    assert away.exit_code == 1
    assert "not scanned" in away.stdout
    assert "the last good scan stays: 2 tables" in away.stdout
