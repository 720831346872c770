"""The wall that needs no connection."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from cypher_statements import GOOD, GOOD_WITH_LABELS, HOSTILE, OUTSIDE_LABELS
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.errors import QueryRejected
from sources.neo4j.guard import MAX_CHARACTERS, inspect_cypher

RACKS = frozenset(("Rack", "Server"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_statement_is_refused_whatever_is_allowed(text: str) -> None:
    """Writing, disguised and outward statements pass for nobody."""
    for allowed in (frozenset("*"), RACKS):
        with pytest.raises(QueryRejected) as refused:
            inspect_cypher(text, allowed)
        assert refused.value.reason
        assert refused.value.instruction


@pytest.mark.parametrize("text", GOOD)
def test_a_reading_statement_passes_where_every_label_is_allowed(text: str) -> None:
    """What operations people ask is not refused."""
    inspect_cypher(text, frozenset("*"))


@pytest.mark.parametrize("text", GOOD_WITH_LABELS)
def test_a_statement_within_the_labels_passes(text: str) -> None:
    """Labels are compared without case; a known name needs no label again."""
    inspect_cypher(text, RACKS)


@pytest.mark.parametrize("text", OUTSIDE_LABELS)
def test_a_statement_beyond_the_labels_is_refused(text: str) -> None:
    """Where some labels are allowed, each node names one of them, in each scope anew."""
    with pytest.raises(QueryRejected):
        inspect_cypher(text, RACKS)


def test_an_empty_list_allows_nothing() -> None:
    """No label allowed means that no node is read."""
    with pytest.raises(QueryRejected, match="not allowed"):
        inspect_cypher("MATCH (n:Rack) RETURN n", frozenset())


def test_types_are_held_to_the_list_only_when_it_names_some() -> None:
    """`[:HOSTS]` in the list allows that type and no other; without one every type passes."""
    text = "MATCH (a:Rack)-[:{}]->(b:Server) RETURN b"
    inspect_cypher(text.format("FEEDS"), RACKS)
    inspect_cypher(text.format("HOSTS"), RACKS | {"[:HOSTS]"})
    with pytest.raises(QueryRejected, match="type 'FEEDS'"):
        inspect_cypher(text.format("FEEDS"), RACKS | {"[:HOSTS]"})


def test_a_statement_beyond_the_size_is_refused_unread() -> None:
    """Length is looked at first."""
    with pytest.raises(QueryRejected, match="characters"):
        inspect_cypher("RETURN 1" + " " * MAX_CHARACTERS, frozenset("*"))


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (n:Rack) RETURN " + "(" * 3_000 + "1" + ")" * 3_000,
        "MATCH (n:Rack) WITH n " * 400 + "RETURN n",
        "RETURN " + "{" * 7_000,
        "CALL () { RETURN " * 1_500,
        "CALL () " + "() " * 2_500 + "{ RETURN 1 AS x } RETURN x",
        "MATCH (n:" + "Rack|" * 3_000 + "Rack) RETURN n",
    ],
    ids=lambda text: text[:24],
)
def test_no_statement_within_the_size_keeps_the_guard_busy(text: str) -> None:
    """Deep and long statements are answered or refused at once."""
    started = time.perf_counter()
    with suppress(QueryRejected):
        inspect_cypher(text, RACKS)
    assert time.perf_counter() - started < 2.0


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.sampled_from(GOOD_WITH_LABELS))
def test_whatever_is_appended_is_answered_or_refused(tail: str, text: str) -> None:
    """The guard ends with a verdict on any text: it never breaks."""
    with suppress(QueryRejected):
        inspect_cypher(f"{text} {tail}", RACKS)
