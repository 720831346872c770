"""`canvas aliases …`: names, proposals and checks, as a person would."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from lab import SCHEMA, SITE, load_lab

from cli.conftest import runner
from dagster_project.canvas import Canvas
from dagster_project.contracts.trace import Ask
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings


@pytest.fixture
def lab_site(
    make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A laboratory of the test's own, two asks about an oven that nobody has."""
    home = shutil.copytree(SITE, tmp_path / "site")
    settings = make_settings(home=home)
    with open_database(settings) as database:
        load_lab(database.owner_url)
        database.grant_read(SCHEMA)
        monkeypatch.setenv("CANVAS_LAB_URL", database.reader_url)
        versions.sync(database, load_site(home).require_good(), by="test")
        versions.publish(database, None, by="test", reason="test")
    with Canvas.open(settings) as canvas:
        for question in ("OV-77 상태", "status of ov-77"):
            canvas.ask(Ask(question=question))
    return settings


def test_names_are_listed(lab_site: Settings) -> None:
    """Every name of one thing, with where it comes from."""
    run = runner(lab_site)
    told = orjson.loads(run("aliases", "list", "--key", "SC-01", "--json").output)
    origins = {alias["alias"]: alias["origin"] for alias in told["aliases"]}
    assert origins["SC-01"] == origins["Bench scale"] == "name"
    assert origins["작은 것"] == "alias_group"
    added = run("aliases", "list", "--added", "--limit", "1")
    assert "1 of 4" in added.output
    assert run("aliases", "list", "--resolver", "ghost").exit_code != 0


def test_a_proposal_is_shown_and_accepted(lab_site: Settings) -> None:
    """What asks used is proposed with what it may mean; accepting it edits the site's file."""
    run = runner(lab_site)
    (proposal,) = orjson.loads(run("aliases", "proposals", "--json").output)["proposals"]
    assert (proposal["normal_form"], proposal["seen"]) == ("ov77", 2)
    assert "instrument:OV-01" in run("aliases", "proposals").output
    number = str(proposal["id"])
    given = ("--owner", "team:lab", "--reason", "the new oven")
    done = run("aliases", "accept", number, "instrument:OV-01", *given, "--expires", "2999-01-31")
    assert done.exit_code == 0, done.output
    assert "canvas publish" in done.output
    text = (lab_site.home / "assets_config" / "resolvers" / "lab.yaml").read_text()
    assert "owner: team:lab, expires: 2999-01-31" in text
    assert "no proposals" in run("aliases", "proposals").output
    assert "accepted" in run("aliases", "proposals", "--all").output


def test_a_proposal_is_declined(lab_site: Settings) -> None:
    """A decision stands: declining twice is refused."""
    run = runner(lab_site)
    (proposal,) = orjson.loads(run("aliases", "proposals", "--json").output)["proposals"]
    number = str(proposal["id"])
    assert "declined" in run("aliases", "decline", number, "--reason", "scrapped").output
    assert run("aliases", "decline", number, "--reason", "again").exit_code != 0


def test_check_fails_for_an_alias_that_takes_another_s_name(lab_site: Settings) -> None:
    """Exit code 1 and both things named; a good site passes."""
    run = runner(lab_site)
    fine = run("aliases", "check")
    assert fine.exit_code == 0, fine.output
    path = lab_site.home / "assets_config" / "resolvers" / "lab.yaml"
    path.write_text(path.read_text().replace("spinner]", "bench scale]"))
    bad = run("aliases", "check")
    assert bad.exit_code == 1
    assert "benchscale" in bad.output.replace(" ", "")
    assert "CF-01, SC-01" in bad.output
