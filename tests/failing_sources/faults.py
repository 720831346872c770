"""The faults: each source stopped, silent, slow, with a wrong password, and so on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

from failing_sources.relay import Relay
from failing_sources.rules import Fault
from failing_sources.yard import DOCS_SCHEMA, PASSWORD, Yard
from tests.sources.http_api.scripted import Answer, Asked, answer
from tests.sources.vector.embedding_server import Mode

RelayName = Literal["db", "docs", "api", "graph"]
_DENIED = frozenset({"PERMISSION_DENIED"})
Begin = Callable[[Yard], AbstractContextManager[object]]


def _relay(yard: Yard, name: RelayName) -> Relay:
    relay = getattr(yard, name)
    assert isinstance(relay, Relay)
    return relay


def stopped(name: RelayName) -> Begin:
    @contextmanager
    def begin(yard: Yard) -> Iterator[None]:
        relay = _relay(yard, name)
        relay.stop()
        try:
            yield
        finally:
            relay.start()

    return begin


def silent(name: RelayName) -> Begin:
    """The machine hangs: connections are taken, and no byte comes back."""

    @contextmanager
    def begin(yard: Yard) -> Iterator[None]:
        relay = _relay(yard, name)
        relay.silent = True
        try:
            yield
        finally:
            relay.silent = False
            relay.cut()

    return begin


def expired(name: RelayName) -> Begin:
    @contextmanager
    def begin(yard: Yard) -> Iterator[None]:
        relay = _relay(yard, name)
        relay.context = yard.expired
        relay.cut()
        try:
            yield
        finally:
            relay.context = yard.good
            relay.cut()

    return begin


def _altered(name: RelayName, bad: Callable[[Yard], str], good: Callable[[Yard], str]) -> Begin:
    """One statement of the owner's takes something away, another gives it back."""

    @contextmanager
    def begin(yard: Yard) -> Iterator[None]:
        yard.run(bad(yard))
        _relay(yard, name).cut()
        try:
            yield
        finally:
            yard.run(good(yard))

    return begin


def _wrong_password(name: RelayName, role: Callable[[Yard], str]) -> Begin:
    return _altered(
        name,
        lambda yard: f"alter role {role(yard)} password 'another'",
        lambda yard: f"alter role {role(yard)} password '{PASSWORD}'",
    )


def _wrong_graph_password() -> Begin:
    @contextmanager
    def begin(yard: Yard) -> Iterator[None]:
        assert yard.neo4j is not None
        yard.neo4j.run(f"ALTER USER {yard.neo4j_user} SET PASSWORD 'another-one'")
        _relay(yard, "graph").cut()
        try:
            yield
        finally:
            yard.neo4j.run(f"ALTER USER {yard.neo4j_user} SET PASSWORD '{PASSWORD}'")

    return begin


def embedder(mode: Mode) -> Begin:
    @contextmanager
    def begin(yard: Yard) -> Iterator[None]:
        before, yard.embedder.mode = yard.embedder.mode, mode
        try:
            yield
        finally:
            yard.embedder.mode = before

    return begin


def api(script: Callable[[Asked], Answer]) -> Begin:
    @contextmanager
    def begin(yard: Yard) -> Iterator[None]:
        before, yard.orders.script = yard.orders.script, script
        try:
            yield
        finally:
            yard.orders.script = before

    return begin


def _late(_: Asked) -> Answer:
    time.sleep(2.5)
    return answer({"items": []})


def _common(name: RelayName, source: str) -> tuple[Fault, ...]:
    """What can happen to any server."""
    return (
        Fault("stopped", source, stopped(name), "connection", "refused|nothing listens"),
        Fault(
            "silent",
            source,
            silent(name),
            "connection",
            "time|does not answer|no answer|no connection within",
        ),
        Fault("expired certificate", source, expired(name), "connection", "expired"),
    )


TABLES = (
    *_common("db", "yard_db"),
    Fault("wrong password", "yard_db", _wrong_password("db", lambda yard: yard.reader),
          "connection", "password authentication failed"),
    Fault("rights taken away", "yard_db", _altered(
        "db",
        lambda yard: f"revoke all on all tables in schema yard from {yard.reader}",
        lambda yard: f"grant select on all tables in schema yard to {yard.reader}",
    ), "rights", r"yard\.machine: no SELECT", "not_permitted", _DENIED),
)  # fmt: skip
DOCUMENTS = (
    *_common("docs", "yard_docs"),
    Fault("wrong password", "yard_docs", _wrong_password("docs", lambda yard: yard.shelf_reader),
          "connection", "password authentication failed"),
    Fault("rights taken away", "yard_docs", _altered(
        "docs",
        lambda yard: f"revoke usage on schema {DOCS_SCHEMA} from {yard.shelf_reader}",
        lambda yard: f"grant usage on schema {DOCS_SCHEMA} to {yard.shelf_reader}",
    ), "rights", "no SELECT", "not_permitted", _DENIED),
    Fault("embedder slow", "yard_docs", embedder("slow"), "embedder", "ms, more than 100 ms",
          scan_fails=False, status="warn"),
    Fault("embedder busy", "yard_docs", embedder("busy"), "embedder", "429", scan_fails=False),
    Fault("embedder refuses the key", "yard_docs", embedder("401"), "embedder", "401.*api_key_ref",
          "not_permitted", _DENIED, scan_fails=False),
)  # fmt: skip
API = (
    *_common("api", "yard_api"),
    Fault("slow", "yard_api", api(_late), "connection", "had not answered"),
    Fault("wrong token", "yard_api", api(lambda _: answer({"message": "who are you"}, 401)),
          "rights", "401.*token_ref", "not_permitted", _DENIED),
    Fault("rights taken away", "yard_api", api(lambda _: answer({"message": "not you"}, 403)),
          "rights", "403.*right to read", "not_permitted", _DENIED),
    Fault("broken", "yard_api", api(lambda _: answer({"message": "it broke"}, 500)),
          "rights", "500.*it broke"),
)  # fmt: skip
GRAPH = (
    *_common("graph", "yard_graph"),
    Fault("wrong password", "yard_graph", _wrong_graph_password(), "connection",
          "refused user|wait after wrong passwords"),
)  # fmt: skip
"""No rights to take away: the Community edition of Neo4j has no roles."""
