"""A red night asks to go back once, a person decides once, and a channel is told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.night import Culprit
from dagster_project.contracts.rollback import RollbackRequest
from dagster_project.regression.requests import decide, file_request, get_request, requests
from dagster_project.regression.webhook import tell
from dagster_project.store.audit import audit_rows
from regression.kill_at import KILLED, killed_at
from regression.rollback_site import ALARMS, PROFILE, Site, site

__all__ = ["site"]
_REQUESTS = "dagster_project.regression.requests"
_OF_NIGHT = "select count(*) from canvas.rollback_request where night = %s"


def filed(site: Site) -> RollbackRequest:
    """A pending request of a red night that is new."""
    request = file_request(site.canvas, site.red().id)
    assert request is not None
    return request


def test_a_red_night_files_a_request(site: Site) -> None:
    """It goes back to the culprit's version of the last green night, with the evidence for it."""
    night = site.red()
    request = file_request(site.canvas, night.id)
    assert request is not None
    assert (request.status, request.suite, request.night) == ("pending", "small", night.id)
    assert (site.number() or 0) - 1 == request.targets[ALARMS]
    assert list(request.targets) == [ALARMS]
    assert request.release_id == night.release_id
    assert request.evidence.culprits == night.culprits
    assert get_request(site.canvas.database, request.id) == request
    assert requests(site.canvas.database, "pending")[0] == request
    (row,) = audit_rows(site.canvas.database, f"request:{request.id}")
    assert (row.by, row.act, row.reason) == ("canvas", "request", "it fails")
    assert row.after == {"status": "pending", "targets": request.targets}


def test_a_night_has_one_request(site: Site) -> None:
    """Filing it again, also from eight threads at once, gives the one that is there."""
    night = site.red()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: file_request(site.canvas, night.id), range(8)))
    assert len({request.id for request in found if request}) == 1
    assert site.count(_OF_NIGHT, night.id) == 1
    assert found[0] is not None
    assert site.acts(f"request:{found[0].id}") == ["request"]
    assert file_request(site.canvas, night.id) == found[0]


def test_what_no_rollback_answers_files_none(site: Site) -> None:
    """A green night, one that nothing green is before, and one that the data or chance turned."""
    site.good()
    assert file_request(site.canvas, site.night().id) is None
    assert file_request(site.canvas, site.night(["alarms"], suite="never_green").id) is None
    site.red()
    for cause in ("data", "flaky"):
        night = site.night(["alarms"], [Culprit(cause=cause, cases=("alarms",))])
        assert file_request(site.canvas, night.id) is None
    with pytest.raises(AssetNotFound, match="no night 999999"):
        file_request(site.canvas, 999_999)


def test_a_version_that_is_gone_asks_for_nothing(site: Site) -> None:
    """Somebody published over the blamed version before the request was filed."""
    night = site.red()
    site.good()
    assert file_request(site.canvas, night.id) is None


def test_without_a_culprit_all_that_changed_goes_back(site: Site) -> None:
    """It says that no culprit was found, and is filed because its dry run is green."""
    site.good()
    site.night()
    site.publish(site.texts[PROFILE], PROFILE)
    site.bad()
    request = file_request(site.canvas, site.night(["alarms"]).id)
    assert request is not None
    assert set(request.targets) == {ALARMS, PROFILE} == set(request.evidence.changed)
    (everything,) = request.evidence.culprits
    assert everything.cause == "unknown"
    assert "No culprit was found" in everything.explanation
    assert request.evidence.dry_run[0].verdict.colour == "green"


def test_without_a_culprit_and_a_cure_nothing_is_asked(site: Site) -> None:
    """When the suite stays red with all changes taken back, going back is no answer."""
    site.bad()
    site.night()
    site.bad()
    assert file_request(site.canvas, site.night(["alarms"]).id) is None


