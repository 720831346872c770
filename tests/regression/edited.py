"""Releases in memory with another version of some assets."""

from __future__ import annotations

from typing import Any

from dagster_project.contracts.asset_version import AssetVersion, ConfigAsset, Release
from dagster_project.contracts.value import AssetId
from dagster_project.registry.digest import content_hash
from dagster_project.regression.mixed_release import laid_over


def edited(release: Release, asset_id: str, **spec: Any) -> Release:
    """The next version of one asset, with other fields in its spec."""
    version = release.versions[AssetId(asset_id)]
    changed = version.asset.spec.model_copy(update=spec)
    return _with(release, version, version.asset.model_copy(update={"spec": changed}))


def described(release: Release, asset_id: str, description: str) -> Release:
    """The next version of one asset, with other words that no answer is made of."""
    version = release.versions[AssetId(asset_id)]
    header = version.asset.header.model_copy(update={"description": description})
    return _with(release, version, version.asset.model_copy(update={"header": header}))


def without(release: Release, *gone: str) -> Release:
    return laid_over(release, {AssetId(asset_id): None for asset_id in gone})


def _with(release: Release, version: AssetVersion, asset: ConfigAsset) -> Release:
    asset = asset.model_copy(update={"content_hash": content_hash(asset.header, asset.spec)})
    number = (version.number or 0) + 1
    return laid_over(
        release, {asset.id: version.model_copy(update={"asset": asset, "number": number})}
    )
