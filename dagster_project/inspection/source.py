"""Source: connect, rights, limits, latency; with the latency of earlier looks as a chart."""

from __future__ import annotations

from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.inspection.inspection import Inspection, Observation, PreviewTable
from dagster_project.store.source_health import HealthRecord
from sources.protocol import Health


def inspect_source(
    spec: SourceSpec, health: Health, earlier: tuple[HealthRecord, ...] = ()
) -> Inspection:
    """Say how a source stands. `earlier` is oldest first and without `health` itself."""
    findings = tuple(
        Observation(name=f.name, status=f.status, detail=f.detail) for f in health.findings
    )
    now: HealthRecord = (health.checked_at, health.status, health.latency_ms)
    records = (*earlier, now)
    return Inspection(
        summary=f"{spec.engine} ({spec.environment}): {health.status}, {health.latency_ms:.2f} ms",
        findings=findings,
        facts={
            "status": health.status,
            "latency_ms": round(health.latency_ms, 2),
            "checked_at": health.checked_at.isoformat(timespec="seconds"),
            "engine": spec.engine,
            "environment": spec.environment,
            "allowed_schemas": ", ".join(spec.permissions.allowed_schemas),
            "allowed_tables": ", ".join(spec.permissions.allowed_tables),
            "allowed_operations": ", ".join(spec.permissions.allowed_operations),
        },
        table=PreviewTable(
            columns=("looked at", "status", "detail"),
            rows=tuple((f.name, f.status, f.detail) for f in findings),
        ),
        chart=_latency_chart(records) if len(records) > 1 else None,
    )


def _latency_chart(records: tuple[HealthRecord, ...]) -> dict[str, object]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": "Latency of the last looks",
        "width": 480,
        "height": 160,
        "data": {
            "values": [
                {"at": at.isoformat(), "latency_ms": latency_ms, "status": status}
                for at, status, latency_ms in records
            ]
        },
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "at", "type": "temporal", "title": None},
            "y": {"field": "latency_ms", "type": "quantitative", "title": "ms"},
        },
    }