def test_a_second_red_night_joins_the_waiting_request(site: Site) -> None:
    """Same targets, of whatever suite: no second request, but the audit names the newer night."""
    then = site.good().versions[ALARMS].number
    site.night()
    site.night(suite="other")
    now = site.bad().versions[ALARMS].number
    culprit = Culprit(cause="config", assets={ALARMS: (str(then), str(now))}, cases=("alarms",))
    first = file_request(site.canvas, site.night(["alarms"], [culprit]).id)
    assert first is not None
    night = site.night(["alarms"], [culprit], suite="other")
    assert file_request(site.canvas, night.id) == first
    decided = decide(site.canvas.database, first.id, "approved", "operator-1", "right")
    assert file_request(site.canvas, night.id) == decided
    assert site.count(_OF_NIGHT, night.id) == 0
    assert site.acts(f"request:{first.id}") == ["request", "red_again", "approve"]
    (_, again, _) = audit_rows(site.canvas.database, f"request:{first.id}")
    assert again.after == {"night": night.id, "suite": "other"}


def test_a_declined_request_does_not_silence_the_next_night(site: Site) -> None:
    """After a no the next red night asks anew."""
    first = filed(site)
    decide(site.canvas.database, first.id, "declined", "operator-1", "it is meant so")
    second = file_request(site.canvas, site.night(["alarms"], first.evidence.culprits).id)
    assert second is not None
    assert (second.id > first.id, second.targets) == (True, first.targets)


def test_a_person_decides_once(site: Site) -> None:
    """The same word by the same person is no news; any other is refused with who and when."""
    database, request = site.canvas.database, filed(site)
    approved = decide(database, request.id, "approved", "operator-1", "the rows are wrong")
    assert (approved.status, approved.decided_by) == ("approved", "operator-1")
    assert approved.decision_reason == "the rows are wrong"
    assert decide(database, request.id, "approved", "operator-1", "again") == approved
    for decision, by in (("declined", "operator-1"), ("approved", "lee")):
        with pytest.raises(InvalidRequest, match=r"was approved by operator-1 at 20\d\d-.* UTC"):
            decide(database, request.id, decision, by, "no")
    assert get_request(database, request.id) == approved
    assert site.acts(f"request:{request.id}") == ["request", "approve"]


@pytest.mark.parametrize(("by", "reason"), [("", "why"), ("operator-1", " ")])
def test_a_decision_has_a_name_and_a_reason(site: Site, by: str, reason: str) -> None:
    """Without either the request stays pending."""
    request = filed(site)
    with pytest.raises(InvalidRequest, match="a name and a reason"):
        decide(site.canvas.database, request.id, "approved", by, reason)
    assert get_request(site.canvas.database, request.id).status == "pending"
    with pytest.raises(AssetNotFound, match="no rollback request 999999"):
        decide(site.canvas.database, 999_999, "approved", "operator-1", "why")


def test_of_eight_deciders_one_wins(site: Site) -> None:
    """Yes and no at the same moment: one of them stands, and all others are told so."""
    request = filed(site)

    def vote(n: int) -> bool:
        try:
            word = "approved" if n % 2 else "declined"
            decide(site.canvas.database, request.id, word, f"p{n}", "race")
        except InvalidRequest:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(vote, range(8)))
    assert sum(won) == 1
    decided = get_request(site.canvas.database, request.id)
    assert decided.decided_by == f"p{won.index(True)}"
    assert len(site.acts(f"request:{request.id}")) == 2


# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "when", "there"),
    [
        (f"{_REQUESTS}:get_night", "after", 0),
        (f"{_REQUESTS}:gather", "before", 0),
        (f"{_REQUESTS}:gather", "after", 0),
        (f"{_REQUESTS}:insert_request", "after", 0),
        (f"{_REQUESTS}:record", "after", 0),
        (f"{_REQUESTS}:tell", "before", 1),
        (f"{_REQUESTS}:tell", "after", 1),
    ],
)
def test_killed_while_filing(site: Site, place: str, when: str, there: int) -> None:
    """Killed at any step, the request is there whole or not at all; filed again it is one."""
    night = site.red()
    call = f"{_REQUESTS}:file_request"
    assert killed_at(site.canvas.settings, place, when, call, night.id) == KILLED
    assert site.count(_OF_NIGHT, night.id) == there
    request = file_request(site.canvas, night.id)
    assert request is not None
    assert site.count(_OF_NIGHT, night.id) == 1
    assert site.acts(f"request:{request.id}") == ["request"]


