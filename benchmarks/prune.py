"""How long a prune takes, and how long it holds up asks that are kept meanwhile.

    python benchmarks/prune.py [--quick] [--traces 20000]

One answer of the demo plant is kept under many names, three in four of them past the retention.
Then traces are kept at a fixed pace, half of them over payloads that are about to go: first alone,
then while the prune runs. A late start counts as waiting. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from own_state import own_state

from dagster_project.canvas import Canvas
from dagster_project.contracts.assets.policy import Retention
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.launch.site import make_ready
from dagster_project.store.database import Database, open_database
from dagster_project.traces.find import get
from dagster_project.traces.ids import new_trace_id
from dagster_project.traces.keep import keep
from dagster_project.traces.prune import PruneReport, prune

QUESTION, NAME = "SRV-014 최근 90일 이벤트 목록 보여줘", "SRV-014"
PACE_SECONDS = 0.02
ALONE_SECONDS = 10.0
ADDED_TARGET_MS = 50.0
"""At p99: what a busy machine adds to any keep is in both."""


class Answers:
    """One answer, under as many names as wanted: the same name has the same payloads."""

    def __init__(self, trace: Trace) -> None:
        self._text = trace.model_dump_json()
        self._id = trace.trace_id

    def made(self, number: int, created: datetime) -> Trace:
        trace_id = new_trace_id(created)
        text = self._text.replace(NAME, f"SRV-{number:07d}").replace(self._id, trace_id)
        return Trace.model_validate_json(text).model_copy(update={"created_at": created})


class Pace:
    """Keeps traces at a fixed pace until it is stopped; waiting times in milliseconds."""

    def __init__(self, database: Database, traces: list[Trace]) -> None:
        self._database = database
        self._traces = traces
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.times_ms: list[float] = []

    def __enter__(self) -> Pace:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.perf_counter()
        while self._traces and not self._stop.is_set():
            keep(self._database, self._traces.pop())
            self.times_ms.append((time.perf_counter() - due) * 1_000)
            due += PACE_SECONDS
            time.sleep(max(0.0, due - time.perf_counter()))


def main() -> int:
    options = _options()
    count = 2_000 if options.quick else options.traces
    with (
        own_state("prune") as settings,
        open_database(settings) as database,
        Canvas.open(settings) as canvas,
    ):
        make_ready(settings, database, print)
        answers = Answers(canvas.ask(Ask(question=QUESTION)))
        now = datetime.now(UTC)

        def load(number: int) -> None:
            keep(database, answers.made(number, now - timedelta(days=40 if number % 4 else 1)))

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(load, range(count)))
        young = [answers.made(n * (1 if n % 2 else 1_000), now) for n in range(4_000)]
        with Pace(database, young[: len(young) // 4]) as alone:
            time.sleep(ALONE_SECONDS)
        meanwhile = young[len(young) // 4 :]
        ids = [trace.trace_id for trace in meanwhile]
        with Pace(database, meanwhile) as paced:
            report = prune(database, Retention(), now)
        for trace_id in ids[len(meanwhile) :]:
            get(database, trace_id)
        again = prune(database, Retention(), now)
    _print(report, again, alone.times_ms, paced.times_ms)
    return 0


def _print(report: PruneReport, again: PruneReport, alone: list[float], paced: list[float]) -> None:
    sizes = {size.table: size for size in report.tables}
    figures = {
        "traces_deleted": report.deleted,
        "traces_kept": sum(report.kept.values()),
        "payloads_deleted": report.payloads_deleted,
        "prune_seconds": report.seconds,
        "prune_again_seconds": again.seconds,
        "longest_hold_ms": report.longest_hold_ms,
        "content_deleted_mb": round((report.trace_bytes + report.payload_bytes) / 1e6, 1),
        "payload_table_mb": round(sizes["canvas.payload"].before_bytes / 1e6, 1),
        "trace_table_mb": round(sizes["canvas.trace"].before_bytes / 1e6, 1),
    }
    for name, times in (("alone", alone), ("while_pruning", paced)):
        figures[f"keep_{name}_count"] = len(times)
        figures[f"keep_{name}_p50_ms"] = round(statistics.median(times), 2)
        figures[f"keep_{name}_p99_ms"] = round(statistics.quantiles(times, n=100)[98], 2)
        figures[f"keep_{name}_max_ms"] = round(max(times), 2)
    for name, value in figures.items():
        print(f"{name:36} {value}")
    added = round(figures["keep_while_pruning_p99_ms"] - figures["keep_alone_p99_ms"], 2)
    target = {
        "name": "keep_p99_added_by_pruning_ms",
        "value": added,
        "target": f"< {ADDED_TARGET_MS}",
        "met": added < ADDED_TARGET_MS,
    }
    versions = {"python": sys.version.split()[0]}
    document = {"name": "prune", "versions": versions, "figures": figures, "targets": [target]}
    print(json.dumps(document))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2,000 traces")
    parser.add_argument("--traces", type=int, default=20_000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
