"""Nothing but a GET of an allowed path of the one host ever leaves, and no secret is told."""

from __future__ import annotations

import json
import socket
from datetime import datetime
from pathlib import Path

import httpcore2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.errors import QueryFailed, QueryRejected, SourceError, SourceUnavailable
from sources.http_api.base_url import read_base_url
from sources.http_api.pinned import PinnedAddresses
from sources.http_api.source import HttpApiSource, open_http_api
from sources.http_api.target import is_allowed
from sources.protocol import BoundQuery

from .scripted import Answer, answer, request, serving, source_of

SECRET = "s3cret-token-not-to-be-shown"
SHUT = "http://127.0.0.1:9"


def shut_source(*allowed: str) -> HttpApiSource:
    """Its port answers to nobody: what passes here passed without a network."""
    return HttpApiSource("cmms", SHUT, allowed_paths=allowed or ("*",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[1]", "not a JSON object"),
        ('{"path": "/a", "method": "POST"}', "only GET"),
        ('{"path": "/a", "method": "get"}', "only GET"),
        ('{"path": "orders"}', "starts with /"),
        ('{"path": "/a", "body": {}}', "'body'"),
        ('{"path": "/a", "headers": {}}', "'headers'"),
        ('{"path": "/a", "rows": "items"}', "does not start with \\$"),
        ('{"path": "/a", "columns": {"x": "$["}}', "columns.x"),
        ('{"path": "/a", "types": {"x": "string"}}', "types.x"),
        ('{"path": "/a", "query": {"q": "status:$status"}}', "stands alone"),
        ('{"path": "/a", "query": {"q": null}}', "query.q"),
        ('{"path": "/a", "query": []}', "query is"),
        ('{"path": "/a", "paging": {"style": "scroll"}}', "paging.style"),
        ('{"path": "/a", "paging": {"style": "cursor"}}', "paging.next"),
        ('{"path": "/a", "paging": {"style": "page", "size": 0}}', "paging.size"),
        ('{"path": "/a", "paging": {"stile": "page"}}', "'stile'"),
        ('{"path": "/a/../b"}', r"'\.\.'"),
        ('{"path": "/a/%2e%2e/b"}', r"'\.\.'"),
        ('{"path": "/a//b"}', "'//'"),
        ('{"path": "/a?x=1"}', "no path has"),
        ('{"path": "/a#x"}', "no path has"),
        ('{"path": "/a\\\\b"}', "no path has"),
        ('{"path": "/a%0d%0ab"}', "no path has"),
        ('{"path": "/a/{b-c}"}', "no path has"),
        ("[" * 100_000, "100000 characters"),
        ("[" * 19_000, "not JSON"),
    ],
)
def test_a_document_that_is_not_right_is_refused(text: str, said: str) -> None:
    """Each fault is named, before anything is sent."""
    query = BoundQuery(text, allowed_tables=frozenset({"*"}))
    with pytest.raises(QueryRejected, match=said):
        shut_source().inspect(query)
    with pytest.raises(QueryRejected, match=said):
        shut_source().run(query)


@pytest.mark.parametrize(
    ("pattern", "path", "allowed"),
    [
        ("*", "/orders/1", True),
        ("/orders", "/orders", True),
        ("/orders", "/orders/", True),
        ("/orders", "/orders/1", False),
        ("/orders", "/order", False),
        ("/orders", "/Orders", False),
        ("/orders/{id}", "/orders/1", True),
        ("/orders/{id}", "/orders/{order_id}", True),
        ("/orders/{id}", "/orders", False),
        ("/orders/{id}", "/orders/1/parts", False),
        ("/orders/{id}/parts", "/orders/1/parts", True),
        ("/orders/*", "/orders", False),
        ("/orders/*", "/orders/1", True),
        ("/orders/*", "/orders/1/parts", True),
        ("/orders/*", "/ordersX/1", False),
        ("/*/status", "/a/status", True),
        ("/*/status", "/a/b/status", False),
        ("/s/{id}.ics", "/s/1.ics", True),
        ("/s/{id}.ics", "/s/1.icsx", False),
        ("/s/{id}.ics", "/s/.ics", False),
    ],
)
def test_what_a_pattern_allows(pattern: str, path: str, allowed: bool) -> None:
    """A pattern takes whole segments and never more than it says."""
    assert is_allowed(path, [pattern]) is allowed


def test_both_lists_must_allow_the_path() -> None:
    """The source's paths and the query's own list are two walls; the latter comes lower-cased."""
    source = shut_source("/Orders/{Id}", "/crews")
    source.inspect(request("/Orders/{x}", allowed=frozenset({"/orders/{id}"})))
    for path, own in (("/parts", "*"), ("/crews", "/orders/{id}"), ("/crews", "")):
        with pytest.raises(QueryRejected, match="not allowed"):
            source.inspect(request(path, allowed=frozenset({own})))
    with pytest.raises(QueryRejected, match="not allowed"):
        HttpApiSource("cmms", SHUT).inspect(request("/crews"))
    with pytest.raises(QueryRejected, match="operation 'get'"):
        HttpApiSource("x", SHUT, allowed_paths=["*"], allowed_operations=[]).inspect(request("/a"))


