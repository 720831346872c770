"""The data-centre network (82,327 nodes, 178,801 relations) in the embedded graph and in Neo4j.

The same graph plans through the same port: neighbours within three hops, what a change reaches
(impact), shortest paths. Peer: Neo4j itself, in the same run; it is started as the tests start it
(Java 17 and Maven), or given by CANVAS_TEST_NEO4J_URI. Each answer is compared, so that no engine
is quick by being wrong. Run: python benchmarks/graph.py [--quick] (the small graph, 1,428 nodes).
The data stands under ../shared/data/graph-network-management. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import psycopg
from graph_cases.case_graph import CaseGraph
from graph_cases.engines import GraphEngine, embedded_engine, fill_neo4j, shown
from graph_cases.network import FOLDER, network
from own_state import own_state

from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.store.database import open_database
from sources.neo4j.source import Neo4jSource
from sources.neo4j.target import Target
from tests.neo4j_server import Neo4jServer, start_server, stop_server

ROWS = 500
"""As many nodes as a picture may have; the engine finds and orders all of them."""
TOPOLOGY = ("CONTAINS", "HOLDS", "ROUTES", "CONNECTS")
RATIO = 2.0
"""Embedded, as a multiple of Neo4j's median: the target for each kind of question."""


def questions(graph: CaseGraph, count: int) -> dict[str, list[GraphPlan]]:
    """The same draw in each run."""
    chance = random.Random(5)
    machines = [node.key for node in graph.nodes if "Machine" in node.labels]
    racks = [node.key for node in graph.nodes if "Rack" in node.labels]
    versions = [node.id for node in graph.nodes if "Version" in node.labels]

    def walk(operation: str, label: str, key: object, **more: Any) -> GraphPlan:
        start = {"label": label, "keys": [key]}
        return GraphPlan.model_validate({"operation": operation, "start": start, **more})

    def path(ends: list[Any], **more: Any) -> GraphPlan:
        found = {"label": "Machine", "keys": [ends[1]]}
        return walk("path", "Machine", ends[0], found=found, direction="both", **more)

    def drawn(make: Callable[[], GraphPlan]) -> list[GraphPlan]:
        return [make() for _ in range(count)]

    return {
        "neighbours_3_of_a_machine": drawn(
            lambda: walk("neighbours", "Machine", chance.choice(machines), max_depth=3)
        ),
        "reach_of_a_rack": drawn(lambda: walk("reach", "Rack", chance.choice(racks))),
        "impact_of_a_version": drawn(
            lambda: walk("reach", "Version", chance.choice(versions), direction="in", max_depth=6)
        ),
        "path_between_machines": drawn(
            lambda: path(chance.sample(machines, 2), relations=TOPOLOGY)
        ),
        "path_over_every_relation": drawn(lambda: path(chance.sample(machines, 2))),
    }


def measured(engine: GraphEngine, plans: list[GraphPlan]) -> tuple[list[float], list[Any]]:
    """Milliseconds of each plan, compiling included, and its rows; after one round unmeasured."""
    for plan in plans:
        engine.records(plan)
    taken, answers = [], []
    for plan in plans:
        started = time.perf_counter()
        records = engine.records(plan)
        taken.append((time.perf_counter() - started) * 1000)
        answers.append(shown(records))
    return taken, answers


def p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def memory_mb(pid: int) -> float:
    """Proportional share of a process and its children."""
    total = 0.0
    for child in _family(pid):
        rollup = Path(f"/proc/{child}/smaps_rollup")
        for line in rollup.read_text().splitlines() if rollup.exists() else ():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
    return round(total, 1)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _family(int(child))


