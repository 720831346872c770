"""Scans, baselines and quarantine as rows of the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

from dagster_project.catalog.scan.change import Drift
from dagster_project.catalog.scan.facts_codec import decode_facts, encode_facts
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.value import Value
from dagster_project.store import audit
from dagster_project.store.single_statements import single_statements
from sources.facts import SourceFacts

if TYPE_CHECKING:
    from dagster_project.store.database import Database

Connection = psycopg.Connection[Any]


class Baseline(Value):
    """What drift is judged against."""

    digest: str
    approved_at: datetime
    approved_by: str
    reason: str


class ScanRecord(Value):
    """One scan that was kept."""

    catalog: str
    scanned_at: datetime
    by: str
    digest: str | None
    error: str
    elapsed_ms: float
    drift: tuple[Drift, ...]


class Quarantined(Value):
    """One object that must not be read."""

    catalog: str
    object: str
    reason: str
    since: datetime


def keep_scan(connection: Connection, record: ScanRecord, facts: SourceFacts | None) -> None:
    """Effects: a row, and the facts where they are new; the newest figures of the same structure
    stand in for older ones."""
    if facts is not None:
        connection.execute(
            "insert into canvas.catalog_facts (digest, body) values (%s, %s)"
            " on conflict (digest) do update set body = excluded.body",
            (record.digest, encode_facts(facts)),
        )
    drift = json.dumps([d.model_dump(mode="json") for d in record.drift], ensure_ascii=False)
    connection.execute(
        'insert into canvas.catalog_scan (catalog, scanned_at, "by", digest, error, elapsed_ms,'
        " drift) values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        (
            *(record.catalog, record.scanned_at, record.by, record.digest, record.error),
            *(record.elapsed_ms, drift),
        ),
    )


def lock_catalog(connection: Connection, catalog: str) -> None:
    """Until the transaction ends, nobody else keeps a scan of it or approves one."""
    connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('catalog_scan ' || %s, 0))", (catalog,)
    )


def scans(database: Database, catalog: str, limit: int = 20) -> tuple[ScanRecord, ...]:
    """Newest first. Raises: StoreError."""
    return _scans(database, catalog, limit, "")


def last_good_scan(database: Database, catalog: str) -> ScanRecord | None:
    """The newest that did not fail. Raises: StoreError."""
    return next(iter(_scans(database, catalog, 1, "and digest is not null")), None)


def _scans(database: Database, catalog: str, limit: int, narrowed: str) -> tuple[ScanRecord, ...]:
    text = (
        'select catalog, scanned_at, "by", digest, error, elapsed_ms, drift'
        f" from canvas.catalog_scan where catalog = %s {narrowed}"
        " order by scanned_at desc limit %s"
    )
    with single_statements(database, "read the scans of a catalog") as connection:
        rows = connection.execute(text.encode(), (catalog, limit)).fetchall()
    names = tuple(ScanRecord.model_fields)
    return tuple(ScanRecord.model_validate(dict(zip(names, row, strict=True))) for row in rows)


def facts_of(database: Database, digest: str) -> SourceFacts:
    """What a scan found. Raises: StoreError."""
    with single_statements(database, "read what a scan found") as connection:
        row = connection.execute(
            "select body from canvas.catalog_facts where digest = %s", (digest,)
        ).fetchone()
    assert row is not None, f"facts {digest} are named by a scan and gone"
    return decode_facts(row[0])


def baseline_of(database: Database, catalog: str) -> Baseline | None:
    """The newest approved one. Raises: StoreError."""
    with single_statements(database, "read a catalog's baseline") as connection:
        row = connection.execute(
            "select digest, approved_at, approved_by, reason from canvas.catalog_baseline"
            " where catalog = %s order by seq desc limit 1",
            (catalog,),
        ).fetchone()
    return (
        Baseline.model_validate(dict(zip(Baseline.model_fields, row, strict=True))) if row else None
    )


def quarantine_rows(database: Database, catalog: str | None = None) -> tuple[Quarantined, ...]:
    """What is in quarantine now. Raises: StoreError."""
    with single_statements(database, "read the quarantine") as connection:
        rows = connection.execute(
            "select catalog, object, reason, since from canvas.quarantine where lifted_at is null"
            " and (%(catalog)s::text is null or catalog = %(catalog)s) order by catalog, object",
            {"catalog": catalog},
        ).fetchall()
    names = tuple(Quarantined.model_fields)
    return tuple(Quarantined.model_validate(dict(zip(names, row, strict=True))) for row in rows)


def quarantined(database: Database, release: Release) -> frozenset[str]:
    """`catalog:object` for each object in quarantine of the release's catalogs: two catalogs may
    both have a `public.customer`. One read of a small index. Raises: StoreError."""
    names = {version.asset.header.name for version in release.by_kind.get("schema_catalog", ())}
    return frozenset(
        f"{row.catalog}:{row.object}" for row in quarantine_rows(database) if row.catalog in names
    )


def set_quarantine(
    connection: Connection, catalog: str, wanted: Mapping[str, str], by: str, reason: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make the open rows of a catalog those wanted, object to reason; what was put in and lifted.

    Effects: rows, and an audit row for each object.
    """
    found: dict[str, str] = dict(
        connection.execute(
            "select object, reason from canvas.quarantine where catalog = %s and lifted_at is null",
            (catalog,),
        ).fetchall()
    )
    fresh = [name for name in wanted if name not in found]
    lifted = [name for name in found if name not in wanted]
    for name in fresh:
        connection.execute(
            "insert into canvas.quarantine (catalog, object, reason, since)"
            " values (%s, %s, %s, clock_timestamp())",
            (catalog, name, wanted[name]),
        )
    for name, why in wanted.items():
        if found.get(name, why) != why:
            connection.execute(
                "update canvas.quarantine set reason = %s"
                " where catalog = %s and object = %s and lifted_at is null",
                (why, catalog, name),
            )
    connection.execute(
        "update canvas.quarantine set lifted_at = clock_timestamp(), lifted_by = %s"
        " where catalog = %s and lifted_at is null and object = any(%s)",
        (by, catalog, lifted),
    )
    _note(connection, catalog, by, "quarantine", {name: wanted[name] for name in fresh})
    _note(connection, catalog, by, "lift", dict.fromkeys(lifted, reason))
    return tuple(sorted(fresh)), tuple(sorted(lifted))


def _note(
    connection: Connection, catalog: str, by: str, act: str, reasons: Mapping[str, str]
) -> None:
    for name, why in reasons.items():
        audit.record(
            connection,
            by=by,
            act=act,
            subject=f"schema_catalog:{catalog}",
            reason=why,
            after={"object": name},
        )


def add_baseline(connection: Connection, catalog: str, digest: str, by: str, reason: str) -> None:
    connection.execute(
        "insert into canvas.catalog_baseline (catalog, digest, approved_at, approved_by, reason)"
        " values (%s, %s, clock_timestamp(), %s, %s)",
        (catalog, digest, by, reason),
    )


def names_of(rows: Iterable[Quarantined]) -> tuple[str, ...]:
    return tuple(row.object for row in rows)
