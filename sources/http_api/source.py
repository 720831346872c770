"""An HTTP API: a request document in, rows out.

Walls, each of which holds alone: GET only, paths within the allowed ones, one host at its pinned
addresses, no proxy, no redirect away, caps on bytes, pages, requests and time.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote

from sources.errors import QueryFailed, QueryRejected, SourceUnavailable
from sources.facts import SourceFacts
from sources.http_api.base_url import read_base_url
from sources.http_api.cells import cells_of, columns_of
from sources.http_api.describe import describe
from sources.http_api.errors import BadStatus, refused
from sources.http_api.exchange import Exchange, Limits
from sources.http_api.health import check_health
from sources.http_api.paging import Gathered, Page, Pager
from sources.http_api.reply import Reply
from sources.http_api.request import RequestDocument, read_request
from sources.http_api.target import (
    asks_for_none,
    check_path,
    fill_path,
    fill_query,
    has_place,
)
from sources.protocol import BoundQuery, Health, Rows
from sources.secrets import resolve_reference


@dataclass(frozen=True, slots=True)
class ApiDescription:
    """Where an API's OpenAPI document is: a path below the base URL, or a file."""

    path: str | None = None
    file: Path | None = None


class HttpApiSource:
    """Fulfils `sources.protocol.Source`. Safe from many threads.

    Shape: `allowed_paths` as the API's paths, `/orders`, `/orders/{id}`, `/orders/*` or `*`.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        token: str = "",
        token_header: str = "Authorization",
        description: ApiDescription | None = None,
        context: ssl.SSLContext | None = None,
        allowed_paths: Collection[str] = (),
        allowed_operations: Collection[str] = ("get",),
        limits: Limits | None = None,
        max_latency_ms: float = 500.0,
        health_retries: int = 1,
    ) -> None:
        self._name = name
        self._base = read_base_url(base_url, source=name)
        self._token = token
        self._description = description or ApiDescription()
        self._allowed = tuple(sorted(set(allowed_paths)))
        self._operations = frozenset(allowed_operations)
        self._limits = limits or Limits()
        self._max_latency_ms = max_latency_ms
        self._health_retries = health_retries
        self._exchange = Exchange(
            name,
            self._base,
            token=token,
            token_header=token_header,
            context=context or ssl.create_default_context(),
            limits=self._limits,
        )

    @property
    def name(self) -> str:
        return self._name

    def inspect(self, query: BoundQuery) -> None:
        """Document, method and path, without asking anybody. Raises: QueryRejected."""
        self._inspected(query)

    def run(self, query: BoundQuery) -> Rows:
        """All pages that are needed, within one time-out. Raises: any SourceError."""
        started = time.perf_counter()
        deadline = time.monotonic() + query.timeout_seconds
        document = self._inspected(query)
        gathered = Gathered()
        if not asks_for_none(document, query.params):
            pager = self._pager(document, query, deadline)
            gathered = pager.gather(query.max_rows, self._limits.max_pages)
        columns = document.columns or columns_of(gathered.rows)
        return Rows(
            columns=tuple(column for column, _ in columns),
            rows=tuple(
                cells_of(row, columns, number, source=self._name)
                for number, row in enumerate(gathered.rows[: query.max_rows], start=1)
            ),
            truncated=gathered.has_more,
            elapsed_ms=(time.perf_counter() - started) * 1000,
            fetched_at=datetime.now(UTC),
        )

    def count(self, query: BoundQuery) -> int | None:
        """How many rows there are in all, by the first page's total; None where it has none.

        Raises: any SourceError.
        """
        deadline = time.monotonic() + query.timeout_seconds
        document = self._inspected(query)
        if document.paging.total is None:
            return None
        if asks_for_none(document, query.params):
            return 0
        return self._pager(document, query, deadline).gather(0, 1).total

    def scan(self, timeout_seconds: float = 60.0) -> SourceFacts:
        """The GETs of the API's description that are allowed. Raises: any SourceError."""
        return describe(
            self._name,
            self._exchange,
            self._base,
            path=self._description.path,
            file=self._description.file,
            allowed=self._allowed,
            max_bytes=self._limits.max_bytes,
            timeout_seconds=timeout_seconds,
            secret=self._token,
        )

    def health(self, timeout_seconds: float = 3.0) -> Health:
        """Connection, rights, limits, latency. Never raises."""
        return check_health(
            self._name,
            self._exchange,
            self._base,
            description_path=self._description.path,
            allowed=self._allowed,
            timeout_seconds=timeout_seconds,
            max_latency_ms=self._max_latency_ms,
            retries=self._health_retries,
            secret=self._token,
        )

    def close(self) -> None:
        self._exchange.close()

    # --------------------------------------------------------------------------------------------

    def _inspected(self, query: BoundQuery) -> RequestDocument:
        if "get" not in self._operations:
            raise QueryRejected(
                self._name,
                "the operation 'get' is not allowed.",
                "Add it to the source's allowed_operations.",
            )
        document = read_request(query.text, source=self._name)
        check_path(document.path, self._allowed, source=self._name)
        # the query's own list comes in lower case
        check_path(
            document.path.lower(),
            [pattern.lower() for pattern in query.allowed_tables],
            source=self._name,
        )
        return document

    def _pager(self, document: RequestDocument, query: BoundQuery, deadline: float) -> Pager:
        path = fill_path(document, query.params, source=self._name)
        pairs = fill_query(document, query.params, source=self._name)
        check_path(unquote(path), self._allowed, source=self._name, filled=True)
        return Pager(
            source=self._name,
            base=self._base,
            allowed=self._allowed,
            document=document,
            url=self._base.text + path,
            query=tuple(pairs),
            send=self._sender(document, query.timeout_seconds, deadline),
        )

    def _sender(
        self, document: RequestDocument, timeout_seconds: float, deadline: float
    ) -> Callable[[str, bool], Page | None]:
        def send(url: str, is_first: bool) -> Page | None:
            reply = self._exchange.get(url, self._allowed, timeout_seconds, deadline)
            if reply.status == 204:
                return None
            if reply.status == 404 and (
                not is_first or (has_place(document.path) and reply.is_json)
            ):
                return None  # a thing or a page that is not there: no rows
            if not 200 <= reply.status < 300:
                cause = BadStatus(f"status {reply.status}")
                raise refused(self._name, reply, document.path, self._token) from cause
            return Page(reply, read_json(reply, source=self._name))

        return send


