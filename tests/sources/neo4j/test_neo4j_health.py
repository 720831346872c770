"""What health and asks say of each thing that goes wrong with a server."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from relay import slow_relay

from sources.errors import SourceError, SourceTimeout, SourceUnavailable
from sources.neo4j.source import Neo4jSource
from sources.protocol import BoundQuery, Health, HealthFinding
from tests.neo4j_server import Neo4jServer, stop_server

pytestmark = pytest.mark.xdist_group("neo4j")
OpenSource = Callable[..., Neo4jSource]
ONE = BoundQuery("RETURN 1 AS one", timeout_seconds=1.0, allowed_tables=frozenset("*"))


def finding(health: Health, name: str) -> HealthFinding:
    return next(found for found in health.findings if found.name == name)


def assert_down(source: Neo4jSource, words: str) -> None:
    """Health is an error of the connection with these words, and an ask fails with them too."""
    health = source.health(2.0)
    assert health.status == "error"
    assert words in finding(health, "connection").detail
    with pytest.raises(SourceUnavailable) as unavailable:
        source.run(ONE)
    assert words in unavailable.value.reason


def test_a_healthy_server_has_four_good_findings(
    graph: Neo4jServer, open_source: OpenSource
) -> None:
    """Connection, rights, limits and latency, in this order."""
    health = open_source(graph).health()
    assert [(one.name, one.status) for one in health.findings] == [
        ("connection", "ok"),
        ("rights", "ok"),
        ("limits", "ok"),
        ("latency", "ok"),
    ]
    assert health.status == "ok"
    assert health.latency_ms > 0
    assert "Neo4j/5" in finding(health, "connection").detail
    assert "no roles" in finding(health, "rights").detail
    assert "refuses a write" in finding(health, "limits").detail


def test_a_health_check_leaves_no_trace(graph: Neo4jServer, open_source: OpenSource) -> None:
    """Its write probe makes no node, label or property even where a write is allowed."""
    before = graph.run("MATCH (n) RETURN count(n)"), graph.run("CALL db.propertyKeys()")
    open_source(graph).health()
    graph.run("UNWIND [] AS nothing CREATE (n)")
    assert (graph.run("MATCH (n) RETURN count(n)"), graph.run("CALL db.propertyKeys()")) == before


def test_rights_tell_what_the_list_names_in_vain(
    graph: Neo4jServer, open_source: OpenSource
) -> None:
    """An empty list is an error, a label that no node bears a warning."""
    nothing = finding(open_source(graph, allowed_labels=[]).health(), "rights")
    assert (nothing.status, "no label is allowed" in nothing.detail) == ("error", True)
    wrong = finding(open_source(graph, allowed_labels=["rack", "Pump"]).health(), "rights")
    assert (wrong.status, "Pump" in wrong.detail) == ("warn", True)


def test_a_closed_port_is_named(graph: Neo4jServer, open_source: OpenSource) -> None:
    """Nothing listens: the server is stopped or the port wrong."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for scheme in ("bolt", "neo4j"):
        assert_down(
            open_source(graph, port=port, scheme=scheme), f"nothing listens at 127.0.0.1:{port}"
        )


def test_an_unknown_host_is_named(graph: Neo4jServer, open_source: OpenSource) -> None:
    """A name that leads nowhere is not a stopped server."""
    assert_down(open_source(graph, host="no-such-host.invalid"), "'no-such-host.invalid'")


def test_a_wrong_password_is_named_and_not_shown(
    graph: Neo4jServer, open_source: OpenSource
) -> None:
    """The server refused user and password; the password is in no message."""
    graph.run("CREATE USER reader SET PASSWORD 'right-password' CHANGE NOT REQUIRED")
    source = open_source(graph, user="reader", password="not-to-be-shown")
    health = source.health()
    detail = finding(health, "connection").detail
    assert "refused user 'reader' and its password" in detail
    assert "not-to-be-shown" not in repr(health)
    graph.run("DROP USER reader")


