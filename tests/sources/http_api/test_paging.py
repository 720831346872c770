"""Every style of paging gives every row once, and a circle is an error instead of a loop."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sources.errors import QueryFailed
from sources.http_api.rate_limit import TokenBucket, exhausted_for_seconds, retry_after_seconds

from .scripted import Answer, Asked, answer, request, serving, source_of

CAP = 10
"""What the servers here give at most on a page, whatever is asked for."""


def rows(first: int, count: int, of: int) -> list[dict[str, int]]:
    return [{"n": n} for n in range(first, min(first + count, of))]


def by_page(of: int, first_page: int = 1, **extra: object) -> Callable[[Asked], Answer]:
    def script(asked: Asked) -> Answer:
        size = min(asked.number("size", CAP), CAP)
        start = (asked.number("p", first_page) - first_page) * size
        return answer({"items": rows(start, size, of)} | extra)

    return script


def by_offset(of: int) -> Callable[[Asked], Answer]:
    def script(asked: Asked) -> Answer:
        size = min(asked.number("limit", CAP), CAP)
        return answer({"items": rows(asked.number("offset", 0), size, of)})

    return script


def by_cursor(of: int, form: Callable[[Asked, int], object]) -> Callable[[Asked], Answer]:
    def script(asked: Asked) -> Answer:
        start = asked.number("after", 0)
        after = start + CAP
        more = form(asked, after) if after < of else None
        return answer({"items": rows(start, CAP, of), "page": {"next": more}})

    return script


def by_link(of: int) -> Callable[[Asked], Answer]:
    def script(asked: Asked) -> Answer:
        start = asked.number("after", 0)
        if start + CAP >= of:
            return answer(rows(start, CAP, of), link='</rows?after=0>; rel="first"')
        following = f'</rows>; rel="self", </rows?after={start + CAP}>; rel="next"; title="a, b"'
        return answer(rows(start, CAP, of), link=following)

    return script


STYLES: dict[str, tuple[Callable[[int], Callable[[Asked], Answer]], str, dict[str, object]]] = {
    "page": (by_page, "$.items", {"style": "page", "param": "p", "size_param": "size", "size": 10}),
    "page from 0": (
        lambda of: by_page(of, 0), "$.items", {"style": "page", "param": "p", "first": 0},
    ),
    "capped page": (
        by_page, "$.items", {"style": "page", "param": "p", "size_param": "size", "size": 25},
    ),
    "offset": (by_offset, "$.items", {"style": "offset"}),
    "capped offset": (
        by_offset, "$.items", {"style": "offset", "size_param": "limit", "size": 25},
    ),
    "cursor": (
        lambda of: by_cursor(of, lambda _, after: str(after)), "$.items",
        {"style": "cursor", "param": "after", "next": "$.page.next"},
    ),
    "cursor as a number": (
        lambda of: by_cursor(of, lambda _, after: after), "$.items",
        {"style": "cursor", "param": "after", "next": "$.page.next"},
    ),
    "cursor as a path": (
        lambda of: by_cursor(of, lambda _, after: f"/rows?after={after}"), "$.items",
        {"style": "cursor", "next": "$.page.next"},
    ),
    "cursor as a url": (
        lambda of: by_cursor(
            of, lambda asked, after: f"http://{asked.headers['host']}/rows?after={after}"
        ),
        "$.items", {"style": "cursor", "next": "$.page.next"},
    ),
    "link": (by_link, "$", {"style": "link"}),
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("of", [0, 1, 9, 10, 11, 20, 57])
def test_every_row_once(style: str, of: int) -> None:
    """Whatever the number of rows, all come, in order, and the result is not truncated."""
    script, path, paging = STYLES[style]
    with serving(script(of)) as server:
        found = source_of(server).run(request(rows=path, types={"n": "integer"}, paging=paging))
        assert [row[0] for row in found.rows] == list(range(of))
        assert not found.truncated
        assert len(server.asked) <= of // CAP + 2


@pytest.mark.parametrize("style", STYLES)
def test_no_more_pages_than_rows_are_wanted(style: str) -> None:
    """One row more than wanted is enough to know that there are more."""
    script, path, paging = STYLES[style]
    with serving(script(57)) as server:
        query = request(rows=path, types={"n": "integer"}, paging=paging, max_rows=20)
        found = source_of(server).run(query)
        assert [row[0] for row in found.rows] == list(range(20))
        assert found.truncated
        assert len(server.asked) == 3


@pytest.mark.parametrize("style", STYLES)
def test_the_number_of_pages_has_a_limit(style: str) -> None:
    """What lies behind the last page that may be asked makes the result truncated."""
    script, path, paging = STYLES[style]
    with serving(script(57)) as server:
        query = request(rows=path, types={"n": "integer"}, paging=paging)
        found = source_of(server, max_pages=3).run(query)
        assert (len(found.rows), found.truncated) == (30, True)
        assert len(server.asked) == 3


@pytest.mark.parametrize("of", [0, 9, 10, 20, 57])
def test_a_total_spares_the_last_question(of: int) -> None:
    """Where the API says how many there are, no page is asked for in vain, and `count` is cheap."""
    paging = {"style": "page", "param": "p", "size_param": "size", "size": 10, "total": "$.total"}
    query = request(rows="$.items", types={"n": "integer"}, paging=paging)
    with serving(by_page(of, total=of)) as server:
        source = source_of(server)
        assert len(source.run(query).rows) == of
        assert len(server.asked) == max(1, -(-of // 10))
        assert source.count(query) == of
        assert len(server.asked) == max(1, -(-of // 10)) + 1
        assert source.count(request(rows="$.items")) is None


def test_a_page_behind_the_last_may_be_not_found() -> None:
    """404 behind the first page is the end."""

    def script(asked: Asked) -> Answer:
        page = asked.number("page", 1)
        return answer([{"n": page}]) if page < 4 else answer({"message": "no such page"}, 404)

    with serving(script) as server:
        found = source_of(server).run(request(paging={"style": "page"}))
        assert found.rows == ((1,), (2,), (3,))


def test_an_api_that_ignores_the_page_is_found_out() -> None:
    """The same page twice is an error, never the same rows twice."""
    with serving(lambda _: answer(rows(0, 10, 10))) as server:
        with pytest.raises(QueryFailed, match="page 2 is the same"):
            source_of(server).run(request(paging={"style": "page"}))
        assert len(server.asked) == 2
        sized = {"style": "page", "size_param": "size", "size": 10}
        with pytest.raises(QueryFailed, match="page 2 is the same"):
            source_of(server).run(request(paging=sized))
    with serving(lambda _: answer({"items": rows(0, 5, 5), "total": 40})) as server:
        paging = {"style": "page", "size_param": "size", "size": 10, "total": "$.total"}
        with pytest.raises(QueryFailed, match="page 2 is the same"):
            source_of(server).run(request(rows="$.items", paging=paging))


def test_the_last_page_given_again_is_the_end() -> None:
    """Some APIs give the only page, shorter than asked for, whatever page is asked."""
    with serving(lambda _: answer(rows(0, 5, 5))) as server:
        paging = {"style": "page", "size_param": "size", "size": 10}
        found = source_of(server).run(request(paging=paging))
        assert (len(found.rows), found.truncated) == (5, False)


@pytest.mark.parametrize("following", ["again", "/rows?after=1", 7])
def test_the_same_cursor_twice_is_an_error(following: object) -> None:
    """A circle of cursors is found at its second turn, though its pages differ."""
    number = iter(range(100))

    def script(_: Asked) -> Answer:
        return answer({"items": [{"n": next(number)}], "next": following})

    with serving(script) as server:
        with pytest.raises(QueryFailed, match="same cursor twice"):
            source_of(server).run(
                request(rows="$.items", paging={"style": "cursor", "next": "$.next"})
            )
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    "target",
    ["http://evil.example/rows", "//evil.example/rows", "/admin", "/rows/../admin", "https://"],
)
def test_the_next_page_is_within_the_walls(target: str) -> None:
    """A link or cursor that leads away is not followed."""
    for paging, given in (
        ({"style": "link"}, answer([{"n": 1}], link=f'<{target}>; rel="next"')),
        ({"style": "cursor", "next": "$.next"}, answer({"n": 1, "next": target})),
    ):
        with serving(lambda _, given=given: given) as server:
            source = source_of(server, allowed_paths=["/rows"], token="s3cret")
            with pytest.raises(QueryFailed, match=r"leads out|cursor twice"):
                source.run(request(paging=paging))
            assert {asked.path for asked in server.asked} == {"/rows"}


def test_a_cursor_that_is_none_is_an_error() -> None:
    """An object where the cursor should be says that the path is wrong."""
    with serving(lambda _: answer({"items": [{"n": 1}], "next": {"a": 1}})) as server:
        paging = {"style": "cursor", "next": "$.next"}
        with pytest.raises(QueryFailed, match="not text or a number"):
            source_of(server).run(request(rows="$.items", paging=paging))


def test_given_query_values_stay_on_every_page() -> None:
    """Filters go with each page; the page's own parameters win over a filter of their name."""
    with serving(by_page(25)) as server:
        paging = {"style": "page", "param": "p", "size_param": "size", "size": 10}
        query = request(
            params={"s": ["a", "b"]}, query={"status": "$s", "p": 9}, rows="$.items", paging=paging
        )
        source_of(server).run(query)
    assert [asked.query["status"] for asked in server.asked] == [["a", "b"]] * 3
    assert [asked.query["p"] for asked in server.asked] == [["1"], ["2"], ["3"]]


