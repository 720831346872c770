"""`canvas trace diff A B`: a few lines first, then the stages; in colour, plain, or as JSON."""

from __future__ import annotations

import io
import re

import orjson
import pytest
from rich.cells import cell_len
from rich.console import Console
from traces.rich_traces import rich_trace
from traces.short_traces import short_trace
from traces.trace_examples import table_trace

from cli.conftest import Kept
from dagster_project.cli.console import plain_console
from dagster_project.cli.render_diff import render_diff
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.trace_diff import TraceDiff
from dagster_project.contracts.value import Language
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.say import lines
from dagster_project.traces.find import TraceFilter, search

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PAIRS = [
    (table_trace(2), rich_trace(1, "en")),
    (rich_trace(1, "ko"), rich_trace(1, "en")),
    (table_trace(2, rows=200), table_trace(4, rows=200)),
    (short_trace(3), table_trace(2)),
    (short_trace(3), short_trace(3)),
]


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_a_terminal_gets_colour_that_fits(left: Trace, right: Trace) -> None:
    """No line is wider than the window, counting Korean letters as two."""
    out = io.StringIO()
    render_diff(diff_traces(left, right), Console(file=out, force_terminal=True, width=90))

    assert ESCAPE.search(out.getvalue())
    assert max(map(cell_len, ESCAPE.sub("", out.getvalue()).splitlines())) <= 90


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_a_pipe_gets_the_lines_first(left: Trace, right: Trace, language: Language) -> None:
    """Plain lines without frames; the first are those that a person reads."""
    diff, out = diff_traces(left, right), io.StringIO()
    render_diff(diff, plain_console(out), language)

    shown = out.getvalue().splitlines()
    said = lines(diff, language)
    assert [text.strip() for text in shown[: len(said)]] == list(said)
    assert not ESCAPE.search(out.getvalue())
    assert not set(out.getvalue()) & set("─│┃━╭╰")
    assert all(text == text.rstrip() for text in shown)


def test_data_does_not_steer_the_terminal() -> None:
    """A control character in a summary is shown, not obeyed."""
    trace = table_trace(2)
    answer = trace.answer.model_copy(update={"summary": "\x1b[31mred\x07"})
    out = io.StringIO()
    render_diff(diff_traces(trace, trace.model_copy(update={"answer": answer})), plain_console(out))

    assert "\x1b" not in out.getvalue()
    assert "\x07" not in out.getvalue()


def test_the_command_compares_kept_traces(kept: Kept) -> None:
    """Ids or links of references; `--json` is the whole difference."""
    right, left = (
        s.trace_id for s in search(kept.database, TraceFilter(user="operator-2", limit=2))
    )

    plain = kept.run("trace", "diff", f"trace:{left}#events", right)
    as_json = kept.run("trace", "diff", left, right, "--json")

    assert plain.exit_code == as_json.exit_code == 0, plain.output + as_json.output
    diff = TraceDiff.model_validate_json(as_json.stdout)
    assert (diff.left, diff.right) == (left, right)
    assert plain.stdout.splitlines()[0] == diff.verdict
    assert "다릅니다" in kept.run("trace", "diff", left, right, "--language", "ko").stdout


def test_an_unknown_trace_is_named(kept: Kept) -> None:
    """One that does not exist, or is another tenant's, ends the command."""
    (some,) = search(kept.database, TraceFilter(limit=1))
    (other,) = search(kept.database, TraceFilter(tenant="other", limit=1))

    result = kept.run("trace", "diff", some.trace_id, other.trace_id, "--json")

    assert result.exit_code == 1
    assert other.trace_id in orjson.loads(result.stdout)["error"]
