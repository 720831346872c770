"""Reads the JSON that a search is bound to, and refuses what is no search."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sources.errors import QueryRejected

MAX_TOP_K = 50
MAX_LETTERS = 4_000
"""Of what is looked for."""
MAX_ALSO = 40
_FIELDS = frozenset(("collections", "top_k", "weights", "min_score", "tags"))
_HINT = 'Write {"collections": [...], "top_k": 5, "weights": {"vector": 0.3, "text": 0.7}}.'


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is looked for, where, and how it is ranked."""

    collections: tuple[str, ...]
    words: str
    also: tuple[str, ...] = ()
    """Words that mean the same as some of `words`."""
    top_k: int = 5
    vector_weight: float = 0.5
    """With `text_weight` it makes 1."""
    text_weight: float = 0.5
    min_score: float = 0.0
    tags: tuple[str, ...] = ()


def read_search(source: str, text: str, params: Mapping[str, object]) -> SearchRequest:
    """Raises: QueryRejected, naming the field."""
    given = _document(source, text)
    unknown = sorted(set(given) - _FIELDS)
    if unknown:
        raise QueryRejected(source, f"a search has no field {unknown[0]!r}.", _HINT)
    collections = _texts(source, "collections", given.get("collections"))
    if not collections:
        raise QueryRejected(source, "the search names no collection.", _HINT)
    words = params.get("words")
    if not isinstance(words, str) or not words.strip():
        raise QueryRejected(source, "the param 'words' is no text.", "Say what is looked for.")
    vector_weight, text_weight = _weights(source, given.get("weights", {}))
    return SearchRequest(
        collections,
        words.strip()[:MAX_LETTERS],
        _texts(source, "also", params.get("also", ()))[:MAX_ALSO],
        round(_number(source, "top_k", given.get("top_k", 5), 1, MAX_TOP_K)),
        vector_weight,
        text_weight,
        _number(source, "min_score", given.get("min_score", 0), 0, 1),
        _texts(source, "tags", given.get("tags", ())),
    )


def _document(source: str, text: str) -> dict[str, object]:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise QueryRejected(source, f"the search is no JSON: {error}.", _HINT) from error
    if not isinstance(given, dict):
        raise QueryRejected(source, "the search is no JSON object.", _HINT)
    return given


def _weights(source: str, given: object) -> tuple[float, float]:
    if not isinstance(given, dict) or set(given) - {"vector", "text"}:
        raise QueryRejected(source, "weights are not of `vector` and `text`.", _HINT)
    vector, text = (
        _number(source, f"weights.{name}", given.get(name, 0.5), 0, 1e6)
        for name in ("vector", "text")
    )
    if vector + text <= 0:
        raise QueryRejected(source, "both weights are 0.", _HINT)
    return vector / (vector + text), text / (vector + text)


def _number(source: str, name: str, given: object, low: float, high: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not low <= given <= high:
        raise QueryRejected(
            source, f"{name} is {given!r}.", f"Give a number from {low:g} to {high:g}."
        )
    return float(given)


def _texts(source: str, name: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not all(isinstance(item, str) for item in given):
        raise QueryRejected(source, f"{name} is no list of texts.", _HINT)
    return tuple(dict.fromkeys(given))
