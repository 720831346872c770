"""What was done for a document collection, and how its index stands, for people to read."""

from __future__ import annotations

from pathlib import Path

from dagster_project.canvas import documents
from dagster_project.catalog.shelves import Shelf
from dagster_project.inspection.inspection import Inspection, Observation, PreviewTable, observed
from dagster_project.store.database import Database
from sources.vector.folder import FolderMissing
from sources.vector.index import IndexReport
from sources.vector.known import IndexDrift, SamplePassage

MAX_QUOTE_CHARACTERS = 1_500


def index_shelf(shelf: Shelf, home: Path, database: Database) -> Inspection:
    """Index what changed and say what was done. Effects, Raises: as `canvas.documents`."""
    return _told(shelf, *documents.index_shelf(shelf, home, database))


def compare_shelf(shelf: Shelf, home: Path, database: Database) -> Inspection:
    """Whether the index is what the folder and the embedder ask for. Writes nothing.

    Raises: psycopg.Error, SourceUnavailable when a secret reference leads nowhere.
    """
    try:
        return _compared(shelf, documents.compare_shelf(shelf, home, database))
    except FolderMissing as error:
        finding = Observation(name="folder", status="error", detail=str(error))
        return Inspection(summary=f"{shelf.name}: {error}", findings=(finding,))


def _told(shelf: Shelf, report: IndexReport, sample: SamplePassage | None) -> Inspection:
    added, changed, removed = len(report.added), len(report.changed), len(report.removed)
    done = f"{added} added, {changed} changed, {removed} removed"
    failures = tuple((failed.path, failed.reason) for failed in report.failed)
    return Inspection(
        summary=f"{shelf.name}: {report.documents} documents, {report.passages} passages; {done}, "
        f"{report.unchanged} unchanged, {len(failures)} left out",
        findings=tuple(
            Observation(name=failed.path, status="warn", detail=f"left out: {failed.reason}")
            for failed in report.failed
            if not failed.is_empty
        ),
        facts={
            "documents": report.documents,
            "passages": report.passages,
            "passages_per_document": round(report.passages / max(report.documents, 1), 1),
            "added": added,
            "changed": changed,
            "removed": removed,
            "unchanged": report.unchanged,
            "failed": len(failures),
            "embedded_texts": report.embedded,
            "embedder": report.embedder,
            "elapsed_seconds": round(report.elapsed_seconds, 3),
        },
        table=PreviewTable(columns=("left out", "why"), rows=failures) if failures else None,
        document=_shown(sample) if sample else None,
    )


def _shown(sample: SamplePassage) -> str:
    place = " › ".join((sample.title, *sample.headings))
    quote = sample.quote[:MAX_QUOTE_CHARACTERS].replace("\n", "\n> ")
    return f"**{place}** · `{sample.document}`\n\n> {quote}"


def _compared(shelf: Shelf, drift: IndexDrift) -> Inspection:
    wanted = shelf.spec.embedder.id
    again = "Materialise this asset."
    foreign = drift.is_indexed and drift.embedder != wanted
    findings = (
        observed("indexed", None if drift.is_indexed else f"never indexed. {again}", "it is there"),
        observed(
            "embedder",
            f"vectors of {drift.embedder!r}, wanted {wanted!r}. {again}" if foreign else None,
            wanted,
        ),
        observed("new files", _some(drift.missing, again), "none", "warn"),
        observed("changed files", _some(drift.changed, again), "none", "warn"),
        observed("unreadable files", _some(drift.unreadable, "Mend them."), "none", "warn"),
        observed("removed files", _some(drift.gone, again), "none", "warn"),
    )
    differing = len(drift.missing) + len(drift.changed) + len(drift.gone)
    return Inspection(
        summary=f"{shelf.name}: {drift.documents} documents indexed, {differing} differ",
        findings=findings,
        facts={"documents": drift.documents, "differing": differing, "embedder": drift.embedder},
    )


def _some(paths: tuple[str, ...], then: str) -> str | None:
    if not paths:
        return None
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return f"{', '.join(paths[:5])}{more}. {then}"
