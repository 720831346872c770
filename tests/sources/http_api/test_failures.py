"""What goes wrong has its name, comes in time, and is asked again where that helps."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from sources.errors import (
    QueryFailed,
    RightsMissing,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
)
from sources.http_api.source import HttpApiSource
from sources.protocol import Column

from .scripted import JSON, Answer, Asked, answer, request, serving, source_of


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, QueryFailed), (401, RightsMissing), (403, RightsMissing), (404, QueryFailed),
     (405, QueryFailed), (409, QueryFailed), (422, QueryFailed), (429, SourceUnavailable),
     (500, SourceUnavailable), (502, SourceUnavailable), (503, SourceUnavailable)],
)  # fmt: skip
def test_each_status_has_its_error(status: int, error: type[SourceError]) -> None:
    """The error names path and status, and repeats the API's message, cut."""
    message = {"error": {"message": "no such\n  filter " + "x" * 900}}
    with serving(lambda _: answer(message, status)) as server, pytest.raises(error) as raised:
        source_of(server).run(request("/rows", query={"q": "private-value"}))
    said = str(raised.value)
    assert f"GET /rows answered {status}" in said
    assert ("no such filter xxx" in said) is (status != 429)
    assert "private-value" not in said
    assert len(said) < 500


def test_a_thing_that_is_not_there_is_no_rows() -> None:
    """404 in JSON on a path with a value is an empty result; anything else of 404 is an error."""
    with serving(lambda _: answer({"message": "no such order"}, 404)) as server:
        source = source_of(server)
        found = source.run(request("/orders/{id}", {"id": "nope"}, types={"id": "text"}))
        assert (found.rows, found.truncated) == ((), False)
        assert found.columns == (Column("id", "text"),)
        with pytest.raises(QueryFailed, match="404"):
            source.run(request("/orders"))
    page = Answer(404, b"<html>not found</html>", {"content-type": "text/html"})
    with serving(lambda _: page) as server, pytest.raises(QueryFailed, match="text/html"):
        source_of(server).run(request("/orders/{id}", {"id": "nope"}))
    with serving(lambda _: Answer(204)) as server:
        assert source_of(server).run(request()).rows == ()


def test_none_of_them_is_not_all_of_them() -> None:
    """A list of values that is empty gives no rows and asks nobody; no value at all is left out."""
    paging = {"style": "page", "total": "$.total"}
    document = {"query": {"ci": "$ci"}, "rows": "$.items", "types": {"id": "text"}}
    with serving(lambda _: answer({"items": [], "total": 0})) as server:
        source = source_of(server)
        nothing = request(params={"ci": []}, **document, paging=paging)
        found = source.run(nothing)
        assert (found.rows, found.columns) == ((), (Column("id", "text"),))
        assert source.count(nothing) == 0
        assert server.asked == []
        source.run(request(params={"ci": None}, **document))
        assert server.asked[0].query == {}


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"<html>log in</html>", "text/html; charset=utf-8", "text/html, not JSON"),
        (b"a,b\n1,2", "text/csv", "text/csv, not JSON"),
        (b"{", "application/json", "application/json but is no JSON at byte"),
        (b"", "application/json", "no JSON"),
        (b"[NaN]", "application/json", "no JSON"),
        (b"[" * 200_000, "application/json", "no JSON"),
        (b"[" + b"9" * 5_000 + b"]", "application/json", "no JSON"),
        (b"\xff\xfe\xfd", "application/json", "no JSON"),
    ],
    ids=["html", "csv", "half", "nothing", "nan", "deep", "long number", "bytes"],
)
def test_what_is_not_json_names_its_type(body: bytes, kind: str, said: str) -> None:
    """A log-in page, half a body and the like are terminal errors that name the content type."""
    with (
        serving(lambda _: Answer(200, body, {"content-type": kind})) as server,
        pytest.raises(QueryFailed, match=said),
    ):
        source_of(server).run(request())


def test_kinds_of_json_that_are_read() -> None:
    """Vendor types, a byte order mark, no type at all."""
    for kind in ({"content-type": "application/vnd.x+json; charset=utf-8"}, {}):
        body = b'\xef\xbb\xbf[{"id": 1}]'
        with serving(lambda _, b=body, k=kind: Answer(200, b, k)) as server:
            assert source_of(server).run(request()).rows == ((1,),)


