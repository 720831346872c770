"""R3: a night stands on sources whose health somebody looked at; where nobody did, it looks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.store.source_health import keep_health, recent_health


def unhealthy_sources(
    canvas: Canvas, release: Release, assets: Collection[str], oldest: datetime
) -> tuple[str, ...]:
    """Of `source:name` assets, those in bad health, each with what is wrong.

    Effects: looks at a source whose newest look is older, and keeps the look. Raises: StoreError.
    """
    found = (_wrong(canvas, release, asset.partition(":")[2], oldest) for asset in sorted(assets))
    return tuple(wrong for wrong in found if wrong)


def _wrong(canvas: Canvas, release: Release, name: str, oldest: datetime) -> str:
    seen = recent_health(canvas.database, name, 1)
    if seen and seen[-1][0] >= oldest:
        at, status, _ = seen[-1]
        return f"{name} (error at {at:%Y-%m-%d %H:%M} UTC)" if status == "error" else ""
    version = release.get("source", name)
    assert version is not None
    spec = version.asset.spec
    assert isinstance(spec, SourceSpec)
    health = canvas.source(name, release).health(spec.health_check.timeout_seconds)
    keep_health(canvas.database, name, health)
    if health.status != "error":
        return ""
    return f"{name} ({'; '.join(f.detail for f in health.findings if f.status == 'error')})"