@pytest.mark.parametrize(
    "value",
    ["..", ".", "", " ", "a/b", "a\\b", "%2e%2e", "..%2f..", "%252e%252e", "a%2Fb", "a\nb", "a\x00",
     "\ud800", "x" * 3_000, None, ["a"], {"a": 1}],
)  # fmt: skip
def test_a_value_never_changes_the_path(value: object) -> None:
    """A value is one segment of the path, or refused before anything is sent."""
    with pytest.raises(QueryRejected):
        shut_source().run(request("/orders/{id}", {"id": value}))


@pytest.mark.parametrize(
    "value", ["a b", "a?b=c", "a#b", "a&b", "가나", "a;b", "a+b", "100%", "{x}"]
)
def test_a_value_reaches_the_api_as_it_is(value: str) -> None:
    """Marks that mean something in a URL arrive as part of the value, in path and query."""
    with serving(lambda _: answer({"id": 1})) as server:
        source_of(server).run(
            request("/orders/{id}", {"id": value, "q": value}, query={"filter": "$q"})
        )
    (asked,) = server.asked
    path = asked.path.split("/")
    from urllib.parse import unquote

    assert [unquote(part) for part in path] == ["", "orders", value]
    assert asked.query == {"filter": [value]}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12))
def test_no_value_leaves_its_segment(value: str) -> None:
    """Any text is refused, or sent as the one last segment of the path."""
    from sources.http_api.request import read_request
    from sources.http_api.target import fill_path

    document = read_request('{"path": "/orders/{id}"}', source="cmms")
    try:
        path = fill_path(document, {"id": value}, source="cmms")
    except QueryRejected:
        return
    assert path.startswith("/orders/")
    assert path.count("/") == 2
    assert not {"?", "#", "\\", " "} & set(path)
    assert path.rpartition("/")[2] not in (".", "..", "")


def test_several_segments_must_be_declared_and_stay_allowed() -> None:
    """`{+name}` takes slashes, yet neither `..` nor a path that is not allowed."""
    with serving(lambda _: answer({"id": 1})) as server:
        source = source_of(server, allowed_paths=["/files/*"])
        source.run(request("/files/{+path}", {"path": "a/b c"}))
        assert server.asked[0].path == "/files/a/b%20c"
        with pytest.raises(QueryRejected):
            source.run(request("/files/{+path}", {"path": "a/../b"}))
        narrow = source_of(server, allowed_paths=["/files/{one}"])
        with pytest.raises(QueryRejected, match="not allowed"):
            narrow.run(request("/files/{+path}", {"path": "a/b"}))
        assert len(server.asked) == 1


def test_query_values_by_kind() -> None:
    """Times go out in UTC, truths in lower case, lists repeated, and what is empty is left out."""
    at = datetime.fromisoformat("2026-02-04T09:00:00+09:00")
    given = {"at": at, "on": at.date(), "ok": True, "many": ["a", "b"], "none": None}
    query = {name: f"${name}" for name in (*given, "absent")} | {"n": 3, "dollar": "$$x"}
    with serving(lambda _: answer([])) as server:
        source_of(server).run(request("/orders", given, query=query))
    assert server.asked[0].query == {
        "at": ["2026-02-04T00:00:00Z"],
        "on": ["2026-02-04"],
        "ok": ["true"],
        "many": ["a", "b"],
        "n": ["3"],
        "dollar": ["$x"],
    }


# ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["ftp://a/", "http://", "//a", "a", "http://u:s3cret-token-not-to-be-shown@a/", "http://a/?b",
     "http://a/#b", "http://a/../b", "http://a//b", "http://a:99999/", "http://[::1", "http://..a/"],
)  # fmt: skip
def test_a_base_url_that_is_none_is_refused(url: str) -> None:
    """The error says what is wrong and repeats no password."""
    with pytest.raises(SourceUnavailable, match="base_url") as error:
        read_base_url(url, source="cmms")
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://api.example/v2/orders?page=2", "/orders"),
        ("/v2/orders", "/orders"),
        ("https://API.example:443/v2", "/"),
        ("https://api.example/v20/orders", None),
        ("https://api.example/orders", None),
        ("https://api.example/v2/../secrets", None),
        ("https://api.example/v2/%2e%2e/secrets", None),
        ("http://api.example/v2/orders", None),
        ("https://api.example:444/v2/orders", None),
        ("https://api.example.evil/v2/orders", None),
        ("https://api.example@evil/v2/orders", None),
        ("https://u:p@api.example/v2/orders", None),
        ("//evil/v2/orders", None),
        ("file:///etc/passwd", None),
        ("https://api.example/v2\\@evil/", None),
    ],
)
def test_only_what_is_below_the_base_is_within_it(url: str, path: str | None) -> None:
    """Another scheme, host, port, user or path is out, however it is written."""
    assert read_base_url("https://api.example/v2/", source="cmms").path_of(url) == path


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_within_the_host_is_followed(status: int) -> None:
    """A moved path on the same host is asked again, with the token."""

    def script(asked):
        if asked.path == "/rows":
            return Answer(status, headers={"location": "/rows/"})
        return answer([{"id": 1}])

    with serving(script) as server:
        assert source_of(server, token=SECRET).run(request()).rows == ((1,),)
    assert [asked.path for asked in server.asked] == ["/rows", "/rows/"]
    assert server.asked[1].headers["authorization"] == f"Bearer {SECRET}"


