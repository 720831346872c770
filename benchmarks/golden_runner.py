"""A thousand golden cases beside promptfoo's thousand echoes; the runner's own cost; its memory.

    python benchmarks/golden_runner.py [--quick] [--peer FOLDER]

Ours asks the demo plant: plans, checks, queries, composes, presents, keeps every trace durably,
looks at what each case expects, compares with its baseline, and judges the night. promptfoo asks a
local echo over HTTP (and, apart, its own `echo` provider, in its process) and compares once. Both
are whole processes, from start to exit, taking turns; our database and the echo are already up.
`overhead` is a night's wall time minus that of the same asks alone, kept as the night keeps them,
on as many threads in the same process; `overhead_cpu` is the same in CPU time of that process,
which other work on the machine does not blur. `memory` is the peak of a fresh process while it
runs a night, with the suite of all cases loaded before in each.
The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import promptfoo_peer
from golden_cases import make_suite
from own_state import own_state

from dagster_project.canvas import Canvas
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.contracts.night import Night
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.launch.site import make_ready
from dagster_project.regression.ask_cases import PIECE, THREADS
from dagster_project.regression.baselines import bless
from dagster_project.regression.run_suite import run_suite
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings, load_settings
from dagster_project.traces.keep import keep_all

DAY = date(2026, 2, 4)
OVERHEAD_TARGET_MS = 0.5
FLAT = 1.1
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Sizes:
    cases: int
    rounds: int
    few: int
    many: int


QUICK = Sizes(cases=1_000, rounds=1, few=200, many=1_000)
FULL = Sizes(cases=1_000, rounds=5, few=1_000, many=10_000)
Figures = dict[str, object]


def main() -> int:
    options = _options()
    if options.night:
        return _one_night(options.night, options.suite)
    sizes = QUICK if options.quick else FULL
    peer = promptfoo_peer.install(options.peer)
    with own_state("golden-runner") as settings:
        figures = _prepare(settings, sizes)
        figures |= _race(settings, peer, sizes)
        figures |= _overhead(settings, sizes)
        figures |= _memory(settings, sizes)
    for name, value in figures.items():
        print(f"{name:36} {value}")
    report = {
        "name": "golden_runner",
        "versions": {"python": sys.version.split()[0], **promptfoo_peer.versions(peer)},
        "figures": figures,
        "targets": [asdict(target) for target in _targets(figures)],
    }
    print(json.dumps(report))
    return 0


def _prepare(settings: Settings, sizes: Sizes) -> Figures:
    """Baselines for every suite that is run later, as a site has them after its first night."""
    with open_database(settings) as database, Canvas.open(settings) as canvas:
        make_ready(settings, database, print)
        for count in {sizes.cases, sizes.few, sizes.many}:
            night = _run(canvas, _suite(count))
            if night.summary.passed < count:
                raise AssertionError(f"{count - night.summary.passed} of {count} cases fail")
            bless(database, night.id, by="benchmark", reason="the first night")
    return {"cases": sizes.cases, "threads": THREADS}


def _suite(count: int) -> Suite:
    """A suite of its own for each size: a smaller one would look as if cases had vanished."""
    return make_suite(count).model_copy(update={"suite": f"benchmark-{count}"})


def _run(canvas: Canvas, suite: Suite) -> Night:
    return run_suite(canvas, suite, day=DAY, started_by="manual", by="benchmark")


def _race(settings: Settings, peer: Path, sizes: Sizes) -> Figures:
    """Whole processes in turns; medians over the rounds, and the ranges."""
    questions = [case.question for case in make_suite(sizes.cases).cases]
    times: dict[str, list[float]] = {}
    refused = 0
    for _ in range(sizes.rounds):
        with promptfoo_peer.echo_server() as address:
            theirs = promptfoo_peer.evaluate(peer, questions, address=address)
        inside = promptfoo_peer.evaluate(peer, questions)
        refused += theirs.refused_connections + inside.refused_connections
        started = time.perf_counter()
        ours = _in_fresh_process(settings, sizes.cases, sizes.cases)
        for name, value in (
            ("ours_process_seconds", time.perf_counter() - started),
            ("ours_night_seconds", ours["night_seconds"]),
            ("ours_cpu_seconds", ours["cpu_seconds"]),
            ("promptfoo_process_seconds", theirs.wall_seconds),
            ("promptfoo_own_seconds", theirs.own_seconds),
            ("promptfoo_cpu_seconds", theirs.cpu_seconds),
            ("promptfoo_echo_in_process_seconds", inside.wall_seconds),
        ):
            times.setdefault(name, []).append(value)
    figures: Figures = {}
    for name, values in times.items():
        figures[name] = round(statistics.median(values), 3)
        figures[f"{name}_range"] = [round(min(values), 3), round(max(values), 3)]
    for name, peers in (
        ("share_of_promptfoo", "promptfoo_process_seconds"),
        ("share_of_promptfoo_echo_in_process", "promptfoo_echo_in_process_seconds"),
    ):
        pairs = zip(times["ours_process_seconds"], times[peers], strict=True)
        figures[name] = round(statistics.median(mine / other for mine, other in pairs), 3)
    figures["promptfoo_refused_connections"] = refused
    return figures


def _overhead(settings: Settings, sizes: Sizes) -> Figures:
    """The night beside the same asks alone, in turns in one warm process."""
    suite = _suite(sizes.cases)
    nights: list[Spent] = []
    asks: list[Spent] = []
    with Canvas.open(settings) as canvas:
        _asks_alone(canvas, suite.cases[:200])
        for _ in range(max(sizes.rounds, 2)):
            nights.append(_spent(lambda: _run(canvas, suite)))
            asks.append(_spent(lambda: _asks_alone(canvas, suite.cases)))
    figures: Figures = {}
    for name, kind in (("", "wall"), ("cpu_", "cpu")):
        night = [getattr(spent, kind) * 1_000 / sizes.cases for spent in nights]
        alone = [getattr(spent, kind) * 1_000 / sizes.cases for spent in asks]
        each = [whole - part for whole, part in zip(night, alone, strict=True)]
        figures |= {
            f"night_{name}ms_per_case": round(statistics.median(night), 3),
            f"asks_alone_{name}ms_per_case": round(statistics.median(alone), 3),
            f"overhead_{name}ms_per_case": round(statistics.median(each), 3),
            f"overhead_{name}ms_per_case_range": [round(min(each), 3), round(max(each), 3)],
        }
    return figures


@dataclass(frozen=True)
class Spent:
    """Seconds of one piece of work, by the clock and of this process's CPU."""

    wall: float
    cpu: float


