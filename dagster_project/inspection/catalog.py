"""Schema catalog: what it declares beside what the live source holds, and the drift of its scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dagster_project.canvas.scans import Scanned
from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    SchemaCatalogSpec,
    TableSpec,
)
from dagster_project.inspection.drift import drift_document, drift_facts, drift_findings
from dagster_project.inspection.inspection import (
    Inspection,
    Observation,
    PreviewTable,
    observed,
)
from sources.errors import SourceError
from sources.facts import TableFacts
from sources.protocol import BoundQuery, Rows, Source

MAX_NAMED = 8
MAX_VALUES = 500
COUNT_TIMEOUT_SECONDS = 10.0
_ALIKE = ({"integer", "number"}, {"timestamp", "date"}, {"text", "json"})


@dataclass(slots=True)
class _TableLook:
    """What was found of one declared table."""

    table: TableSpec
    rows: int | None = None
    missing: list[str] = field(default_factory=list)
    retyped: list[str] = field(default_factory=list)
    undeclared: list[str] = field(default_factory=list)
    unknown_values: list[str] = field(default_factory=list)
    unread: str | None = None

    @property
    def drifted(self) -> bool:
        return bool(self.missing or self.retyped or self.unread)


def inspect_catalog(
    spec: SchemaCatalogSpec, source: Source, scanned: Scanned | None = None
) -> Inspection:
    """Compare every enabled table with the source: columns, types, row count, declared values.

    With a scan, columns and types are its facts, and its drift from the baseline is told too.
    """
    facts = scanned.facts if scanned is not None and not scanned.report.error else None
    found = {table.name: table for table in facts.tables} if facts else {}
    looks = [_look(table, source, found.get(table.name)) for table in spec.tables if table.enabled]
    drifted = [look.table.name for look in looks if look.drifted]
    columns = sum(len(look.table.columns) for look in looks)
    rows = sum(look.rows or 0 for look in looks)
    return Inspection(
        summary=f"{len(looks)} tables, {columns} columns, {rows:,} rows in source {spec.source!r};"
        f" {len(drifted) or 'none'} drifted",
        findings=(
            *(drift_findings(scanned.report) if scanned else ()),
            _told("tables_readable", looks, "unread", "every declared table can be read"),
            _told("columns_there", looks, "missing", "every declared column is there"),
            _told("types_agree", looks, "retyped", "every column has its declared type"),
            _told(
                "values_declared",
                looks,
                "unknown_values",
                "every value is declared",
                level_warn=True,
            ),
        ),
        facts={
            "tables": len(looks),
            "columns": columns,
            "rows": rows,
            "drifted_tables": len(drifted),
            "undeclared_columns": sum(len(look.undeclared) for look in looks),
            "entities": len(spec.entities),
            "metrics": len(spec.metrics),
            "join_keys": len(spec.join_keys),
            **(drift_facts(scanned.report) if scanned else {}),
        },
        table=_summary_table(looks),
        chart=_rows_chart(looks),
        document=drift_document(scanned.report.drift) if scanned else None,
    )


def _look(table: TableSpec, source: Source, found: TableFacts | None) -> _TableLook:
    look = _TableLook(table)
    try:
        columns = found.columns if found else _select(source, table, "*", 1).columns
        live = {column.name: column.type for column in columns}
    except SourceError as error:
        look.unread = error.reason
        return look
    declared = {column.name: column for column in table.columns}
    look.missing = sorted(set(declared) - set(live))
    look.undeclared = sorted(set(live) - set(declared))
    look.retyped = [
        f"{name} is {live[name]}, declared {column.type}"
        for name, column in declared.items()
        if name in live and not _alike(column.type, live[name])
    ]
    look.rows = _count(source, table)
    look.unknown_values = [
        unknown
        for column in table.columns
        if column.values and column.enabled and column.name in live
        for unknown in _unknown_values(source, table, column)
    ]
    return look


def _alike(declared: str, live: str) -> bool:
    return declared == live or any({declared, live} <= pair for pair in _ALIKE)


def _select(source: Source, table: TableSpec, what: str, max_rows: int, tail: str = "") -> Rows:
    name = ".".join(f'"{part}"' for part in table.name.split("."))
    return source.run(
        BoundQuery(
            text=f"SELECT {what} FROM {name} {tail} LIMIT {max_rows}".replace("  ", " "),
            max_rows=max_rows,
            timeout_seconds=COUNT_TIMEOUT_SECONDS,
            allowed_tables=frozenset({table.name.lower()}),
        )
    )


def _count(source: Source, table: TableSpec) -> int | None:
    """Rows now, or what the last scan said where counting takes too long."""
    try:
        counted = _select(source, table, "count(*) AS n", 1).rows[0][0]
    except SourceError:
        return table.row_estimate
    return counted if isinstance(counted, int) else None


def _unknown_values(source: Source, table: TableSpec, column: ColumnSpec) -> list[str]:
    """Values in the data that the catalog does not list: questions cannot name them yet."""
    declared = {str(meaning.value) for meaning in column.values}
    try:
        found = _select(
            source, table, f'"{column.name}" AS v', MAX_VALUES, f'GROUP BY "{column.name}"'
        )
    except SourceError:
        return []
    live = {str(row[0]) for row in found.rows if row[0] is not None}
    return [f"{column.name}={value}" for value in sorted(live - declared)]


def _told(
    name: str, looks: Sequence[_TableLook], what: str, fine: str, level_warn: bool = False
) -> Observation:
    """One observation over all tables, naming the first few offenders."""
    told: list[str] = []
    for look in looks:
        found = getattr(look, what)
        if found:
            detail = found if isinstance(found, str) else ", ".join(found[:MAX_NAMED])
            told.append(f"{look.table.name}: {detail}")
    return observed(
        name, "; ".join(told[:MAX_NAMED]) or None, fine, level="warn" if level_warn else "error"
    )


def _summary_table(looks: Sequence[_TableLook]) -> PreviewTable:
    return PreviewTable(
        columns=("table", "rows", "columns", "missing", "retyped", "undeclared", "unknown values"),
        rows=tuple(
            (
                look.table.name,
                look.rows,
                len(look.table.columns),
                ", ".join(look.missing) or look.unread or "",
                ", ".join(look.retyped),
                ", ".join(look.undeclared),
                ", ".join(look.unknown_values[:MAX_NAMED]),
            )
            for look in looks
        ),
    )


def _rows_chart(looks: Sequence[_TableLook]) -> dict[str, object] | None:
    counted = [{"table": k.table.name, "rows": k.rows} for k in looks if k.rows]
    if not counted:
        return None
    across = {"field": "rows", "type": "quantitative", "scale": {"type": "symlog"}, "axis": None}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": "Rows per table (logarithmic)",
        "width": 480,
        "data": {"values": counted},
        "encoding": {
            "y": {"field": "table", "type": "nominal", "sort": "-x", "title": None},
            "x": across,
        },
        "layer": [
            {"mark": "bar"},
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"text": {"field": "rows", "type": "quantitative", "format": ","}},
            },
        ],
        "config": {"view": {"stroke": None}},
    }
