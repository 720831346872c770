"""A15: a bad file is refused with file, line, field and a way out; everything else goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.contracts.assets import FOLDERS
from dagster_project.contracts.value import AssetId
from dagster_project.registry.load import Site, load_site
from dagster_project.registry.references import mentions
from registry.broken_files import BROKEN, SECOND_RECIPE, Broken
from registry.conftest import WriteSite
from registry.good_site import QUERY, SOURCE

KINDS = {folder: kind for kind, folder in FOLDERS.items()}


def needing(site: Site, lost: AssetId) -> set[AssetId]:
    """The asset and all that cannot work without it."""
    gone = {lost}
    while more := {
        asset_id
        for asset_id, asset in site.assets.items()
        if asset_id not in gone and any(m.needed and m.id in gone for m in mentions(asset))
    }:
        gone |= more
    return gone


def line_of(text: str | bytes, wanted: str) -> int:
    """1-based; `#2` at the end asks for the second such line."""
    beginning, _, nth = wanted.partition("#") if wanted.endswith("#2") else (wanted, "", "1")
    lines = (
        text.decode(errors="replace").split("\n") if isinstance(text, bytes) else text.split("\n")
    )
    return [n for n, line in enumerate(lines, 1) if line.startswith(beginning)][int(nth) - 1]


@pytest.mark.parametrize("broken", BROKEN, ids=[b.label for b in BROKEN])
def test_a_broken_file_is_refused_alone(broken: Broken, write_site: WriteSite) -> None:
    """Its finding says where and what to do; only what cannot work without it is lost with it."""
    good = load_site(write_site()).require_good()
    site = load_site(write_site({broken.path: broken.text}, folder="broken"))
    path = f"assets_config/{broken.path}"
    own = [f for f in site.findings if f.path == path and f.code == broken.code]
    assert own, [str(f) for f in site.findings]
    finding = next(f for f in own if f.field == broken.field)
    if broken.line:
        assert finding.line == line_of(broken.text, broken.line)
    assert broken.way_out in f"{finding.nearest} {finding.expected} {finding.message}"
    assert "hunter2" not in "".join(map(str, site.findings))
    folder, _, file = broken.path.partition("/")
    lost = AssetId(f"{KINDS[folder]}:{Path(file).stem}")
    assert set(site.assets) == set(good.assets) - needing(good, lost)


def test_there_are_enough_broken_files() -> None:
    """The table covers every error code that one file can cause, in well over 30 files."""
    assert len(BROKEN) >= 60


def test_recipes_in_a_circle_are_refused_together(write_site: WriteSite) -> None:
    """Each recipe of the circle says the way round."""
    check = SECOND_RECIPE.replace("name: again", "name: check").replace(
        "query: check", "query: again"
    )
    site = load_site(write_site({"queries/again.yaml": SECOND_RECIPE, "queries/check.yaml": check}))
    found = {f.path: f.message for f in site.findings if f.code == "CFG032"}
    assert found == {
        "assets_config/queries/again.yaml": "query:again → query:check → query:again",
        "assets_config/queries/check.yaml": "query:check → query:again → query:check",
    }
    assert "query:batches" in site.assets


def test_what_needs_a_refused_asset_says_so(write_site: WriteSite) -> None:
    """The chain below a refused asset is refused with it; an optional mention is a warning."""
    site = load_site(write_site({"queries/batches.yaml": QUERY.replace("template", "tmplate")}))
    found = {(f.code, f.severity, f.path.rpartition("config/")[2], f.field) for f in site.findings}
    assert found == {
        ("CFG023", "error", "queries/batches.yaml", "spec.form"),
        ("CFG031", "error", "queries/check.yaml", "spec.steps[0].query"),
        ("CFG033", "warning", "queries/check.yaml", "spec.steps[1].query"),
        ("CFG031", "error", "mappings/batches.yaml", "spec.query"),
        ("CFG033", "warning", "screens/batches.yaml", "spec.mappings[0]"),
    }
    assert "screen:batches" in site.assets
    assert site.refused == {"query:batches", "query:check", "mapping:batches"}


def test_an_asset_that_exists_twice_is_taken_once(write_site: WriteSite) -> None:
    """The file nearest the top is used; the other is refused and names it."""
    site = load_site(write_site({"queries/old/batches.yaml": QUERY.replace("oven baked", "x")}))
    (finding,) = site.findings
    assert (finding.code, finding.path) == ("CFG013", "assets_config/queries/old/batches.yaml")
    assert "assets_config/queries/batches.yaml" in finding.message
    assert site.assets[AssetId("query:batches")].path == "assets_config/queries/batches.yaml"


def test_files_in_the_wrong_place_are_seen(write_site: WriteSite) -> None:
    """A wrong folder, a wrong ending and a file beside the folders are findings, not silence."""
    site = load_site(
        write_site(
            {"query/x.yaml": QUERY, "queries/y.yml": QUERY, "z.yaml": QUERY, ".s/a.json": "{}"}
        )
    )
    assert [(f.code, f.path, f.nearest) for f in site.findings] == [
        ("CFG008", "assets_config/queries/y.yml", None),
        ("CFG008", "assets_config/query/x.yaml", "queries"),
        ("CFG008", "assets_config/z.yaml", None),
    ]
    assert len(site.assets) == 16


def test_a_file_that_cannot_be_read_is_a_finding(write_site: WriteSite) -> None:
    """A dangling link is refused like any other bad file."""
    home = write_site()
    (home / "assets_config/queries/gone.yaml").symlink_to("nowhere.yaml")
    (finding,) = load_site(home).findings
    assert (finding.code, finding.path) == ("CFG009", "assets_config/queries/gone.yaml")


def test_every_problem_of_a_file_is_told_at_once(write_site: WriteSite) -> None:
    """Nobody has to repair a file one finding at a time."""
    text = SOURCE.replace("engine: postgres", "engin: postgres").replace("real", "reel")
    site = load_site(write_site({"sources/bakery.yaml": text}))
    codes = [f.code for f in site.findings if f.path.endswith("sources/bakery.yaml")]
    assert sorted(codes) == ["CFG020", "CFG021", "CFG023"]


def test_a_warning_refuses_nothing(write_site: WriteSite) -> None:
    """A policy that names an unknown source is loaded, with a warning."""
    policy = write_site() / "assets_config/policies/site.yaml"
    policy.write_text(policy.read_text().replace("sources: [bakery]", "sources: [bakry]"))
    site = load_site(policy.parents[2])
    (finding,) = site.findings
    assert (finding.code, finding.severity, finding.nearest) == ("CFG075", "warning", "bakery")
    assert len(site.assets) == 16
