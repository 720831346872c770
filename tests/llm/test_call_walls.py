"""What leaves the process with a request to a model, and where it may go."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from dagster_project.llm.call import ModelEndpoint, Reply
from tests.llm.one_call import ASKED, BRAIN, KEY, PLAN, SCHEMA, asked, endpoint, says_plan
from tests.model_server import (
    BEHAVIOURS,
    ModelServer,
    bad_request,
    drip,
    good,
    model_server,
    redirect,
    slow,
)
from tests.sources.http_api.certificates import Authority


def call(base_url: str, key: str = KEY, seconds: float = 10.0, **options: Any) -> Reply:
    found = ModelEndpoint(base_url, key, "m-1", **options)
    try:
        return found.call(ASKED, SCHEMA, "json_schema", 400, seconds)
    finally:
        found.close()


def test_nothing_of_the_environment_is_sent(
    scripted_model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, organisations, headers, addresses and proxies of the environment have no effect."""
    for name, value in {
        "OPENAI_API_KEY": "sk-of-the-environment",
        "OPENAI_ADMIN_KEY": "sk-of-the-admin",
        "OPENAI_BASE_URL": "http://127.0.0.2:9/v1",
        "OPENAI_ORG_ID": "org-1",
        "OPENAI_PROJECT_ID": "proj-1",
        "OPENAI_CUSTOM_HEADERS": "X-Mine: 1\nAuthorization: Bearer other",
        "HTTP_PROXY": "http://127.0.0.2:9",
        "http_proxy": "http://127.0.0.2:9",
        "ALL_PROXY": "http://127.0.0.2:9",
    }.items():
        monkeypatch.setenv(name, value)
    scripted_model.brain = says_plan
    scripted_model.key = KEY
    assert call(scripted_model.base_url).outcome == "ok"
    assert set(scripted_model.requests[0].headers) == {
        "host", "accept", "accept-encoding", "content-type", "content-length", "connection",
        "user-agent",
    }  # fmt: skip


