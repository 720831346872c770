"""Loads the site's tables, graph and documents from the published files and the mappings."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import psycopg
from graph_cases.case_graph import CaseGraph
from graph_cases.network import network

from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.registry.load import load_site
from sites.azure_pdm import loader as pdm_tables
from sites.pdm_network.placement import ALERTS, RUNBOOKS, chillers, cooling, node_of_machine
from sites.pdm_network.placement import placements as placed
from sources.embedded.graph.load import GraphNode
from sources.vector.index import IndexReport, index_documents
from sources.vector.offline import OfflineEmbedder

SITE = Path(__file__).parent
GRAPH_SCHEMA = "network"
_TABLES = """
create table pdm.placement (
    machine_id integer primary key references pdm.machines,
    node_name text not null unique,
    rack text not null
);
create table pdm.chillers (
    equipment_id text primary key,
    name text not null,
    aliases text not null
);
create table pdm.cooling (
    rack text not null,
    equipment_id text primary key references pdm.chillers
);
create table pdm.guides (error_type text primary key, alert text not null);
"""
_MOCK = """kind: source
name: network
title: {ko: 전산망 그래프, en: Network graph}
description: The same graph in the embedded engine.
owner: team:maintenance
spec:
  engine: neo4j
  environment: mock
  seed: none
  permissions:
    allowed_schemas: [network]
    allowed_tables: ["*"]
    allowed_operations: [read]
"""


def load_tables(owner_url: str) -> None:
    """Effects: the schema `pdm`, with where machines stand and what cools them."""
    pdm_tables.load(owner_url)
    rows: dict[str, list[tuple[object, ...]]] = {
        "placement": [*placed()],
        "chillers": [(key, name, _korean(name)) for key, name in chillers().items()],
        "cooling": [*cooling()],
        "guides": [*ALERTS.items()],
    }
    with psycopg.connect(owner_url) as connection:
        connection.execute(_TABLES)
        for table, found in rows.items():
            marks = ", ".join(["%s"] * len(found[0]))
            statement = f"insert into pdm.{table} values ({marks})".encode()
            connection.cursor().executemany(statement, found)
        connection.execute("analyze")


def _korean(name: str) -> str:
    """Chiller 10 is 냉동기 10 and 10번 냉동기."""
    number = name.rsplit(maxsplit=1)[-1]
    return f"냉동기 {number};{number}번 냉동기;{number}호 냉동기"


def load_documents(owner_url: str) -> IndexReport:
    """Effects: the runbooks' index, where the source `runbooks` looks for it."""
    with psycopg.connect(owner_url) as connection:
        return index_documents(
            connection, "docs_runbooks", "runbooks", RUNBOOKS, ("*/[!_]*.md",),
            OfflineEmbedder(512),
        )  # fmt: skip


def placed_network() -> CaseGraph:
    """The small network with each machine's number of the maintenance data as its key."""
    machines = {node: machine for machine, node in node_of_machine().items()}
    spec = load_site(SITE).require_good().assets["schema_catalog:network"].spec  # pyright: ignore[reportArgumentType]
    assert isinstance(spec, SchemaCatalogSpec)
    published = network("small")
    nodes = tuple(_keyed(node, machines.get(node.id)) for node in published.nodes)
    return CaseGraph(nodes, published.edges, spec)


def _keyed(node: GraphNode, machine: int | None) -> GraphNode:
    if machine is not None:
        held = {**node.properties, "machine_id": machine}
        return replace(node, key=str(machine), properties=held)
    if "Software" in node.labels:
        return replace(node, key=str(node.properties["name"]))
    if "Switch" in node.labels:
        return replace(node, key=str(node.properties["ip"]))
    return node


def write_site(folder: Path, api_url: str, *, embedded: bool) -> Path:
    """The site with the API's address in it, its graph as it is or in the embedded engine."""
    shutil.copytree(SITE / "assets_config", folder / "assets_config")
    sources = folder / "assets_config" / "sources"
    chiller_source = sources / "chillers.yaml"
    text = chiller_source.read_text().replace("http://127.0.0.1:1/api", api_url)
    chiller_source.write_text(text)
    if embedded:
        (sources / "network.yaml").write_text(_MOCK)
    return folder
