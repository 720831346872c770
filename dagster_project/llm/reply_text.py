"""From what a model wrote to the JSON in it, or why there is none."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 64
_MAX_DIGITS = 30
_MAX_ATTEMPTS = 200
_FENCED = re.compile(r"```[ \t]*(?:json[c5]?)?[ \t]*\r?\n(.*?)```", re.DOTALL | re.IGNORECASE)
_MARKS_OR_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}"]', re.DOTALL)
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_NO_END = -1


@dataclass(frozen=True, slots=True)
class ReadText:
    """A value where `problem` is empty."""

    value: Any = None
    problem: str = ""
    cut: bool = False
    """It is JSON that ends too early."""


class _NotTaken(ValueError):
    """JSON, and yet nothing that we take: NaN, endless numbers."""


def read_json(text: str) -> ReadText:
    """The first whole JSON object: alone, in a fence, or among words. Never raises.

    A list is taken where it is the whole text. An object that is not quite JSON is never entered:
    what is inside of it was not the answer.
    """
    if len(text) > MAX_CHARACTERS:
        return ReadText(problem=f"the answer is longer than {MAX_CHARACTERS} characters")
    text, thinks = _without_thoughts(text.strip("\ufeff\u200b \t\r\n"))
    if thinks:
        return ReadText(problem="the answer ends within the model's thoughts", cut=True)
    if not text:
        return ReadText(problem="the answer is empty")
    try:
        return _checked(_decode_whole(text))
    except _NotTaken as problem:
        return ReadText(problem=str(problem))
    except RecursionError:
        return ReadText(problem=f"the answer is nested deeper than {MAX_DEPTH}")
    except ValueError:
        return _found_in(text)


def _decode_whole(text: str) -> Any:
    value = _DECODER.decode(text)
    # Some models write the object once more as a string.
    return _DECODER.decode(value) if isinstance(value, str) and value[:1] == "{" else value


def _found_in(text: str) -> ReadText:
    tried = [_first_object(block.strip()) for block in _FENCED.findall(text)]
    whole = next((one for one in tried if not one.problem), None)
    if whole is not None:
        return whole
    return _first_object(text)


def _first_object(text: str) -> ReadText:
    found = ReadText(problem="there is no JSON object in the answer")
    place = text.find("{")
    for _ in range(_MAX_ATTEMPTS):
        if place < 0:
            return found
        try:
            value, _end = _DECODER.raw_decode(text, place)
            return _checked(value)
        except _NotTaken as problem:
            return ReadText(problem=str(problem))
        except RecursionError:
            return ReadText(problem=f"the answer is nested deeper than {MAX_DEPTH}")
        except ValueError as error:
            end = _end_of_braces(text, place)
            if end == _NO_END:
                return ReadText(problem="the JSON in the answer ends too early", cut=True)
            if end - place > 40:
                said = str(error).partition(":")[0].lower()
                found = ReadText(problem=f"the answer's JSON cannot be read: {said}")
            place = text.find("{", end)
    return found


def _end_of_braces(text: str, place: int) -> int:
    """Behind the brace that closes the one at `place`, strings left out."""
    depth = 0
    for mark in _MARKS_OR_STRINGS.finditer(text, place):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
            if depth == 0:
                return mark.end()
    return _NO_END


def _checked(value: Any) -> ReadText:
    """Within the depth, an object or a list, and text that can be stored."""
    if not isinstance(value, (dict, list)):
        return ReadText(problem=f"the answer is {_kind(value)}, not a JSON object")
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for one in level:
            if isinstance(one, str) and _UNSTORABLE.search(one):
                return ReadText(problem="the answer holds a character that is none")
            if isinstance(one, dict):
                below += one.keys()
                below += one.values()
            elif isinstance(one, list):
                below += one
        if not below:
            return ReadText(value)
        level = below
    return ReadText(problem=f"the answer is nested deeper than {MAX_DEPTH}")


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {str: "a text", bool: "true or false"}.get(type(value), "a number")


def _without_thoughts(text: str) -> tuple[str, bool]:
    """What stands behind `</think>`, and whether the thoughts never end."""
    if not text.startswith("<think>"):
        return text, False
    _, end, said = text.partition("</think>")
    return said.strip(), not end


def _refuse_constant(name: str) -> Any:
    raise _NotTaken(f"the answer holds {name}, which is not JSON")


def _read_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise _NotTaken("the answer holds a number that is too large")
    return value


def _read_int(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise _NotTaken(f"the answer holds a number of more than {_MAX_DIGITS} digits")
    return int(digits)


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_read_float, parse_int=_read_int
)
