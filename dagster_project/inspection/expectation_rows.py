"""The rows that a suite of expectations is held against, read through the source's own walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import (
    ExpectationSuite,
    MetricSpec,
    SchemaCatalogSpec,
    TableSpec,
)
from dagster_project.contracts.errors import InvalidRequest
from sources.protocol import BoundQuery, Column, ColumnType

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas

READ_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SuiteRows:
    """Rows to check. Shape: each row is as long as `columns`."""

    what: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    truncated: bool = False
    masked: frozenset[str] = frozenset()
    """Columns whose values are never shown."""


def catalog_rows(
    canvas: Canvas, release: Release, spec: SchemaCatalogSpec, suite: ExpectationSuite
) -> SuiteRows:
    """Of the suite's table or metric. Raises: InvalidRequest, any SourceError."""
    metric = _metric(spec, suite) if suite.metric is not None else None
    table = _table(spec, suite, metric)
    time = spec.time_columns.get(table.name)
    params: dict[str, object] = {}
    where = ""
    if metric is None:
        selected = {c.name: c.name for c in table.columns if c.enabled or c.masked}
    else:
        selected = {metric.column: "value", **({time: time} if time else {})}
        selected |= {column: column for column in metric.where}
        params = {f"w{n}": value for n, value in enumerate(metric.where.values())}
        said = [f'"{column}" = %(w{n})s' for n, column in enumerate(metric.where)]
        where = f" WHERE {' AND '.join(said)}" if said else ""
    shown = ", ".join(f'"{column}" AS "{name}"' for column, name in selected.items())
    name = ".".join(f'"{part}"' for part in table.name.split("."))
    newest = f' ORDER BY "{time}" DESC NULLS LAST' if time else ""
    found = canvas.source(spec.source, release).run(
        BoundQuery(
            text=f"SELECT {shown} FROM {name}{where}{newest} LIMIT {suite.max_rows + 1}",
            params=params,
            max_rows=suite.max_rows,
            timeout_seconds=READ_TIMEOUT_SECONDS,
            allowed_tables=frozenset({table.name.lower()}),
        )
    )
    hidden = _masked(release, table)
    masked = frozenset(shown for column, shown in selected.items() if column in hidden)
    what = f"metric {metric.name}" if metric else table.name
    return SuiteRows(what, found.columns, found.rows, found.truncated, masked)


def alias_table_rows(
    canvas: Canvas, release: Release, spec: ResolverSpec, suite: ExpectationSuite
) -> SuiteRows:
    """Of a resolver's alias table. Raises: AssetNotFound, any SourceError."""
    from dagster_project.inspection.entity_names import resolver_names
    from dagster_project.resolver.alias_rows import alias_rows

    names, rows = alias_rows(spec, resolver_names(canvas, release, spec))
    kinds: dict[str, ColumnType] = {}
    columns = tuple(Column(name, kinds.get(name, "text")) for name in names)
    shown = tuple(tuple(row) for row in rows[: suite.max_rows])
    return SuiteRows("alias table", columns, shown, len(rows) > suite.max_rows)


def _metric(spec: SchemaCatalogSpec, suite: ExpectationSuite) -> MetricSpec:
    found = next((metric for metric in spec.metrics if metric.name == suite.metric), None)
    if found is None:
        known = ", ".join(metric.name for metric in spec.metrics) or "none"
        raise InvalidRequest(
            f"suite {suite.name!r}: the catalog has no metric {suite.metric!r};", f"it has {known}"
        )
    return found


def _table(
    spec: SchemaCatalogSpec, suite: ExpectationSuite, metric: MetricSpec | None
) -> TableSpec:
    wanted = metric.table if metric else suite.table
    if wanted is None:
        raise InvalidRequest(f"suite {suite.name!r} names no table;", "give `table` or `metric`")
    found = next((table for table in spec.tables if table.name == wanted), None)
    if found is None:
        known = ", ".join(table.name for table in spec.tables) or "none"
        raise InvalidRequest(
            f"suite {suite.name!r}: the catalog has no table {wanted!r};", f"it has {known}"
        )
    return found


def _masked(release: Release, table: TableSpec) -> set[str]:
    """Masked in the catalog, or from anybody: a check's result is seen by everybody."""
    masked = {column.name for column in table.columns if column.masked}
    for version in release.by_kind.get("policy", ()):
        if isinstance(version.asset.spec, PolicySpec):
            for rule in version.asset.spec.access:
                parts = (column.rpartition(".") for column in rule.masked_columns)
                masked |= {column for of, _, column in parts if of == table.name}
    return masked
