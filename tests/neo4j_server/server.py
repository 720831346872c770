"""A running Neo4j as tests see it: where it is, and how to fill and empty it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import neo4j

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Neo4jServer:
    """One database, `neo4j`: the Community edition has no more."""

    uri: str
    user: str
    password: str
    pid: int | None = None
    """Its process where we started it; None for somebody else's server."""
    database: str = "neo4j"
    authority: str | None = None
    """File of the authority whose certificate it shows to `bolt+s`; None where it has no TLS."""

    @property
    def host(self) -> str:
        return urlsplit(self.uri).hostname or "127.0.0.1"

    @property
    def port(self) -> int:
        return urlsplit(self.uri).port or 7687

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def driver(self) -> neo4j.Driver:
        """A driver that may write; the caller closes it."""
        return neo4j.GraphDatabase.driver(self.uri, auth=(self.user, self.password))

    def run(self, cypher: str, **params: object) -> list[dict[str, Any]]:
        """One statement in a transaction of its own, as the owner of the data."""
        with self.driver() as driver, driver.session(database=self.database) as session:
            return session.run(cypher, params).data()  # pyright: ignore[reportArgumentType]

    def fill(self, cypher: str, rows: Iterable[Mapping[str, object]]) -> None:
        """`cypher` once per row, as `row`, in batches: `CREATE (:Rack {id: row.id})`."""
        kept = [dict(row) for row in rows]
        with self.driver() as driver, driver.session(database=self.database) as session:
            for start in range(0, len(kept), _BATCH):
                batch = kept[start : start + _BATCH]
                session.run(f"UNWIND $rows AS row {cypher}", {"rows": batch}).consume()

    def wipe(self) -> None:
        """Effects: no node, relationship, constraint, index or second user is left."""
        with self.driver() as driver, driver.session(database=self.database) as session:
            session.run(
                "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
            ).consume()
            for row in session.run("SHOW CONSTRAINTS YIELD name").data():
                session.run(f"DROP CONSTRAINT `{row['name']}` IF EXISTS").consume()
            indexes = "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"
            for row in session.run(indexes).data():
                session.run(f"DROP INDEX `{row['name']}` IF EXISTS").consume()
