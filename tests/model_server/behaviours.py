"""What a model's endpoint can do to one request, well and badly."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from . import completion
from .wire import Wire

Request = dict[str, Any]
Think = Callable[[], str]
"""What a good answer would say."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`run` gets the connection, the request, what a good answer says and the key that came."""

    name: str
    run: Callable[[Wire, Request, Think, str], None]


def _message(
    wire: Wire,
    request: Request,
    message: dict[str, Any],
    finish: str | None = "stop",
    *,
    usage: bool = True,
) -> None:
    if request.get("stream"):
        wire.events(completion.chunks(request, message, finish, usage=usage))
    else:
        wire.json(200, completion.completion(request, message, finish, usage=usage))


def _saying(
    name: str, change: Callable[[str], Any], finish: str | None = "stop", *, usage: bool = True
) -> Behaviour:
    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        _message(wire, request, {"content": change(think())}, finish, usage=usage)

    return Behaviour(name, run)


def _failing(name: str, status: int, error: dict[str, Any]) -> Behaviour:
    return Behaviour(name, lambda wire, *_: wire.json(status, {"error": error}))


def good(text: str | None = None, *, delay: float = 0.0) -> Behaviour:
    """Answers with `text`, else with what the brain says, else with the least the schema takes."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        said = think() if text is None else text
        wire.wait(delay)
        _message(wire, request, {"content": said})

    return Behaviour("good", run)


def slow(seconds: float = 120.0) -> Behaviour:
    """Says nothing until it is too late."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        wire.wait(seconds)
        _message(wire, request, {"content": think()})

    return Behaviour("slow", run)


def drip(every_seconds: float = 0.05) -> Behaviour:
    """A byte now and then, without end."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        is_stream = bool(request.get("stream"))
        kind = "text/event-stream" if is_stream else "application/json"
        wire.raw(wire.head(200, kind, {"content-length": "1000000000"}))
        while True:
            wire.raw(b":\n" if is_stream else b" ")
            wire.wait(every_seconds)

    return Behaviour("drip", run)


def rate_limited(
    after: float | None = None, *, after_ms: float | None = None, at_date: bool = False
) -> Behaviour:
    """429; with seconds, milliseconds or (`at_date`) the time at which to come back."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        headers = {}
        if after is not None:
            then = format_datetime(datetime.now(UTC) + timedelta(seconds=after), usegmt=True)
            headers["retry-after"] = then if at_date else f"{after:.12g}"
        if after_ms is not None:
            headers["retry-after-ms"] = f"{after_ms:.12g}"
        error = {"message": "Rate limit reached", "code": "rate_limit_exceeded"}
        wire.json(429, {"error": error}, headers)

    return Behaviour("rate_limited", run)


def insufficient_quota() -> Behaviour:
    error = {"message": "You exceeded your current quota", "code": "insufficient_quota"}
    return _failing("insufficient_quota", 429, error | {"type": "insufficient_quota"})


def server_error(status: int = 500) -> Behaviour:
    return _failing("server_error", status, {"message": "The server had an error"})


def bad_gateway() -> Behaviour:
    page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    return Behaviour("bad_gateway", lambda wire, *_: wire.body(502, page, "text/html"))


def no_rights() -> Behaviour:
    return _failing("no_rights", 401, {"message": "Incorrect API key", "code": "invalid_api_key"})


def forbidden() -> Behaviour:
    return _failing("forbidden", 403, {"message": "This model is not for you"})


def echoes_key(status: int = 400) -> Behaviour:
    """An error whose text holds the key that came."""

    def run(wire: Wire, request: Request, think: Think, key: str) -> None:
        wire.json(status, {"error": {"message": f"Bad key {key}, or so", "code": key}})

    return Behaviour("echoes_key", run)


def bad_request(message: str = "The request is wrong", status: int = 400) -> Behaviour:
    return _failing("bad_request", status, {"message": message, "type": "invalid_request_error"})


