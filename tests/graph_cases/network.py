"""The data-centre network of the public CSVs: racks, machines, processes, software.

The files stand under `../shared/data/graph-network-management` beside the repository.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from graph_cases.case_graph import CaseGraph, catalog, collection
from sources.embedded.graph.load import GraphNode, GraphRelation, key_text

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "graph-network-management"
_INTEGERS = frozenset(("pid", "zone", "size", "cpu", "ram", "disk", "rack"))
_LISTS = frozenset(("ports", "dependencies", "versions"))
_KEYS = {"Machine": "name", "Rack": "name", "Router": "name", "DataCenter": "name", "Zone": "ip"}
"""Of the others the file's own number, as `uid`: their names are not theirs alone."""


def network_catalog() -> object:
    """Process and Software share labels with their kinds: a node belongs to the first listed."""
    process = {"uid": "integer", "name": "text", "pid": "integer", "startTime": "timestamp"}
    software = {"uid": "integer", "name": "text", "ports": "json", "versions": "json"}
    place = {"name": "text", "zone": "integer", "rack": "integer"}
    sizes = {"cpu": "integer", "ram": "integer", "disk": "integer"}
    collections = [
        collection("DataCenter", "name", {"name": "text", "location": "text"}),
        collection("Router", "name", {"name": "text", "zone": "integer"}, listed=("zone",)),
        collection("Zone", "ip", {"ip": "text", "size": "integer", "zone": "integer"}),
        collection("Rack", "name", place, listed=("rack", "zone")),
        collection("Switch", "uid", {"uid": "integer", "ip": "text", "rack": "integer"}, en="ip"),
        collection("Machine", "name", {"name": "text"}),
        collection("Type", "uid", {"uid": "integer", "name": "text", "type": "text"} | sizes),
        collection("Interface", "uid", {"uid": "integer", "ip": "text"}, en="ip", ko="ip"),
        collection("Process", "uid", process, listed=("pid", "startTime"), en="name", ko="name"),
        collection("Software", "uid", software, listed=("ports",), en="name", ko="name"),
        collection("Version", "uid", {"uid": "integer", "name": "text"}, en="name", ko="name"),
        collection("Port", "uid", {"uid": "integer", "port": "integer"}, listed=("port",)),
    ]
    return catalog(collections, relation_types())


def relation_types() -> tuple[str, ...]:
    return (
        "CONTAINS", "HOLDS", "ROUTES", "CONNECTS", "TYPE", "RUNS", "EXPOSES", "LISTENS",
        "INSTANCE", "DEPENDS_ON", "VERSION", "PREVIOUS",
    )  # fmt: skip


def network(size: str) -> CaseGraph:
    """`small` or `full`. Raises: FileNotFoundError where the data is not there."""
    folder = FOLDER / size
    nodes = tuple(node for path in _files(folder, "nodes_*") for node in _nodes(path))
    edges = tuple(edge for path in _files(folder, "rels_*") for edge in _edges(path))
    return CaseGraph(nodes, edges, network_catalog())  # pyright: ignore[reportArgumentType]


def _files(folder: Path, pattern: str) -> list[Path]:
    found = sorted(folder.glob(pattern))
    if not found:
        raise FileNotFoundError(f"no {pattern} in {folder}")
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    held = path.read_bytes()
    text = (gzip.decompress(held) if path.suffix == ".gz" else held).decode()
    yield from csv.DictReader(text.splitlines())


def _nodes(path: Path) -> Iterator[GraphNode]:
    for row in _rows(path):
        number, labels = int(row.pop("node_id")), tuple(row.pop("labels").split(";"))
        properties = {name: _value(name, value) for name, value in row.items() if value != ""}
        key = next((_KEYS[label] for label in labels if label in _KEYS), "uid")
        if key == "uid":
            properties["uid"] = number
        yield GraphNode(number, labels, key_text(properties[key]), properties)


def _value(name: str, value: str) -> object:
    if name == "startTime":
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    if name in _LISTS:
        return value.split(";")
    if name in _INTEGERS or (name == "port" and value.isdecimal()):
        return int(value)
    return value


def _edges(path: Path) -> Iterator[GraphRelation]:
    kind = path.name.split(".")[0].removeprefix("rels_")
    for row in _rows(path):
        yield GraphRelation(int(row["start_id"]), int(row["end_id"]), kind)
