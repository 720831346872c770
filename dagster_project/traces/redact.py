"""T5, the last wall: a secret that slipped through everything else is not written down.

Masked columns never get this far (they are not selected), and assets hold references to secrets,
not secrets. What remains is a value that turns up in a driver's message, in a row or in what a
model answers. Whoever resolves a secret tells `PROCESS_WALL`; every trace is searched for it before
it is written.
"""

from __future__ import annotations

import json
import re
import threading
from functools import cache
from urllib.parse import quote, urlsplit

from pydantic_core import from_json, to_json

from dagster_project.contracts.trace import Trace

REPLACEMENT = "‹secret›"
SHORTEST = 4
"""Shorter values cannot be told from ordinary text and are not searched for."""
_ANYWHERE_FROM = 8
"""From this length a secret is found anywhere; a shorter one only as a whole word."""


class SecretWall:
    """Values that must never be written. Safe from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: frozenset[str] = frozenset()
        self._needles: tuple[bytes, ...] = ()
        self._pattern: re.Pattern[str] | None = None

    def remember(self, secret: str) -> None:
        """From now on this value is replaced wherever it would be written."""
        if len(secret) < SHORTEST or secret in self._secrets:
            return
        with self._lock:
            self._secrets |= {secret}
            forms = {form for known in self._secrets for form in _forms(known)}
            ordered = sorted(forms, key=len, reverse=True)
            self._needles = tuple(to_json(form)[1:-1] for form in ordered)
            self._pattern = re.compile("|".join(_expression(form) for form in ordered))

    def meets(self, text: bytes) -> bool:
        """True when JSON text may hold a secret; a plain search, as it runs for each trace."""
        return any(needle in text for needle in self._needles)

    def clean_text(self, text: str) -> str:
        return self._pattern.sub(REPLACEMENT, text) if self._pattern else text

    def clean(self, trace: Trace) -> Trace:
        """The trace with every known secret replaced in its texts."""
        return Trace.model_validate(self._clean(from_json(trace.model_dump_json())))

    def _clean(self, value: object) -> object:
        if isinstance(value, str):
            return value if value in _closed_words() else self.clean_text(value)
        if isinstance(value, list):
            return [self._clean(item) for item in value]
        if isinstance(value, dict):
            return {
                key if key in _closed_words() else self.clean_text(key): self._clean(item)
                for key, item in value.items()
            }
        return value


PROCESS_WALL = SecretWall()


def _forms(secret: str) -> tuple[str, ...]:
    """As it stands, as in a URL, and as in JSON: replies of models are JSON within a text."""
    return (
        secret,
        quote(secret, safe=""),
        to_json(secret).decode()[1:-1],
        json.dumps(secret)[1:-1],
    )


def _expression(form: str) -> str:
    if len(form) >= _ANYWHERE_FROM:
        return re.escape(form)
    return rf"(?<![^\W_]){re.escape(form)}(?![^\W_])"


@cache
def _closed_words() -> frozenset[str]:
    """Field names and values of closed sets: the words of the contract itself, never a secret."""
    words: set[str] = set()
    pending: list[object] = [Trace.model_json_schema()]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            words.update(node.get("properties", {}))
            words.update(word for word in node.get("enum", ()) if isinstance(word, str))
            if isinstance(constant := node.get("const"), str):
                words.add(constant)
            pending += node.values()
    return frozenset(words)


def remember_secret(secret: str) -> None:
    """Tell the process's wall of a secret; of a URL, its password."""
    PROCESS_WALL.remember((urlsplit(secret).password or "") if "://" in secret else secret)
