"""The adapter against a real server: rows, limits, errors, threads, forks."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from sources.errors import QueryFailed, QueryRejected, SourceTimeout, SourceUnavailable
from sources.neo4j.source import Neo4jSource, open_neo4j
from sources.protocol import BoundQuery, Column
from tests.neo4j_server import Neo4jServer

pytestmark = pytest.mark.xdist_group("neo4j")
OpenSource = Callable[..., Neo4jSource]


def ask(text: str, **params: object) -> BoundQuery:
    return BoundQuery(text, params, allowed_tables=frozenset("*"))


def test_rows_come_in_the_order_of_the_engine(graph: Neo4jServer, open_source: OpenSource) -> None:
    """Columns are named as returned, typed by their values."""
    source = open_source(graph)
    answer = source.run(ask("MATCH (s:Server) RETURN s.name AS name, s.cpu AS cpu ORDER BY name"))
    assert answer.columns == (Column("name", "text"), Column("cpu", "integer"))
    assert answer.rows == (("s1", 8), ("s2", 16))
    assert not answer.truncated
    assert answer.elapsed_ms > 0
    assert datetime.now(UTC) >= answer.fetched_at


@pytest.mark.parametrize(
    ("expression", "kind", "cell"),
    [
        ("1", "integer", 1),
        ("1.5", "number", 1.5),
        ("true", "boolean", True),
        ("'두산'", "text", "두산"),
        ("null", "text", None),
        ("date('2026-01-02')", "date", date(2026, 1, 2)),
        (
            "datetime('2026-01-02T09:00:00+09:00')",
            "timestamp",
            datetime(2026, 1, 2, tzinfo=UTC),
        ),
        (
            "datetime('2026-01-02T09:00:00[Asia/Seoul]')",
            "timestamp",
            datetime(2026, 1, 2, tzinfo=UTC),
        ),
        ("localdatetime('2026-01-02T09:00')", "timestamp", datetime(2026, 1, 2, 9, tzinfo=UTC)),
        ("time('09:00:00+09:00')", "text", "09:00:00.000000000+09:00"),
        ("localtime('09:00:00')", "text", "09:00:00.000000000"),
        ("duration('P1Y2M3DT4.5S')", "text", "P1Y2M3DT4.5S"),
        ("point({x: 1, y: 2})", "json", {"srid": 7203, "coordinates": [1.0, 2.0]}),
        ("[1, date('2026-01-02'), null]", "json", [1, "2026-01-02", None]),
        ("{a: {b: date('2026-01-02')}}", "json", {"a": {"b": "2026-01-02"}}),
    ],
)  # fmt: skip
def test_a_value_becomes_a_cell(
    graph: Neo4jServer, open_source: OpenSource, expression: str, kind: str, cell: object
) -> None:
    """Every type of Neo4j's is a cell of the port: aware times, text, JSON."""
    answer = open_source(graph).run(ask(f"RETURN {expression} AS value"))
    assert answer.columns == (Column("value", kind),)  # pyright: ignore[reportArgumentType]
    assert answer.rows == ((cell,),)


def test_nodes_relationships_and_paths_become_json(
    graph: Neo4jServer, open_source: OpenSource
) -> None:
    """A node bears its labels, a relationship its ends' ids, a path both in order."""
    text = "MATCH p = (a:Rack)-[r:HOSTS]->(b:Server {name: 's1'}) RETURN a, r, p"
    ((node, relationship, path),) = open_source(graph).run(ask(text)).rows
    assert isinstance(node, dict)
    assert isinstance(relationship, dict)
    assert node["labels"] == ["Rack"]
    assert node["properties"] == {"name": "R1", "zone": 1, "seen": "2026-01-02"}
    assert relationship["type"] == "HOSTS"
    assert relationship["properties"] == {"since": "2020-01-01"}
    assert relationship["start"] == node["id"]
    assert isinstance(path, dict)
    assert [one["properties"]["name"] for one in path["nodes"]] == ["R1", "s1"]
    assert path["relationships"] == [relationship]


