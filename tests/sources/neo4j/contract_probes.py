"""What the contract suite of all engines asks of Neo4j: the laboratory's machines as a graph."""

from __future__ import annotations

from sources.protocol import BoundQuery

SEED = """
    UNWIND range(1, 9) AS id CREATE (:Machine {id: id, name: 'GT-0' + toString(id)})
    WITH count(*) AS made
    CREATE (:Cell {text: '가', integer: 1, number: 1.5, yes: true, day: date('2026-01-02'),
                   at: datetime('2026-01-02T09:00:00+09:00'), list: [1, 2]})
"""
EVERY = frozenset("*")
PROBES = {
    "by name": BoundQuery(
        "MATCH (m:Machine {name: $name}) RETURN m.id AS id, m.name AS name",
        {"name": "GT-03"},
        allowed_tables=EVERY,
    ),
    "all": BoundQuery("MATCH (m:Machine) RETURN m.id AS id ORDER BY id", allowed_tables=EVERY),
    "typed": BoundQuery(
        "MATCH (c:Cell) RETURN c.text AS text, c.integer AS integer, c.number AS number, "
        "c.yes AS yes, c.day AS day, c.at AS at, c.list AS list, c AS cell",
        allowed_tables=EVERY,
    ),
    "slow": BoundQuery(
        "UNWIND range(1, 10000000) AS a UNWIND range(1, 10000000) AS b RETURN count(*)",
        allowed_tables=EVERY,
    ),
    "large": BoundQuery("UNWIND range(1, 10000000) AS x RETURN x", allowed_tables=EVERY),
    "write": BoundQuery("MATCH (m:Machine) DETACH DELETE m", allowed_tables=EVERY),
    "not allowed": BoundQuery("MATCH (m:Machine) RETURN m", allowed_tables=frozenset()),
    "no such column": BoundQuery("MATCH (m:Machine) RETURN colour", allowed_tables=EVERY),
}
GAPS = {"no right": "the Community edition has no roles: whoever may log in may read everything"}
