"""A run may use other versions; whatever it names must exist and be read by the stage it names."""

from __future__ import annotations

import pytest

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import AssetNotFound, CanvasError, InvalidRequest
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.store.database import Database
from registry.conftest import WriteSite
from registry.good_site import QUERY


@pytest.fixture
def release(database: Database, write_site: WriteSite) -> Release:
    """Version 1 of everything is published; query:batches has version 2 as a draft."""
    versions.sync(database, load_site(write_site()), "engineer-1")
    published = versions.publish(database, None, by="engineer-1", reason="start")
    edited = {"queries/batches.yaml": QUERY.replace("What an oven", "All an oven")}
    versions.sync(database, load_site(write_site(edited)), "engineer-1")
    return published


@pytest.mark.parametrize(
    "overrides",
    [
        {"query:batches": "batches:2"},
        {"query:batches": "batches:draft"},
        {"execute:query:batches": "batches:2"},
    ],
)
def test_an_override_wins(database: Database, release: Release, overrides: dict[str, str]) -> None:
    """A12: override > published > draft; the id is new, the base stays what it was."""
    own = versions.with_overrides(database, release, overrides)
    version = own.get("query", "batches")
    assert version is not None
    assert (version.number, version.status) == (2, "draft")
    assert own.id.startswith(f"{release.id}+")
    assert own.warnings == ("query:batches is overridden by batches:2",)
    base = release.get("query", "batches")
    assert base is not None
    assert base.number == 1
    assert own.get("source", "bakery") == release.get("source", "bakery")


def test_the_id_follows_from_what_is_overridden(database: Database, release: Release) -> None:
    """The same overrides give the same id in any spelling; none give the release itself."""
    one = versions.with_overrides(database, release, {"query:batches": "batches:2"})
    two = versions.with_overrides(database, release, {"query:batches": "batches:draft"})
    assert one.id == two.id
    assert versions.with_overrides(database, release, {}) is release


def test_an_override_of_another_stage_is_left_out(database: Database, release: Release) -> None:
    """Asked for one stage, only its overrides and those without a stage apply."""
    overrides = {"execute:query:batches": "batches:2"}
    assert versions.with_overrides(database, release, overrides, stage="compose") is release
    own = versions.with_overrides(database, release, overrides, stage="execute")
    assert own.id != release.id


@pytest.mark.parametrize(
    ("overrides", "error", "message"),
    [
        ({"query:batchs": "batchs:1"}, AssetNotFound, "Did you mean 'batches'"),
        ({"query:batches": "batches:7"}, AssetNotFound, r"It has: 1 \(published\), 2 \(draft\)"),
        ({"query:batches": "explore:1"}, InvalidRequest, "same asset"),
        ({"qury:batches": "batches:1"}, AssetNotFound, "Did you mean query"),
        ({"exec:query:batches": "batches:1"}, InvalidRequest, "Did you mean execute"),
        ({"compose:query:batches": "batches:1"}, InvalidRequest, "read by execute"),
        ({"batches": "batches:1"}, InvalidRequest, "kind:name"),
    ],
)
def test_a_wrong_override_is_refused(
    database: Database,
    release: Release,
    overrides: dict[str, str],
    error: type[CanvasError],
    message: str,
) -> None:
    """Nothing is silently left out: the message names what there is."""
    with pytest.raises(error, match=message):
        versions.with_overrides(database, release, overrides)
