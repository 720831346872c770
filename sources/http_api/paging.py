"""Follows an API from page to page until the rows are enough, or it goes round in a circle.

A page that is shorter than asked for is not taken for the last one: many APIs cap the size. The
first page tells how long pages are, a later shorter one ends; where a total is given, it decides.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from sources.errors import QueryFailed
from sources.http_api.base_url import BaseUrl
from sources.http_api.json_path import MISSING, JsonPath
from sources.http_api.reply import Reply
from sources.http_api.request import RequestDocument
from sources.http_api.target import encode_query, is_allowed

_NEXT_LINK = re.compile(r"<([^<>]*)>((?:\s*;[^,<]*)*)")
_REL_NEXT = re.compile(r";\s*rel\s*=\s*\"?(?:[^\";]*\s)?next(?:\s[^\";]*)?\"?\s*(?:;|$)", re.I)


@dataclass(slots=True)
class Gathered:
    """What the pages held so far."""

    rows: list[object] = field(default_factory=list)
    pages: int = 0
    has_more: bool = False
    """The API holds more than was asked for."""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Pager:
    """The way through one query's pages. `send` answers None where the path names nothing."""

    source: str
    base: BaseUrl
    allowed: tuple[str, ...]
    document: RequestDocument
    url: str
    """Without the query."""
    query: tuple[tuple[str, str], ...]
    send: Callable[[str, bool], object]
    """A URL, and whether it is the first page: the answer's `Page`, or None for nothing there."""

    def gather(self, max_rows: int, max_pages: int) -> Gathered:
        """Raises: any SourceError; QueryFailed when a page or a cursor comes twice."""
        gathered, walk = Gathered(), _Walk()
        url: str | None = self._first_url()
        while url is not None:
            page = self.send(url, gathered.pages == 0)
            if not isinstance(page, Page):
                break
            rows = rows_of(page, self.document.rows, self.source)
            gathered.pages += 1
            self._count(gathered, page)
            if self._is_a_repeat(rows, gathered, walk):
                break
            gathered.rows += rows
            walk.longest = max(walk.longest, len(rows))
            url = self._next_url(page, rows, gathered, walk)
            if url is not None and (len(gathered.rows) > max_rows or gathered.pages >= max_pages):
                gathered.has_more = True
                break
        gathered.has_more = gathered.has_more or len(gathered.rows) > max_rows
        return gathered

    def _first_url(self) -> str:
        paging = self.document.paging
        if paging.style == "page":
            return self._url_with(paging.param, str(paging.first))
        if paging.style == "offset":
            return self._url_with(paging.param, str(paging.first))
        return self._url_with(None, "")

    def _url_with(self, name: str | None, value: str) -> str:
        paging = self.document.paging
        ours = {name: value} if name is not None else {}
        if paging.size_param is not None and paging.style != "none":
            ours[paging.size_param] = str(paging.size)
        pairs = [(n, v) for n, v in self.query if n not in ours] + list(ours.items())
        return f"{self.url}?{encode_query(pairs)}" if pairs else self.url

    def _count(self, gathered: Gathered, page: Page) -> None:
        if self.document.paging.total is not None:
            found = self.document.paging.total.one(page.value)
            if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
                gathered.total = found

    def _is_a_repeat(self, rows: list[object], gathered: Gathered, walk: _Walk) -> bool:
        """Whether the API gave its last page again, as some do past the end."""
        if self.document.paging.style == "none" or not rows:
            return False
        mark = _digest(rows)
        if mark not in walk.pages:
            walk.pages.add(mark)
            return False
        size = self.document.paging.size
        is_short = len(gathered.rows) < size and self.document.paging.size_param is not None
        is_complete = gathered.total is None or gathered.total <= len(gathered.rows)
        if is_short and is_complete and gathered.pages == 2:
            return True
        raise QueryFailed(
            self.source,
            f"page {gathered.pages} is the same as one before: the API does not take "
            f"{self.document.paging.param!r} for its pages.",
            "Correct the query's paging.",
        )

    def _next_url(
        self, page: Page, rows: list[object], gathered: Gathered, walk: _Walk
    ) -> str | None:
        paging = self.document.paging
        match paging.style:
            case "page" | "offset":
                if self._is_last(rows, gathered, walk):
                    return None
                step = gathered.pages if paging.style == "page" else len(gathered.rows)
                return self._url_with(paging.param, str(paging.first + step))
            case "cursor":
                return self._by_cursor(page, walk)
            case "link":
                target = next_link(page.reply)
                return self._followed(page.reply, target, walk) if target else None
            case _:
                return None

    def _is_last(self, rows: list[object], gathered: Gathered, walk: _Walk) -> bool:
        if not rows:
            return True
        if gathered.total is not None:
            return len(gathered.rows) >= gathered.total
        return gathered.pages > 1 and len(rows) < walk.longest

    def _by_cursor(self, page: Page, walk: _Walk) -> str | None:
        assert self.document.paging.next is not None
        cursor = self.document.paging.next.one(page.value)
        if cursor is MISSING or cursor is None or cursor is False or cursor == "":
            return None
        if not isinstance(cursor, str | int):
            raise QueryFailed(
                self.source,
                f"the next cursor is {json.dumps(cursor, default=str)[:60]}, not text or a number.",
                "Correct paging.next.",
            )
        text = str(cursor)
        if text.startswith(("http://", "https://", "/", "?")):
            return self._followed(page.reply, text, walk)
        self._remember(text, walk)
        return self._url_with(self.document.paging.param, text)

    def _followed(self, reply: Reply, target: str, walk: _Walk) -> str:
        url = urljoin(reply.url, target).partition("#")[0]
        path = self.base.path_of(url)
        if path is None or not is_allowed(path, self.allowed):
            raise QueryFailed(
                self.source,
                "the link to the next page leads out of base_url or the allowed paths.",
                "Page by number or offset, or correct base_url.",
            )
        self._remember(url, walk)
        return url

    def _remember(self, cursor: str, walk: _Walk) -> None:
        if cursor in walk.cursors:
            raise QueryFailed(
                self.source,
                "the API gave the same cursor twice: its pages go round in a circle.",
                "Correct paging.next and paging.param.",
            )
        walk.cursors.add(cursor)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, read as JSON."""

    reply: Reply
    value: object


@dataclass(slots=True)
class _Walk:
    pages: set[bytes] = field(default_factory=set)
    cursors: set[str] = field(default_factory=set)
    longest: int = 0


def rows_of(page: Page, path: JsonPath, source: str) -> list[object]:
    """The rows of one page; a single object counts as one, null as none. Raises: QueryFailed."""
    found = path.one(page.value)
    if found is None:
        return []
    if found is MISSING:
        there = ", ".join(list(page.value)[:8]) if isinstance(page.value, dict) else "a list"
        raise QueryFailed(
            source,
            f"the answer has nothing at {path.text!r}; it has {there or 'nothing'}.",
            "Correct the query's rows.",
        )
    return list(found) if isinstance(found, list) else [found]


def next_link(reply: Reply) -> str | None:
    """The target of the Link header with rel="next"."""
    for target, attributes in _NEXT_LINK.findall(reply.headers.get("link", "")):
        if _REL_NEXT.search(attributes):
            return target
    return None


def _digest(rows: list[object]) -> bytes:
    text = json.dumps(rows, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
