"""Schema catalog: how the last scan stands beside the approved baseline, as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dagster_project.canvas.blast_radius import GoldenOf
from dagster_project.canvas.scans import Scanned, ScanReport, scan_catalog
from dagster_project.catalog.scan.change import Drift
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.block import CellValue
from dagster_project.contracts.value import AssetId
from dagster_project.inspection.inspection import Observation, PreviewTable, observed

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas

MAX_NAMED = 8
DRIFT_COLUMNS = ("what", "change", "was", "is", "severity", "touches")


def golden_of(canvas: Canvas) -> GoldenOf:
    """Golden questions by what their newest answers read. Reads the site's suites when asked."""
    from dagster_project.regression.affected import lineage
    from dagster_project.regression.golden_files import load_suites

    known: list[tuple[str, frozenset[AssetId]]] = []
    asked = False

    def touching(asset_ids: frozenset[AssetId]) -> tuple[str, ...]:
        nonlocal asked
        if not asked:
            asked = True
            suites = load_suites(canvas.settings.home).suites
            for name, suite in suites.items():
                for case, read in lineage(canvas.database, suite).items():
                    known.append((f"{name}/{case}", frozenset(map(AssetId, read))))
        return tuple(sorted(name for name, read in known if read & asset_ids))

    return touching


def scan_for_inspection(canvas: Canvas, release: Release, catalog: str) -> Scanned:
    """Scan, keep and judge. Effects and errors as `scan_catalog`."""
    return scan_catalog(canvas, catalog, "inspection", release=release, golden=golden_of(canvas))


def drift_findings(report: ScanReport) -> tuple[Observation, ...]:
    """How the scan went, whether there is a baseline, what drifted, what is in quarantine."""
    breaking = [drift for drift in report.drift if drift.change.severity == "breaking"]
    told = _some(str(drift.change) for drift in breaking or report.drift)
    approved = report.baseline
    return (
        observed("scan", report.error or None, _scanned(report)),
        observed(
            "baseline",
            None
            if approved
            else "no baseline is approved yet: drift is not judged."
            f" Approve one: canvas catalog approve {report.catalog} --reason ...",
            f"approved by {approved.approved_by}: {approved.reason}" if approved else "",
            level="warn",
        ),
        observed(
            "baseline_drift",
            told if report.drift else None,
            "the source is as approved",
            level="error" if breaking else "warn",
        ),
        observed(
            "quarantine",
            f"must not be read: {_some(report.quarantine)}" if report.quarantine else None,
            "nothing is in quarantine",
        ),
    )


def _scanned(report: ScanReport) -> str:
    notes = f"; {_some(report.notes)}" if report.notes else ""
    return f"read in {report.elapsed_ms:.0f} ms{notes}"


def _some(texts: Iterable[str]) -> str:
    found = list(texts)
    more = f" and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else ""
    return "; ".join(found[:MAX_NAMED]) + more


def drift_facts(report: ScanReport) -> dict[str, CellValue]:
    """Figures to plot over time."""
    return {
        **{f"scanned_{name}": count for name, count in report.counts.items()},
        "drift": len(report.drift),
        "drift_breaking": len(report.breaking),
        "quarantined": len(report.quarantine),
        "scan_ms": round(report.elapsed_ms, 1),
        "baseline": report.baseline.digest[:12] if report.baseline else None,
        "scan_digest": report.digest[:12] if report.digest else None,
    }


def drift_table(drift: Sequence[Drift]) -> PreviewTable:
    return PreviewTable(
        columns=DRIFT_COLUMNS,
        rows=tuple(
            (
                one.change.object,
                _change(one),
                one.change.was,
                one.change.now,
                one.change.severity,
                str(one.touches),
            )
            for one in drift
        ),
    )


def _change(drift: Drift) -> str:
    likeness = drift.change.likeness
    sure = f" (proposed, {likeness:.0%} alike)" if likeness is not None else ""
    return drift.change.kind.replace("_", " ") + sure


def drift_document(drift: Sequence[Drift]) -> str | None:
    """The diff as Markdown, with the names of what it touches. None without drift."""
    if not drift:
        return None
    table = drift_table(drift)
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    lines = ["**Drift from the approved baseline**", ""]
    lines += [_line(table.columns), _line(["---"] * len(table.columns)), *map(_line, rows)]
    for one in drift:
        touched = (
            *one.touches.queries,
            *one.touches.mappings,
            *one.touches.resolvers,
            *one.touches.screens,
            *one.touches.golden,
        )
        if touched:
            lines += ["", f"`{one.change.object}` touches {', '.join(touched)}"]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: CellValue) -> str:
    return "" if cell is None else str(cell).replace("|", "\\|").replace("\n", " ")
