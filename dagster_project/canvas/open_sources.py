"""Sources as a release describes them, opened once per version and kept."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from dagster_project.canvas.open_engine import Site, open_engine
from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.contracts.errors import AssetNotFound
from sources.circuit import Circuit, CircuitBreaker, GuardedSource
from sources.protocol import BoundQuery, Source

_WORST_FIRST = ("open", "half_open", "closed")


class OpenSources:
    """Every source that was asked for, by name and content. Safe from many threads.

    Each stands behind a circuit breaker of its own.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._open: dict[tuple[str, str], GuardedSource] = {}
        self._lock = Lock()

    def get(self, name: str, release: Release) -> Source:
        """Raises: AssetNotFound, InvalidRequest, SourceUnavailable when a secret leads nowhere."""
        version = _source_version(name, release)
        key = (name, version.asset.content_hash)
        with self._lock:
            if key not in self._open:
                spec = version.asset.spec
                assert isinstance(spec, SourceSpec)
                opened = open_engine(name, spec, self._site)
                self._open[key] = GuardedSource(opened, CircuitBreaker())
            return self._open[key]

    def circuit(self, name: str) -> Circuit:
        """How the source of this name stands; of several contents, the worst. Asks nothing."""
        with self._lock:
            found = [s.circuit for (opened, _), s in self._open.items() if opened == name]
        return min(
            found,
            key=lambda circuit: _WORST_FIRST.index(circuit.state),
            default=Circuit("closed", 0),
        )

    def close(self) -> None:
        with self._lock:
            for source in self._open.values():
                source.close()
            self._open.clear()


def allowed_tables(name: str, release: Release) -> frozenset[str]:
    """What the source asset lets a query read."""
    spec = _source_version(name, release).asset.spec
    assert isinstance(spec, SourceSpec)
    return frozenset(table.lower() for table in spec.permissions.allowed_tables)


def read_watermark(
    source: Source,
    allowed: frozenset[str],
    table: str,
    time_column: str,
    timeout_seconds: float,
) -> tuple[datetime, datetime] | None:
    """Oldest and newest time of a table, by its index where it has one. None when empty.

    Raises: SourceError.
    """
    schema, name = table.split(".", 1)
    column = time_column.rsplit(".", 1)[1]
    text = f'select min("{column}"), max("{column}") from "{schema}"."{name}"'
    query = BoundQuery(
        text=text, max_rows=1, timeout_seconds=timeout_seconds, allowed_tables=allowed
    )
    rows = source.run(query).rows
    oldest, newest = rows[0] if rows else (None, None)
    if not isinstance(oldest, datetime) or not isinstance(newest, datetime):
        return None
    return oldest, newest


def _source_version(name: str, release: Release) -> AssetVersion:
    version = release.get("source", name)
    if version is None:
        known = ", ".join(v.asset.header.name for v in release.by_kind.get("source", ()))
        raise AssetNotFound(f"release {release.id} has no source {name!r};", f"it has {known}")
    return version
