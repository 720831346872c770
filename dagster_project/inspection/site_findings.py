"""What loading the site's files found, by the asset it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from dagster_project.contracts.assets import FOLDERS, Kind
from dagster_project.contracts.finding import Finding
from dagster_project.contracts.value import AssetId
from dagster_project.inspection.inspection import Observation

KIND_OF_FOLDER: dict[str, Kind] = {folder: kind for kind, folder in FOLDERS.items()}


def asset_of_path(path: str) -> AssetId | None:
    """The asset a file is, by its place; None for a file in no kind's folder."""
    place = PurePosixPath(path)
    kind = KIND_OF_FOLDER.get(place.parts[1]) if len(place.parts) > 2 else None
    return None if kind is None else AssetId(f"{kind}:{place.stem}")


def findings_by_asset(findings: Iterable[Finding]) -> dict[AssetId | None, tuple[Finding, ...]]:
    """Under None: the findings on files that can be no asset."""
    grouped: dict[AssetId | None, list[Finding]] = defaultdict(list)
    for finding in findings:
        grouped[asset_of_path(finding.path)].append(finding)
    return {asset_id: tuple(found) for asset_id, found in grouped.items()}


def as_observation(finding: Finding) -> Observation:
    return Observation(
        name=f"{finding.code} line {finding.line}",
        status="error" if finding.severity == "error" else "warn",
        detail=str(finding),
    )
