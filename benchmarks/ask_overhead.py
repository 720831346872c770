"""What an ask costs beside its source: ours, and LangGraph with PostgresSaver beside it.

    python benchmarks/ask_overhead.py [--quick] [--graphql http://127.0.0.1:3000]

Both run in this process against one embedded Postgres, taking turns. Ours asks the demo plant:
plans, checks, looks up one row, composes, presents, and keeps its trace in one durable commit. The
peer's five nodes carry the same payloads and do the same look-up, nothing else. `overhead` is an
ask's wall time minus the time its source took. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
from ask_overhead_graphql import through_graphql
from ask_overhead_peer import LookUp, Peer, versions

from dagster_project.canvas import Canvas
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.launch.site import make_ready
from dagster_project.store.database import open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings, load_settings

ONE_ROW = ("{} IP 주소 알려줘", "What is the ip address of {}?")
MIX = (
    "GT-01 상태 알려줘",
    "최근 24시간 심각도별 이벤트 수",
    "How many servers are there?",
    "List the pumps in maintenance",
    "SRV-014 CPU 추이",
    "안녕하세요",
)
ONE_TABLE = "{} 최근 90일 이벤트 목록 보여줘"
ANCHOR = datetime(2026, 2, 4, tzinfo=UTC)
MACHINES = (*(f"SRV-{n:03d}" for n in range(1, 41)), *(f"SW-{n:02d}" for n in range(1, 13)))
Run = Callable[[str], object]


@dataclass(frozen=True)
class Sizes:
    rounds: int
    asks: int
    peer_asks: int
    mix_asks: int


QUICK = Sizes(rounds=2, asks=400, peer_asks=100, mix_asks=120)
FULL = Sizes(rounds=5, asks=2_000, peer_asks=300, mix_asks=600)


def main() -> int:
    options = _options()
    sizes = QUICK if options.quick else FULL
    with (
        _plant(options.state) as settings,
        open_database(settings) as database,
        Canvas.open(settings) as canvas,
    ):
        make_ready(settings, database, print)
        look_ups = _look_ups(canvas)
        questions = list(look_ups)
        figures: dict[str, object] = {
            "one_row_payload_bytes": len(json.dumps(look_ups[questions[0]].outputs)),
        }
        figures |= _overhead(canvas, "one_row", questions, sizes.asks)
        figures |= _overhead(canvas, "mix", list(MIX), sizes.mix_asks)
        figures |= _stored_bytes(database.owner_url, canvas, sizes.asks)
        peer_url = _own_database(database.owner_url, "ask_overhead_peer")
        figures |= _race(canvas, peer_url, database.reader_url, look_ups, sizes)
    if options.graphql:
        figures |= through_graphql(options.graphql)
    report = {
        "name": "ask_overhead",
        "versions": {"python": sys.version.split()[0], **versions()},
        "figures": figures,
        "targets": [asdict(target) for target in _targets(figures)],
    }
    _show(figures)
    print(json.dumps(report))
    return 0


@contextmanager
def _plant(state: Path | None) -> Iterator[Settings]:
    """The demo plant in a state folder of its own, stopped and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="ask-overhead-") as scratch:
        folder = state or Path(scratch)
        folder.chmod(0o755)
        settings = load_settings(environ={**os.environ, "CANVAS_STATE": str(folder)})
        try:
            yield settings
        finally:
            if state is None:
                EmbeddedPostgres(settings.embedded_dir).down()


_asked = count()


def _ask(question: str) -> Ask:
    """An ask that is like no other: each looks at the plant one minute earlier."""
    return Ask(question=question, as_of=ANCHOR - timedelta(minutes=next(_asked)))


def _look_ups(canvas: Canvas) -> dict[str, LookUp]:
    """The one-row questions, each asked once; anything else than one call and one row is a bug."""
    found: dict[str, LookUp] = {}
    for machine in MACHINES:
        for form in ONE_ROW:
            question = form.format(machine)
            trace = canvas.ask(_ask(question))
            if len(trace.tool_calls) != 1 or trace.tool_calls[0].row_count != 1:
                raise AssertionError(
                    f"{question!r} was to be one look-up of one row, but was {trace.tool_calls}"
                )
            found[question] = _look_up(trace)
    return found


def _look_up(trace: Trace) -> LookUp:
    outputs = {output.stage: output.model_dump(mode="json") for output in trace.stage_outputs}
    call = trace.tool_calls[0]
    return LookUp(trace.question, call.statement, call.params, outputs)


def _overhead(canvas: Canvas, name: str, questions: list[str], asks: int) -> dict[str, float]:
    """Total and overhead in ms, and client CPU, one ask after the other, warm."""
    for question in questions:
        canvas.ask(_ask(question))
    totals: list[float] = []
    overheads: list[float] = []
    cpu = time.process_time()
    for position in range(asks):
        started = time.perf_counter()
        trace = canvas.ask(_ask(questions[position % len(questions)]))
        total = (time.perf_counter() - started) * 1_000
        totals.append(total)
        overheads.append(total - sum(call.elapsed_ms for call in trace.tool_calls))
    cpu = (time.process_time() - cpu) * 1_000 / asks
    return {
        f"{name}_total_p50_ms": _percentile(totals, 50),
        f"{name}_total_p95_ms": _percentile(totals, 95),
        f"{name}_overhead_p50_ms": _percentile(overheads, 50),
        f"{name}_overhead_p95_ms": _percentile(overheads, 95),
        f"{name}_cpu_ms": round(cpu, 3),
    }


