"""What changed between two releases, and releases with some of it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.value import AssetId
from dagster_project.regression.changed import changed_assets, first_stage
from dagster_project.regression.mixed_release import mixed, what_does_not_fit
from dagster_project.store.settings import Settings

from .own_site import OwnSite, own_site

EVENTS = AssetId("query:ci_recent_events")
MAPPING = AssetId("mapping:ci_recent_events")
SCREEN = AssetId("screen:default")
RESOLVER = AssetId("resolver:plant")


@pytest.fixture(scope="module")
def site(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnSite]:
    with own_site(make_settings, tmp_path_factory.mktemp("changed")) as site:
        yield site


@pytest.fixture(scope="module")
def green(site: OwnSite) -> Release:
    return site.canvas.release()


def edited(release: Release, asset_id: AssetId, number: int = 2, **spec: Any) -> Release:
    """The release with another version of one asset; without fields it only has a new number."""
    version = release.versions[asset_id]
    asset = version.asset
    if spec:
        changed = asset.spec.model_copy(update=spec)
        asset = asset.model_copy(update={"spec": changed, "content_hash": f"new {spec}"})
    other = version.model_copy(update={"asset": asset, "number": number})
    return release.model_copy(update={"versions": {**release.versions, asset_id: other}})


def without(release: Release, *gone: AssetId) -> Release:
    kept = {i: v for i, v in release.versions.items() if i not in gone}
    return release.model_copy(update={"versions": kept})


def contents(release: Release) -> dict[AssetId, str]:
    return {i: v.asset.content_hash for i, v in release.versions.items()}


def test_other_content_and_assets_that_come_and_go_are_changes(green: Release) -> None:
    """A new number for the same content is none."""
    now = without(edited(edited(green, EVENTS, text="select 1"), SCREEN), MAPPING)

    assert changed_assets(green, now) == {EVENTS: ("1", "2"), MAPPING: ("1", None)}
    assert changed_assets(now, green) == {EVENTS: ("2", "1"), MAPPING: (None, "1")}
    assert changed_assets(green, green) == {}


def test_the_first_stage_follows_from_what_changed(green: Release) -> None:
    """A statement is for execute; an example, a new query or a resolver shapes the plan."""

    def stage(asset_id: AssetId, **spec: Any) -> str:
        return first_stage(asset_id, green, edited(green, asset_id, **spec))

    assert stage(EVENTS, text="select 1") == "execute"
    assert stage(EVENTS, intents=("list", "search")) == "route_plan"
    assert stage(MAPPING, rules=()) == "compose"
    assert stage(SCREEN, sections=()) == "present"
    assert stage(RESOLVER, cache_ttl_seconds=1) == "route_plan"
    assert first_stage(EVENTS, green, without(green, EVENTS)) == "route_plan"
    assert first_stage(MAPPING, green, without(green, MAPPING)) == "compose"


def test_a_mix_takes_back_what_is_named_and_nothing_else(green: Release) -> None:
    """Another version, an asset that was taken out, and one that is new."""
    extra = AssetId("screen:extra")
    screen: AssetVersion = green.versions[SCREEN]
    more = green.model_copy(update={"versions": {**green.versions, extra: screen}})
    now = without(edited(more, EVENTS, text="select 1"), MAPPING)

    assert contents(mixed(now, green, (EVENTS, MAPPING, extra))) == contents(green)
    only_one = mixed(now, green, (MAPPING,))
    assert only_one.versions[EVENTS] is now.versions[EVENTS]
    assert only_one.versions[MAPPING] is green.versions[MAPPING]
    assert mixed(now, green, ()) is now


def test_a_mix_is_named_after_its_content(green: Release) -> None:
    """Two that differ must not share a desk; the same, asked for in another order, must."""
    now = edited(edited(green, EVENTS, text="select 1"), SCREEN, sections=())

    ids = {mixed(now, green, back).id for back in ((EVENTS,), (SCREEN,), (EVENTS, SCREEN), ())}

    assert len(ids) == 4
    assert mixed(now, green, (SCREEN, EVENTS)).id == mixed(now, green, (EVENTS, SCREEN)).id
    assert all(i.startswith(now.id) for i in ids)


def test_a_mix_that_a_publish_would_refuse_is_told(green: Release) -> None:
    """A mapping whose query is gone stands on nothing."""
    assert what_does_not_fit(green) == ()

    findings = what_does_not_fit(without(green, EVENTS))

    assert {finding.path for finding in findings} >= {MAPPING}
