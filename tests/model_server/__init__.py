"""An OpenAI-compatible server for tests: real HTTP on the loopback, told what to do per test.

    with model_server() as server:
        server.brain = lambda messages, request: '{"kind": "direct"}'   # what a good answer says
        server.script(rate_limited(after=2), cut_json())   # the next requests, one each
        server.always = good(delay=0.2)                    # all after them; good() unless set
        ... ask server.base_url ...
        server.requests[-1].messages, .response_format, .model, .headers, .outcome
        server.down(); server.up()                         # refuses connections, same port

Or as a fixture: `from tests.model_server import scripted_model, scripted_models  # noqa: F401`.
`scripted_model` is one server; `scripted_models(3)` makes several.

Without a brain and without a text, a good answer is a small instance of the schema that came with
the request. Every behaviour answers as a stream where the request asks for one. `/models` lists
`server.models`; `/embeddings` gives float and base64. `server.key` makes it answer 401 to others.
`python -m tests.model_server [answers.json]` serves in a process of its own.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from .behaviours import (
    BEHAVIOURS,
    Behaviour,
    bad_gateway,
    bad_request,
    body_of,
    content_filter,
    cut_body,
    cut_json,
    cut_stream,
    drip,
    drip_head,
    echoes_key,
    empty_choices,
    error_within,
    fenced_json,
    forbidden,
    good,
    huge,
    ignores_stream,
    insufficient_quota,
    knows_only,
    length_stop,
    list_content,
    no_rights,
    no_usage,
    not_json,
    null_content,
    prose_around,
    rate_limited,
    redirect,
    refusal,
    refuses_parameters,
    reset,
    server_error,
    slow,
    tool_calls,
    wrong_schema,
)
from .example import example_of
from .server import Asked, Brain, ModelServer

__all__ = [
    "BEHAVIOURS",
    "Asked",
    "Behaviour",
    "Brain",
    "ModelServer",
    "bad_gateway",
    "bad_request",
    "body_of",
    "content_filter",
    "cut_body",
    "cut_json",
    "cut_stream",
    "drip",
    "drip_head",
    "echoes_key",
    "empty_choices",
    "error_within",
    "example_of",
    "fenced_json",
    "forbidden",
    "good",
    "huge",
    "ignores_stream",
    "insufficient_quota",
    "knows_only",
    "length_stop",
    "list_content",
    "model_server",
    "no_rights",
    "no_usage",
    "not_json",
    "null_content",
    "prose_around",
    "rate_limited",
    "redirect",
    "refusal",
    "refuses_parameters",
    "reset",
    "scripted_model",
    "scripted_models",
    "server_error",
    "slow",
    "tool_calls",
    "wrong_schema",
]


@contextmanager
def model_server(
    brain: Brain | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[ModelServer]:
    server = ModelServer(brain, tls=tls)
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def scripted_model() -> Iterator[ModelServer]:
    """One server, good to everybody until told otherwise."""
    with model_server() as server:
        yield server


@pytest.fixture
def scripted_models() -> Iterator[Callable[[int], list[ModelServer]]]:
    """Makes servers, each on its own port."""
    with ExitStack() as stack:
        yield lambda count: [stack.enter_context(model_server()) for _ in range(count)]