def read_json(reply: Reply, *, source: str) -> object:
    """The body as JSON. Raises: QueryFailed, naming the content type."""
    if reply.content_type and not reply.is_json:
        raise QueryFailed(
            source,
            f"the answer is {reply.content_type}, not JSON.",
            "Check the path and base_url: a log-in page or a web site may have answered.",
        )
    try:
        return json.loads(reply.body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        where = f" at byte {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise QueryFailed(
            source,
            f"the answer says it is {reply.content_type or 'of no type'} but is no JSON{where}.",
            "Check the API.",
        ) from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def open_http_api(
    name: str,
    *,
    base_url: str,
    token_ref: str | None = None,
    token: str | None = None,
    token_header: str = "Authorization",
    openapi: str | None = None,
    ca_file: str | None = None,
    site_folder: Path | None = None,
    allowed_paths: Collection[str] = (),
    allowed_operations: Collection[str] = ("get",),
    requests_per_second: float = 10.0,
    max_pages: int = 20,
    max_bytes: int = 5_000_000,
    retries: int = 2,
    max_latency_ms: float = 500.0,
    health_retries: int = 1,
) -> HttpApiSource:
    """A source from the plain parts of its asset; `token` (the mock's) wins over `token_ref`.

    `openapi` is a path below `base_url` when it starts with `/`, else a file of the site; `ca_file`
    is a file of the site. Raises: SourceUnavailable for what leads nowhere.
    """
    if token is None:
        token = resolve_reference(token_ref, source=name) if token_ref else ""
    return HttpApiSource(
        name,
        base_url,
        token=token,
        token_header=token_header,
        description=_description(openapi, site_folder),
        context=_context(name, ca_file, site_folder),
        allowed_paths=allowed_paths,
        allowed_operations=allowed_operations,
        limits=Limits(requests_per_second, max_pages, max_bytes, retries),
        max_latency_ms=max_latency_ms,
        health_retries=health_retries,
    )


def _description(openapi: str | None, site_folder: Path | None) -> ApiDescription:
    if openapi is None or openapi.startswith("/"):
        return ApiDescription(path=openapi)
    return ApiDescription(file=(site_folder or Path()) / openapi)


def _context(name: str, ca_file: str | None, site_folder: Path | None) -> ssl.SSLContext:
    if ca_file is None:
        return ssl.create_default_context()
    path = (site_folder or Path()) / ca_file
    try:
        return ssl.create_default_context(cafile=str(path))
    except (OSError, ssl.SSLError) as error:
        raise SourceUnavailable(
            name,
            f"its ca_file {ca_file!r} cannot be read: {error.strerror or type(error).__name__}.",
            "Name a file of PEM certificates.",
        ) from error
