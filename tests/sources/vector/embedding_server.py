"""A small OpenAI-compatible `/embeddings` over real HTTP, scripted."""

from __future__ import annotations

import base64
import json
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from sources.vector.offline import OfflineEmbedder

Mode = Literal[
    "float", "base64", "shuffled", "wrong dimension", "too few", "not json", "not finite", "slow",
    "401", "404", "busy once", "busy",
]  # fmt: skip


@dataclass
class Script:
    """What the server does, and what it was asked."""

    address: str = ""
    mode: Mode = "float"
    dimension: int = 32
    batches: list[list[str]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


@contextmanager
def embedding_server() -> Iterator[Script]:
    """Serves until the block ends."""
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.batches.append(asked["input"])
            script.keys.append(self.headers.get("Authorization"))
            status, body = _answer(script, asked["input"], self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Retry-After", "0.05")
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(script: Script, texts: list[str], path: str) -> tuple[int, bytes]:
    mode = script.mode
    if path != "/v1/embeddings":
        return 404, b"no such path"
    if mode == "slow":
        time.sleep(1.5)
    if mode in ("401", "404"):
        return int(mode), b'{"error": {"message": "the reason it gives"}}'
    if mode == "busy" or (mode == "busy once" and len(script.batches) == 1):
        return 429, b"slow down"
    if mode == "not json":
        return 200, b"<html>"
    size = script.dimension + (mode == "wrong dimension")
    vectors = [(3 * row).tolist() for row in OfflineEmbedder(size).embed(texts)]
    if mode == "not finite":
        vectors[0][0] = float("nan")
    data: list[dict[str, object]] = [
        {"index": n, "embedding": _packed(vector) if mode == "base64" else vector}
        for n, vector in enumerate(vectors)
    ]
    if mode == "shuffled":
        data.reverse()
    if mode == "too few":
        data.pop()
    return 200, json.dumps({"data": data}).encode()


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
