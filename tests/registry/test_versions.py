"""Versions follow content; acts make releases; nothing is ever overwritten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dagster_project.contracts.errors import AssetNotFound, ConfigError, InvalidRequest
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.store.database import Database
from registry.conftest import WriteSite
from registry.good_site import CATALOG, MAPPING, QUERY, SCREEN

BATCHES = AssetId("query:batches")
SECOND = QUERY.replace("What an oven baked", "All that an oven baked")
THIRD = QUERY.replace("What an oven baked", "Everything an oven baked")


def synced(database: Database, home: Path) -> versions.SyncReport:
    return versions.sync(database, load_site(home).require_good(), by="engineer-1")


def status_of(database: Database, asset_id: AssetId = BATCHES) -> dict[int | None, str]:
    return {v.number: v.status for v in versions.history(database, asset_id)}


def test_the_same_content_keeps_its_version(database: Database, write_site: WriteSite) -> None:
    """Formatting, comments, key order and spelt-out defaults make no new version."""
    first = synced(database, write_site())
    lines = QUERY.splitlines()
    reordered = "\n".join(["# a comment", lines[1], lines[0], "tags: []", *lines[2:], ""])
    second = synced(database, write_site({"queries/batches.yaml": reordered}))
    assert len(first.created) == 16
    assert (second.created, second.unchanged) == ({}, 16)
    third = synced(database, write_site({"queries/batches.yaml": SECOND}))
    assert third.created == {BATCHES: "batches:2"}


def test_publish_makes_one_release_and_supersedes(
    database: Database, write_site: WriteSite
) -> None:
    """Drafts become published together; the version before becomes superseded; the act is kept."""
    synced(database, write_site())
    assert versions.current_release_id(database) is None
    first = versions.publish(database, None, by="engineer-1", reason="start")
    synced(database, write_site({"queries/batches.yaml": SECOND}))
    second = versions.publish(database, [BATCHES], by="ben", reason="wording")
    assert versions.current_release_id(database) == second.id != first.id
    assert status_of(database) == {2: "published", 1: "superseded"}
    version = second.get("query", "batches")
    assert version is not None
    assert version.ref == "batches:2"
    (act,) = versions.acts(database, BATCHES, limit=1)
    assert (act.act, act.by, act.reason) == ("publish", "ben", "wording")
    assert (act.before_release, act.after_release) == (first.id, second.id)
    assert act.changes == ({"kind": "query", "name": "batches", "from": 1, "to": 2},)


def test_publishing_again_changes_nothing(database: Database, write_site: WriteSite) -> None:
    """With no draft a publish returns the release in force and records no act."""
    synced(database, write_site())
    first = versions.publish(database, None, by="engineer-1", reason="start")
    again = versions.publish(database, [BATCHES], by="engineer-1", reason="again")
    assert again.id == first.id
    assert len(versions.acts(database)) == 1


def test_a_release_id_follows_from_its_content(database: Database, write_site: WriteSite) -> None:
    """Going forth and back in content gives the same release id again, and both can be loaded."""
    synced(database, write_site())
    first = versions.publish(database, None, by="engineer-1", reason="start")
    synced(database, write_site({"queries/batches.yaml": SECOND}))
    second = versions.publish(database, None, by="engineer-1", reason="forth")
    synced(database, write_site())
    assert status_of(database) == {2: "published", 1: "draft"}
    third = versions.publish(database, None, by="engineer-1", reason="back")
    assert third.id == first.id != second.id
    assert first.id.startswith("r-")
    assert len(first.id) == 14


def test_roll_back_keeps_a_bad_file_from_coming_back(
    database: Database, write_site: WriteSite
) -> None:
    """The version that was left is marked, and a sync of the same file makes no draft of it."""
    synced(database, write_site())
    first = versions.publish(database, None, by="engineer-1", reason="start")
    bad = write_site({"queries/batches.yaml": SECOND})
    synced(database, bad)
    versions.publish(database, None, by="engineer-1", reason="oops")
    back = versions.roll_back(database, BATCHES, 1, by="ben", reason="wrong rows")
    assert back.id == first.id
    assert status_of(database) == {2: "rollback", 1: "published"}
    report = synced(database, bad)
    assert report.drafts == {}
    assert report.rolled_back == {BATCHES: "batches:2"}
    synced(database, write_site({"queries/batches.yaml": THIRD}))
    assert versions.publish(database, None, by="engineer-1", reason="better").id != first.id
    assert status_of(database) == {3: "published", 2: "rollback", 1: "superseded"}


def test_return_to_brings_a_whole_release_back(database: Database, write_site: WriteSite) -> None:
    """Any release can be returned to, with the assets that it lacks gone again."""
    synced(database, write_site({"screens/batches.yaml": None}))
    first = versions.publish(database, None, by="engineer-1", reason="start")
    synced(database, write_site({"queries/batches.yaml": SECOND, "screens/batches.yaml": SCREEN}))
    second = versions.publish(database, None, by="engineer-1", reason="more")
    diff = versions.compare_releases(database, first.id, second.id)
    assert diff.changes == (
        (BATCHES, "batches:1", "batches:2"),
        (AssetId("screen:batches"), None, "batches:1"),
    )
    versions.return_to(database, first.id, by="ben", reason="too early")
    assert versions.current_release_id(database) == first.id
    assert versions.load_release(database, first.id).get("screen", "batches") is None
    versions.return_to(database, second.id, by="ben", reason="now")
    assert versions.current_release_id(database) == second.id
    with pytest.raises(AssetNotFound, match="no release 'r-nothing'"):
        versions.return_to(database, ReleaseId("r-nothing"), by="ben", reason="?")


def test_publish_is_all_or_nothing(database: Database, write_site: WriteSite) -> None:
    """A set that would not hold together is refused with findings, and nothing moved."""
    synced(database, write_site())
    with pytest.raises(ConfigError) as refused:
        versions.publish(database, [BATCHES], by="engineer-1", reason="alone")
    fields = {(f.code, f.field) for f in refused.value.findings}
    assert fields == {("CFG030", "spec.source"), ("CFG030", "spec.catalog")}
    assert status_of(database) == {1: "draft"}
    assert versions.current_release_id(database) is None


def test_publish_refuses_what_would_break_a_published_asset(
    database: Database, write_site: WriteSite
) -> None:
    """A query that drops a column, published without the mapping that shows it, is refused."""
    synced(database, write_site())
    first = versions.publish(database, None, by="engineer-1", reason="start")
    fewer = QUERY.replace("select b.at, b.loaves", "select b.at").replace(
        "    - {name: loaves, type: integer}\n", ""
    )
    thinner = MAPPING.replace("x: at, y: [loaves]", "x: at").replace("[at, loaves]", "[at]")
    synced(database, write_site({"queries/batches.yaml": fewer, "mappings/batches.yaml": thinner}))
    with pytest.raises(ConfigError) as refused:
        versions.publish(database, [BATCHES], by="engineer-1", reason="half")
    assert {f.code for f in refused.value.findings} == {"CFG060"}
    assert versions.current_release_id(database) == first.id
    versions.publish(database, None, by="engineer-1", reason="both")


def test_an_asset_leaves_only_by_an_act(database: Database, write_site: WriteSite) -> None:
    """A deleted file stays published and is reported; `remove` takes it out unless it is needed."""
    synced(database, write_site())
    versions.publish(database, None, by="engineer-1", reason="start")
    report = synced(database, write_site({"screens/batches.yaml": None}))
    assert report.without_file == ("screen:batches",)
    with pytest.raises(ConfigError, match="CFG030"):
        versions.publish(
            database, None, by="engineer-1", reason="", remove=[AssetId("schema_catalog:bakery")]
        )
    after = versions.publish(
        database, None, by="engineer-1", reason="gone", remove=[AssetId("screen:batches")]
    )
    assert after.get("screen", "batches") is None
    assert status_of(database, AssetId("screen:batches")) == {1: "superseded"}


def test_only_once_published_versions_can_be_rolled_back_to(
    database: Database, write_site: WriteSite
) -> None:
    """A draft or an unknown number is refused with the versions there are."""
    synced(database, write_site())
    versions.publish(database, None, by="engineer-1", reason="start")
    synced(database, write_site({"queries/batches.yaml": SECOND}))
    with pytest.raises(InvalidRequest, match="never published"):
        versions.roll_back(database, BATCHES, 2, by="engineer-1", reason="?")
    with pytest.raises(AssetNotFound, match="It has: 1, 2"):
        versions.roll_back(database, BATCHES, 9, by="engineer-1", reason="?")
    with pytest.raises(AssetNotFound, match="Did you mean 'query:batches'"):
        versions.publish(database, [AssetId("query:batchs")], by="engineer-1", reason="?")


def test_drafts_stand_in_while_nothing_is_published(
    database: Database, write_site: WriteSite
) -> None:
    """A12: a draft in use leaves a warning; a published version is preferred to a draft."""
    synced(database, write_site())
    release = versions.release_in_force(database)
    assert release.id.startswith("d-")
    assert len(release.warnings) == len(release.versions) == 16
    published = versions.publish(database, None, by="engineer-1", reason="start")
    synced(database, write_site({"queries/batches.yaml": SECOND}))
    assert versions.release_in_force(database) == published
    assert versions.draft_release(database).get("query", "batches") == published.get(
        "query", "batches"
    )


def test_a_stored_version_is_what_was_on_file(database: Database, write_site: WriteSite) -> None:
    """Header, spec and hash come back from the store as they were read from the files."""
    home = write_site()
    synced(database, home)
    release = versions.publish(database, None, by="engineer-1", reason="start")
    for asset_id, asset in load_site(home).assets.items():
        stored = release.versions[asset_id].asset
        assert (stored.header, stored.spec) == (asset.header, asset.spec)
        assert stored.content_hash == asset.content_hash


def test_concurrent_publishes_keep_every_change(database: Database, write_site: WriteSite) -> None:
    """Acts from many threads happen one after the other: each starts from the one before."""
    synced(database, write_site())
    versions.publish(database, None, by="engineer-1", reason="start")
    edited = {
        "queries/batches.yaml": SECOND,
        "mappings/batches.yaml": MAPPING.replace("over time", "by time"),
        "screens/batches.yaml": SCREEN.replace("above", "over"),
        "schema_catalogs/bakery.yaml": CATALOG.replace("Ovens and", "The ovens and"),
    }
    report = synced(database, write_site(edited))
    assert len(report.drafts) == 4
    work = [(asset_id, n) for asset_id in report.drafts for n in range(3)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda w: versions.publish(database, [w[0]], str(w[1]), "race"), work))
    release = versions.release_in_force(database)
    assert all(release.versions[i].ref == ref for i, ref in report.drafts.items())
    acts = versions.acts(database)
    assert len(acts) == 5
    chain = [(act.before_release, act.after_release) for act in reversed(acts)]
    assert all(chain[n][1] == chain[n + 1][0] for n in range(4))


def test_concurrent_syncs_make_one_version(database: Database, write_site: WriteSite) -> None:
    """Many processes that see the same new content record it once."""
    site = load_site(write_site())
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda n: versions.sync(database, site, f"p{n}"), range(8)))
    assert sorted(len(report.created) for report in reports) == [0] * 7 + [16]
    assert status_of(database) == {1: "draft"}


def test_a_diff_names_the_changed_fields(database: Database, write_site: WriteSite) -> None:
    """Two versions differ as text and field by field."""
    synced(database, write_site())
    synced(database, write_site({"queries/batches.yaml": SECOND.replace("24h}", "48h}", 1)}))
    new, old = versions.history(database, BATCHES)
    diff = versions.diff_versions(old.asset, new.asset, ("1", "2"))
    assert {change.field for change in diff.changed} == {"description", "spec.params[1].default"}
    assert "-    default: 24h" in diff.text
    assert "+    default: 48h" in diff.text
    same = versions.diff_versions(old.asset, old.asset, ("1", "1"))
    assert (same.text, same.changed) == ("", ())
