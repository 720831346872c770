"""The registry's front door to versions and releases; each act lives in a module of its own."""

from __future__ import annotations

from dagster_project.registry.acts import publish, return_to, roll_back
from dagster_project.registry.compare import (
    FieldChange,
    RegistryAct,
    ReleaseDiff,
    VersionDiff,
    acts,
    compare_releases,
    diff_versions,
    find_version,
    history,
)
from dagster_project.registry.overrides import with_overrides
from dagster_project.registry.releases import (
    current_release_id,
    draft_release,
    load_release,
    release_in_force,
)
from dagster_project.registry.sync import SyncReport, sync

__all__ = [
    "FieldChange",
    "RegistryAct",
    "ReleaseDiff",
    "SyncReport",
    "VersionDiff",
    "acts",
    "compare_releases",
    "current_release_id",
    "diff_versions",
    "draft_release",
    "find_version",
    "history",
    "load_release",
    "publish",
    "release_in_force",
    "return_to",
    "roll_back",
    "sync",
    "with_overrides",
]
