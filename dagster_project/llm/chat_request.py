"""The body of a chat request, in the words that the endpoint knows."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from dagster_project.contracts.assets.models import ReplyFormat
from dagster_project.contracts.model_call import Message
from dagster_project.llm.port import ReplySchema


class Dialect:
    """Which parameters an endpoint takes, learnt from what it refused. Safe from many threads."""

    def __init__(self, *, stream: bool, temperature: float | None) -> None:
        self._stream = stream
        self._temperature = temperature
        self._limit = "max_tokens"
        """Known everywhere, but not to some new models."""
        self._usage_of_streams = True

    def body(
        self,
        model: str,
        messages: Sequence[Message],
        reply: ReplySchema,
        form: ReplyFormat,
        max_output_tokens: int,
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"model": model, self._limit: max_output_tokens}
        if self._temperature is not None:
            body["temperature"] = self._temperature
        if self._stream:
            body["stream"] = True
            if self._usage_of_streams:
                body["stream_options"] = {"include_usage": True}
        said = [{"role": one.role, "content": one.content} for one in messages]
        if form == "json_schema":
            schema = {"name": reply.name, "strict": True, "schema": reply.schema}
            body["response_format"] = {"type": form, "json_schema": schema}
        else:
            said = said or [{"role": "user", "content": ""}]
            last = said[-1]
            said[-1] = last | {"content": last["content"] + in_words(reply)}
        if form == "json_object":
            body["response_format"] = {"type": form}
        return body | {"messages": said}

    def learn(self, error: str, sent: dict[str, Any]) -> bool:
        """Whether the endpoint refused a parameter that can be sent otherwise, or left out."""
        if "max_tokens" in sent and _names(error, "max_completion_tokens"):
            self._limit = "max_completion_tokens"
            return True
        if "temperature" in sent and _names(error, "temperature"):
            self._temperature = None
            return True
        if "stream_options" in sent and _names(error, "stream_options"):
            self._usage_of_streams = False
            return True
        return False


def in_words(reply: ReplySchema) -> str:
    """What a model that knows no schemas is told behind the question."""
    schema = json.dumps(reply.schema, ensure_ascii=False, separators=(",", ":"))
    return (
        "\n\nAnswer with one JSON object and nothing else, no other words around it. "
        f"It fits this JSON Schema, with every property present:\n{schema}"
    )


def _names(error: str, parameter: str) -> bool:
    """Named as a parameter, in quotes: the question itself may hold the word."""
    return re.search(rf"""\\?['"`](body\.)?({parameter})\\?['"`]""", error) is not None
