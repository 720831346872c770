"""A bad edit with the daemon running: red, requested, approved, rolled back, green."""

from __future__ import annotations

import json
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.regression.nights import newest_nights
from dagster_project.regression.requests import requests
from dagster_project.store.database import open_database

from .installation import Installation

REPOSITORY = Path(__file__).resolve().parents[2]
SUITE = "events"
BROKEN = "and (cleared_at is null or cleared_at > %(as_of)s)"
LAUNCH = """
mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename
  ... on LaunchRunSuccess { run { runId } }
  ... on RunConfigValidationInvalid { errors { message } }
  ... on PythonError { message }
} }
"""
RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
RUNS = """
query($filter: RunsFilter!) { runsOrError(filter: $filter) {
  ... on Runs { results { status tags { key value } } } } }
"""
CHECK = """
query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization {
    status evaluation { success } } } } } } } }
"""
TICKS = """
query($selector: SensorSelector!) { sensorOrError(sensorSelector: $selector) { ... on Sensor {
  sensorState { ticks(limit: 20) { status skipReason } } } } }
"""
SELECTOR = {"repositoryLocationName": "canvas", "repositoryName": "__repository__"}
PATIENCE_SECONDS = 90.0


class Dagster:
    """A webserver's GraphQL, as a person's tools use it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, query: str, **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"{self.url}/graphql", body, {"content-type": "application/json"}
        )
        with self._opener.open(request, timeout=30) as reply:
            return json.loads(reply.read())["data"]

    def run(self, job: str, config: dict[str, Any] | None = None, **tags: str) -> str:
        """Launch a job and wait for its end: the status."""
        params = {
            "selector": {**SELECTOR, "jobName": job},
            "runConfigData": config or {},
            "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tags.items()]},
        }
        launched = self.ask(LAUNCH, params=params)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        run_id = launched["run"]["runId"]
        return wait_for(lambda: _ended(self.ask(RUN, id=run_id)["runOrError"]["status"]))

    def night(self, day: str, suite: str = SUITE) -> str:
        """Run one partition of the job `regression`."""
        tags = {
            "dagster/partition": f"{day}|{suite}",
            "dagster/partition/date": day,
            "dagster/partition/suite": suite,
        }
        return self.run("regression", **tags)

    def passed(self, suite: str = SUITE) -> bool:
        """What the suite's own check shows now."""
        node = self.ask(CHECK, key={"path": ["golden", suite]})["assetNodeOrError"]
        (check,) = node["assetChecksOrError"]["checks"]
        return check["executionForLatestMaterialization"]["evaluation"]["success"]

    def told(self, sensor: str) -> list[str]:
        """What its last ticks say, newest first."""
        selector = {**SELECTOR, "sensorName": sensor}
        state = self.ask(TICKS, selector=selector)["sensorOrError"]["sensorState"]
        return [tick["skipReason"] or tick["status"] for tick in state["ticks"]]


def _ended(status: str) -> str | None:
    return status if status in ("SUCCESS", "FAILURE", "CANCELED") else None


def wait_for(look: Callable[[], Any]) -> Any:
    """The first value that is true. Raises: AssertionError after long patience."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.3)
    raise AssertionError(f"nothing came of it in {PATIENCE_SECONDS} s")


@pytest.fixture
def plant(open_folder: Callable[[str], Path]) -> Iterator[Installation]:
    """A copy of the shipped site with one of its suites; nothing started."""
    home = open_folder("golden")
    shutil.copytree(REPOSITORY / "assets_config", home / "assets_config")
    shutil.copytree(REPOSITORY / "documents", home / "documents")
    (home / "golden_sets").mkdir()
    shutil.copy(REPOSITORY / "golden_sets" / f"{SUITE}.yaml", home / "golden_sets")
    installation = Installation.on_own_port(home, home / "state")
    yield installation
    installation.canvas("down")


def break_and_publish(plant: Installation) -> None:
    """Alarms that are over count as standing; published past the gate."""
    path = plant.home / "assets_config/queries/ci_open_events.yaml"
    text = path.read_text()
    assert BROKEN in text
    path.write_text(text.replace(BROKEN, ""))
    done = plant.canvas("assets", "publish", "--by", "editor", "--reason", "simpler")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_bad_edit_is_seen_named_and_taken_back(plant: Installation) -> None:
    """Green night, bad edit, red night, request, approval, rollback, green night: the daemon does
    what is between a person's acts, once each."""
    dagster = Dagster(plant.up()["dagster_url"])
    assert dagster.run("refresh_sources") == "SUCCESS"
    wait_for(lambda: any("added: events" in tick for tick in dagster.told("golden_suites")))
    assert dagster.night("2026-02-01") == "SUCCESS"
    assert dagster.passed()

    break_and_publish(plant)
    assert dagster.night("2026-02-02") == "SUCCESS"
    assert not dagster.passed()

    filed = "1 request filed: request 1 (query:ci_open_events 2 → 1)"
    wait_for(lambda: any(filed in tick for tick in dagster.told("regression_failed")))
    decision = {"request": 1, "decision": "approved", "by": "operator", "reason": "alarms must end"}
    assert dagster.run("decide_rollback", {"ops": {"decide": {"config": decision}}}) == "SUCCESS"

    with open_database(plant.settings) as database:
        wait_for(lambda: requests(database)[0].status == "cured")
        wait_for(dagster.passed)
        assert dagster.night("2026-02-03") == "SUCCESS"
        colours = [night.verdict.colour for night in newest_nights(database, SUITE)]
        (request,) = requests(database)
        with database.pool.connection() as connection:
            acts = connection.execute(
                "select act from canvas.audit where subject = 'request:1' order by seq"
            ).fetchall()
    assert colours == ["green", "green", "red", "green"]
    assert [act for (act,) in acts] == ["request", "approve", "rollback", "check"]
    assert request.decided_by == "operator"
    wanted = {"tags": [{"key": "canvas/rollback_request", "value": "1"}]}
    assert len(dagster.ask(RUNS, filter=wanted)["runsOrError"]["results"]) == 1
