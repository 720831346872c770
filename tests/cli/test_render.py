"""Answers and traces read well on a terminal and on a pipe."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console
from traces.rich_traces import rich_trace
from traces.short_traces import short_trace
from traces.trace_examples import STATEMENT, table_trace

from dagster_project.cli.cells import cell_text, column_cells, sparkline
from dagster_project.cli.console import plain_console
from dagster_project.cli.progress import ProgressLine
from dagster_project.cli.render_answer import render
from dagster_project.cli.render_charts import render_chart
from dagster_project.cli.render_plan import Statement, render_plan
from dagster_project.cli.render_trace import render_trace
from dagster_project.contracts.block import ChartBlock, NoticeBlock, TableBlock, TableColumn
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Language

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_a_pipe(trace: Trace) -> str:
    out = io.StringIO()
    render(trace, plain_console(out))
    return out.getvalue()


def on_a_terminal(trace: Trace, width: int = 100) -> str:
    out = io.StringIO()
    render(trace, Console(file=out, force_terminal=True, width=width))
    return out.getvalue()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_pipe_gets_plain_lines(language: Language) -> None:
    """On a pipe: no escape, no frame, nothing cut, no blanks at line ends."""
    text = on_a_pipe(rich_trace(1, language))

    assert not ESCAPE.search(text)
    assert not set(text) & set("─│┃━╭╰")
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_terminal_gets_lines_that_fit(language: Language) -> None:
    """On a terminal no line is wider than the window, counting Korean letters as two."""
    text = on_a_terminal(rich_trace(1, language), width=90)

    assert ESCAPE.search(text)
    assert max(cell_len(line) for line in ESCAPE.sub("", text).splitlines()) <= 90


def test_the_summary_comes_first_and_the_trace_id_last() -> None:
    """The first line answers; the last one opens the record."""
    trace = table_trace(3)

    lines = on_a_pipe(trace).strip().splitlines()

    assert lines[0] == trace.answer.summary
    assert lines[-1].startswith(f"trace {trace.trace_id} ")


@pytest.mark.parametrize("on_the_screen", [True, False])
def test_a_warning_is_told_once(on_the_screen: bool) -> None:
    """As the notice of the screen where there is one, else above the blocks."""
    trace = table_trace(1)
    text = "ranked by the latest value"
    screen = trace.answer.screen
    notice = screen.blocks[0].model_copy(
        update={"block": NoticeBlock(id="n", level="warning", text=text), "folded": False}
    )
    blocks = (*screen.blocks, notice) if on_the_screen else screen.blocks
    answer = trace.answer.model_copy(
        update={"warnings": (text,), "screen": screen.model_copy(update={"blocks": blocks})}
    )
    assert on_a_pipe(trace.model_copy(update={"answer": answer})).count(text) == 1


def test_columns_of_korean_words_align() -> None:
    """Every row of a table starts its columns at the same place, counting wide letters as two."""
    trace = table_trace(1, rows=2)
    block = trace.answer.screen.blocks[0].block
    assert isinstance(block, TableBlock)
    columns = (
        TableColumn(name="a", label="설비", type="text"),
        TableColumn(name="b", label="B", type="text"),
    )
    rows = (("가스터빈 1호기", "right"), ("GT", "right"), ("스팀 A", "right"))
    changed = block.model_copy(update={"columns": columns, "rows": rows, "truncated": False})
    screen = trace.answer.screen
    shown = screen.model_copy(
        update={"blocks": (screen.blocks[0].model_copy(update={"block": changed}),)}
    )
    answer = trace.answer.model_copy(update={"screen": shown})
    text = on_a_pipe(trace.model_copy(update={"answer": answer}))

    found = [line for line in text.splitlines() if line.endswith("right")]
    assert len(found) == 3
    assert len({cell_len(line.removesuffix("right")) for line in found}) == 1


def wide(trace: Trace, rows: int) -> Trace:
    block = trace.answer.screen.blocks[0].block
    assert isinstance(block, TableBlock)
    columns = tuple(TableColumn(name=f"c{n}", label=f"속성 {n}", type="text") for n in range(17))
    cells = tuple(tuple(f"value {row}-{n}" for n in range(17)) for row in range(rows))
    changed = block.model_copy(update={"columns": columns, "rows": cells})
    screen = trace.answer.screen
    shown = screen.model_copy(
        update={"blocks": (screen.blocks[0].model_copy(update={"block": changed}),)}
    )
    return trace.model_copy(update={"answer": trace.answer.model_copy(update={"screen": shown})})


def test_wide_rows_become_records() -> None:
    """One row of many cells, and rows too wide for the window, are shown one cell per line."""
    one = on_a_pipe(wide(table_trace(1), rows=1)).splitlines()
    many = ESCAPE.sub("", on_a_terminal(wide(table_trace(1), rows=3), width=100)).splitlines()
    on_pipe = on_a_pipe(wide(table_trace(1), rows=3)).splitlines()

    assert sum("value 0-" in line for line in one) == 17
    assert sum("value 2-" in line for line in many) == 17
    assert sum("value 2-" in line for line in on_pipe) == 1


def test_every_row_and_its_count_are_shown() -> None:
    """A table shows all its rows, its units, and how many there were."""
    trace = table_trace(2)
    text = on_a_pipe(trace)

    block = trace.answer.screen.blocks[0].block
    assert isinstance(block, TableBlock)
    for row in block.rows:
        assert re.search(rf"\b{row[0]}\b.*{re.escape(cell_text(row[5]))}", text)
    assert "Value (MW)" in text
    assert "20 of 41 rows shown" in text


def test_gaps_errors_and_questions_back_are_shown() -> None:
    """What is missing, why, and what is asked back stand in the answer."""
    text = on_a_pipe(rich_trace(1, "ko"))

    for part in ("[저하]", "work_orders: source_down", "TOOL_TIMEOUT", "? 어느 1호기", "▁", "다음"):
        assert part in text


def test_short_routes_render() -> None:
    """A greeting is one line and a foot; a reject names its code."""
    greeting = on_a_pipe(short_trace(1)).strip().splitlines()
    assert greeting[0] == "무엇을 도와드릴까요?"
    assert len(greeting) == 3
    assert "POLICY_DENY" in on_a_pipe(short_trace(1, route="reject"))


def test_data_cannot_steer_the_terminal() -> None:
    """Escapes, carriage returns and markup in a cell or a question are shown, never obeyed."""
    bad = "[red]\x1b[2J\rGT\x9b"
    text = table_trace(5).model_dump_json().replace("critical", "[red]\\u001b[2J\\rGT\\u009b")
    trace = Trace.model_validate_json(text).model_copy(update={"question": bad})

    for shown in (on_a_pipe(trace), on_a_terminal(trace, width=160)):
        assert "[red]" in shown
        assert "\x1b[2J" not in shown
        assert "\r" not in shown
        assert "\x9b" not in shown
    out = io.StringIO()
    render_trace(trace, Console(file=out, force_terminal=True, width=160))
    assert "\x1b[2J" not in out.getvalue()


def test_plans_show_what_would_be_sent() -> None:
    """Entities, time, candidates with reasons, and the statement with its values apart."""
    plan = rich_trace(1, "en").plan_raw
    out = io.StringIO()

    statement = Statement(step="events", text=STATEMENT, params={"ci": "GT-01"})
    render_plan(plan, (statement,), plain_console(out))

    text = out.getvalue()
    for part in ("route orch", "asks for status, not events", "0.610", STATEMENT, "'GT-01'"):
        assert part in text
    assert "plant.work.ci ← events.ci_key" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "true"),
        (0.1 + 0.2, "0.3"),
        (181.5, "181.5"),
        (0.0, "0"),
        (1e-9, "1e-09"),
        (1234567.0, "1234567"),
        (12, "12"),
        ("GT-01", "GT-01"),
    ],
)
def test_cells(value: object, text: str) -> None:
    """A value shows no digits it does not have, and an absent one is visible."""
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("values", "header", "cells"),
    [
        (("2026-01-05T13:00:00+09:00",), "At (+09:00)", ["2026-01-05 13:00:00"]),
        (("2026-01-05T13:00:00Z", None), "At (UTC)", ["2026-01-05 13:00:00", "–"]),
        (
            ("2026-01-05T13:00:00Z", "2026-01-05T13:00:00+09:00"),
            "At",
            ["2026-01-05 13:00:00Z", "2026-01-05 13:00:00+09:00"],
        ),
        (("2026-01-05",), "At", ["2026-01-05"]),
    ],
)
def test_times_say_their_offset_once(
    values: tuple[str | None, ...], header: str, cells: list[str]
) -> None:
    """A common offset moves into the header; different ones stay in the cells."""
    column = TableColumn(name="at", label="At", type="timestamp")

    assert column_cells(column, values) == (header, cells)


def test_sparklines() -> None:
    """Bars go from lowest to highest, a flat line is level, a long series is averaged."""
    assert sparkline([0, 7]) == "▁█"
    assert sparkline([5, 5, 5]) == "▄▄▄"
    assert sparkline(list(range(600)), width=8) == "▁▂▃▄▅▆▇█"
    assert sparkline([]) == ""


def test_charts_are_read_by_their_encoding() -> None:
    """Series, axes and titles come from the chart's own specification; no value, no point."""
    block = ChartBlock(
        id="c",
        type="timeseries",
        columns=(),
        vega_lite={
            "data": {
                "values": [
                    {"x": "a", "y": 1, "series": "GT-01"},
                    {"x": "a", "y": 5, "series": "GT-02"},
                    {"x": "b", "y": None, "series": "GT-01"},
                    {"x": "c", "y": 3, "series": "GT-01"},
                ]
            },
            "encoding": {
                "x": {"field": "x"},
                "y": {"field": "y", "title": "부하 (MW)"},
                "color": {"field": "series"},
            },
        },
        total_points=4,
        shown_points=4,
        truncated=False,
    )
    lines, bars = io.StringIO(), io.StringIO()

    render_chart(block, "en", plain_console(lines))
    render_chart(block.model_copy(update={"type": "chart"}), "en", plain_console(bars))

    assert re.search(r"GT-01 +▁█ +min 1  max 3  last 3", lines.getvalue())
    assert re.search(r"GT-02 +▄ +min 5  max 5  last 5", lines.getvalue())
    assert "부하 (MW)" in bars.getvalue()
    assert re.search(r"c · GT-01 +█{18} +3\n", bars.getvalue())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_only_on_a_terminal_and_only_when_it_takes_long() -> None:
    """A quick ask and a pipe get no progress; a slow one on a terminal does, and it is wiped."""
    quick, piped, slow = Terminal(), io.StringIO(), Terminal()

    with ProgressLine(quick, quiet_seconds=30) as progress:
        progress("execute", "2 steps", 1.0)
    with ProgressLine(piped, quiet_seconds=0) as progress:
        progress("execute", "2 steps", 1.0)
    with ProgressLine(slow, quiet_seconds=0.01) as progress:
        progress("execute", "2 steps", 1.0)
        progress._ended.wait(0.3)

    assert quick.getvalue() == ""
    assert piped.getvalue() == ""
    assert "execute: 2 steps" in slow.getvalue()
    assert slow.getvalue().endswith("\x1b[2K")
