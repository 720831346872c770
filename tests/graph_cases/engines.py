"""The same graph in both engines, and the rows that each gives for a plan, through the port."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import psycopg

from dagster_project.catalog.graph.compile import CompileSettings, compile_graph_plan
from dagster_project.catalog.graph.compiled import (
    NODE_ID,
    CompiledGraph,
    GraphDialect,
    GraphTarget,
)
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.value import Language
from graph_cases.case_graph import CaseGraph
from graph_cases.reference import Record
from sources.embedded.graph.load import GraphNode, grant_graph, load_graph
from sources.embedded.graph.source import open_embedded_graph
from sources.protocol import BoundQuery, Column, Rows, Source

MOST = 100_000
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class GraphEngine:
    """A graph behind its source, and how plans reach it."""

    source: Source
    dialect: GraphDialect
    catalog: SchemaCatalogSpec
    schema: str = ""
    language: Language = "en"
    max_rows: int = MOST

    def compile(self, plan: GraphPlan, **changes: Any) -> CompiledGraph:
        target = GraphTarget(
            self.dialect, **({"schema": self.schema, "max_rows": self.max_rows} | changes)
        )
        return compile_graph_plan(CatalogView("case", self.catalog), plan, self._settings(), target)

    def rows(self, plan: GraphPlan) -> Rows:
        """As the port gives them, `node_id` among them."""
        compiled = self.compile(plan)
        return self.ask(compiled.text, compiled.params)

    def records(self, plan: GraphPlan) -> list[Record]:
        rows = self.rows(plan)
        names = [column.name for column in rows.columns]
        return [dict(zip(names, row, strict=True)) for row in rows.rows]

    def count(self, plan: GraphPlan) -> object:
        compiled = self.compile(plan)
        return self.ask(compiled.count_text, compiled.params).rows[0][0]

    def edges(self, plan: GraphPlan, nodes: list[object]) -> Rows:
        compiled = self.compile(plan, max_edges=MOST)
        return self.ask(compiled.edges_text, {**compiled.edges_params, "nodes": nodes})

    def ask(self, text: str, params: dict[str, object]) -> Rows:
        return self.source.run(
            BoundQuery(
                text, params, max_rows=MOST, timeout_seconds=60, allowed_tables=frozenset("*")
            )
        )

    def _settings(self) -> CompileSettings:
        return CompileSettings(
            as_of=datetime(2026, 2, 4, tzinfo=UTC),
            time_zone="Asia/Seoul",
            week_start="monday",
            language=self.language,
            max_rows=self.max_rows,
        )


def embedded_engine(
    owner: psycopg.Connection, reader_url: str, reader: str | None, graph: CaseGraph, schema: str
) -> GraphEngine:
    """Loads the graph for the embedded engine; `reader` is the role that asks."""
    counts = load_graph(owner, schema, graph.nodes, graph.edges)
    if reader is not None:
        grant_graph(owner, schema, reader)
    for table in counts:
        owner.execute(f"analyze {table}".encode())
    source = open_embedded_graph("graph", reader_url, schema=schema, allowed_labels=["*"])
    return GraphEngine(source, "sql", graph.catalog, schema)


def fill_neo4j(graph: CaseGraph, run: Callable[..., Any], batch: int = 5_000) -> None:
    """Nodes by `run(cypher, rows=[...])`, each with its keys indexed, then relations."""
    run("CREATE INDEX case_id IF NOT EXISTS FOR (n:CaseNode) ON (n.case_id)")
    for place, one in enumerate(graph.catalog.graph_collections):
        run(
            f"CREATE INDEX case_key_{place} IF NOT EXISTS FOR (n:{_name(one.label)})"
            f" ON (n.{_name(one.key)})"
        )
    by_labels = sorted(graph.nodes, key=lambda node: node.labels)
    for labels, nodes in groupby(by_labels, key=lambda node: node.labels):
        text = "".join(f":{_name(label)}" for label in labels)
        create = f"UNWIND $rows AS row CREATE (n:CaseNode{text}) SET n = row"
        for rows in _batches((_row(node) for node in nodes), batch):
            run(create, rows=rows)
    run("CALL db.awaitIndexes()")
    for kind, edges in groupby(sorted(graph.edges, key=lambda e: e.type), key=lambda e: e.type):
        match = (
            "UNWIND $rows AS row MATCH (a:CaseNode {case_id: row[0]})"
            f" MATCH (b:CaseNode {{case_id: row[1]}}) CREATE (a)-[:{_name(kind)}]->(b)"
        )
        for rows in _batches(([edge.source, edge.target] for edge in edges), batch):
            run(match, rows=rows)


def shown(records: list[Record]) -> list[Record]:
    """Rows as they are compared: without the engine's own ids."""
    return [{n: v for n, v in record.items() if n != NODE_ID} for record in records]


def column_types(columns: Iterable[Column], records: list[Record]) -> dict[str, str]:
    """Of the columns that hold a value: a driver cannot tell the type of nothing."""
    return {
        column.name: column.type
        for column in columns
        if column.name != NODE_ID and any(row[column.name] is not None for row in records)
    }


def _row(node: GraphNode) -> dict[str, object]:
    kept = {name: value for name, value in node.properties.items() if value is not None}
    return {**kept, "case_id": node.id}


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else "`" + name.replace("`", "``") + "`"


def _batches(rows: Iterable[Any], size: int) -> Iterable[list[Any]]:
    kept: list[Any] = []
    for row in rows:
        kept.append(row)
        if len(kept) == size:
            yield kept
            kept = []
    if kept:
        yield kept
