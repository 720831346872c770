"""What a stage put out, apart from when: the part of an output that two asks can share.

An output's JSON has two kinds of text in it that differ from ask to ask although nothing else
does: how long things took (and when they were fetched), and the id of its own trace in links.
They are lifted out here and put back on reading, byte for byte. What models were asked is kept
beside it (`model_calls`). What stays is the *content*; its
digest is the output's name, so the same answer next night is the same digest and is stored once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b

from dagster_project.contracts.stage import StageOutput
from dagster_project.contracts.value import STAGES, TraceId

DIGEST_SIZE = 16
# Control characters stand for what was lifted: JSON escapes them, so they occur nowhere else in it.
LIFTED = b"\x01"
OWN_ID = b"\x02"
_WITH_FALLBACKS = {"model_calls"}
# Absent while empty, as in payloads from before there were any: they keep their digests.
_ASIDE = {"model_calls", "fallbacks"}
# A quote inside a JSON string is escaped, so only true keys match; a parameter of the same name is
# lifted and put back like any other.
_VOLATILE = re.compile(
    rb'_(?:ms":(?:(?<=duration_ms":)|(?<=elapsed_ms":))|at":(?<=fetched_at":))("[^"]*"|[^,}\]"]+)'
)


def content_of(output: StageOutput, trace_id: TraceId) -> tuple[bytes, list[bytes]]:
    """The content, and the values lifted out of it in their order; without calls of models."""
    aside = _WITH_FALLBACKS if output.fallbacks else _ASIDE
    return lift(output.model_dump_json(exclude=aside).encode(), trace_id)


def lift(text: bytes, trace_id: TraceId) -> tuple[bytes, list[bytes]]:
    """Take volatile values and the trace's own id out of JSON text."""
    parts: list[bytes] = []
    values: list[bytes] = []
    end = 0
    for match in _VOLATILE.finditer(text):
        start, stop = match.span(1)
        parts += (text[end:start], LIFTED)
        values.append(text[start:stop])
        end = stop
    parts.append(text[end:])
    return b"".join(parts).replace(trace_id.encode(), OWN_ID), values


def fill(content: bytes, values: Iterator[bytes], trace_id: TraceId) -> bytes:
    """The JSON text that `lift` was given."""
    first, *rest = content.split(LIFTED)
    filled = b"".join([first, *(next(values) + part for part in rest)])
    return filled.replace(OWN_ID, trace_id.encode())


def digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST_SIZE).digest()


def digest_of(output: StageOutput, trace_id: TraceId) -> str:
    """The name of an output's content, in hex: equal for equal outputs, whatever they took."""
    return digest(content_of(output, trace_id)[0]).hex()


def previous_output(position: int, stage: str, stages: Sequence[str]) -> int | None:
    """Which output a stage went on from: the latest of an earlier stage before `position`."""
    order: tuple[str, ...] = STAGES
    rank = order.index(stage)
    for index in range(min(position, len(stages)) - 1, -1, -1):
        if order.index(stages[index]) < rank:
            return index
    return None