def test_a_redirect_off_the_host_is_not_followed() -> None:
    """Neither another port nor another host nor a path that is not allowed gets the token."""
    with serving(lambda _: answer([])) as other:
        for location in (f"{other.url}/rows", "http://localhost:1/rows", "//evil.example/rows"):
            with serving(lambda _, to=location: Answer(302, headers={"location": to})) as server:
                with pytest.raises(SourceUnavailable, match="another host"):
                    source_of(server, token=SECRET).run(request())
                assert len(server.asked) == 1
        assert other.asked == []
    with serving(lambda _: Answer(302, headers={"location": "/admin"})) as server:
        with pytest.raises(QueryFailed, match="not allowed"):
            source_of(server, allowed_paths=["/rows"]).run(request())
        assert len(server.asked) == 1


def test_redirects_end() -> None:
    """A circle of redirects is given up after a few."""
    with serving(lambda _: Answer(302, headers={"location": "/rows"})) as server:
        with pytest.raises(SourceUnavailable, match="redirects more than"):
            source_of(server).run(request())
        assert len(server.asked) == 4


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY and its kin change nothing."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, SHUT)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serving(lambda _: answer([{"id": 1}])) as server:
        assert source_of(server).run(request()).rows == ((1,),)


def test_a_name_that_moves_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A public host that later names the loopback, or any host a link-local one, gets nothing."""
    found = ["93.184.215.14"]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (one, 443)) for one in found]
    )
    addresses = PinnedAddresses(read_base_url("https://api.example", source="cmms"))
    assert addresses.get(1) == ("93.184.215.14",)
    found[:] = ["127.0.0.1"]
    assert addresses.get(1) == ("93.184.215.14",)
    addresses.forget()
    with pytest.raises(httpcore2.ConnectError, match="was a public host"):
        addresses.get(1)
    for address in ("169.254.169.254", "::ffff:169.254.169.254", "0.0.0.0", "224.0.0.1"):
        found[:] = [address]
        with pytest.raises(httpcore2.ConnectError):
            PinnedAddresses(read_base_url("https://api.example", source="cmms")).get(1)


def test_a_slow_resolver_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking the host up counts against the time-out."""
    import time

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.5) or [])
    started = time.monotonic()
    with pytest.raises(SourceUnavailable):
        source_of("http://api.example").run(request(timeout_seconds=0.3))
    assert time.monotonic() - started < 1.2


# ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 500])
def test_no_error_tells_the_token(status: int) -> None:
    """Even when the API repeats it in its message, header or redirect."""
    body = json.dumps({"message": f"bad token {SECRET}"}).encode()
    headers = {"content-type": "application/json", "location": f"/moved/{SECRET}"}
    with serving(lambda _: Answer(status, body, headers)) as server:
        source = source_of(server, token=SECRET, allowed_paths=["/rows"])
        with pytest.raises(SourceError) as error:
            source.run(request())
        health = source.health()
    seen: BaseException | None = error.value
    while seen is not None:
        assert SECRET not in str(seen)
        seen = seen.__cause__
    assert SECRET not in repr(health)


def test_the_token_goes_where_it_should(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Behind Bearer in Authorization, bare in any other header, from environment or file."""
    monkeypatch.setenv("CMMS_TOKEN", SECRET)
    (tmp_path / "token").write_text(f"{SECRET}\n")
    with serving(lambda _: answer([])) as server:
        for reference, header in (("env:CMMS_TOKEN", "Authorization"),
                                  (f"file:{tmp_path / 'token'}", "X-Api-Key")):  # fmt: skip
            open_http_api(
                "cmms", base_url=server.url, token_ref=reference, token_header=header,
                allowed_paths=["*"],
            ).run(request())  # fmt: skip
    assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert server.asked[1].headers["x-api-key"] == SECRET
    assert "authorization" not in server.asked[1].headers


@pytest.mark.parametrize("token", ["a\r\nx-evil: 1", "토큰", "a\x00b"])
def test_a_token_that_no_header_can_have_is_refused(token: str) -> None:
    """The error comes when the source is opened, and does not repeat the token."""
    with pytest.raises(SourceUnavailable, match="token") as error:
        HttpApiSource("cmms", SHUT, token=token)
    assert token not in str(error.value)


def test_only_get_and_no_cookie_is_ever_sent() -> None:
    """A cookie that the API sets does not come back to it."""
    with serving(lambda _: answer([], set_cookie="a=b")) as server:
        source = source_of(server)
        source.run(request())
        source.run(request())
        source.health()
    assert {asked.method for asked in server.asked} == {"GET"}
    assert all("cookie" not in asked.headers for asked in server.asked)