# ------------------------------------------------------------------------------------------------


def test_the_bucket_lets_through_what_it_says() -> None:
    """A second's worth at once, then one by one; who cannot wait is told so and costs nothing."""
    now = [100.0]
    bucket = TokenBucket(2.0, clock=lambda: now[0])
    assert [bucket.reserve(10) for _ in range(4)] == [0.0, 0.0, 0.5, 1.0]
    assert bucket.reserve(1.0) is None
    assert bucket.reserve(1.5) == 1.5
    now[0] += 10
    bucket.pause(3)
    assert bucket.reserve(2) is None
    assert bucket.reserve(3) == 3.0
    now[0] += 3
    assert bucket.reserve(0) == 0.0


def test_wait_headers_that_make_no_sense_are_none() -> None:
    """Nonsense is no wait; a date in the past is a wait of nothing."""
    for text in ("", "soon", "-5", "99999999999999", "Wed, 99 Foo 2026"):
        assert retry_after_seconds({"retry-after": text}) is None
    assert retry_after_seconds({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
    assert retry_after_seconds({"retry-after": "1.5"}) == 1.5
    for headers in ({}, {"ratelimit-remaining": "0"}, {"ratelimit-remaining": "3",
                    "ratelimit-reset": "9"}, {"ratelimit": "nonsense"}):  # fmt: skip
        assert exhausted_for_seconds(headers) is None
    assert exhausted_for_seconds({"ratelimit": '"a";r=0;t=7'}) == 7
    assert exhausted_for_seconds({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "7"}) == 7
