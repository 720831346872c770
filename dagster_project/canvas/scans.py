"""Scan a catalog's source, keep what it found, judge it against the approved baseline, and put what
broke into quarantine (B12).

A failed scan changes nothing but the record: the last good scan, its drift and its quarantine stay.
Without a baseline there is no drift; approving one is a person's act.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg

from dagster_project.canvas import scan_rows
from dagster_project.canvas.blast_radius import GoldenOf, Reach, no_golden
from dagster_project.canvas.scan_rows import Baseline, ScanRecord, quarantined
from dagster_project.canvas.still_known import with_still_known
from dagster_project.catalog.scan.change import Change, Drift
from dagster_project.catalog.scan.compare import compare
from dagster_project.catalog.scan.facts_codec import drift_digest, without_values
from dagster_project.catalog.scan.standing import to_quarantine
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.errors import AssetNotFound, InvalidRequest, StoreError
from dagster_project.contracts.value import Value
from dagster_project.store import audit
from sources.errors import SourceError
from sources.facts import SourceFacts

if TYPE_CHECKING:
    from dagster_project.canvas.canvas import Canvas

__all__ = ["ScanReport", "Scanned", "approve", "known_scan", "quarantined", "scan_catalog"]

BACK = "it is again as approved, or out of use"


class ScanReport(Value):
    """How a catalog stands after a scan."""

    catalog: str
    source: str
    scanned_at: datetime
    by: str
    elapsed_ms: float
    digest: str | None
    """Of the last good scan."""
    error: str = ""
    """Why this scan failed; what is told is then of the last good one."""
    notes: tuple[str, ...] = ()
    baseline: Baseline | None = None
    drift: tuple[Drift, ...] = ()
    quarantine: tuple[str, ...] = ()
    """All that is in it now."""
    newly_quarantined: tuple[str, ...] = ()
    lifted: tuple[str, ...] = ()
    counts: dict[str, int] = {}

    @property
    def breaking(self) -> tuple[Drift, ...]:
        return tuple(drift for drift in self.drift if drift.change.severity == "breaking")


@dataclass(frozen=True, slots=True)
class Scanned:
    """A report and the facts behind it: of this scan, or of the last good one."""

    report: ScanReport
    facts: SourceFacts | None


def scan_catalog(
    canvas: Canvas,
    catalog: str,
    by: str,
    *,
    release: Release | None = None,
    timeout_seconds: float = 60.0,
    golden: GoldenOf = no_golden,
) -> Scanned:
    """Effects: a kept scan; objects in quarantine and out of it, with an audit row each.

    Raises: AssetNotFound, InvalidRequest for a source that cannot be scanned, StoreError.
    """
    release = release or canvas.release()
    spec = catalog_spec(release, catalog)
    started, scanned_at = time.perf_counter(), datetime.now(UTC)
    try:
        facts = canvas.source(spec.source, release).scan(timeout_seconds)
    except SourceError as error:
        elapsed_ms = (time.perf_counter() - started) * 1000
        return _failed(canvas, spec, catalog, by, scanned_at, elapsed_ms, str(error))
    if facts.unread:
        facts = with_still_known(facts, _last_facts(canvas, catalog))
    facts = without_values(facts, _masked(release, spec))
    digest = drift_digest(facts)
    with _transaction(canvas, "keep a scan") as connection:
        scan_rows.lock_catalog(connection, catalog)
        baseline = scan_rows.baseline_of(canvas.database, catalog)
        changes = _changes(canvas, baseline, digest, facts)
        reach = Reach(catalog, release, golden)
        drift = tuple(Drift(change=change, touches=reach.of(change)) for change in changes)
        record = ScanRecord(
            catalog=catalog,
            scanned_at=scanned_at,
            by=by,
            digest=digest,
            error="",
            elapsed_ms=facts.elapsed_ms,
            drift=drift,
        )
        scan_rows.keep_scan(connection, record, facts)
        put_in, lifted = scan_rows.set_quarantine(
            connection, catalog, to_quarantine(changes, spec), by, BACK
        )
    report = _report(canvas, spec, record, baseline, facts)
    return Scanned(report.model_copy(update={"newly_quarantined": put_in, "lifted": lifted}), facts)


def known_scan(canvas: Canvas, catalog: str, release: Release | None = None) -> Scanned | None:
    """The last good scan as it was judged; None when there is none. Asks no source.

    Raises: AssetNotFound, StoreError.
    """
    spec = catalog_spec(release or canvas.release(), catalog)
    record = scan_rows.last_good_scan(canvas.database, catalog)
    if record is None:
        return None
    assert record.digest is not None
    facts = scan_rows.facts_of(canvas.database, record.digest)
    baseline = scan_rows.baseline_of(canvas.database, catalog)
    return Scanned(_report(canvas, spec, record, baseline, facts), facts)


def approve(canvas: Canvas, catalog: str, by: str, reason: str) -> Baseline:
    """Make what the last good scan found the baseline; nothing of it is drift any more.

    Effects: a baseline, the quarantine lifted, audit rows. Raises: AssetNotFound for a catalog that
    was never scanned, InvalidRequest without a reason, StoreError.
    """
    if not reason.strip():
        raise InvalidRequest("approving a baseline needs a reason;", "say why it is right")
    catalog_spec(canvas.release(), catalog)
    with _transaction(canvas, "approve a baseline") as connection:
        scan_rows.lock_catalog(connection, catalog)
        record = scan_rows.last_good_scan(canvas.database, catalog)
        if record is None or record.digest is None:
            raise AssetNotFound(
                f"catalog {catalog!r} has no scan to approve;", f"canvas catalog scan {catalog}"
            )
        earlier = scan_rows.baseline_of(canvas.database, catalog)
        scan_rows.add_baseline(connection, catalog, record.digest, by, reason)
        scan_rows.set_quarantine(connection, catalog, {}, by, f"approved: {reason}")
        audit.record(
            connection,
            by=by,
            act="approve",
            subject=f"schema_catalog:{catalog}",
            reason=reason,
            before={"baseline": earlier.digest[:12]} if earlier else None,
            after={"baseline": record.digest[:12], "changes": len(record.drift)},
        )
    found = scan_rows.baseline_of(canvas.database, catalog)
    assert found is not None
    return found


def catalog_spec(release: Release, catalog: str) -> SchemaCatalogSpec:
    """Raises: AssetNotFound."""
    version = release.get("schema_catalog", catalog)
    if version is None:
        known = ", ".join(v.asset.header.name for v in release.by_kind.get("schema_catalog", ()))
        raise AssetNotFound(
            f"release {release.id} has no schema_catalog {catalog!r};", f"it has {known or 'none'}"
        )
    assert isinstance(version.asset.spec, SchemaCatalogSpec)
    return version.asset.spec


@contextmanager
def _transaction(canvas: Canvas, doing: str) -> Iterator[psycopg.Connection[Any]]:
    """Raises: StoreError for any error of the database."""
    try:
        with canvas.database.pool.connection() as connection:
            yield connection
    except psycopg.Error as error:
        raise StoreError(
            f"The database could not {doing}: {error}.",
            "See that the database runs (`canvas status`).",
        ) from error


def _masked(release: Release, spec: SchemaCatalogSpec) -> frozenset[str]:
    """Columns whose values are written nowhere: masked in the catalog, or for anybody."""
    own = {
        f"{table.name}.{column.name}"
        for table in spec.tables
        for column in table.columns
        if column.masked
    }
    for version in release.by_kind.get("policy", ()):
        if isinstance(version.asset.spec, PolicySpec):
            own.update(c for rule in version.asset.spec.access for c in rule.masked_columns)
    return frozenset(own)


def _changes(
    canvas: Canvas, baseline: Baseline | None, digest: str, facts: SourceFacts
) -> tuple[Change, ...]:
    if baseline is None or baseline.digest == digest:
        return ()
    return compare(scan_rows.facts_of(canvas.database, baseline.digest), facts)


def _last_facts(canvas: Canvas, catalog: str) -> SourceFacts | None:
    known = scan_rows.last_good_scan(canvas.database, catalog)
    if known is None or known.digest is None:
        return None
    return scan_rows.facts_of(canvas.database, known.digest)


def _failed(
    canvas: Canvas,
    spec: SchemaCatalogSpec,
    catalog: str,
    by: str,
    scanned_at: datetime,
    elapsed_ms: float,
    error: str,
) -> Scanned:
    record = ScanRecord(
        catalog=catalog,
        scanned_at=scanned_at,
        by=by,
        digest=None,
        error=error,
        elapsed_ms=elapsed_ms,
        drift=(),
    )
    with _transaction(canvas, "keep a failed scan") as connection:
        scan_rows.keep_scan(connection, record, None)
    known = scan_rows.last_good_scan(canvas.database, catalog)
    facts = _last_facts(canvas, catalog)
    if known is not None:
        record = record.model_copy(update={"digest": known.digest, "drift": known.drift})
    baseline = scan_rows.baseline_of(canvas.database, catalog)
    return Scanned(_report(canvas, spec, record, baseline, facts), facts)


def _report(
    canvas: Canvas,
    spec: SchemaCatalogSpec,
    record: ScanRecord,
    baseline: Baseline | None,
    facts: SourceFacts | None,
) -> ScanReport:
    approved = baseline is not None and baseline.digest == record.digest
    return ScanReport(
        catalog=record.catalog,
        source=spec.source,
        scanned_at=record.scanned_at,
        by=record.by,
        elapsed_ms=record.elapsed_ms,
        digest=record.digest,
        error=record.error,
        notes=facts.notes if facts else (),
        baseline=baseline,
        drift=() if approved else record.drift,
        quarantine=scan_rows.names_of(scan_rows.quarantine_rows(canvas.database, record.catalog)),
        counts=_counts(facts) if facts else {},
    )


def _counts(facts: SourceFacts) -> dict[str, int]:
    every = {
        "tables": len(facts.tables),
        "columns": sum(len(table.columns) for table in facts.tables),
        "keys": sum(len(table.keys) for table in facts.tables),
        "indexes": sum(len(table.indexes) for table in facts.tables),
        "rows_estimated": sum(table.row_estimate or 0 for table in facts.tables),
        "bytes": sum(table.size_bytes or 0 for table in facts.tables),
        "labels": len(facts.labels),
        "relations": len(facts.relations),
        "collections": len(facts.collections),
        "operations": len(facts.operations),
    }
    return {name: count for name, count in every.items() if count}
