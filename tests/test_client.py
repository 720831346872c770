"""An ask through real processes: webserver, code server, run, Postgres; read back by run id.

Every test here needs the server, so they share one and run in one group.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from dagster_server import REPOSITORY, webserver
from shop import SITE, load_shop

from dagster_project.client import (
    AnswerTimeout,
    CanvasClient,
    ClientAnswer,
    LaunchRefused,
    LocationMissing,
    RunFailed,
    ServerUnreachable,
)
from dagster_project.contracts.value import TraceId
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import current_release_id, publish, sync
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.find import get

pytestmark = pytest.mark.xdist_group("dagster-server")
QUESTION = "P-1 상태"


class Plant(NamedTuple):
    """A running server and what stands behind it."""

    url: str
    site: Path
    database: Database

    def publish(self, reason: str) -> str:
        sync(self.database, load_site(self.site).require_good(), "tests")
        return publish(self.database, None, "tests", reason).id


@pytest.fixture(scope="module")
def plant(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Plant]:
    site = shutil.copytree(SITE, tmp_path_factory.mktemp("shop") / "site")
    settings = make_settings(site)
    with open_database(settings) as database:
        load_shop(database)
        reader = {"SHOP_READER_URL": database.reader_url}
        os.environ.update(reader)
        with webserver(settings, tmp_path_factory.mktemp("dagster_home"), reader) as url:
            plant = Plant(url, site, database)
            plant.publish("the first release")
            yield plant


@pytest.fixture
def client(plant: Plant) -> Iterator[CanvasClient]:
    with CanvasClient(plant.url) as client:
        yield client


@pytest.fixture(scope="module")
def answered(plant: Plant) -> ClientAnswer:
    """One question, asked once for several tests: each ask is a process of its own."""
    with CanvasClient(plant.url) as client:
        return client.ask(QUESTION, user="operator-1")


def test_an_answer_is_read_back_by_run_id(plant: Plant, answered: ClientAnswer) -> None:
    """Answer, route, references and trace id come in one query, with the release that gave them."""
    assert answered.route == "orch"
    assert answered.status == "success"
    assert answered.answer["trace_id"] == answered.trace_id
    assert [r["query"] for r in answered.references] == ["machine_status:1"]
    assert answered.release_id == current_release_id(plant.database)
    assert "P-1" in str(answered.answer["screen"])
    kept = get(plant.database, TraceId(answered.trace_id))
    assert kept is not None
    assert kept.user == "operator-1"


def test_the_run_is_found_by_what_it_did(client: CanvasClient, answered: ClientAnswer) -> None:
    """The run carries trace id, route, status and release as tags."""
    document = client._post(
        "query($id: ID!) { runOrError(runId: $id) { ... on Run { tags { key value } } } }",
        {"id": answered.run_id},
    )
    tags = {tag["key"]: tag["value"] for tag in document["runOrError"]["tags"]}
    assert tags["canvas/trace_id"] == answered.trace_id
    assert tags["canvas/route"] == "orch"
    assert tags["canvas/status"] == "success"
    assert tags["canvas/release"] == answered.release_id


def test_direct_and_reject_are_answers_too(client: CanvasClient) -> None:
    """No run fails for a greeting or a refusal, and the answer speaks the language asked for."""
    greeting = client.ask("hi", language="ko")
    assert (greeting.route, greeting.summary) == ("direct", "안녕하세요.")
    assert client.ask("delete all machines").route == "reject"


def test_config_is_of_the_release_in_force_and_never_of_what_was_loaded(
    plant: Plant, client: CanvasClient
) -> None:
    """A version published while the server runs answers the next ask, without any reload; a run
    pinned to the old release by its tag still answers with the old one."""
    old = current_release_id(plant.database)
    policy = plant.site / "assets_config/policies/shop.yaml"
    policy.write_text(policy.read_text().replace("en: Hello.", "en: Good day."))
    new = plant.publish("another greeting")
    after = client.ask("hi", language="en")
    assert (after.summary, after.release_id) == ("Good day.", new)
    pinned = client.ask("hi", language="en", release_id=old)
    assert (pinned.summary, pinned.release_id) == ("Hello.", old)


def test_an_override_is_of_one_run_only(plant: Plant, client: CanvasClient) -> None:
    """`overrides` swaps a version for this ask, whose trace is then marked as a test."""
    answer = client.ask("hi", language="en", overrides={"policy:shop": "shop:1"})
    assert answer.summary == "Hello."
    kept = get(plant.database, TraceId(answer.trace_id))
    assert kept is not None
    assert kept.test_mode


def test_a_choice_is_sent_back_by_its_number(plant: Plant, client: CanvasClient) -> None:
    """`rerun` gives the child's answer; it is linked to the trace that asked back."""
    asked = client.ask("status of P-9", user="operator-1")
    choice = asked.answer["cards"][0]["choices"][0]
    chosen = client.rerun(asked.trace_id, choose=choice["number"], reason="meant this one")
    assert chosen.answer["question"] == choice["question"]
    child = get(plant.database, TraceId(chosen.trace_id))
    assert (child.parent_trace_id, child.user) == (asked.trace_id, "operator-1")
    patched = client.rerun(chosen.trace_id, patch=(), same_release=True, roles=("operator",))
    assert patched.summary == chosen.summary
    with pytest.raises(RunFailed, match="offers no choice 99"):
        client.rerun(asked.trace_id, choose=99)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"language": "fr"}, "language"), ({"overrides": {"query:x": 1}}, "overrides")],
)
def test_values_that_do_not_fit_are_refused_at_launch(
    client: CanvasClient, wrong: dict[str, object], told: str
) -> None:
    """No run starts for a config that is not the job's, and the message names the field."""
    with pytest.raises(LaunchRefused, match=told):
        client.ask("hi", **wrong)  # pyright: ignore[reportArgumentType]


