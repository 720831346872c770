"""The shipped site with a suite of two questions, and nights of it that went well or badly.

A red night here is an edit that drops the filter of `ci_open_events`. Each night is written from
real asks; its verdict and its culprits are given, so that a test can choose them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from demo_data import allow_demo

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.night import CaseResult, Culprit, Night, Reason, Summary, Verdict
from dagster_project.contracts.trace import Ask
from dagster_project.contracts.value import AssetId
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.regression import nights
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.keep import keep

REPOSITORY = Path(__file__).resolve().parents[2]
ALARMS, PROFILE = AssetId("query:ci_open_events"), AssetId("query:ci_profile")
QUESTIONS = {"alarms": "uncleared events on GT-01", "profile": "profile of GT-01"}
_FILTER = "        and (cleared_at is null or cleared_at > %(as_of)s)\n"
_SUITE = """\
suite: {name}
title: {{ko: 작은 묶음, en: A small suite}}
source: plant_db
criteria: {{repeats: 1}}
cases:
  - id: alarms
    question: uncleared events on GT-01
    expect:
      queries: [ci_open_events]
      facts:
        - sql: |
            select occurred_at, alarm_code, severity from plant.event
            where ci_id = 'GT-01' and cleared_at is null
              and occurred_at <= '2026-02-04 09:00+09'
  - id: profile
    question: profile of GT-01
    expect: {{queries: [ci_profile]}}
"""
_NO_SUMMARY = Summary(
    cases=2,
    ran=2,
    passed=1,
    failed=1,
    skipped=0,
    quarantined=0,
    replans=0,
    empties=0,
    reference_coverage=1.0,
    p50_ms=1.0,
    p95_ms=1.0,
    seconds=0.1,
)


@dataclass
class Site:
    """A canvas over a folder of its own; what is published in one test differs from all before."""

    canvas: Canvas
    texts: dict[AssetId, str]
    edits: int = field(default=0)

    @property
    def home(self) -> Path:
        return self.canvas.settings.home

    def publish(self, text: str, asset: AssetId = ALARMS) -> Release:
        """A new version of a query, in force."""
        self.edits += 1
        name = asset.partition(":")[2]
        told = text.replace("\nowner:", f" Edit {self.edits}.\nowner:", 1)
        (self.home / "assets_config/queries" / f"{name}.yaml").write_text(told, encoding="utf-8")
        site = load_site(self.home).require_good()
        versions.sync(self.canvas.database, site, by="engineer-1")
        return versions.publish(self.canvas.database, None, by="engineer-1", reason="an edit")

    def good(self) -> Release:
        return self.publish(self.texts[ALARMS])

    def bad(self) -> Release:
        """All alarms, also those that are over."""
        broken = self.texts[ALARMS].replace(_FILTER, "")
        assert broken != self.texts[ALARMS]
        return self.publish(broken)

    def night(
        self,
        broken: Sequence[str] = (),
        culprits: Sequence[Culprit] = (),
        suite: str = "small",
        questions: dict[str, str] = QUESTIONS,
    ) -> Night:
        """A recorded night of the release in force, in which these cases fail."""
        release = self.canvas.release()
        green = nights.last_green(self.canvas.database, suite)
        reasons = (Reason(name="regressed", text="it fails", cases=tuple(broken)),)
        verdict = Verdict(
            colour="red" if broken else "green", reasons=reasons if broken else (), power=""
        )
        night = Night(
            suite=suite,
            day=date(2026, 2, 4),
            started_by="manual",
            by="engineer-1",
            release_id=release.id,
            green_release_id=green.release_id if green else None,
            started_at=datetime.now(UTC),
            summary=_NO_SUMMARY,
            verdict=verdict,
            culprits=tuple(culprits),
        )
        night_id = nights.start_night(self.canvas.database, night, whole=True)
        found = [self._result(release, c, q, c in broken) for c, q in questions.items()]
        nights.write_results(self.canvas.database, night_id, found)
        return nights.end_night(self.canvas.database, night.model_copy(update={"id": night_id}))

    def red(self, *, culprit: bool = True) -> Night:
        """Green night, bad edit, red night; the newest of all is returned."""
        then = self.good().versions[ALARMS].number
        self.night()
        now = self.bad().versions[ALARMS].number
        blamed = Culprit(
            cause="config", assets={ALARMS: (str(then), str(now))}, cases=("alarms",), tried=2
        )
        return self.night(["alarms"], [blamed] if culprit else [])

    def number(self, asset: AssetId = ALARMS) -> int | None:
        return self.canvas.release().versions[asset].number

    def count(self, statement: str, *values: object) -> int:
        with self.canvas.database.pool.connection() as connection:
            row = connection.execute(
                statement,  # pyright: ignore[reportArgumentType]
                values,
            ).fetchone()
        assert row is not None
        return row[0]

    def acts(self, subject: str) -> list[str]:
        """What the audit says was done, oldest first."""
        with self.canvas.database.pool.connection() as connection:
            rows = connection.execute(
                "select act from canvas.audit where subject = %s order by seq", (subject,)
            ).fetchall()
        return [row[0] for row in rows]

    def _result(self, release: Release, case: str, question: str, broken: bool) -> CaseResult:
        trace = self.canvas.ask_in(release, Ask(question=question, test_mode=True))
        keep(self.canvas.database, trace)
        return CaseResult(
            case_id=case,
            question=question,
            outcome="failed" if broken else "passed",
            reason="facts[0]: other rows" if broken else "",
            trace_id=trace.trace_id,
            failures=int(broken),
            assets=trace.asset_versions,
        )


def make_site(settings_of: Callable[..., Settings], folder: Path) -> Site:
    """Effects: copies the shipped assets to the folder, loads the plant, publishes."""
    shutil.copytree(REPOSITORY / "assets_config", folder / "assets_config")
    (folder / "golden_sets").mkdir()
    for name in ("small", "other"):
        text = _SUITE.format(name=name)
        (folder / "golden_sets" / f"{name}.yaml").write_text(text, encoding="utf-8")
    settings = settings_of(home=folder, plant=True)
    with open_database(settings) as database:
        allow_demo(database)
        versions.sync(database, load_site(folder).require_good(), by="engineer-1")
        versions.publish(database, None, by="engineer-1", reason="start")
    queries = folder / "assets_config/queries"
    texts = {
        asset: (queries / f"{asset.partition(':')[2]}.yaml").read_text(encoding="utf-8")
        for asset in (ALARMS, PROFILE)
    }
    return Site(Canvas.open(settings), texts)


@pytest.fixture(scope="module")
def site(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """One site for all tests of a module."""
    made = make_site(make_settings, tmp_path_factory.mktemp("site"))
    with made.canvas:
        yield made
