"""What a scan tells of a graph, and how long it takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sources.facts import ColumnFacts, KeyFacts, LabelFacts, RelationFacts
from sources.neo4j.scan import scan_graph
from sources.neo4j.source import Neo4jSource
from tests.neo4j_server import Neo4jServer
from tests.neo4j_server.network import NETWORK_DATA, load_network

pytestmark = pytest.mark.xdist_group("neo4j")
OpenSource = Callable[..., Neo4jSource]


@pytest.fixture(scope="module")
def shop(empty_neo4j: Neo4jServer) -> Neo4jServer:
    """Labels that overlap, properties that are missing or mixed, keys and indexes."""
    for text in (
        "CREATE CONSTRAINT pump_tag FOR (p:Pump) REQUIRE p.tag IS UNIQUE",
        "CREATE CONSTRAINT spare_key FOR (s:Spare) REQUIRE (s.maker, s.number) IS UNIQUE",
        "CREATE INDEX pump_site FOR (p:Pump) ON (p.site, p.line)",
        "CREATE FULLTEXT INDEX words FOR (n:Pump|Note) ON EACH [n.tag, n.text]",
        """CREATE (a:Pump:Asset {tag: 'P1', power: 1.5, started: datetime('2026-01-02T00:00Z')}),
                  (b:Pump {tag: 'P2', power: 2, names: ['x', 'y'], where: point({x: 1, y: 2})}),
                  (c:`Odd ``Label` {tag: 3, on: date('2026-01-02'), up: true}), (:Note),
                  (a)-[:`FEEDS INTO` {since: date('2026-01-02'), rate: 1}]->(b),
                  (b)-[:`FEEDS INTO` {rate: 2.5}]->(c), (c)-[:NEAR]->(a)""",
    ):
        empty_neo4j.run(text)
    return empty_neo4j


def _by_label(source: Neo4jSource) -> dict[str, LabelFacts]:
    return {label.label: label for label in source.scan().labels}


def test_labels_come_with_properties_types_and_counts(
    shop: Neo4jServer, open_source: OpenSource
) -> None:
    """A property is nullable unless each node of the label bears it; mixtures keep all types."""
    labels = _by_label(open_source(shop))
    assert list(labels) == ["Asset", "Note", "Odd `Label", "Pump", "Spare"]
    pump = labels["Pump"]
    assert pump.row_estimate == 2
    assert pump.properties == (
        ColumnFacts("names", "json", "LIST<STRING>", True),
        ColumnFacts("power", "number", "FLOAT | INTEGER", False),
        ColumnFacts("started", "timestamp", "ZONED DATETIME", True),
        ColumnFacts("tag", "text", "STRING", False),
        ColumnFacts("where", "json", "POINT", True),
    )
    assert labels["Odd `Label"].properties == (
        ColumnFacts("on", "date", "DATE", False),
        ColumnFacts("tag", "integer", "INTEGER", False),
        ColumnFacts("up", "boolean", "BOOLEAN", False),
    )
    assert (labels["Note"].properties, labels["Note"].row_estimate) == ((), 1)
    assert (labels["Spare"].properties, labels["Spare"].row_estimate) == ((), 0)


def test_keys_and_indexes_are_told(shop: Neo4jServer, open_source: OpenSource) -> None:
    """Unique constraints are keys; every index names its columns and kind."""
    labels = _by_label(open_source(shop))
    assert labels["Pump"].keys == (KeyFacts("unique", ("tag",), "pump_tag"),)
    assert labels["Spare"].keys == (KeyFacts("unique", ("maker", "number"), "spare_key"),)
    indexes = {index.name: index for index in labels["Pump"].indexes}
    assert sorted(indexes) == ["pump_site", "pump_tag", "words"]
    assert indexes["pump_tag"].unique
    assert not indexes["pump_site"].unique
    assert indexes["pump_site"].columns == ("site", "line")
    assert indexes["words"].definition == "FULLTEXT (tag, text)"


def test_types_come_with_their_ends(shop: Neo4jServer, open_source: OpenSource) -> None:
    """From and to which labels, how many, with which properties."""
    assert open_source(shop).scan().relations == (
        RelationFacts(
            "FEEDS INTO",
            ("Asset", "Pump"),
            ("Odd `Label", "Pump"),
            (
                ColumnFacts("rate", "number", "FLOAT | INTEGER", False),
                ColumnFacts("since", "date", "DATE", True),
            ),
            2,
        ),
        RelationFacts("NEAR", ("Odd `Label",), ("Asset", "Pump"), (), 1),
    )


def test_a_scan_tells_only_what_is_allowed(shop: Neo4jServer, open_source: OpenSource) -> None:
    """Labels and types outside of the permissions are named nowhere."""
    facts = open_source(shop, allowed_labels=["pump", "note", "[:NEAR]"]).scan()
    assert [label.label for label in facts.labels] == ["Note", "Pump"]
    assert facts.relations == (RelationFacts("NEAR", (), ("Pump",), (), 1),)


def test_two_scans_of_one_graph_are_equal(shop: Neo4jServer, open_source: OpenSource) -> None:
    """Nothing in the facts depends on the moment."""
    source = open_source(shop)
    first, second = source.scan(), source.scan()
    assert (first.labels, first.relations) == (second.labels, second.relations)


def test_a_sampled_scan_names_the_same_and_says_so(
    shop: Neo4jServer, open_source: OpenSource
) -> None:
    """A graph that fits the sample gives the same facts either way, with a note."""
    source = open_source(shop)
    whole = source.scan()
    sampled = scan_graph(source._sessions, frozenset("*"), 30.0, whole=0)
    assert (sampled.labels, sampled.relations) == (whole.labels, whole.relations)
    assert len(sampled.notes) == 2
    assert "1,000 nodes per label" in sampled.notes[0]


def test_a_graph_of_eighty_thousand_nodes_is_scanned_in_seconds(
    shop: Neo4jServer, open_source: OpenSource
) -> None:
    """The public data-centre graph: facts equal to what its files hold."""
    if not NETWORK_DATA.is_dir():
        pytest.skip(f"the data set graph-network-management is not at {NETWORK_DATA}")
    shop.wipe()
    load_network(shop, NETWORK_DATA / "full")
    facts = open_source(shop).scan(60.0)
    counts = {label.label: label.row_estimate for label in facts.labels}
    assert counts["Machine"] == 8_000
    assert counts["Port"] == 35_872
    assert counts["Process"] == 8_000 + 8_000 + 14_276
    assert counts["Software"] == 1 + 5 + 3 + 5
    types = {relation.type: relation for relation in facts.relations}
    assert types["RUNS"].row_estimate == 30_276
    assert types["HOLDS"].from_labels == ("Rack",)
    assert types["HOLDS"].to_labels == ("Machine", "Switch")
    assert facts.elapsed_ms < 20_000
    shop.wipe()
