"""One endpoint over the scripted server, and one question with its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster_project.contracts.assets.models import ReplyFormat
from dagster_project.contracts.model_call import CallOutcome, Message
from dagster_project.llm.call import ModelEndpoint, Reply
from dagster_project.llm.port import ReplySchema
from tests.model_server import ModelServer

KEY = "sk-3f9Qw7Zb-not-to-be-seen"
PLAN = {"kind": "plan", "steps": ["펌프 P-101", "급수"]}
BRAIN = json.dumps(PLAN, ensure_ascii=False)
SCHEMA = ReplySchema(
    "plan",
    {
        "type": "object",
        "properties": {
            "kind": {"type": "string"},
            "steps": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["kind", "steps"],
        "additionalProperties": False,
    },
)
ASKED = (Message(role="system", content="You plan."), Message(role="user", content="상태는?"))
SLOW = {"slow", "drip"}
SLOW_SECONDS = 0.4
EXPECTED: dict[str, tuple[CallOutcome, int | None]] = {
    "good": ("ok", 200),
    "slow": ("timed_out", None),
    "drip": ("timed_out", 200),
    "rate_limited": ("rate_limited", 429),
    "insufficient_quota": ("rate_limited", 429),
    "server_error": ("server_error", 500),
    "bad_gateway": ("server_error", 502),
    "no_rights": ("no_rights", 401),
    "forbidden": ("no_rights", 403),
    "echoes_key": ("bad_request", 400),
    "bad_request": ("bad_request", 400),
    "refuses_format": ("bad_request", 400),
    "not_json": ("unreadable", 200),
    "cut_json": ("cut", 200),
    "fenced_json": ("ok", 200),
    "prose_around": ("ok", 200),
    "wrong_schema": ("ok", 200),
    "refusal": ("refused", 200),
    "content_filter": ("refused", 200),
    "length_stop": ("cut", 200),
    "cut_body": ("cut", 200),
    "cut_stream": ("cut", 200),
    "ends_early": ("cut", 200),
    "reset": ("unreachable", None),
    "redirect": ("bad_request", 307),
    "empty_choices": ("unreadable", 200),
    "null_content": ("unreadable", 200),
    "list_content": ("ok", 200),
    "tool_calls": ("unreadable", 200),
    "huge": ("unreadable", 200),
    "no_usage": ("ok", 200),
}
"""Outcome and status. JSON of a wrong form is read here; whether it fits is for its reader."""


def says_plan(messages: list[dict[str, Any]], request: dict[str, Any]) -> str:
    return BRAIN


@contextmanager
def endpoint(
    server: ModelServer,
    *,
    stream: bool = False,
    temperature: float | None = 0.0,
) -> Iterator[ModelEndpoint]:
    found = ModelEndpoint(server.base_url, KEY, "m-1", stream=stream, temperature=temperature)
    try:
        yield found
    finally:
        found.close()


def asked(
    found: ModelEndpoint,
    form: ReplyFormat = "json_schema",
    seconds: float = 10.0,
    max_output_tokens: int = 400,
) -> Reply:
    return found.call(ASKED, SCHEMA, form, max_output_tokens, seconds)
