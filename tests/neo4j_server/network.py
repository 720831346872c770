"""The public data-centre graph, from its CSV files into a Neo4j."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

from .server import Neo4jServer

NETWORK_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "graph-network-management"
_NUMBERS = frozenset(
    ("zone", "rack", "size", "pid", "startTime", "id", "cpu", "ram", "disk", "port")
)
_LISTS = frozenset(("versions", "ports", "dependencies"))


def load_network(server: Neo4jServer, folder: Path) -> None:
    """Effects: every node, with `node_id`, and relationship of `full` or `small` is in `server`."""
    server.run("CREATE INDEX loading IF NOT EXISTS FOR (n:Loading) ON (n.node_id)")
    server.run("CALL db.awaitIndexes(60)")
    for file in sorted(folder.glob("nodes_*.csv*")):
        by_labels: dict[str, list[dict[str, object]]] = {}
        for row in _read(file):
            by_labels.setdefault(row.pop("labels"), []).append({"made": _typed(row)})
        for labels, rows in by_labels.items():
            names = ":".join(f"`{label}`" for label in labels.split(";"))
            server.fill(f"CREATE (n:Loading:{names}) SET n = row.made", rows)
    for file in sorted(folder.glob("rels_*.csv*")):
        kind = file.name.removeprefix("rels_").partition(".")[0]
        ends = ({"a": int(row["start_id"]), "b": int(row["end_id"])} for row in _read(file))
        match = "MATCH (a:Loading {node_id: row.a}), (b:Loading {node_id: row.b})"
        server.fill(f"{match} CREATE (a)-[:`{kind}`]->(b)", ends)
    server.run("MATCH (n:Loading) CALL (n) { REMOVE n:Loading } IN TRANSACTIONS OF 10000 ROWS")
    server.run("DROP INDEX loading")


def _read(file: Path) -> Iterator[dict[str, str]]:
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode()
    yield from csv.DictReader(io.StringIO(text, newline=""))


def _typed(row: dict[str, str]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, text in row.items():
        if key == "node_id" or (key in _NUMBERS and text):
            made[key] = int(text)
        elif key in _LISTS and text:
            made[key] = text.split(";")
        elif text:
            made[key] = text
    return made