# ------------------------------------------------------------------------------------------------


def test_nobody_there() -> None:
    """A refused connection and an unknown name are `unavailable`, and retryable."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://no-such-host.invalid"):
        with pytest.raises(SourceUnavailable) as error:
            source_of(url).run(request())
        assert error.value.retryable


@pytest.mark.parametrize("where", ["before the answer", "dripping headers", "dripping body"])
def test_the_time_out_is_total(where: str) -> None:
    """A server that drips bytes for ever is cut off at the time-out, not later."""
    ended = threading.Event()

    def drip() -> Iterator[bytes]:
        while not ended.wait(0.05):
            yield b" "

    def slow(_: Asked) -> Answer:
        if where == "before the answer":
            ended.wait(10)
        return Answer(200, drip(), JSON)

    def drip_headers(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            for byte in b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 10_000:
                if ended.wait(0.05):
                    return
                try:
                    connection.send(bytes([byte]))
                except OSError:
                    return

    if where == "dripping headers":
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=drip_headers, args=(listener,))
            thread.start()
            _expect_timeout(source_of(f"http://127.0.0.1:{listener.getsockname()[1]}"))
            ended.set()
            thread.join()
        return
    with serving(slow) as server:
        _expect_timeout(source_of(server))
        ended.set()


def _expect_timeout(source: HttpApiSource) -> None:
    started = time.monotonic()
    with pytest.raises(SourceTimeout):
        source.run(request(timeout_seconds=0.6))
    assert 0.5 < time.monotonic() - started < 1.6


def test_the_time_out_covers_all_pages() -> None:
    """Pages that each come in time do not add up past it."""

    def page(asked: Asked) -> Answer:
        time.sleep(0.15)
        return answer([{"n": asked.number("page", 1)}])

    with serving(page) as server:
        started = time.monotonic()
        with pytest.raises(SourceTimeout):
            source_of(server, max_pages=1000).run(
                request(paging={"style": "page"}, timeout_seconds=0.7)
            )
        assert time.monotonic() - started < 1.2
        assert 2 <= len(server.asked) <= 6


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw deflate", "identity"])
def test_packed_bodies(packing: str) -> None:
    """Gzip and both kinds of deflate are unpacked."""
    plain = json.dumps([{"id": n} for n in range(500)]).encode()
    raw = zlib.compressobj(wbits=-15)
    body = {
        "gzip": gzip.compress(plain),
        "deflate": zlib.compress(plain),
        "raw deflate": raw.compress(plain) + raw.flush(),
        "identity": plain,
    }[packing]
    headers = JSON | {"content-encoding": packing.removeprefix("raw ")}
    with serving(lambda _: Answer(200, body, headers)) as server:
        assert len(source_of(server).run(request()).rows) == 500
        assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_large_body_is_cut_off() -> None:
    """The cap holds while streaming, for endless bodies and for what a body unpacks to."""

    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 65_536

    bomb = gzip.compress(b" " * 200_000_000, 9)
    for given in (
        lambda _: Answer(200, endless(), JSON),
        lambda _: Answer(200, b" " * 1_000_001, JSON),
        lambda _: Answer(200, bomb, JSON | {"content-encoding": "gzip"}),
    ):
        with serving(given) as server:
            import tracemalloc

            tracemalloc.start()
            with pytest.raises(QueryFailed, match="larger than 1000000 bytes"):
                source_of(server).run(request())
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 8_000_000
    exact = b"[" + b" " * 999_998 + b"]"
    with serving(lambda _: Answer(200, exact, JSON)) as server:
        assert source_of(server).run(request()).rows == ()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("br", b"x"), ("gzip", b"not gzip"), ("gzip", gzip.compress(b"[]", mtime=0)[:-6])],
    ids=["not asked for", "no gzip", "half"],
)
def test_a_body_packed_wrongly_is_an_error(encoding: str, body: bytes) -> None:
    """A packing that was not asked for, or is broken, gives no rows."""
    headers = JSON | {"content-encoding": encoding}
    with (
        serving(lambda _: Answer(200, body, headers)) as server,
        pytest.raises(QueryFailed, match="body"),
    ):
        source_of(server).run(request())


# ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_api_is_asked_again(status: int) -> None:
    """After a pause, as often as `retries` says, and then the error stands."""
    given = [answer({}, status), answer([{"id": 1}])]
    with serving(lambda _: given.pop(0)) as server:
        assert source_of(server, retries=1).run(request()).rows == ((1,),)
        assert len(server.asked) == 2
    with serving(lambda _: answer({}, status)) as server:
        with pytest.raises(SourceUnavailable):
            source_of(server, retries=2).run(request())
        assert len(server.asked) == 3
    with serving(lambda _: answer({}, 500)) as server:
        with pytest.raises(SourceUnavailable):
            source_of(server, retries=2).run(request())
        assert len(server.asked) == 1


def test_a_lost_connection_is_asked_again() -> None:
    """A connection that the server closes under a GET costs nothing but the second try."""
    hung_up = threading.Event()

    def hang_up_once(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.recv(4096)
        connection.close()
        hung_up.set()
        connection, _ = listener.accept()
        connection.recv(4096)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n"
        connection.sendall(head + b'[{"id": 3}]')
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hang_up_once, args=(listener,), daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert source_of(url, retries=1).run(request()).rows == ((3,),)
        thread.join(5)
    assert hung_up.is_set()


@pytest.mark.parametrize("form", ["seconds", "date", "x-ratelimit-reset", "ratelimit"])
def test_the_api_says_how_long_to_wait(form: str) -> None:
    """Retry-After in seconds or as a date, and rate headers, are waited out within the time-out."""
    later = datetime.fromtimestamp(time.time() + 2, UTC)
    headers = {
        "seconds": {"retry_after": "1"},
        "date": {"retry_after": format_datetime(later, usegmt=True)},
        "x-ratelimit-reset": {
            "x_ratelimit_remaining": "0",
            "x_ratelimit_reset": str(time.time() + 1)[:10],
        },
        "ratelimit": {"ratelimit": '"default";r=0;t=1'},
    }[form]
    given = [answer({}, 429, **headers), answer([{"id": 1}])]
    at: list[float] = []

    def script(_: Asked) -> Answer:
        at.append(time.monotonic())
        return given.pop(0)

    with serving(script) as server:
        assert source_of(server, retries=1).run(request(timeout_seconds=8)).rows == ((1,),)
    assert 0.05 < at[1] - at[0] < 3
    if form == "seconds":
        assert at[1] - at[0] >= 0.95


def test_a_longer_wait_than_the_time_out_is_not_begun() -> None:
    """The answer comes at once, and says when to ask again."""
    started = time.monotonic()
    with serving(lambda _: answer({}, 429, retry_after="60")) as server:
        source = source_of(server, retries=3)
        with pytest.raises(SourceUnavailable, match="Ask again in 60 s"):
            source.run(request(timeout_seconds=2))
        with pytest.raises(SourceTimeout, match="rate limit"):
            source.run(request(timeout_seconds=2))
        assert len(server.asked) == 1
    assert time.monotonic() - started < 1


def test_an_allowance_that_is_used_up_is_respected_beforehand() -> None:
    """`remaining: 0` on a good answer holds back the next request until the reset."""
    headers = {"ratelimit_remaining": "0", "ratelimit_reset": "1"}
    with serving(lambda _: answer([{"id": 1}], **headers)) as server:
        source = source_of(server)
        started = time.monotonic()
        source.run(request())
        source.run(request())
        assert 0.95 < time.monotonic() - started < 2


def test_all_threads_share_one_rate() -> None:
    """Eight threads on one source ask no faster than it allows."""
    with serving(lambda _: answer([])) as server:
        source = source_of(server, requests_per_second=10)
        started = time.monotonic()
        for _ in range(10):  # what a second holds at once
            source.run(request())
        threads = [
            threading.Thread(target=source.run, args=(request(timeout_seconds=10),))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.asked) == 18
        assert time.monotonic() - started > 0.75


def test_a_forked_process_asks_on_connections_of_its_own() -> None:
    """A child of a process that has asked already answers as well."""
    import os

    with serving(lambda _: answer([{"id": 1}])) as server:
        source = source_of(server)
        source.run(request())
        child = os.fork()
        if child == 0:
            os._exit(0 if source.run(request()).rows == ((1,),) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert source.run(request()).rows == ((1,),)
