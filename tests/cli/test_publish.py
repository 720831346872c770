"""`canvas publish`: exit codes, the table a person reads, and --json."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from regression.own_site import OwnSite, own_site

from dagster_project.registry.releases import current_release_id
from dagster_project.store.settings import Settings

from .conftest import runner

GOLDEN = """
suite: small
title: {ko: 작은 모음, en: Small}
source: plant_db
cases:
  - {id: open, question: SW-07 미해제 알람 있어?, expect: {queries: [ci_open_events]}}
"""
REASON = ("--by", "engineer", "--reason", "a better answer")


@pytest.fixture(scope="module")
def site(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnSite]:
    with own_site(make_settings, tmp_path_factory.mktemp("publish")) as site:
        (site.home / "golden_sets").mkdir()
        (site.home / "golden_sets/small.yaml").write_text(GOLDEN)
        yield site


@pytest.fixture(scope="module")
def run(site: OwnSite) -> Callable[..., Result]:
    return runner(site.canvas.settings)


def test_a_worse_draft_is_refused_told_and_then_accepted(
    site: OwnSite, run: Callable[..., Result]
) -> None:
    """Exit code 1 and the difference; 0 when somebody wants it so."""
    before = current_release_id(site.canvas.database)
    site.edit("queries/ci_open_events.yaml", "where ci_id = ", "where ci_id <> ")

    refused = run("publish", *REASON)

    assert refused.exit_code == 1, refused.output
    assert "refused: nothing was published" in refused.output
    assert "query:ci_open_events: 1 → 2" in refused.output
    assert "small/open" in refused.output
    assert "baseline.rows" in refused.output
    assert current_release_id(site.canvas.database) == before

    asked = run("publish", *REASON, "--accept", "open", "--dry-run", "--json")
    assert asked.exit_code == 0, asked.output
    assert json.loads(asked.stdout)["decision"] == "passed"
    assert current_release_id(site.canvas.database) == before

    accepted = run("publish", "query:ci_open_events", *REASON, "--accept", "open")
    assert accepted.exit_code == 0, accepted.output
    assert "published as r-" in accepted.output
    assert "new baseline: small/open" in accepted.output
    assert current_release_id(site.canvas.database) != before

    assert "there is no draft to publish" in run("publish", *REASON).output


def test_wrong_arguments_and_golden_sets_end_with_2(
    site: OwnSite, run: Callable[..., Result]
) -> None:
    """A suite that cannot be read would guard nothing; a reason is never left out."""
    assert run("publish").exit_code == 2
    bad = site.home / "golden_sets/bad.yaml"
    bad.write_text("suite: other\n")
    try:
        found = run("publish", *REASON)
    finally:
        bad.unlink()
    assert found.exit_code == 2
    assert "bad.yaml" in found.output