def test_a_mixed_column_has_the_type_that_its_values_share(
    graph: Neo4jServer, open_source: OpenSource
) -> None:
    """Integers and floats are numbers; anything else together is JSON."""
    source = open_source(graph)
    numbers = source.run(ask("UNWIND [1, 2.5, null] AS x RETURN x"))
    assert numbers.columns == (Column("x", "number"),)
    mixed = source.run(ask("UNWIND ['a', 1, date('2026-01-02')] AS x RETURN x"))
    assert mixed.columns == (Column("x", "json"),)
    assert mixed.rows == (("a",), (1,), ("2026-01-02",))


def test_values_go_apart_from_the_text(graph: Neo4jServer, open_source: OpenSource) -> None:
    """A parameter is a value whatever it holds; decimals, tuples and times are taken."""
    source = open_source(graph)
    hostile = "R1'}) DETACH DELETE n //"
    assert source.run(ask("MATCH (n:Rack {name: $x}) RETURN n.name", x=hostile)).rows == ()
    given = source.run(
        ask("RETURN $a AS a, $b AS b, $c AS c", a=Decimal("1.5"), b=("x", "y"), c=date(2026, 1, 2))
    )
    assert given.rows == ((1.5, ["x", "y"], date(2026, 1, 2)),)


def test_no_more_than_max_rows_are_fetched(graph: Neo4jServer, open_source: OpenSource) -> None:
    """A billion rows cost what ten do, and the answer says that there are more."""
    query = ask("UNWIND range(1, 1000000000) AS x RETURN x")
    few = BoundQuery(query.text, max_rows=10, allowed_tables=query.allowed_tables)
    started = time.perf_counter()
    answer = open_source(graph).run(few)
    assert [row[0] for row in answer.rows] == list(range(1, 11))
    assert answer.truncated
    assert time.perf_counter() - started < 3.0


@pytest.mark.parametrize(
    ("text", "expected", "hint"),
    [
        ("MATCH (n:Rack) RETURN m", QueryFailed, "not defined"),
        ("RETURN $missing", QueryFailed, "missing"),
        ("RETURN 1 / 0", QueryFailed, "zero"),
        ("RETURN date('-0100-01-01')", QueryFailed, "toString"),
        ("MATCH (n:Rack) RETURN n LIMIT -1", QueryFailed, "negative"),
        ("CREATE (:Probe)", QueryRejected, "not for reading|begin"),
    ],
)
def test_an_error_says_what_and_what_next(
    graph: Neo4jServer, open_source: OpenSource, text: str, expected: type[Exception], hint: str
) -> None:
    """The server's own first line, in the classes that our callers know."""
    with pytest.raises(expected, match=hint):
        open_source(graph).run(ask(text))


def test_labels_bound_what_a_source_reads(graph: Neo4jServer, open_source: OpenSource) -> None:
    """The source's list and the query's own list both hold."""
    source = open_source(graph, allowed_labels=["Rack"])
    both = frozenset(("rack", "secret"))
    assert source.run(BoundQuery("MATCH (n:Rack) RETURN n.name", allowed_tables=both)).rows
    with pytest.raises(QueryRejected, match="Secret"):
        source.run(BoundQuery("MATCH (n:Secret) RETURN n", allowed_tables=both))
    with pytest.raises(QueryRejected):
        source.run(BoundQuery("MATCH (n:Rack) RETURN n", allowed_tables=frozenset()))
    with pytest.raises(QueryRejected, match="operation"):
        open_source(graph, allowed_operations=["search"]).run(ask("RETURN 1"))


def test_a_statement_past_its_timeout_is_given_up(
    graph: Neo4jServer, open_source: OpenSource
) -> None:
    """The caller waits for the time-out and a moment, and the source goes on afterwards."""
    source = open_source(graph, max_connections=1)
    text = "UNWIND range(1, 10000000) AS a UNWIND range(1, 10000000) AS b RETURN count(*)"
    started = time.perf_counter()
    with pytest.raises(SourceTimeout):
        source.run(BoundQuery(text, timeout_seconds=0.4, allowed_tables=frozenset("*")))
    assert time.perf_counter() - started < 2.5
    assert source.run(ask("RETURN 1")).rows == ((1,),)