def test_a_run_that_breaks_says_why(client: CanvasClient) -> None:
    """A release that does not exist fails the run; the error has cause and address."""
    with pytest.raises(RunFailed, match="no release 'r-none'") as caught:
        client.ask("hi", release_id="r-none")
    assert "/runs/" in str(caught.value)


def test_a_location_that_is_not_there_is_named(plant: Plant) -> None:
    """A server without our location is not mistaken for a refused question."""
    with CanvasClient(plant.url, location="elsewhere") as client, pytest.raises(LocationMissing):
        client.ask("hi")


def test_a_late_answer_can_be_read_later(client: CanvasClient) -> None:
    """Running out of patience ends the waiting, not the run."""
    run_id = client.launch({"question": "hi", "language": "en"})
    with pytest.raises(AnswerTimeout):
        client.wait_for_answer(run_id, wait_seconds=0.01)
    assert client.wait_for_answer(run_id).route == "direct"


def test_nothing_there_is_told_with_the_address() -> None:
    """A closed port is a server that cannot be reached."""
    told = pytest.raises(ServerUnreachable, match=r"127\.0\.0\.1:1")
    with CanvasClient("http://127.0.0.1:1") as client, told:
        client.ask("hi")


def test_a_server_that_is_no_dagster_is_told_so() -> None:
    """Some other web page at the address is not an answer."""

    class SomePage(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

    server = HTTPServer(("127.0.0.1", 0), SomePage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        with CanvasClient(url) as client, pytest.raises(ServerUnreachable):
            client.ask("hi")
    finally:
        server.shutdown()


def test_the_documented_curl_lines_work(plant: Plant, client: CanvasClient) -> None:
    """What docs/dagster.md tells people to paste launches an ask and reads its answer."""
    page = (REPOSITORY / "docs/dagster.md").read_text()
    blocks = dict(re.findall(r"<!-- curl:(\w+) -->\n```bash\n(.*?)```", page, re.S))
    launch = blocks["launch"].replace("http://127.0.0.1:3000", plant.url)
    launched = subprocess.run(["bash", "-ec", launch], capture_output=True, text=True, check=True)
    run_id = launched.stdout.strip()
    client.wait_for_answer(run_id)
    read = f"URL={plant.url}; RUN_ID={run_id}\n{blocks['read']}"
    done = subprocess.run(["bash", "-ec", read], capture_output=True, text=True, check=True)
    for label in ("answer", "route", "references", "trace_id"):
        assert f'"label":"{label}"' in done.stdout.replace(" ", "")


def test_the_documented_rerun_works(plant: Plant, client: CanvasClient) -> None:
    """The same for going on from an answer: the second curl line of docs/dagster.md."""
    asked = client.ask("status of P-9")
    page = (REPOSITORY / "docs/dagster.md").read_text()
    (block,) = re.findall(r"<!-- curl:rerun -->\n```bash\n(.*?)```", page, re.S)
    lines = f"URL={plant.url}; TRACE_ID={asked.trace_id}\n{block}"
    launched = subprocess.run(["bash", "-ec", lines], capture_output=True, text=True, check=True)
    answer = client.wait_for_answer(launched.stdout.strip())
    kept = get(plant.database, TraceId(answer.trace_id))
    assert kept.parent_trace_id == asked.trace_id


def test_the_documented_override_test_works(plant: Plant, client: CanvasClient) -> None:
    """The same for testing another version; verdict and both traces are read by run id."""
    page = (REPOSITORY / "docs/dagster.md").read_text()
    blocks = dict(re.findall(r"<!-- curl:(\w+) -->\n```bash\n(.*?)```", page, re.S))
    block = blocks["override_test"].replace("GT-01", "P-1").replace("ci_profile", "machine_status")
    lines = f"URL={plant.url}\n{block}"
    launched = subprocess.run(["bash", "-ec", lines], capture_output=True, text=True, check=True)
    run_id = launched.stdout.strip()
    client.wait_for_answer(run_id)
    read = f"URL={plant.url}; RUN_ID={run_id}\n{blocks['read']}"
    done = subprocess.run(["bash", "-ec", read], capture_output=True, text=True, check=True)
    assert "nothing that matters changed" in done.stdout
    for label in ("diff", "verdict", "trace_id", "baseline_trace_id"):
        assert f'"label":"{label}"' in done.stdout.replace(" ", "")
