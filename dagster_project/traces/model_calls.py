"""What models were asked, apart from the stage outputs that it led to.

Prompts, replies and tokens differ from ask to ask although the output is the same, so they are no
part of an output's content: the calls are in the trace's body. A message is long, and most of it
comes again in the next question's: it is cut at lines into pieces, each a payload under the digest
of its text. Where it is cut follows from the lines themselves, so that what is inserted or left out
above moves no cut below. The end of a user's message, which has the question, stays in the body.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from pydantic_core import from_json, to_json

from dagster_project.contracts.model_call import Message, ModelCall
from dagster_project.contracts.stage import StageOutput

FIELD = "model_calls"
_SHORTEST = 2_500
"""Characters of a piece: for less, a row costs more than it saves."""
_CUT_EVERY = 8
"""Lines, on average, once a piece is that long."""
_LONGEST = 16_000


@dataclass(frozen=True, slots=True)
class LiftedCalls:
    body: dict[str, Any] | None = None
    """The calls of each output, with places for pieces; None when no output has a call."""
    pieces: list[bytes] = field(default_factory=list)
    """Each once. Shape: text as JSON."""
    whole: list[bytes] = field(default_factory=list)
    """Each message before it was cut, to be searched for secrets. Shape: text as JSON."""


def lift_calls(outputs: Sequence[StageOutput]) -> LiftedCalls:
    if not any(output.model_calls for output in outputs):
        return LiftedCalls()
    pieces: dict[bytes, int] = {}
    cut: dict[Message, list[Any]] = {}
    for message in (m for o in outputs for call in o.model_calls for m in call.messages):
        if message not in cut:
            shared = _pieces(message.content)
            last = "" if message.role == "system" else shared.pop()
            places = [pieces.setdefault(to_json(piece), len(pieces)) for piece in shared]
            cut[message] = [message.role, places, last]
    listed = [[_lifted(call, cut) for call in output.model_calls] for output in outputs]
    body = {"pieces": len(pieces), "outputs": listed}
    return LiftedCalls(body, list(pieces), [to_json(message.content) for message in cut])


def _pieces(text: str) -> list[str]:
    """Shape: at least one; joined they are the text."""
    found: list[str] = []
    start = end = 0
    for line in text.splitlines(keepends=True):
        end += len(line)
        is_cut = end - start >= _SHORTEST and crc32(line.encode()) % _CUT_EVERY == 0
        if is_cut or end - start >= _LONGEST:
            found.append(text[start:end])
            start = end
    return [*found, text[start:]]


def _lifted(call: ModelCall, cut: dict[Message, list[Any]]) -> dict[str, Any]:
    messages = [cut[message] for message in call.messages]
    return call.model_dump(mode="json", exclude={"messages"}) | {"messages": messages}


def piece_count(body: dict[str, Any] | None) -> int:
    return body["pieces"] if body is not None else 0


def fill_calls(
    outputs: Sequence[StageOutput], body: dict[str, Any] | None, pieces: Sequence[bytes]
) -> tuple[StageOutput, ...]:
    """The outputs with the calls that `lift_calls` was given."""
    if body is None:
        return tuple(outputs)
    known = [from_json(piece) for piece in pieces]
    return tuple(
        output.model_copy(update={FIELD: tuple(_filled(call, known) for call in calls)})
        for output, calls in zip(outputs, body["outputs"], strict=True)
    )


def _filled(call: dict[str, Any], pieces: list[str]) -> ModelCall:
    messages = [
        {"role": role, "content": "".join([*(pieces[place] for place in places), last])}
        for role, places, last in call["messages"]
    ]
    return ModelCall.model_validate({**call, "messages": messages})
