"""A difference as lines, facts, Markdown and JSON."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from dagster_project.contracts.trace import Trace
from dagster_project.contracts.trace_diff import TraceDiff
from dagster_project.contracts.value import Value
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.facts import diff_markdown, diff_metadata
from dagster_project.traces.diff.say import lines
from dagster_project.traces.diff.what_matters import CELLS, NAMES, VERSIONED, VOLATILE
from traces.changed_traces import TRACES, result_of, with_rows
from traces.trace_examples import table_trace


@settings(deadline=None)
@given(TRACES, TRACES)
def test_a_diff_is_data(left: Trace, right: Trace) -> None:
    """It comes back from JSON; facts are plain; Markdown tables keep their shape."""
    diff = diff_traces(left, right)

    assert TraceDiff.model_validate_json(diff.model_dump_json()).verdict == diff.verdict
    facts = diff_metadata(diff)
    assert facts["same"] == diff.same
    assert all(isinstance(fact, str | int | float) for fact in facts.values())
    assert diff_markdown(diff).startswith("**")


def test_markdown_is_not_steered_by_data() -> None:
    """A bar, a tag or a line break in a cell stays in its cell."""
    trace = table_trace(2)
    rows = result_of(trace, "execute").steps[0].rows
    nasty = (rows[0][0], "a|b\n<script>", *rows[0][2:])

    text = diff_markdown(diff_traces(trace, with_rows(trace, (nasty, *rows[1:]))))

    (row,) = [r for r in text.splitlines() if "a\\|b" in r]
    assert row.replace("\\|", "").count("|") == 6
    assert "<script>" not in text


def test_long_summaries_are_shown_where_they_part() -> None:
    """What changed is in the line, also at the end of a long sentence."""
    trace = table_trace(2)
    texts = [f"{'the same words again and again ' * 9}then {n} MW" for n in (181, 182)]
    left, right = (
        trace.model_copy(update={"answer": trace.answer.model_copy(update={"summary": text})})
        for text in texts
    )

    said = lines(diff_traces(left, right))[-1]

    assert said.endswith("then 182 MW")
    assert "then 181 MW → …" in said
    assert len(said) < 120


@pytest.mark.parametrize("listed", [VOLATILE, VERSIONED, NAMES, CELLS])
def test_what_does_not_matter_exists(listed: dict[type[Value], frozenset[str]]) -> None:
    """Every field that is listed is one of its contract: a renamed field would count again."""
    for contract, fields in listed.items():
        assert fields <= contract.model_fields.keys(), contract
