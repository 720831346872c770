"""Pruning as the policy in force says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dagster_project.canvas.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec, Retention
from dagster_project.llm.ledger import prune_calls
from dagster_project.llm.recordings import prune_recordings
from dagster_project.planner.assets import policy_of
from dagster_project.traces.prune import Progress, PruneReport, prune


def retention_of(release: Release, days: int | None = None) -> Retention:
    """The policy's; `days` stands in for both ages. Raises: AssetNotFound without a policy."""
    spec = policy_of(release).asset.spec
    assert isinstance(spec, PolicySpec)
    if days is None:
        return spec.retention
    return Retention(days=days, test_days=days, keep_failed=spec.retention.keep_failed)


def prune_by_policy(
    canvas: Canvas,
    *,
    by: str,
    days: int | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> PruneReport:
    """Effects: as `prune`. Raises: as `prune`, and AssetNotFound without a policy."""
    retention = retention_of(canvas.release(), days)
    now = datetime.now(UTC)
    report = prune(canvas.database, retention, now, dry_run, progress=progress, by=by)
    calls = now - timedelta(days=retention.days)
    replies = now - timedelta(days=retention.test_days)
    return report.model_copy(
        update={
            "model_calls_deleted": prune_calls(canvas.database, calls, dry_run=dry_run),
            "replies_deleted": prune_recordings(canvas.database, replies, dry_run=dry_run),
        }
    )
