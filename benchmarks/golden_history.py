"""Whether the pages stay quick after 300 nights of 10 suites.

    python benchmarks/golden_history.py [--quick]

Writes the nights, each with 50 results, through the store's own functions, and for every night
what its run leaves in Dagster: a materialization with its chart, the suite's figures and the
verdict's check. Then a webserver over that history is asked what the UI asks for its pages, and the
store what a night and the command line ask. p50 and p95 in milliseconds. The last line is one JSON
document.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project.contracts.night import CaseResult, Fingerprint, Night, Summary, Verdict
from dagster_project.contracts.night import Reason as WhyRed
from dagster_project.defs.golden_metadata import night_metadata
from dagster_project.defs.golden_night import NIGHT_KEY, suite_events
from dagster_project.defs.nights_chart import MOST_NIGHTS, nights_chart
from dagster_project.launch.dagster_home import environment
from dagster_project.launch.parts import read_parts, stop_parts
from dagster_project.launch.serve import DagsterParts
from dagster_project.regression import nights
from dagster_project.store.database import Database, open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[1]
CASES = 50
FIRST = date(2026, 1, 1)
TARGET_MS = 1_000.0
"""Of the slowest page, p95."""
RED_EVERY = 17
METADATA = """metadataEntries { label description
  ... on MarkdownMetadataEntry { mdStr } ... on IntMetadataEntry { intValue }
  ... on FloatMetadataEntry { floatValue } ... on TextMetadataEntry { text } }"""
PAGES = {
    "night_events": """assetOrError(assetKey: {path: ["golden_night"]}) { ... on Asset {
        assetMaterializations(limit: 50) { timestamp runId partition METADATA } } }""",
    "night_partitions": """assetNodeOrError(assetKey: {path: ["golden_night"]}) { ... on AssetNode {
        partitionStats { numMaterialized numPartitions numFailed }
        assetPartitionStatuses { ... on MultiPartitionStatuses { primaryDimensionName ranges {
          primaryDimStartKey primaryDimEndKey secondaryDim {
            ... on DefaultPartitionStatuses { materializedPartitions } } } } } } }""",
    "one_partition": """assetOrError(assetKey: {path: ["golden_night"]}) { ... on Asset {
        assetMaterializations(limit: 1, partitions: ["FIRST|s0"]) { timestamp METADATA } } }""",
    "suite_events": """assetOrError(assetKey: {path: ["golden", "s0"]}) { ... on Asset {
        assetObservations(limit: 100) { timestamp METADATA } } }""",
    "suite_check_history": """assetCheckExecutions(
        assetKey: {path: ["golden", "s0"]}, checkName: "verdict", limit: 25) {
        status timestamp evaluation { success description METADATA } }""",
    "all_checks": """assetNodes(group: {groupName: "golden", repositoryName: "__repository__",
        repositoryLocationName: "canvas"}) { assetKey { path } assetChecksOrError {
        ... on AssetChecks { checks { name executionForLatestMaterialization { status
        evaluation { success } } } } } }""",
}
"""What the UI asks for: the tabs Events and Partitions of the nights, one partition, a suite's
figures to plot, its check's history, and the state of all checks."""


def main() -> int:
    options = _options()
    count, suites = (30, 3) if options.quick else (300, 10)
    with _site(suites) as settings, open_database(settings) as database:
        parts = DagsterParts(settings, database)
        parts.start_missing(("webserver",))
        try:
            parts.wait_for_tables()
            parts.wait_for_webserver(print)
            figures = _write(settings, database, count, suites)
            figures |= _ask_the_store(database, 10 if options.quick else 40)
            figures |= _ask_dagster(f"http://127.0.0.1:{parts.port}", 5 if options.quick else 20)
        finally:
            stop_parts(read_parts(settings.state_dir).values())
    for name, value in figures.items():
        print(f"{name:40} {value}")
    slowest = max(value for name, value in figures.items() if name.endswith("_p95_ms"))
    report = {
        "name": "golden_history",
        "versions": {"python": sys.version.split()[0], "dagster": dg.__version__},
        "figures": figures,
        "targets": [
            {
                "name": "slowest_page_p95_ms",
                "value": slowest,
                "target": f"< {TARGET_MS:.0f}",
                "met": slowest < TARGET_MS,
            }
        ],
    }
    print(json.dumps(report))
    return 0


