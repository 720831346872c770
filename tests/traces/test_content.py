"""Lifting volatile values out of an output's text is undone byte for byte."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from dagster_project.contracts.value import TraceId
from dagster_project.traces.content import LIFTED, OWN_ID, fill, lift

OWN = TraceId("06EXAMPLE0000000000000TRACE")
keys = st.sampled_from(
    ["duration_ms", "elapsed_ms", "fetched_at", "x_ms", "at", '"elapsed_ms":1', "값"]
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from([OWN, f"trace:{OWN}#s", '"fetched_at":"x"', '\\"duration_ms":3', "\x01\x02"]),
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=25
)


@given(values)
def test_what_is_lifted_comes_back(value: object) -> None:
    """Any JSON, with look-alike keys and control characters in texts, is filled as it was."""
    text = to_json(value)

    content, lifted = lift(text, OWN)

    assert fill(content, iter(lifted), OWN) == text


def test_timings_and_the_own_id_are_what_is_lifted() -> None:
    """Durations, the time of fetching and the trace's id leave the content; nothing else does."""
    text = to_json(
        {
            "duration_ms": 1.5,
            "elapsed_ms": 0,
            "fetched_at": "2026-01-15T00:00:00Z",
            "observed_at": "2026-01-14T00:00:00Z",
            "limit_ms": 5,
            "link": f"trace:{OWN}#events",
            "note": '"elapsed_ms":7',
        }
    )

    content, lifted = lift(text, OWN)

    assert lifted == [b"1.5", b"0", b'"2026-01-15T00:00:00Z"']
    assert content.count(LIFTED) == 3
    assert content.count(OWN_ID) == 1
    assert b'"limit_ms":5' in content
    assert b"2026-01-14" in content
