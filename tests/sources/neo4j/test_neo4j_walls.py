"""Each wall of docs/decisions/0009 alone, with the others taken away, on a real server."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import neo4j
import pytest
from cypher_statements import GOOD, GOOD_WITH_LABELS, WRITES
from neo4j.exceptions import Neo4jError

from sources.errors import QueryFailed, QueryRejected, SourceTimeout
from sources.neo4j.plan import explain
from sources.neo4j.sessions import ReaderSessions
from sources.neo4j.target import Target
from sources.protocol import BoundQuery
from tests.neo4j_server import Neo4jServer

pytestmark = pytest.mark.xdist_group("neo4j")
EVERYTHING = frozenset("*")
PARAMS = {
    name: value
    for value, names in {
        "R1": ("name", "x", "a", "b", "words", "label"),
        1: ("n", "since"),
        "2020-01-01T00:00:00Z": ("from",),
    }.items()
    for name in names
} | {"names": ["R1"], "labels": ["Rack"]}
STATE = "MATCH (n) RETURN labels(n) AS l, properties(n) AS p, elementId(n) AS id ORDER BY id"
ENDLESS = "UNWIND range(1, 10000000) AS a UNWIND range(1, 10000000) AS b RETURN count(*) AS slow"


@pytest.fixture(scope="module")
def sessions(graph: Neo4jServer) -> ReaderSessions:
    """The adapter's sessions without the adapter: no guard, no plan."""
    graph.run("CREATE FULLTEXT INDEX names FOR (n:Rack) ON EACH [n.name]")
    graph.run("CREATE INDEX rack_name FOR (n:Rack) ON (n.name)")
    graph.run("CALL db.awaitIndexes(60)")
    where = Target(graph.host, graph.port, "bolt", graph.database, graph.user, graph.password)
    return ReaderSessions("graph", where, max_connections=2)


def _run(sessions: ReaderSessions, text: str, timeout_seconds: float = 5.0) -> list[object]:
    async def work(session: neo4j.AsyncSession) -> list[object]:
        result = await session.run(neo4j.Query(text, timeout=timeout_seconds), PARAMS)  # pyright: ignore
        return [record.values() async for record in result]

    return sessions.run(work, timeout_seconds)


def _explained(sessions: ReaderSessions, text: str) -> str | None:
    async def work(session: neo4j.AsyncSession) -> str | None:
        return await explain(session, text, PARAMS, 5.0)

    return sessions.run(work, 5.0)


@pytest.mark.parametrize("text", GOOD)
def test_good_statements_are_good_cypher(sessions: ReaderSessions, text: str) -> None:
    """What the guard lets pass runs on a real server, and its plan only reads."""
    assert _explained(sessions, text) is None
    if text in GOOD_WITH_LABELS:
        _run(sessions, text)


@pytest.mark.parametrize("text", WRITES)
def test_read_access_mode_alone_stops_every_write(
    graph: Neo4jServer, sessions: ReaderSessions, text: str
) -> None:
    """Without guard and plan, no write changes a node, an index or a user."""
    before = graph.run(STATE), graph.run("SHOW INDEXES YIELD name"), graph.run("SHOW USERS")
    if not text.startswith("EXPLAIN"):
        with pytest.raises((QueryRejected, QueryFailed)):
            _run(sessions, text)
    after = graph.run(STATE), graph.run("SHOW INDEXES YIELD name"), graph.run("SHOW USERS")
    assert after == before


@pytest.mark.parametrize("text", [text for text in WRITES if not text.startswith("EXPLAIN")])
def test_the_plan_alone_refuses_every_write(sessions: ReaderSessions, text: str) -> None:
    """The server does not call it reading, or does not understand it."""
    refusal: str | None = "not understood"
    with suppress(QueryFailed):
        refusal = _explained(sessions, text)
    assert refusal is not None


@pytest.mark.parametrize(
    "text",
    [
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "MATCH (n) CALL (n) { LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l } RETURN l",
        "CALL dbms.listConfig()",
        "CALL dbms.components()",
        "CALL db.schema.visualization()",
        "CALL `db`.`ping`()",
        "SHOW USERS",
        "SHOW TRANSACTIONS",
        "SHOW SETTINGS",
        "TERMINATE TRANSACTIONS 'neo4j-transaction-1'",
        "MATCH (n) CALL (n) { RETURN 1 AS x } IN TRANSACTIONS RETURN x",
    ],
)
def test_the_plan_alone_refuses_what_reaches_beyond_the_graph(
    sessions: ReaderSessions, text: str
) -> None:
    """Neo4j calls most of these reading; their operators tell."""
    assert _explained(sessions, text) is not None


def test_the_dangers_are_real_without_any_wall(graph: Neo4jServer, tmp_path: Path) -> None:
    """A plain driver writes through an escape, and reads a file of the server's machine."""
    graph.run("MATCH (n:Secret) \\u0053ET n.touched = 1")
    assert graph.run("MATCH (n:Secret) RETURN n.touched AS touched") == [{"touched": 1}]
    graph.run("MATCH (n:Secret) REMOVE n.touched")
    file = tmp_path / "private.csv"
    file.write_text("secret\n")
    tmp_path.chmod(0o755)
    if graph.pid is not None:
        (row,) = graph.run(f"LOAD CSV FROM 'file://{file}' AS line RETURN line")
        assert row["line"] == ["secret"]


def test_read_access_mode_does_not_stop_files_and_settings(sessions: ReaderSessions) -> None:
    """Which is why guard and plan must: the server itself lets these run."""
    assert _run(sessions, "CALL dbms.listConfig() YIELD name RETURN name LIMIT 1")
    assert _run(sessions, "SHOW USERS")


def test_an_endless_statement_ends_at_both_ends(
    graph: Neo4jServer, sessions: ReaderSessions
) -> None:
    """The call is given up just after its time-out, and the server stops working on it."""
    started = time.perf_counter()
    with pytest.raises(SourceTimeout):
        _run(sessions, ENDLESS, 0.5)
    assert time.perf_counter() - started < 2.0
    running = "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS 'AS slow' RETURN 1"
    deadline = time.monotonic() + 5
    while len(graph.run(running)) > 1 and time.monotonic() < deadline:  # this one holds the words
        time.sleep(0.1)
    assert len(graph.run(running)) == 1


def test_the_server_alone_stops_an_endless_statement(graph: Neo4jServer) -> None:
    """A transaction's time-out is kept by the server, whoever waits for it."""
    with (
        graph.driver() as driver,
        driver.session(database=graph.database) as session,
        pytest.raises(Neo4jError) as stopped,
    ):
        session.run(neo4j.Query(ENDLESS, timeout=0.5)).consume()
    assert "TransactionTimedOut" in (stopped.value.code or "")


def test_the_adapter_puts_all_walls_together(
    graph: Neo4jServer, open_source: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard taken away, the adapter still refuses a write and a file, each time it is asked."""
    assert callable(open_source)
    source = open_source(graph)
    monkeypatch.setattr("sources.neo4j.source.inspect_cypher", lambda *_, **__: None)
    for text in ("CREATE (:Probe)", "LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l"):
        for _ in range(2):
            with pytest.raises(QueryRejected):
                source.run(BoundQuery(text, allowed_tables=EVERYTHING))
    assert graph.run("MATCH (n:Probe) RETURN n") == []