@pytest.mark.parametrize(
    ("place", "when"),
    [("lock_request", "after"), ("record", "after"), ("save_request", "after")],
)
def test_killed_while_deciding(site: Site, place: str, when: str) -> None:
    """Killed before the commit, nothing is decided; deciding again decides once."""
    request = filed(site)
    arguments = (request.id, "approved", "operator-1", "right")
    call = f"{_REQUESTS}:decide"
    settings = site.canvas.settings
    assert killed_at(settings, f"{_REQUESTS}:{place}", when, call, *arguments) == KILLED
    assert get_request(site.canvas.database, request.id) == request
    decide(site.canvas.database, request.id, "approved", "operator-1", "right")
    assert site.acts(f"request:{request.id}") == ["request", "approve"]


# -------------------------------------------------------------------------------------------------


class Channel:
    """A server on the loopback that keeps what it is sent."""

    def __init__(self) -> None:
        self.got: list[dict[str, object]] = []
        self.status, self.wait_seconds = 204, 0.0
        channel = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                channel.got.append(json.loads(body))
                time.sleep(channel.wait_seconds)
                self.send_response(channel.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook/a-secret-token"


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Channel]:
    channel = Channel()
    thread = threading.Thread(target=channel.server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("CANVAS_WEBHOOK_URL", channel.url)
    yield channel
    channel.server.shutdown()
    channel.server.server_close()
    thread.join()


def test_a_channel_is_told_once(site: Site, channel: Channel) -> None:
    """A filed request is posted with what a person needs to look it up; filing again is not."""
    request = filed(site)
    (got,) = channel.got
    assert (got["event"], got["request"], got["suite"]) == (
        "rollback_requested",
        request.id,
        "small",
    )
    assert got["targets"] == request.targets
    assert f"canvas requests show {request.id}" in str(got["text"])
    file_request(site.canvas, request.night)
    assert len(channel.got) == 1
    assert site.acts(f"request:{request.id}") == ["request", "notify"]


def test_where_the_channel_is_is_not_stored(site: Site, channel: Channel) -> None:
    """Neither the audit nor the request holds the URL, also when it cannot be reached."""
    channel.status = 500
    request = filed(site)
    rows = audit_rows(site.canvas.database, f"request:{request.id}")
    assert rows[0].reason == "CANVAS_WEBHOOK_URL: not told, HTTP 500"
    assert rows[0].after == {"told": False}
    assert "a-secret-token" not in str(rows) + str(request)


def test_a_channel_that_is_down_blocks_nothing(
    site: Site, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow, refused or no URL at all: the request is filed in time, and the audit says so."""
    channel.wait_seconds = 20.0
    started = time.monotonic()
    request = filed(site)
    assert time.monotonic() - started < 15.0
    assert audit_rows(site.canvas.database, f"request:{request.id}")[0].after == {"told": False}
    for url in ("http://127.0.0.1:9/closed", "nowhere", "file:///etc/passwd", "http://[bad"):
        monkeypatch.setenv("CANVAS_WEBHOOK_URL", url)
        row = audit_rows(site.canvas.database, f"request:{filed(site).id}")[0]
        assert row.act == "notify", url
        assert row.reason.startswith("CANVAS_WEBHOOK_URL: not told, "), url


def test_an_answer_in_drops_is_not_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that keeps sending a little is left after three seconds, like a silent one."""
    request = filed(site)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                for n in range(40):
                    connection.sendall(f"x-{n}: y\r\n".encode())
                    time.sleep(0.25)

        threading.Thread(target=drip, daemon=True).start()
        port = server.getsockname()[1]
        monkeypatch.setenv("CANVAS_WEBHOOK_URL", f"http://127.0.0.1:{port}/")
        started = time.monotonic()
        tell(site.canvas.database, request)
        took = time.monotonic() - started
    assert 2.5 < took < 6.0
    (row, _) = audit_rows(site.canvas.database, f"request:{request.id}")
    assert row.reason == "CANVAS_WEBHOOK_URL: not told, no answer within 3 s"


def test_killed_before_telling_it_is_told_later(site: Site, channel: Channel) -> None:
    """A request that was filed by a process that died is told of when it is filed again."""
    night = site.red()
    call = f"{_REQUESTS}:file_request"
    place = f"{_REQUESTS}:tell"
    assert killed_at(site.canvas.settings, place, "before", call, night.id) == KILLED
    assert channel.got == []
    file_request(site.canvas, night.id)
    assert len(channel.got) == 1