def test_many_threads_share_one_source(graph: Neo4jServer, open_source: OpenSource) -> None:
    """Answers never cross, whatever the number of threads and connections."""
    source = open_source(graph, max_connections=4)
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(lambda n: source.run(ask("RETURN $n AS n", n=n)).rows[0][0], range(200))
        assert list(answers) == list(range(200))


def test_a_busy_source_says_so(graph: Neo4jServer, open_source: OpenSource) -> None:
    """Who finds no free connection within the time-out is told, and no connection is added."""
    source = open_source(graph, max_connections=1)
    slow = "UNWIND range(1, 10000000) AS a UNWIND range(1, 10000000) AS b RETURN count(*)"

    def hold() -> None:
        with pytest.raises(SourceTimeout):
            source.run(BoundQuery(slow, timeout_seconds=1.5, allowed_tables=frozenset("*")))

    holder = threading.Thread(target=hold)
    holder.start()
    time.sleep(0.3)
    with pytest.raises(SourceUnavailable, match="busy"):
        source.run(BoundQuery("RETURN 1", timeout_seconds=0.2, allowed_tables=frozenset("*")))
    holder.join()


def _child(source: Neo4jSource, answers: multiprocessing.SimpleQueue[object]) -> None:
    try:
        answers.put(source.run(ask("RETURN 2 AS x")).rows)
    except BaseException as error:
        answers.put(repr(error))


def test_a_forked_child_opens_its_own_connections(
    graph: Neo4jServer, open_source: OpenSource
) -> None:
    """Parent and child both go on asking over one source."""
    source = open_source(graph)
    assert source.run(ask("RETURN 1 AS x")).rows == ((1,),)
    fork = multiprocessing.get_context("fork")
    answers = fork.SimpleQueue()
    child = fork.Process(target=_child, args=(source, answers))
    child.start()
    child.join(20)
    assert child.exitcode == 0
    assert answers.get() == ((2,),)
    assert source.run(ask("RETURN 3 AS x")).rows == ((3,),)


def test_a_closed_source_opens_again(graph: Neo4jServer, open_source: OpenSource) -> None:
    """`close` gives connections back and is no end; closing twice does no harm."""
    source = open_source(graph)
    source.run(ask("RETURN 1"))
    source.close()
    source.close()
    assert source.run(ask("RETURN 1 AS x")).rows == ((1,),)


def test_a_source_opens_from_the_parts_of_its_asset(
    graph: Neo4jServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts with a referenced password, or a whole URL; secrets are in no error."""
    (tmp_path / "password").write_text(graph.password)
    parts = open_neo4j(
        "graph",
        host=graph.host,
        port=graph.port,
        scheme="bolt",
        user=graph.user,
        password_ref=f"file:{tmp_path}/password",
        allowed_labels=["*"],
    )
    url = graph.uri.replace("//", f"//{graph.user}:{graph.password}@")
    monkeypatch.setenv("GRAPH_URL", f"{url}/{graph.database}")
    whole = open_neo4j("graph", url_ref="env:GRAPH_URL", allowed_labels=["*"])
    for source in (parts, whole):
        assert source.run(ask("MATCH (n:Rack) RETURN count(n)")).rows == ((2,),)
        source.close()
    monkeypatch.setenv("GRAPH_URL", "http://someone:hidden-word@nowhere")
    with pytest.raises(SourceUnavailable) as refused:
        open_neo4j("graph", url_ref="env:GRAPH_URL")
    assert "hidden-word" not in str(refused.value)


def test_the_routing_scheme_works_with_one_server(
    graph: Neo4jServer, open_source: OpenSource
) -> None:
    """`neo4j://` asks the server for its routes and reads from one of them."""
    source = open_source(graph, scheme="neo4j")
    assert source.run(ask("MATCH (n:Rack) RETURN count(n)")).rows == ((2,),)