def test_without_a_key_none_is_sent(
    scripted_model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint that needs no key gets none, not even one of the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    assert call(scripted_model.base_url, "").outcome == "ok"
    assert not scripted_model.requests[0].had_key


@pytest.mark.parametrize("key", ["sk-\nX-Evil: 1", "sk-열쇠", "sk-\x00"])
def test_a_key_that_no_header_can_hold(key: str, scripted_model: ModelServer) -> None:
    """It is told as such, is not repeated, and nothing is sent."""
    reply = call(scripted_model.base_url, key)
    assert reply.outcome == "no_rights"
    assert key[:5] not in reply.detail
    assert scripted_model.requests == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """Neither to another host nor to another port does the question, or the key, go along."""
    with model_server() as first, model_server() as other:
        first.script(redirect(f"{other.base_url}/chat/completions", status))
        reply = call(first.base_url)
        assert reply.outcome == "bad_request"
        assert other.requests == other.other_requests == []


def test_a_redirect_on_the_host_is_not_followed(scripted_model: ModelServer) -> None:
    """Nor to another path of the same server."""
    scripted_model.script(redirect("/v1/embeddings"))
    assert call(scripted_model.base_url).http_status == 307
    assert scripted_model.other_requests == []


@pytest.mark.parametrize("level", [logging.DEBUG])
def test_the_key_is_in_no_log(
    level: int, scripted_model: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Even at the finest level, and for an endpoint that repeats it, no log holds the key."""
    caplog.set_level(level)
    with endpoint(scripted_model) as found:
        for make in BEHAVIOURS.values():
            scripted_model.script(make())
            asked(found, seconds=0.3)
    assert caplog.records
    for record in caplog.records:
        assert KEY[:10] not in record.getMessage() + repr(record.__dict__)


@pytest.mark.parametrize("said", [f"bad key {KEY}", f"bad key {KEY[:9]}...", f"…{KEY[-7:]}"])
def test_a_piece_of_the_key_is_not_shown(said: str, scripted_model: ModelServer) -> None:
    """An error that repeats six characters of the key is told without its words."""
    scripted_model.script(bad_request(said))
    assert call(scripted_model.base_url).detail == "answered 400"


@pytest.mark.parametrize(
    "base_url",
    ["", "env:MISSING", "127.0.0.1", "ftp://127.0.0.1/v1", "http://", "http://u:secret@h/v1",
     "http://127.0.0.1:99999/v1", "http://169.254.169.254/v1", "http://0.0.0.0:80/v1",
     "http://no-such-host.invalid/v1", "http://127.0.0.1:1/v1", "http://[::1/v1", "http://가.\ud800"],
)  # fmt: skip
def test_an_address_that_leads_nowhere(base_url: str) -> None:
    """Wrong, forbidden, unknown or dead addresses are `unreachable`, with a reason."""
    reply = call(base_url)
    assert reply.outcome == "unreachable"
    assert reply.detail
    assert "secret" not in reply.detail


def test_a_server_that_is_down_and_up(scripted_model: ModelServer) -> None:
    """While it is down it is unreachable at once; when it is back the same endpoint has it."""
    scripted_model.brain = says_plan
    with endpoint(scripted_model) as found:
        assert asked(found).outcome == "ok"
        scripted_model.down()
        start = time.monotonic()
        assert asked(found).outcome == "unreachable"
        assert time.monotonic() - start < 2
        scripted_model.up()
        assert asked(found).outcome == "ok"


def test_a_server_that_goes_down_within_an_answer(scripted_model: ModelServer) -> None:
    """Whoever waits for it is told at once, not when the time is over."""
    scripted_model.script(slow())
    with endpoint(scripted_model) as found:
        threading.Timer(0.2, scripted_model.down).start()
        start = time.monotonic()
        assert asked(found, seconds=30).outcome == "unreachable"
        assert time.monotonic() - start < 5


def test_certificates(tmp_path: Path) -> None:
    """TLS: only issuers that are trusted, only names that fit; a missing ca_file is told."""
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "Stranger")
    with model_server(says_plan, authority.server_context()) as server:
        trusted = call(server.base_url, ca_file=str(authority.ca_file))
        unknown = call(server.base_url, ca_file=str(stranger.ca_file))
        missing = call(server.base_url, ca_file=str(tmp_path / "none.pem"))
    with model_server(says_plan, authority.server_context("other.test")) as server:
        elsewhere = call(server.base_url, ca_file=str(authority.ca_file))
    assert trusted.parsed == PLAN
    assert (unknown.outcome, missing.outcome, elsewhere.outcome) == ("unreachable",) * 3
    assert "issuer" in unknown.detail
    assert "ca_file" in missing.detail
    assert "another host" in elsewhere.detail


def test_many_threads(scripted_model: ModelServer) -> None:
    """Each thread gets its own answer, and its own time, from one endpoint."""
    scripted_model.brain = lambda messages, _: json.dumps({"said": messages[0]["content"]})
    found = ModelEndpoint(scripted_model.base_url, KEY, "m-1")

    def ask(n: int) -> bool:
        message = ASKED[1].model_copy(update={"content": f"question {n}"})
        if n % 10 == 0:
            return found.call([message], SCHEMA, "json_schema", 400, 0.0).outcome == "timed_out"
        reply = found.call([message], SCHEMA, "json_schema", 400, 20.0)
        return reply.parsed == {"said": f"question {n}"}

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(ask, range(240)))
    found.close()


def test_more_threads_than_connections(scripted_model: ModelServer) -> None:
    """Who waits for a free connection does not wait longer than its time."""
    scripted_model.always = drip()
    found = ModelEndpoint(scripted_model.base_url, KEY, "m-1")

    def ask(_: int) -> tuple[str, float]:
        start = time.monotonic()
        outcome = found.call(ASKED, SCHEMA, "json_schema", 400, 1.0).outcome
        return outcome, time.monotonic() - start

    with ThreadPoolExecutor(24) as pool:
        replies = list(pool.map(ask, range(24)))
    found.close()
    assert {outcome for outcome, _ in replies} == {"timed_out"}
    assert max(took for _, took in replies) < 3.0


def test_a_forked_process_asks_for_itself(scripted_model: ModelServer) -> None:
    """A child of a process that has asked shares no connection with it."""
    scripted_model.brain = says_plan
    with endpoint(scripted_model) as found:
        assert asked(found).outcome == "ok"
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            os._exit(0 if asked(found).parsed == PLAN else 1)
        mine = asked(found)
        assert os.waitpid(child, 0)[1] == 0
        assert mine.parsed == PLAN
        assert asked(found).parsed == PLAN


def test_a_closed_endpoint_opens_again(scripted_model: ModelServer) -> None:
    """`close` ends connections; asking afterwards, or closing twice, does no harm."""
    scripted_model.always = good(BRAIN)
    found = ModelEndpoint(scripted_model.base_url, KEY, "m-1")
    found.close()
    assert asked(found).outcome == "ok"
    found.close()
    found.close()
    assert asked(found).outcome == "ok"
    found.close()


def test_only_who_asks_loads_the_client() -> None:
    """The client's modules are loaded by the first call or ahead of it, never by an import."""
    code = (
        "import sys, dagster_project.llm.call as call\n"
        "call.ModelEndpoint('http://127.0.0.1:1/v1', '', 'm')\n"
        "before = 'openai' in sys.modules or 'httpx2' in sys.modules\n"
        "call.load_client()\n"
        "print(before, 'openai' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