@dataclass
class Writer:
    """Nights of all suites, oldest first."""

    database: Database
    chance: random.Random

    def night(self, suite: str, number: int) -> Night:
        """Kept, with its results."""
        red = number % RED_EVERY == RED_EVERY - 1
        night = Night(
            suite=suite,
            day=FIRST + timedelta(days=number),
            started_by="schedule",
            by="nightly_regression",
            release_id="r-000000000000",
            started_at=datetime.now(UTC),
            summary=self._summary(red),
            verdict=Verdict(
                colour="red" if red else "green",
                reasons=(WhyRed(name="regressed", text="2 case(s) fail"),) if red else (),
                power="sees a case that breaks for good (1 of 50 is 2.0%)",
            ),
        )
        night_id = nights.start_night(self.database, night, whole=True)
        nights.write_results(self.database, night_id, [self._result(n, red) for n in range(CASES)])
        return nights.end_night(self.database, night.model_copy(update={"id": night_id}))

    def _summary(self, red: bool) -> Summary:
        passed = CASES - 2 * red
        return Summary(
            cases=CASES,
            ran=CASES,
            passed=passed,
            failed=CASES - passed,
            skipped=0,
            quarantined=0,
            replans=self.chance.randint(0, 4),
            empties=self.chance.randint(0, 2),
            reference_coverage=round(1 - self.chance.random() / 20, 4),
            critic_scores={"groundedness": 1.0, "citation": 1.0, "compile": 1.0, "contract": 1.0},
            p50_ms=round(4 + self.chance.random(), 3),
            p95_ms=round(20 + 10 * self.chance.random(), 3),
            seconds=0.4,
        )

    def _result(self, number: int, red: bool) -> CaseResult:
        failed = red and number < 2
        mark = f"{self.chance.getrandbits(80):020x}"
        return CaseResult(
            case_id=f"case-{number}",
            question="GT-01 상태 알려줘",
            outcome="failed" if failed else "passed",
            reason="facts[0]: expected 7 rows, found 6" if failed else "",
            failures=3 if failed else 0,
            attempts=3 if failed else 1,
            trace_id=mark.upper()[:26],  # pyright: ignore[reportArgumentType]
            assets={f"query:q{n}": mark for n in range(12)},
            fingerprint=Fingerprint(
                route="orch",
                status="success",
                plan=mark,
                queries=("ci_profile", "ci_recent_events"),
                rows={f"step{n}": mark for n in range(6)},
                columns=tuple(f"step{n}.column{m}" for n in range(6) for m in range(6)),
                blocks=("notice", "table", "table:events", "references"),
                blocks_of_facts=3,
                blocks_with_reference=3,
                references=6,
            ),
            duration_ms=round(20 * self.chance.random(), 3),
        )


def _write(settings: Settings, database: Database, count: int, suites: int) -> dict[str, float]:
    """The history in both stores. Shape: how much was written, and how long it took."""
    writer = Writer(database, random.Random(7))
    os.environ |= environment(settings, database)
    names = [f"s{number}" for number in range(suites)]
    kept: dict[str, list[Night]] = {name: [] for name in names}
    spent = {"store": 0.0, "dagster": 0.0}
    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        instance.add_dynamic_partitions("golden_suite", names)
        for number in range(count):
            for name in names:
                started = time.perf_counter()
                night = writer.night(name, number)
                kept[name].append(night)
                between = time.perf_counter()
                _report(instance, night, kept[name][-MOST_NIGHTS:])
                spent["store"] += between - started
                spent["dagster"] += time.perf_counter() - between
    with database.pool.connection() as connection:
        connection.execute("analyze")
    total = count * suites
    return {
        "nights": total,
        "results": total * CASES,
        "dagster_events": total * 3,
        "store_ms_per_night": round(spent["store"] / total * 1e3, 2),
        "dagster_ms_per_night": round(spent["dagster"] / total * 1e3, 2),
        "chart_kb": round(len(nights_chart(kept["s0"])) / 1e3, 1),
        **_sizes(database),
    }


