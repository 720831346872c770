"""What an OpenAI-compatible server says when all is well: completions, chunks, models, vectors."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import Any

from .example import example_of

Request = dict[str, Any]
VECTOR_SIZE = 32


def default_text(request: Request) -> str:
    """An instance of the schema that was asked for; `{}` where none was."""
    asked = request.get("response_format") or {}
    schema = (asked.get("json_schema") or {}).get("schema")
    return json.dumps(example_of(schema) if schema else {}, ensure_ascii=False)


def usage_of(request: Request, text: str) -> dict[str, int]:
    said = sum(len(str(message.get("content") or "")) for message in request.get("messages", []))
    tokens_in, tokens_out = said // 4 + 1, len(text) // 4 + 1
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
    }


def completion(
    request: Request, message: dict[str, Any], finish: str | None = "stop", *, usage: bool = True
) -> dict[str, Any]:
    """A whole answer."""
    said = {"role": "assistant", "content": None, "refusal": None} | message
    body: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": request.get("model", ""),
        "choices": [{"index": 0, "message": said, "finish_reason": finish, "logprobs": None}],
    }
    if usage:
        body["usage"] = usage_of(request, str(message.get("content") or ""))
    return body


def chunks(
    request: Request, message: dict[str, Any], finish: str | None = "stop", *, usage: bool = True
) -> list[dict[str, Any]]:
    """The same in pieces; usage comes last and only where it was asked for."""
    pieces: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    for name, value in message.items():
        whole = isinstance(value, str)
        parts = [value[n : n + 12] for n in range(0, len(value), 12)] if whole else [value]
        pieces += [{name: part} for part in parts]
    found = [_chunk(request, [_choice(piece)]) for piece in pieces]
    found.append(_chunk(request, [_choice({}, finish)]))
    if usage and (request.get("stream_options") or {}).get("include_usage"):
        last = _chunk(request, [])
        found.append(last | {"usage": usage_of(request, str(message.get("content") or ""))})
    return found


def _choice(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _chunk(request: Request, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": request.get("model", ""),
        "choices": choices,
    }


def embeddings(request: Request) -> dict[str, Any]:
    """The same text always has the same vector, in floats or in base64 of little-endian floats."""
    given = request.get("input", [])
    texts = [given] if isinstance(given, str) else list(given)
    size = int(request.get("dimensions") or VECTOR_SIZE)
    data = []
    for index, text in enumerate(texts):
        vector = _vector(str(text), size)
        packed = base64.b64encode(struct.pack(f"<{size}f", *vector)).decode()
        shown = packed if request.get("encoding_format") == "base64" else vector
        data.append({"object": "embedding", "index": index, "embedding": shown})
    tokens = sum(len(str(text)) for text in texts) // 4 + 1
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": request.get("model", ""), "usage": usage}


def _vector(text: str, size: int) -> list[float]:
    digest = hashlib.shake_256(text.encode()).digest(size)
    return [(byte - 127.5) / 127.5 for byte in digest]
