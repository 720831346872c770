"""What models were asked, apart from the stage outputs that it led to.

Prompts, replies and tokens differ from ask to ask although the output is the same, so they are no
part of an output's content. A message is long and comes again: each is a payload of its own, under
the digest of its text. The calls around them are in the trace's body.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json, to_json

from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.stage import StageOutput

FIELD = "model_calls"
_EMPTY: dict[str, Any] = {"texts": 0, "outputs": []}


def lift_calls(outputs: Sequence[StageOutput]) -> tuple[dict[str, Any] | None, list[bytes]]:
    """The calls of each output with places for their messages, and the messages, each once.

    Shape: None when no output has a call; a message's text as JSON.
    """
    if not any(output.model_calls for output in outputs):
        return None, []
    texts: dict[bytes, int] = {}
    listed = [[_lifted(call, texts) for call in output.model_calls] for output in outputs]
    return {"texts": len(texts), "outputs": listed}, list(texts)


def _lifted(call: ModelCall, texts: dict[bytes, int]) -> dict[str, Any]:
    places = [
        [message.role, texts.setdefault(to_json(message.content), len(texts))]
        for message in call.messages
    ]
    return call.model_dump(mode="json", exclude={"messages"}) | {"messages": places}


def text_count(lifted: dict[str, Any] | None) -> int:
    return (lifted or _EMPTY)["texts"]


def fill_calls(
    outputs: Sequence[StageOutput], lifted: dict[str, Any] | None, texts: Sequence[bytes]
) -> tuple[StageOutput, ...]:
    """The outputs with the calls that `lift_calls` was given."""
    if lifted is None:
        return tuple(outputs)
    known = [from_json(text) for text in texts]
    return tuple(
        output.model_copy(update={FIELD: tuple(_filled(call, known) for call in calls)})
        for output, calls in zip(outputs, lifted["outputs"], strict=True)
    )


def _filled(call: dict[str, Any], texts: list[str]) -> ModelCall:
    messages = [{"role": role, "content": texts[place]} for role, place in call["messages"]]
    return ModelCall.model_validate({**call, "messages": messages})
