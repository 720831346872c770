"""Health tells a dead API from a refused token, an expired certificate, a used-up allowance."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest

from sources.http_api.source import open_http_api
from sources.protocol import Health

from .certificates import Authority
from .scripted import Answer, Asked, answer, serving, source_of


def finding(health: Health, name: str) -> tuple[str, str]:
    (found,) = [one for one in health.findings if one.name == name]
    return found.status, found.detail


def test_all_is_well() -> None:
    """Four findings, each with what was seen."""
    headers = {"x_ratelimit_limit": "100", "x_ratelimit_remaining": "42"}
    with serving(lambda _: answer([], **headers)) as server:
        health = source_of(server, allowed_paths=["/orders", "/orders/{id}"]).health()
    assert (health.status, [f.name for f in health.findings]) == (
        "ok",
        ["connection", "rights", "limits", "latency"],
    )
    assert finding(health, "rights") == ("ok", "GET /orders may be read.")
    assert finding(health, "limits") == ("ok", "limit 100, 42 left.")
    assert 0 < health.latency_ms < 500
    assert {asked.path for asked in server.asked} == {"/orders"}


@pytest.mark.parametrize(
    ("host", "starts_in_days", "ends_in_days", "said"),
    [
        ("127.0.0.1", -9, -1, "has expired"),
        ("127.0.0.1", 1, 9, "not valid yet"),
        ("api.example", -1, 9, "another host name"),
        ("10.0.0.1", -1, 9, "another host name"),
    ],
)
def test_bad_certificates_are_told_apart(
    tmp_path: Path, host: str, starts_in_days: int, ends_in_days: int, said: str
) -> None:
    """Expired, not yet valid and for another host are different findings."""
    authority = Authority(tmp_path)
    context = authority.server_context(
        host, starts_in_days=starts_in_days, ends_in_days=ends_in_days
    )
    with serving(lambda _: answer([]), context) as server:
        source = open_http_api(
            "cmms", base_url=server.url, ca_file=str(authority.ca_file), allowed_paths=["/a"],
            token="s3cret",
        )  # fmt: skip
        health = source.health()
    assert health.status == "error"
    assert said in finding(health, "connection")[1]
    assert server.asked == []


def test_an_issuer_that_is_not_known(tmp_path: Path) -> None:
    """A certificate of somebody else's authority, or plain HTTP behind https, is no connection."""
    ours, theirs = Authority(tmp_path), Authority(tmp_path, "Stranger")
    with serving(lambda _: answer([]), theirs.server_context()) as server:
        source = open_http_api(
            "cmms", base_url=server.url, ca_file=str(ours.ca_file), allowed_paths=["/a"]
        )
        assert "unknown issuer" in finding(source.health(), "connection")[1]
    with serving(lambda _: answer([])) as server:
        url = server.url.replace("http:", "https:")
        health = open_http_api("cmms", base_url=url, allowed_paths=["/a"]).health()
        assert "TLS failed" in finding(health, "connection")[1]


def test_a_good_certificate(tmp_path: Path) -> None:
    """TLS by the site's authority is well."""
    authority = Authority(tmp_path)
    with serving(lambda _: answer([]), authority.server_context()) as server:
        source = open_http_api(
            "cmms", base_url=server.url, ca_file=str(authority.ca_file), allowed_paths=["/a"]
        )
        assert source.health().status == "ok"


def test_nobody_there() -> None:
    """A closed port is found at once, a silent one at the time-out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        started = time.monotonic()
        silent = source_of(url, health_retries=5).health(timeout_seconds=0.5)
        assert time.monotonic() - started < 1.5
    closed = source_of(url, health_retries=0).health()
    assert (silent.status, closed.status) == ("error", "error")
    assert "had not answered" in finding(silent, "connection")[1]
    assert "cannot connect" in finding(closed, "connection")[1]


@pytest.mark.parametrize(
    ("status", "level", "said"),
    [(401, "error", "token_ref"), (403, "error", "right to read"), (500, "error", "500"),
     (404, "warn", "not seen"), (400, "warn", "not seen")],
)  # fmt: skip
def test_rights(status: int, level: str, said: str) -> None:
    """A refused token is an error of rights, not of the connection."""
    with serving(lambda _: answer({"message": "no"}, status)) as server:
        health = source_of(server, allowed_paths=["/orders"], token="s3cret").health()
    assert finding(health, "connection")[0] == "ok"
    assert finding(health, "rights")[0] == level
    assert said in finding(health, "rights")[1]
    assert "s3cret" not in repr(health)


def test_nothing_allowed() -> None:
    """A source whose list of paths is empty can read nothing, and says so."""
    with serving(lambda _: answer([])) as server:
        health = source_of(server, allowed_paths=[]).health()
    assert finding(health, "rights") == ("error", "no path is allowed. Fill allowed_tables.")


def test_the_description_names_a_path_to_try() -> None:
    """Where all allowed paths need a value, an operation without one is asked for its rights."""
    rows = {"type": "array", "items": {"properties": {"id": {}}}}
    get = {"responses": {"200": {"content": {"application/json": {"schema": rows}}}}}
    document = {"openapi": "3.0.0", "paths": {"/a/{id}": {"get": get}, "/b": {"get": get}}}

    def script(asked: Asked) -> Answer:
        return answer(document) if asked.path == "/api.json" else answer({"message": "no"}, 401)

    with serving(script) as server:
        health = open_http_api(
            "cmms", base_url=server.url, openapi="/api.json", allowed_paths=["*"]
        ).health()
    assert finding(health, "connection")[0] == "ok"
    assert finding(health, "rights")[0] == "error"
    assert "GET /b answered 401" in finding(health, "rights")[1]


def test_limits_that_are_used_up() -> None:
    """An allowance of nothing is a warning with the time that is left."""
    headers = {"ratelimit_remaining": "0", "ratelimit_reset": "60"}
    with serving(lambda _: answer([], **headers)) as server:
        health = source_of(server, allowed_paths=["/a"]).health(timeout_seconds=1)
    assert finding(health, "limits") == ("warn", "the API's allowance is used up for 60 s.")
    assert (health.status, len(server.asked)) == ("warn", 1)


def test_a_slow_api_is_a_warning() -> None:
    """Slower than max_latency_ms is a warn of latency."""

    def script(_: Asked) -> Answer:
        time.sleep(0.05)
        return answer([])

    with serving(script) as server:
        health = source_of(server, allowed_paths=["/a"], max_latency_ms=20).health()
    assert health.status == "warn"
    assert finding(health, "latency")[0] == "warn"
    assert health.latency_ms > 45


def test_health_never_raises() -> None:
    """A body that is cut, too large or no JSON is a finding at most."""
    for given in (
        Answer(200, b"x" * 2_000_000, {"content-type": "application/json"}),
        Answer(200, json.dumps("x").encode(), {"content-type": "text/html"}),
        Answer(200, b"x", {"content-encoding": "br"}),
        Answer(302, b"", {"location": "http://evil.example/"}),
    ):
        with serving(lambda _, given=given: given) as server:
            assert source_of(server, allowed_paths=["/a"]).health().status in ("ok", "error")
