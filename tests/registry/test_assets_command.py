"""`canvas assets …` does each act, says it in few lines or one JSON object, and exits clearly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dagster_project.cli.assets import assets
from dagster_project.contracts.errors import AssetNotFound, ConfigError, InvalidRequest
from dagster_project.store.settings import Settings
from registry.conftest import WriteSite
from registry.good_site import QUERY

Canvas = Callable[..., Result]
BATCHES = "queries/batches.yaml"


@pytest.fixture
def canvas(make_settings: Callable[..., Settings], write_site: WriteSite) -> Canvas:
    """Runs one command on the good site, in a database of this test's own."""
    settings = make_settings(home=write_site())

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(assets, arguments, obj=settings)

    return run


def read(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_a_life_on_the_command_line(canvas: Canvas, write_site: WriteSite) -> None:
    """publish, edit, diff, publish, roll back, return; each act is in the history."""
    first = read(canvas("publish", "--reason", "start", "--by", "engineer-1", "--json"))
    assert len(first["acts"][0]["changes"]) == 16
    write_site({BATCHES: QUERY.replace("What an", "All an")})
    difference = canvas("diff", "query:batches")
    assert "-description: What an oven" in difference.stdout
    assert "+description: All an oven" in difference.stdout
    (row,) = [a for a in read(canvas("list", "--json"))["assets"] if a["id"] == "query:batches"]
    assert (row["published"], row["file_version"], row["status"]) == (1, None, "new")
    second = read(canvas("publish", "query:batches", "--reason", "wording", "--json"))
    compared = read(canvas("releases", "compare", first["release"], second["release"], "--json"))
    assert compared["changes"] == [
        {"id": "query:batches", "left": "batches:1", "right": "batches:2"}
    ]
    rolled = read(canvas("rollback", "query:batches", "--to", "1", "--reason", "worse", "--json"))
    assert rolled["release"] == first["release"]
    returned = canvas("releases", "return", second["release"], "--reason", "no, better")
    assert f"{second['release']} is in force" in returned.stdout
    kept = read(canvas("history", "query:batches", "--json"))
    assert [act["act"] for act in kept["acts"]] == ["return", "rollback", "publish", "publish"]
    assert [(v["version"], v["status"]) for v in kept["versions"]] == [
        (2, "published"),
        (1, "rollback"),
    ]
    assert read(canvas("releases", "list", "--json"))["in_force"] == second["release"]


def test_validate_exits_with_2_on_errors(canvas: Canvas, write_site: WriteSite) -> None:
    """Findings are lines; a file alone shows only its own; a warning is no error."""
    home = write_site()
    assert canvas("validate").exit_code == 0
    write_site({BATCHES: QUERY.replace("template", "tmplate")})
    broken = canvas("validate", str(home))
    assert broken.exit_code == 2
    assert "assets_config/queries/batches.yaml:5: CFG023 spec.form:" in broken.stdout
    assert "did you mean 'template'?" in broken.stdout
    whole = canvas("validate", "--json")
    assert whole.exit_code == 2
    assert len(json.loads(whole.stdout)["findings"]) == 5
    alone = canvas("validate", str(home / "assets_config/screens/batches.yaml"), "--json")
    assert alone.exit_code == 0
    assert [f["code"] for f in json.loads(alone.stdout)["findings"]] == ["CFG033"]
    assert isinstance(canvas("validate", "/").exception, InvalidRequest)


def test_publish_stops_at_refused_files(canvas: Canvas, write_site: WriteSite) -> None:
    """Nobody believes an edit published that was refused; --skip-refused goes on without it."""
    canvas("publish", "--reason", "start")
    write_site({BATCHES: "kind: query\n"})
    stopped = canvas("publish", "--reason", "edit")
    assert isinstance(stopped.exception, ConfigError)
    assert canvas("publish", "--reason", "edit", "--skip-refused").exit_code == 0


def test_show_names_what_it_stands_on(canvas: Canvas) -> None:
    """Content, stage, dependencies and users; a wrong name gets the nearest."""
    canvas("publish", "--reason", "start")
    shown = read(canvas("show", "query:batches:published", "--json"))
    assert shown["deps"] == ["schema_catalog:bakery", "source:bakery"]
    assert shown["used_by"] == ["mapping:batches", "query:check"]
    assert (shown["bound_stage"], shown["last_used"]) == (["execute"], None)
    assert "text: |" in canvas("show", "query:batches").stdout
    wrong = canvas("show", "query:batchs").exception
    assert isinstance(wrong, AssetNotFound)
    assert "Did you mean 'query:batches'?" in str(wrong)
    assert "did you mean query?" in str(canvas("show", "qury:batches").exception)


def test_export_and_import_are_each_others_reverse(canvas: Canvas, tmp_path: Path) -> None:
    """A release written out and imported again is the same content: no draft comes of it."""
    canvas("publish", "--reason", "start")
    out = tmp_path / "out"
    assert len(read(canvas("export", str(out), "--json"))["files"]) == 16
    back = read(canvas("import", str(out), "--replace", "--json"))
    assert (back["sync"]["created"], back["sync"]["drafts"]) == ({}, {})


def test_schemas_check_says_what_is_stale(canvas: Canvas) -> None:
    """--check exits with 1 until they are written."""
    assert canvas("schemas", "--check").exit_code == 1
    assert len(read(canvas("schemas", "--json"))["changed"]) == 9
    assert canvas("schemas", "--check").exit_code == 0