def _stored_bytes(owner_url: str, canvas: Canvas, asks: int) -> dict[str, float]:
    """Growth of all our tables with their indexes per ask, after a vacuum; no two asks alike."""
    found: dict[str, float] = {}
    for name, forms in (("one_table", (ONE_TABLE,)), ("one_row", ONE_ROW)):
        questions = [form.format(machine) for machine in MACHINES for form in forms]
        before, rows = _size_of_ours(owner_url), 0
        for position in range(asks):
            trace = canvas.ask(_ask(questions[position % len(questions)]))
            rows += sum(call.row_count for call in trace.tool_calls)
        found[f"stored_bytes_per_{name}_trace"] = round((_size_of_ours(owner_url) - before) / asks)
        found[f"rows_per_{name}_trace"] = round(rows / asks, 1)
    return found


def _size_of_ours(owner_url: str) -> int:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for table in ("trace", "payload"):
            connection.execute(f"vacuum canvas.{table}".encode())
        row = connection.execute(
            "select sum(pg_total_relation_size(c.oid)) from pg_class c "
            "join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = 'canvas' and c.relkind = 'r'"
        ).fetchone()
    return int(row[0]) if row else 0


def _race(
    canvas: Canvas, peer_url: str, source_url: str, look_ups: dict[str, LookUp], sizes: Sizes
) -> dict[str, object]:
    """Asks per second of both, with 1 and 8 threads, in turns; medians over the rounds."""
    rates: dict[str, list[float]] = {}
    questions = list(look_ups)
    with Peer(peer_url, source_url, threads=8) as peer:
        peers = [peer.compiled(look_ups) for _ in range(8)]
        for ask in peers:
            ask(questions[0])
        ours: list[Run] = [lambda question: canvas.ask(_ask(question))] * 8
        for _ in range(sizes.rounds):
            for threads in (1, 8):
                for name, runs, asks in (
                    ("ours", ours, sizes.asks),
                    ("langgraph", peers, sizes.peer_asks),
                ):
                    rate, cpu_ms = _rate(runs[:threads], questions, asks)
                    rates.setdefault(f"{name}_asks_per_second_{threads}", []).append(rate)
                    rates.setdefault(f"{name}_cpu_ms_{threads}", []).append(cpu_ms)
    figures: dict[str, object] = {}
    for name, values in rates.items():
        figures[name] = round(statistics.median(values), 2)
        figures[f"{name}_range"] = [round(min(values), 2), round(max(values), 2)]
    for threads in (1, 8):
        ratios = [
            ours / theirs
            for ours, theirs in zip(
                rates[f"ours_asks_per_second_{threads}"],
                rates[f"langgraph_asks_per_second_{threads}"],
                strict=True,
            )
        ]
        figures[f"times_langgraph_{threads}"] = round(statistics.median(ratios), 2)
    return figures


def _rate(runs: Sequence[Run], questions: list[str], asks: int) -> tuple[float, float]:
    """Asks per second, one thread per run, and this process's CPU per ask in ms."""
    share = asks // len(runs)

    def work(run: Run, offset: int) -> None:
        for position in range(share):
            run(questions[(offset + position) % len(questions)])

    threads = [
        threading.Thread(target=work, args=(run, number * 7)) for number, run in enumerate(runs)
    ]
    started, cpu = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = share * len(runs)
    cpu_ms = (time.process_time() - cpu) * 1_000 / done
    return done / (time.perf_counter() - started), cpu_ms


def _own_database(owner_url: str, name: str) -> str:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name}".encode())
        connection.execute(f"create database {name}".encode())
    return owner_url.rpartition("/")[0] + f"/{name}"


@dataclass(frozen=True)
class Target:
    name: str
    value: float
    target: str
    met: bool


def _targets(figures: dict[str, object]) -> list[Target]:
    stored = float(str(figures["stored_bytes_per_one_table_trace"]))
    found = [Target("stored_bytes_per_one_table_trace", stored, "<= 6000", stored <= 6_000)]
    for threads in (1, 8):
        ratio = float(str(figures[f"times_langgraph_{threads}"]))
        found.append(Target(f"times_langgraph_{threads}", ratio, ">= 4", ratio >= 4))
    return found


def _percentile(values: list[float], percent: int) -> float:
    return round(statistics.quantiles(values, n=100)[percent - 1], 3)


def _show(figures: dict[str, object]) -> None:
    for name, value in figures.items():
        print(f"{name:36} {value}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--state", type=Path, help="a state folder to use and keep")
    parser.add_argument("--graphql", metavar="URL", help="a running webserver to ask through")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