def _spent(work: Callable[[], object]) -> Spent:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def _asks_alone(canvas: Canvas, cases: tuple[GoldenCase, ...]) -> None:
    """The asks alone, on as many threads as a night has, and kept as a night keeps them."""
    release = canvas.release()

    def ask(case: GoldenCase) -> Trace:
        asked = Ask(
            question=case.question,
            user=case.user,
            roles=case.roles,
            as_of=case.as_of,
            test_mode=True,
        )
        return canvas.ask_in(release, asked)

    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(cases), PIECE):
            keep_all(canvas.database, list(pool.map(ask, cases[start : start + PIECE])))


def _memory(settings: Settings, sizes: Sizes) -> Figures:
    """Peaks of two fresh processes that differ only in how many of the cases they run."""
    few = _in_fresh_process(settings, sizes.few, sizes.many)
    many = _in_fresh_process(settings, sizes.many, sizes.many)
    grown = (many["peak_bytes"] - few["peak_bytes"]) / (sizes.many - sizes.few)
    return {
        "memory_cases": [sizes.few, sizes.many],
        "memory_before_mb": round(many["before_bytes"] / _MEGABYTE, 1),
        "memory_peak_few_mb": round(few["peak_bytes"] / _MEGABYTE, 1),
        "memory_peak_many_mb": round(many["peak_bytes"] / _MEGABYTE, 1),
        "memory_bytes_per_case": round(grown),
        "memory_growth": round(many["peak_bytes"] / few["peak_bytes"], 3),
        "many_cases_seconds": round(many["night_seconds"], 2),
    }


def _in_fresh_process(settings: Settings, cases: int, loaded: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--night", str(cases), "--suite", str(loaded)]
    environ = {**os.environ, "CANVAS_STATE": str(settings.state_dir)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"the night's process failed:\n{done.stderr[-2_000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _one_night(count: int, loaded: int) -> int:
    """What the fresh process does: one night of `count` cases, with `loaded` cases in memory."""
    held = _suite(loaded)
    suite = held.model_copy(update={"suite": f"benchmark-{count}", "cases": held.cases[:count]})
    with Canvas.open(load_settings()) as canvas, _peak() as memory:
        before = memory.now()
        started = time.perf_counter()
        night = _run(canvas, suite)
        seconds = time.perf_counter() - started
    if night.verdict.colour != "green" or night.summary.passed != count:
        told = "; ".join(reason.text for reason in night.verdict.reasons)[:500]
        raise AssertionError(f"an unchanged site has a {night.verdict.colour} night: {told}")
    figures = {
        "night_seconds": seconds,
        "cpu_seconds": time.process_time(),
        "before_bytes": before,
        "peak_bytes": memory.peak,
    }
    print(json.dumps(figures))
    return 0


class _Memory:
    """Resident bytes of this process, and the most that were seen."""

    def __init__(self) -> None:
        self.peak = 0

    def now(self) -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        resident = pages * os.sysconf("SC_PAGE_SIZE")
        self.peak = max(self.peak, resident)
        return resident


@contextmanager
def _peak() -> Iterator[_Memory]:
    memory, over = _Memory(), threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            memory.now()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        memory.now()
        over.set()
        thread.join()


@dataclass(frozen=True)
class Target:
    name: str
    value: float
    target: str
    met: bool


def _targets(figures: Figures) -> list[Target]:
    share = float(str(figures["share_of_promptfoo"]))
    overhead = float(str(figures["overhead_ms_per_case"]))
    growth = float(str(figures["memory_growth"]))
    return [
        Target("share_of_promptfoo", share, "<= 1", share <= 1),
        Target(
            "overhead_ms_per_case",
            overhead,
            f"< {OVERHEAD_TARGET_MS}",
            overhead < OVERHEAD_TARGET_MS,
        ),
        Target("memory_growth", growth, f"<= {FLAT}", growth <= FLAT),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument(
        "--peer",
        type=Path,
        default=promptfoo_peer.CACHE,
        metavar="FOLDER",
        help="where promptfoo is, or goes: about 1.4 GB",
    )
    parser.add_argument("--night", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--suite", type=int, default=0, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
