"""What is in a completion, whatever the endpoint made of the form. Nothing here raises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dagster_project.contracts.model_call import CallOutcome
from dagster_project.llm.reply_text import read_json

_MOST_TOKENS = 100_000_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(slots=True)
class Said:
    """One answer, whole or as far as it came."""

    text: str = ""
    refusal: str = ""
    finish: str | None = None
    calls_tools: bool = False
    tokens_in: int | None = None
    tokens_out: int | None = None
    is_completion: bool = False
    """It had choices; without, it is no completion at all."""


def add_part(said: Said, body: Any, part: str) -> None:
    """Add a whole completion (`part` is `message`) or a chunk of one (`delta`)."""
    if not isinstance(body, dict):
        return
    _add_usage(said, body.get("usage"))
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, dict):
        return
    said.is_completion = True
    if isinstance(finish := first.get("finish_reason"), str) and finish:
        said.finish = finish
    message = first.get(part)
    if not isinstance(message, dict):
        return
    said.text += text_of(message.get("content"))
    said.refusal += text_of(message.get("refusal"))
    said.calls_tools |= bool(message.get("tool_calls") or message.get("function_call"))


def judged(said: Said, text: str) -> tuple[CallOutcome, str, Any]:
    """What an answer that came whole is worth: outcome, what is wrong, its JSON."""
    if not said.is_completion:
        return "unreadable", "its answer holds no choice", None
    if said.finish == "content_filter":
        return "refused", "a filter of the endpoint cut in", None
    if said.refusal and not text.strip():
        return "refused", f"the model refused: {storable(said.refusal)[:120]}", None
    if said.finish == "length":
        return "cut", "its answer was cut at the most tokens that it may have", None
    if said.calls_tools and not text.strip():
        return "unreadable", "it wants to call a tool and says nothing", None
    read = read_json(text)
    if read.problem:
        return "cut" if read.cut else "unreadable", read.problem, None
    return "ok", "", read.value


def text_of(content: Any) -> str:
    """Content as text, or as a list of parts of which some are text."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(text_of(part) for part in content if not isinstance(part, list))
    if isinstance(content, dict) and content.get("type") in (None, "text", "output_text"):
        return content["text"] if isinstance(content.get("text"), str) else ""
    return ""


def storable(text: str) -> str:
    """Without NUL and half characters, which no database takes."""
    if not _UNSTORABLE.search(text):
        return text
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return joined.replace("\0", "\ufffd")


def _add_usage(said: Said, usage: Any) -> None:
    if not isinstance(usage, dict):
        return
    said.tokens_in = _count(usage.get("prompt_tokens"), said.tokens_in)
    said.tokens_out = _count(usage.get("completion_tokens"), said.tokens_out)


def _count(value: Any, before: int | None) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 < value <= _MOST_TOKENS else before
