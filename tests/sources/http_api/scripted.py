"""A real HTTP(S) server on the loopback whose every answer the test writes."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from sources.http_api.exchange import Limits
from sources.http_api.source import HttpApiSource
from sources.protocol import BoundQuery

JSON = {"content-type": "application/json"}
EVERY_PATH = frozenset({"*"})


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """As sent, not decoded."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def number(self, name: str, default: int) -> int:
        return int(self.query.get(name, [str(default)])[0])


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes | Iterator[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)


def answer(value: object, status: int = 200, **headers: str) -> Answer:
    """JSON."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, json.dumps(value).encode(), JSON | named)


class ScriptedServer(ThreadingHTTPServer):
    """Answers with `script`; `asked` is what came, in order."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, script: Callable[[Asked], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.asked: list[Asked] = []
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ScriptedServer

    def do_GET(self) -> None:
        asked = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
        self.server.asked.append(asked)
        given = self.server.script(asked)
        self.send_response(given.status)
        for name, value in given.headers.items():
            self.send_header(name, value)
        if isinstance(given.body, bytes):
            self.send_header("content-length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)
            return
        self.send_header("connection", "close")
        self.end_headers()
        for chunk in given.body:
            self.wfile.write(chunk)
            self.wfile.flush()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(
    script: Callable[[Asked], Answer], context: ssl.SSLContext | None = None
) -> Iterator[ScriptedServer]:
    """A server while the block runs; over TLS with a context."""
    server = ScriptedServer(script)
    if context is not None:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        server.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def source_of(server: ScriptedServer | str, **options: object) -> HttpApiSource:
    """A source of everything that the server has, quick unless told otherwise."""
    url = server if isinstance(server, str) else server.url
    limits = Limits(
        requests_per_second=float(options.pop("requests_per_second", 10_000)),  # type: ignore[arg-type]
        max_pages=int(options.pop("max_pages", 20)),  # type: ignore[call-overload]
        max_bytes=int(options.pop("max_bytes", 1_000_000)),  # type: ignore[call-overload]
        retries=int(options.pop("retries", 0)),  # type: ignore[call-overload]
    )
    return HttpApiSource("cmms", url, **({"allowed_paths": ["*"], "limits": limits} | options))  # type: ignore[arg-type]


def request(
    path: str = "/rows",
    params: dict[str, object] | None = None,
    *,
    max_rows: int = 1_000,
    timeout_seconds: float = 5.0,
    allowed: frozenset[str] = EVERY_PATH,
    **document: object,
) -> BoundQuery:
    text = json.dumps({"path": path} | document)
    return BoundQuery(text, params or {}, max_rows, timeout_seconds, allowed)
