"""What the control loop and its looking back cost, on the demo plant.

    python benchmarks/control_loop.py [--quick] [--section diff]

Every section asks the plant for real and gives figures and targets. `loop`: the share of an ask
that the control loop takes when nothing goes wrong. `diff`: two traces compared in
memory, asked and read back from the store; the large pair has 200 rows of 8 columns in its step,
its tables and a chart. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from own_state import own_state

from dagster_project.canvas import Canvas
from dagster_project.contracts.answer import Screen
from dagster_project.contracts.block import Block, ChartBlock, TableBlock, TableColumn
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    PresentResult,
    ResultColumn,
    StageResult,
)
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.launch.site import make_ready
from dagster_project.pipeline import ask as ask_module
from dagster_project.pipeline.control_loop import ControlLoop, Move
from dagster_project.store.database import open_database
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.say import lines
from dagster_project.traces.find import get

ANCHOR = datetime(2026, 2, 4, tzinfo=UTC)
PAIRS = (
    ("GT-01 상태 알려줘", "GT-02 상태 알려줘"),
    ("최근 24시간 심각도별 이벤트 수", "최근 24시간 심각도별 이벤트 수"),
    ("List the pumps in maintenance", "How many servers are there?"),
    ("SRV-014 CPU 추이", "SRV-015 CPU 추이"),
    ("SRV-014 최근 90일 이벤트 목록 보여줘", "SRV-014 최근 30일 이벤트 목록 보여줘"),
    ("안녕하세요", "GT-01 상태 알려줘"),
)
LARGE_ROWS, LARGE_COLUMNS = 200, 8
DIFF_TARGET_MS = 20.0
LOOP_TARGET_PERCENT = 3.0
Figures = dict[str, float]


@dataclass(frozen=True)
class Target:
    name: str
    value: float
    target: str
    met: bool


@dataclass(frozen=True)
class Found:
    figures: Figures
    targets: tuple[Target, ...]


def main() -> int:
    options = _options()
    wanted = [options.section] if options.section else list(SECTIONS)
    with (
        own_state("control-loop") as settings,
        open_database(settings) as database,
        Canvas.open(settings) as canvas,
    ):
        make_ready(settings, database, print)
        found = [SECTIONS[name](canvas, options.quick) for name in wanted]
    figures = {name: value for section in found for name, value in section.figures.items()}
    for name, value in figures.items():
        print(f"{name:36} {value}")
    report = {
        "name": "control_loop",
        "versions": {"python": sys.version.split()[0]},
        "figures": figures,
        "targets": [asdict(target) for section in found for target in section.targets],
    }
    print(json.dumps(report))
    return 0


def measure_diff(canvas: Canvas, quick: bool) -> Found:
    """Milliseconds of `diff_traces`, each pair in turn, and of the lines a person reads."""
    rounds = 50 if quick else 400
    asked = [tuple(_asked_and_read(canvas, question) for question in pair) for pair in PAIRS]
    large = _grown(asked[3][0], shift=0), _grown(asked[3][0], shift=1)
    kinds: dict[str, Sequence[tuple[Trace, ...]]] = {
        "asked": asked,
        "large_same": [(large[0], Trace.model_validate_json(large[0].model_dump_json()))],
        "large": [large],
    }
    figures: Figures = {}
    for name, pairs in kinds.items():
        times = _times(diff_traces, pairs, rounds)
        figures[f"diff_{name}_p50_ms"] = round(statistics.median(times), 3)
        figures[f"diff_{name}_p95_ms"] = _p95(times)
    diffs = [(diff_traces(*large), "en")]
    figures["diff_large_lines_p95_ms"] = _p95(_times(lines, diffs, rounds))
    figures["diff_large_json_bytes"] = len(diffs[0][0].model_dump_json())
    worst = max(value for name, value in figures.items() if name.endswith("p95_ms"))
    name = "diff_worst_p95_ms"
    return Found(figures, (Target(name, worst, f"< {DIFF_TARGET_MS}", worst < DIFF_TARGET_MS),))


def _asked_and_read(canvas: Canvas, question: str) -> Trace:
    trace = canvas.ask(Ask(question=question, as_of=ANCHOR))
    return get(canvas.database, trace.trace_id)


def _times(
    run: Callable[..., object], pairs: Sequence[tuple[Any, ...]], rounds: int
) -> list[float]:
    times: list[float] = []
    for position in range(rounds * len(pairs)):
        pair = pairs[position % len(pairs)]
        started = time.perf_counter()
        run(*pair)
        times.append((time.perf_counter() - started) * 1_000)
    return times


def _p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=100)[94], 3)


def _grown(trace: Trace, shift: int) -> Trace:
    """The trace with 200 × 8 cells; with a shift, a tenth of its rows and cells are others."""
    columns = tuple(
        ResultColumn(name=f"c{n}", label=f"Column {n}", type="number" if n else "text")
        for n in range(LARGE_COLUMNS)
    )
    rows = tuple(
        (f"row-{n + LARGE_ROWS * shift * (n % 10 == 0)}", *_cells(n, shift))
        for n in range(LARGE_ROWS)
    )

    def grown(result: StageResult) -> StageResult:
        if isinstance(result, ExecuteResult):
            step = result.steps[0].model_copy(update={"columns": columns, "rows": rows})
            return result.model_copy(update={"steps": (step, *result.steps[1:])})
        if isinstance(result, ComposeResult):
            blocks = tuple(_grown_block(block, columns, rows) for block in result.blocks)
            return result.model_copy(update={"blocks": blocks})
        if isinstance(result, PresentResult):
            return result.model_copy(update={"screen": _grown_screen(result.screen, columns, rows)})
        return result

    outputs = tuple(o.model_copy(update={"result": grown(o.result)}) for o in trace.stage_outputs)
    screen = _grown_screen(trace.answer.screen, columns, rows)
    answer = trace.answer.model_copy(update={"screen": screen})
    return trace.model_copy(update={"stage_outputs": outputs, "answer": answer})


def _cells(row: int, shift: int) -> tuple[float, ...]:
    return tuple(
        row * 1.5 + column + shift * ((row + column) % 10 == 1)
        for column in range(1, LARGE_COLUMNS)
    )


def _grown_screen(screen: Screen, columns: tuple[Any, ...], rows: tuple[Any, ...]) -> Screen:
    laid = tuple(
        item.model_copy(update={"block": _grown_block(item.block, columns, rows)})
        for item in screen.blocks
    )
    return screen.model_copy(update={"blocks": laid})


def _grown_block(block: Block, columns: tuple[Any, ...], rows: tuple[Any, ...]) -> Block:
    if isinstance(block, TableBlock):
        shown = tuple(TableColumn(**column.model_dump(exclude={"free_text"})) for column in columns)
        return block.model_copy(update={"columns": shown, "rows": rows})
    if isinstance(block, ChartBlock):
        points = [{"x": row[0], "y": y, "series": n} for row in rows for n, y in enumerate(row[1:])]
        return block.model_copy(
            update={"vega_lite": {**block.vega_lite, "data": {"values": points}}}
        )
    return block


class TimedLoop(ControlLoop):
    """The loop, with a clock on every entry. One ask at a time."""

    spent_seconds = 0.0

    def after_validate(self, *given: Any) -> None:
        return self._timed(super().after_validate, *given)

    def after_execute(self, *given: Any) -> Move | None:
        return self._timed(super().after_execute, *given)

    def after_present(self, *given: Any) -> Move | None:
        return self._timed(super().after_present, *given)

    def _timed(self, entry: Callable[..., Any], *given: Any) -> Any:
        started = time.perf_counter()
        result = entry(*given)
        TimedLoop.spent_seconds += time.perf_counter() - started
        return result


def measure_loop(canvas: Canvas, quick: bool) -> Found:
    """The loop's share of asks in which nothing goes wrong, and what a round more costs."""
    rounds = 30 if quick else 200
    calm = [question for pair in PAIRS for question in pair if question != "안녕하세요"]
    for question in calm:
        assert not canvas.ask(Ask(question=question)).replan_events, question
    ask_module.ControlLoop = TimedLoop  # pyright: ignore[reportAttributeAccessIssue]
    started = time.perf_counter()
    for position in range(rounds * len(calm)):
        canvas.ask(Ask(question=calm[position % len(calm)]))
    total = time.perf_counter() - started
    ask_module.ControlLoop = ControlLoop  # pyright: ignore[reportAttributeAccessIssue]
    share = TimedLoop.spent_seconds / total * 100
    figures = {
        "loop_share_percent": round(share, 3),
        "loop_us_per_ask": round(TimedLoop.spent_seconds / (rounds * len(calm)) * 1e6, 2),
        "ask_mean_ms": round(total / (rounds * len(calm)) * 1e3, 3),
    }
    target = Target("loop_share_percent", round(share, 3), f"< {LOOP_TARGET_PERCENT}", share < 3)
    return Found(figures, (target,))


SECTIONS: dict[str, Callable[[Canvas, bool], Found]] = {"diff": measure_diff, "loop": measure_loop}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--section", choices=list(SECTIONS))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