def _report(instance: dg.DagsterInstance, night: Night, past: list[Night]) -> None:
    """What the night's run leaves: one materialization, the suite's figures, its check."""
    key = dg.MultiPartitionKey({"date": night.day.isoformat(), "suite": night.suite})
    metadata = night_metadata(night, (), past)
    instance.report_runless_asset_event(
        dg.AssetMaterialization(NIGHT_KEY, metadata=metadata, partition=key)
    )
    for event in suite_events(night):
        instance.report_runless_asset_event(event)


def _sizes(database: Database) -> dict[str, float]:
    with database.pool.connection() as connection:
        rows = connection.execute(
            "select relname, pg_total_relation_size(oid) / 1e6 from pg_class where relname in"
            " ('golden_night', 'golden_result', 'event_logs', 'asset_check_executions')"
        ).fetchall()
    return {f"{name}_mb": round(float(size), 1) for name, size in rows}


def _ask_the_store(database: Database, rounds: int) -> dict[str, float]:
    middle = nights.newest_nights(database, "s0", 1)[0]

    def chart() -> None:
        nights_chart(nights.newest_nights(database, "s0", MOST_NIGHTS))

    asked: dict[str, Callable[[], object]] = {
        "newest_30_of_suite": lambda: nights.newest_nights(database, "s0", 30),
        "newest_30_of_all": lambda: nights.newest_nights(database, None, 30),
        "chart_of_60": chart,
        "last_green": lambda: nights.last_green(database, "s0"),
        "record_of_cases": lambda: nights.record_of_cases(database, "s0"),
        "outcomes": lambda: nights.outcomes(database, middle.id),
        "results_failed": lambda: nights.results(database, middle.id, ("failed",)),
        "ended_after": lambda: nights.ended_after(database, middle.seq - 10),
    }
    return _timed("store", asked, rounds)


def _ask_dagster(url: str, rounds: int) -> dict[str, float]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    sizes: dict[str, float] = {}

    def asking(name: str, page: str) -> Callable[[], object]:
        filled = page.replace("METADATA", METADATA).replace("FIRST", FIRST.isoformat())
        query = f"query {{ {filled} }}"
        body = json.dumps({"query": query}).encode()
        request = urllib.request.Request(
            f"{url}/graphql", body, {"content-type": "application/json"}
        )

        def ask() -> None:
            with opener.open(request, timeout=120) as reply:
                text = reply.read()
            found = json.loads(text)
            if "errors" in found:
                raise RuntimeError(f"{name}: {str(found['errors'])[:300]}")
            sizes[f"page_{name}_kb"] = round(len(text) / 1e3, 1)

        return ask

    figures = _timed("page", {name: asking(name, query) for name, query in PAGES.items()}, rounds)
    return figures | sizes


def _timed(group: str, asked: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, call in asked.items():
        call()
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            call()
            times.append((time.perf_counter() - started) * 1e3)
        figures[f"{group}_{name}_p50_ms"] = round(statistics.median(times), 2)
        figures[f"{group}_{name}_p95_ms"] = round(statistics.quantiles(times, n=20)[18], 2)
    return figures


@contextmanager
def _site(suites: int) -> Iterator[Settings]:
    """The shipped assets with so many suites, in a folder of its own, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="golden-history-") as scratch:
        home = Path(scratch)
        home.chmod(0o755)
        shutil.copytree(REPOSITORY / "assets_config", home / "assets_config")
        (home / "golden_sets").mkdir()
        text = (REPOSITORY / "golden_sets" / "status.yaml").read_text()
        for number in range(suites):
            named = text.replace("suite: status", f"suite: s{number}")
            (home / "golden_sets" / f"s{number}.yaml").write_text(named)
        settings = Settings(home, home / "state")
        try:
            yield settings
        finally:
            EmbeddedPostgres(settings.embedded_dir).down()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="30 nights of 3 suites")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
