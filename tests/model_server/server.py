"""The scripted server: accepts, records, answers as its script says."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from . import completion
from .behaviours import Behaviour, good
from .wire import Gone, Wire

Messages = list[dict[str, Any]]
Brain = Callable[[Messages, dict[str, Any]], str]
"""From the messages and the whole request to the text of the answer."""
_SECRET_HEADERS = {"authorization", "api-key", "cookie"}


@dataclass(slots=True)
class Asked:
    """One request as it came, and what became of it."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    """Lower case, without those that hold secrets."""
    had_key: bool
    behaviour: str = ""
    status: int = 0
    """0: nothing of an answer was sent."""
    server_ms: float = 0.0
    """From its last byte until the answer had been written."""
    at: float = 0.0
    """time.monotonic when it was here."""

    @property
    def messages(self) -> Messages:
        return self.body.get("messages", [])

    @property
    def model(self) -> str:
        return self.body.get("model", "")

    @property
    def response_format(self) -> dict[str, Any] | None:
        return self.body.get("response_format")


class ModelServer:
    """Answers from its own threads, one for each connection. Safe from many threads."""

    def __init__(
        self, brain: Brain | None = None, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.brain = brain
        self.always: Behaviour = good()
        """What it does once the script is over."""
        self.models: tuple[str, ...] = ("scripted",)
        self.key: str | None = None
        """The only key that it takes; None: any, or none."""
        self.requests: list[Asked] = []
        """Of `/chat/completions`, in the order in which they came."""
        self.other_requests: list[Asked] = []
        self._tls = tls
        self._script: deque[Behaviour] = deque()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self.port = port
        self.up()

    @property
    def base_url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    def script(self, *behaviours: Behaviour) -> None:
        """Add to what the next chat requests meet, one each."""
        with self._lock:
            self._script.extend(behaviours)

    def forget(self) -> None:
        """Drop the rest of the script and what was recorded."""
        with self._lock:
            self._script.clear()
            self.requests.clear()
            self.other_requests.clear()

    def up(self) -> None:
        if self._listener is not None:
            return
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(256)
        self.port = listener.getsockname()[1]
        self._stopping = threading.Event()
        self._listener = listener
        threading.Thread(
            target=self._accept, args=(listener, self._stopping), name="model-server", daemon=True
        ).start()

    def down(self) -> None:
        """Refuse connections and break those that are open."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        self._stopping.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with self._lock:
            connections, self._open = self._open, set()
        for one in connections:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    close = down

    def _accept(self, listener: socket.socket, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                if stopping.is_set():
                    connection.close()
                    return
                self._open.add(connection)
            threading.Thread(
                target=self._serve, args=(connection, stopping), name="model-server", daemon=True
            ).start()

    def _serve(self, connection: socket.socket, stopping: threading.Event) -> None:
        spoken = connection
        try:
            if self._tls is not None:
                spoken = self._tls.wrap_socket(connection, server_side=True)
            wire = Wire(spoken, stopping)
            while wire.keep and not stopping.is_set():
                self._answer(wire, *wire.read_request())
        except (Gone, OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            spoken.close()

    def _answer(
        self, wire: Wire, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> None:
        shown = {name: value for name, value in headers.items() if name not in _SECRET_HEADERS}
        request = json.loads(body) if body else {}
        key = headers.get("authorization", "").removeprefix("Bearer").strip()
        asked = Asked(path, request, shown, bool(key), at=time.monotonic())
        is_chat = (method, path) == ("POST", "/v1/chat/completions")
        with self._lock:
            (self.requests if is_chat else self.other_requests).append(asked)
        try:
            if self.key is not None and key != self.key:
                asked.behaviour = "no_rights"
                wire.json(
                    401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}
                )
            elif is_chat:
                self._chat(wire, asked, key)
            else:
                self._other(wire, method, path, request)
        finally:
            asked.status = wire.status
            asked.server_ms = (time.perf_counter() - wire.started) * 1000

    def _chat(self, wire: Wire, asked: Asked, key: str) -> None:
        with self._lock:
            behaviour = self._script.popleft() if self._script else self.always
        asked.behaviour = behaviour.name
        brain = self.brain

        def think() -> str:
            if brain is None:
                return completion.default_text(asked.body)
            return brain(asked.messages, asked.body)

        behaviour.run(wire, asked.body, think, key)

    def _other(self, wire: Wire, method: str, path: str, request: dict[str, Any]) -> None:
        if (method, path) == ("GET", "/v1/models"):
            listed = [{"id": one, "object": "model", "owned_by": "tests"} for one in self.models]
            wire.json(200, {"object": "list", "data": listed})
        elif (method, path) == ("POST", "/v1/embeddings"):
            wire.json(200, completion.embeddings(request))
        elif (method, path) == ("GET", "/v1/times"):
            with self._lock:
                times = [one.server_ms for one in self.requests]
            wire.json(200, times)
        else:
            wire.json(404, {"error": {"message": f"{method} {path} is not there"}})