def test_a_password_taken_back_is_noticed(graph: Neo4jServer, open_source: OpenSource) -> None:
    """A source that worked says so when its user may not log in any more."""
    graph.run("CREATE USER leaver SET PASSWORD 'right-password' CHANGE NOT REQUIRED")
    source = open_source(graph, user="leaver", password="right-password")
    assert source.run(ONE).rows == ((1,),)
    graph.run("ALTER USER leaver SET PASSWORD 'other-password'")
    source.close()
    assert "refused user 'leaver'" in finding(source.health(), "connection").detail
    graph.run("DROP USER leaver")


def test_a_missing_database_is_named(graph: Neo4jServer, open_source: OpenSource) -> None:
    """The server is there, the database is not."""
    for scheme in ("bolt", "neo4j"):
        source = open_source(graph, database="nowhere", scheme=scheme)
        assert_down(source, "there is no database 'nowhere'")


def test_a_known_certificate_is_taken(graph: Neo4jServer, open_source: OpenSource) -> None:
    """`+s` with the file of the authority that signed it speaks TLS."""
    if graph.authority is None:
        pytest.skip("the given server's certificates are not ours")
    for scheme in ("bolt+s", "neo4j+s"):
        source = open_source(graph, scheme=scheme, ca_file=Path(graph.authority))
        assert source.health().status == "ok"
        assert source.run(ONE).rows == ((1,),)


def test_an_unknown_certificate_is_refused(graph: Neo4jServer, open_source: OpenSource) -> None:
    """Whom nobody vouches for is not given the password, and health says why."""
    if graph.authority is None:
        pytest.skip("the given server's certificates are not ours")
    assert_down(open_source(graph, scheme="bolt+s"), "certificate is not trusted")


def test_an_expired_certificate_is_told_from_an_unknown_one(
    expired_server: Neo4jServer, open_source: OpenSource
) -> None:
    """The authority is known, the time is over."""
    authority = Path(expired_server.authority or "")
    for scheme in ("bolt+s", "neo4j+s"):
        source = open_source(expired_server, scheme=scheme, ca_file=authority)
        assert_down(source, "certificate has expired")


def test_a_missing_certificate_file_is_named(graph: Neo4jServer, open_source: OpenSource) -> None:
    """A wrong `ca_file` is a finding with the file's name."""
    source = open_source(graph, scheme="bolt+s", ca_file=Path("/nowhere/authority.crt"))
    assert_down(source, "/nowhere/authority.crt")


def test_a_slow_server_is_a_warning(graph: Neo4jServer, open_source: OpenSource) -> None:
    """It answers, and later than `max_latency_ms`."""
    with slow_relay(graph.port, 0.03) as port:
        health = open_source(graph, port=port, max_latency_ms=20.0).health(5.0)
    latency = finding(health, "latency")
    assert (health.status, latency.status) == ("warn", "warn")
    assert health.latency_ms > 50
    assert "more than 20 ms" in latency.detail


def test_a_port_that_never_answers_is_given_up(graph: Neo4jServer, open_source: OpenSource) -> None:
    """What takes connections and says nothing keeps nobody longer than the time-out."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = open_source(graph, port=silent.getsockname()[1])
        started = time.perf_counter()
        health = source.health(1.0)
        assert health.status == "error"
        assert "no answer within" in finding(health, "connection").detail
        with pytest.raises(SourceTimeout):
            source.run(ONE)
        assert time.perf_counter() - started < 5.0


def test_a_frozen_server_keeps_nobody_waiting(
    expired_server: Neo4jServer, open_source: OpenSource, frozen: Callable[[], None]
) -> None:
    """A server that hangs in the middle of a conversation is given up after the time-out."""
    source = open_source(expired_server)
    assert source.run(ONE).rows == ((1,),)
    frozen()
    for _ in range(2):
        started = time.perf_counter()
        with pytest.raises(SourceTimeout):
            source.run(ONE)
        assert time.perf_counter() - started < 3.0
    assert finding(source.health(1.0), "connection").status == "error"


def test_a_stopped_server_is_named_and_found_again(
    expired_server: Neo4jServer, open_source: OpenSource
) -> None:
    """A source that worked tells that its server is gone; its old connections do no harm."""
    source = open_source(expired_server)
    assert source.run(ONE).rows == ((1,),)
    stop_server(expired_server)
    with pytest.raises(SourceError) as lost:
        source.run(ONE)
    assert lost.value.retryable
    assert_down(source, "nothing listens at")
