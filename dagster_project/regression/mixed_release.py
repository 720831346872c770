"""R9: a release in memory, in which some assets are as they were in another one."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.finding import Finding
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.registry.admit import admit
from dagster_project.registry.parse_asset import ParsedFile


def mixed(now: Release, green: Release, back: Collection[AssetId]) -> Release:
    """`now` with these assets as in `green`: another version, put back, or gone.

    Its id is `now`'s and a suffix that follows from the content; with nothing back it is `now`.
    """
    return laid_over(now, {asset_id: green.versions.get(asset_id) for asset_id in back})


def laid_over(base: Release, versions: dict[AssetId, AssetVersion | None]) -> Release:
    """The base with these versions in place of its own; None leaves an asset out."""
    if not versions:
        return base
    members = {**base.versions, **versions}
    mark = "\n".join(
        f"{asset_id}:{version.asset.content_hash if version else '-'}"
        for asset_id, version in sorted(versions.items())
    )
    return Release(
        id=ReleaseId(f"{base.id}+{sha256(mark.encode()).hexdigest()[:8]}"),
        versions={asset_id: v for asset_id, v in members.items() if v is not None},
        warnings=base.warnings,
    )


def what_does_not_fit(release: Release) -> tuple[Finding, ...]:
    """Why the release does not hold together, as a publish would judge it; empty: it does."""
    files = [
        ParsedFile(asset_id, str(asset_id), b"", version.asset)
        for asset_id, version in release.versions.items()
    ]
    _, problems = admit(files, check_sql=True)
    return tuple(
        problem.finding(str(asset_id), None)
        for asset_id, found in problems.items()
        for problem in found
        if problem.refuses
    )