def knows_only(*kinds: str) -> Behaviour:
    """Good for these `response_format` types (`text` is none at all), 400 for every other."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        kind = (request.get("response_format") or {}).get("type", "text")
        if kind in kinds:
            _message(wire, request, {"content": think()})
            return
        problem = f"Invalid parameter: 'response_format' of type '{kind}' is not supported"
        wire.json(400, {"error": {"message": problem, "param": "response_format"}})

    return Behaviour("knows_only", run)


def not_json() -> Behaviour:
    """200 and a page."""
    page = b"<html><body>Welcome</body></html>"
    return Behaviour("not_json", lambda wire, *_: wire.body(200, page, "text/html"))


def cut_json() -> Behaviour:
    """Half of the JSON, and yet `stop`."""
    return _saying("cut_json", lambda text: text[: max(len(text) // 2, 1)])


def fenced_json() -> Behaviour:
    return _saying("fenced_json", lambda text: f"```json\n{text}\n```")


def prose_around() -> Behaviour:
    return _saying("prose_around", lambda text: f"Sure, here it is:\n\n{text}\n\nAnything else?")


def wrong_schema() -> Behaviour:
    return _saying("wrong_schema", lambda _: json.dumps({"colour": "blue", "steps": "many"}))


def refusal() -> Behaviour:
    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        _message(wire, request, {"refusal": "I cannot help with that."})

    return Behaviour("refusal", run)


def content_filter() -> Behaviour:
    return _saying("content_filter", lambda text: text[:5], "content_filter")


def length_stop() -> Behaviour:
    return _saying("length_stop", lambda text: text[: max(len(text) // 2, 1)], "length")


def cut_body() -> Behaviour:
    """A Content-Length that the body never reaches."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        said = json.dumps(completion.completion(request, {"content": think()})).encode()
        wire.body(200, said[: len(said) // 2], "application/json", length=len(said))

    return Behaviour("cut_body", run)


def cut_stream(*, cleanly: bool = False) -> Behaviour:
    """Events that end before `finish_reason` and [DONE]; `cleanly`: with a good last chunk."""

    def run(wire: Wire, request: Request, think: Think, key: str) -> None:
        if not request.get("stream"):
            cut_body().run(wire, request, think, key)
            return
        said = completion.chunks(request, {"content": think()})
        wire.events(said[: max(len(said) // 2, 1)], done=cleanly)

    return Behaviour("cut_stream", run)


def reset() -> Behaviour:
    """The connection ends with an RST."""
    return Behaviour("reset", lambda wire, *_: wire.reset())


def redirect(to: str = "http://127.0.0.2:9/v1/chat/completions", status: int = 307) -> Behaviour:
    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        wire.body(status, b"", "text/plain", {"location": to})

    return Behaviour("redirect", run)


def empty_choices() -> Behaviour:
    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        if request.get("stream"):
            wire.events([])
        else:
            wire.json(200, completion.completion(request, {}) | {"choices": []})

    return Behaviour("empty_choices", run)


def null_content() -> Behaviour:
    return _saying("null_content", lambda _: None)


def list_content() -> Behaviour:
    """Content in parts, as some endpoints give it."""
    return _saying("list_content", lambda text: [{"type": "text", "text": text}])


def tool_calls() -> Behaviour:
    call = {"id": "call_1", "type": "function", "function": {"name": "run", "arguments": "{}"}}

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        _message(wire, request, {"tool_calls": [call | {"index": 0}]}, "tool_calls")

    return Behaviour("tool_calls", run)


def huge(size: int = 64_000_000) -> Behaviour:
    """Far more than anybody wants."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        wire.raw(wire.head(200, "application/json", {"content-length": str(size)}))
        block = b" " * 1_000_000
        for _n in range(size // len(block)):
            wire.raw(block)

    return Behaviour("huge", run)


def no_usage() -> Behaviour:
    return _saying("no_usage", lambda text: text, usage=False)


def drip_head() -> Behaviour:
    """Header lines now and then, and never a body."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        wire.raw(b"HTTP/1.1 200 OK\r\n")
        while True:
            wire.raw(b"x-more: to come\r\n")
            wire.wait(0.05)

    return Behaviour("drip_head", run)


def body_of(
    body: bytes,
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
) -> Behaviour:
    """Just these bytes."""
    return Behaviour("body_of", lambda wire, *_: wire.body(status, body, content_type, headers))


def error_within(code: int | str | None = 503) -> Behaviour:
    """200, and an error in it, as some gateways answer."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        error = {"error": {"message": "The upstream failed", "code": code}}
        if request.get("stream"):
            wire.events([error])
        else:
            wire.json(200, error)

    return Behaviour("error_within", run)


def ignores_stream() -> Behaviour:
    """One whole answer, whatever was asked for."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        wire.json(200, completion.completion(request, {"content": think()}))

    return Behaviour("ignores_stream", run)


def refuses_parameters(*names: str) -> Behaviour:
    """400 for the first of them that is sent, as new models do with `max_tokens`; else good."""

    def run(wire: Wire, request: Request, think: Think, _: str) -> None:
        for name in names:
            if name in request:
                said = f"Unsupported parameter: '{name}' is not supported with this model."
                said += " Use 'max_completion_tokens' instead." if name == "max_tokens" else ""
                error = {"message": said, "type": "invalid_request_error", "param": name}
                wire.json(400, {"error": error})
                return
        _message(wire, request, {"content": think()})

    return Behaviour("refuses_parameters", run)


BEHAVIOURS: dict[str, Callable[[], Behaviour]] = {
    make.__name__: make
    for make in (
        good, slow, drip, rate_limited, insufficient_quota, server_error, bad_gateway, no_rights,
        forbidden, echoes_key, bad_request, not_json, cut_json, fenced_json, prose_around,
        wrong_schema, refusal, content_filter, length_stop, cut_body, cut_stream, reset, redirect,
        empty_choices, null_content, list_content, tool_calls, huge, no_usage,
    )
} | {
    "refuses_format": lambda: knows_only("text"),
    "ends_early": lambda: cut_stream(cleanly=True),
}  # fmt: skip
"""By name, each as it is without arguments."""