@contextmanager
def embedded(graph: CaseGraph) -> Iterator[tuple[GraphEngine, dict[str, float]]]:
    with own_state("graph") as settings, open_database(settings) as database:
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            started = time.perf_counter()
            reader = str(psycopg.conninfo.conninfo_to_dict(database.reader_url)["user"])
            engine = embedded_engine(owner, database.reader_url, reader, graph, "network")
            loading = time.perf_counter() - started
            size = owner.execute(
                "select sum(pg_total_relation_size(c.oid)) / 1e6 from pg_class c"
                " join pg_namespace n on n.oid = c.relnamespace"
                " where n.nspname = 'network' and c.relkind = 'r'"
            ).fetchone()
        pid = int(next(settings.embedded_dir.rglob("postmaster.pid")).read_text().split()[0])
        figures = {"load_seconds": loading, "disk_mb": float(size[0]) if size else 0.0}
        yield engine, figures
        figures["memory_mb"] = memory_mb(pid)
        engine.source.close()


def _server() -> Neo4jServer:
    given = os.environ.get("CANVAS_TEST_NEO4J_URI")
    if given:
        return Neo4jServer(given, "neo4j", os.environ.get("CANVAS_TEST_NEO4J_PASSWORD", "neo4j"))
    return start_server(heap_flags=("-Xms512m", "-Xmx1g", "-XX:+UseSerialGC"))


@contextmanager
def neo4j(graph: CaseGraph) -> Iterator[tuple[GraphEngine, dict[str, float]]]:
    server = _server()
    try:
        started = time.perf_counter()
        with server.driver() as driver, driver.session() as session:
            fill_neo4j(graph, lambda text, **rows: session.run(text, rows).consume())  # pyright: ignore[reportArgumentType]
        loading = time.perf_counter() - started
        target = Target(
            server.host, server.port, "bolt", server.database, server.user, server.password, None
        )
        engine = GraphEngine(
            Neo4jSource("graph", target, allowed_labels=["*"]), "cypher", graph.catalog
        )
        figures = {"load_seconds": loading}
        yield engine, figures
        if server.pid is not None:
            figures["memory_mb"] = memory_mb(server.pid)
        engine.source.close()
    finally:
        stop_server(server)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small graph, fewer questions")
    options = parser.parse_args()
    if not FOLDER.is_dir():
        sys.exit(f"the public data set is not at {FOLDER}")
    graph = network("small" if options.quick else "full")
    asked = questions(graph, 6 if options.quick else 40)
    figures: dict[str, Any] = {"nodes": len(graph.nodes), "relations": len(graph.edges)}
    targets: dict[str, Any] = {}
    with embedded(graph) as (ours, own), neo4j(graph) as (peer, theirs):
        for name, plans in asked.items():
            ours_ms, ours_rows = measured(_capped(ours), plans)
            peer_ms, peer_rows = measured(_capped(peer), plans)
            same = ours_rows == peer_rows
            figures[name] = _beside(ours_ms, peer_ms) | {"same_answers": same}
            ratio = figures[name]["ratio_p50"]
            targets[name] = {"value": ratio, "target": RATIO, "met": same and ratio <= RATIO}
            print(f"{name}: {figures[name]}", flush=True)
    figures |= {"embedded": _rounded(own), "neo4j": _rounded(theirs)}
    versions = {"python": sys.version.split()[0], "neo4j": "5.26", "psycopg": psycopg.__version__}
    print(
        json.dumps({"name": "graph", "versions": versions, "figures": figures, "targets": targets})
    )


def _capped(engine: GraphEngine) -> GraphEngine:
    return GraphEngine(engine.source, engine.dialect, engine.catalog, engine.schema, max_rows=ROWS)


def _beside(ours: list[float], peer: list[float]) -> dict[str, float]:
    mine, other = statistics.median(ours), statistics.median(peer)
    return {
        "embedded_p50_ms": round(mine, 1),
        "embedded_p95_ms": round(p95(ours), 1),
        "neo4j_p50_ms": round(other, 1),
        "neo4j_p95_ms": round(p95(peer), 1),
        "ratio_p50": round(mine / other, 2),
    }


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in figures.items()}


if __name__ == "__main__":
    main()
