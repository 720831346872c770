"""Texts that others wrote, put into a prompt so that they can never read as a part of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from dagster_project.contracts.value import Names

_PLAIN = re.compile(r"[A-Za-z_][\w$-]*(?:\.[A-Za-z_][\w$-]*){0,3}")
_LONGEST_PLAIN = 130


def quoted(text: str, most: int | None = None) -> str:
    """A JSON string on one line. What is not printable, and `<` and `>`, which mark a prompt's
    parts, are escaped; longer than `most` characters, it is cut and ends in an ellipsis."""
    if most is not None and len(text) > most:
        text = text[: most - 1] + "…"
    written = json.dumps(text, ensure_ascii=False)
    if written.isprintable() and "<" not in written and ">" not in written:
        return written
    return "".join(c if c.isprintable() and c not in "<>" else _escaped(c) for c in written)


def readable(text: str) -> str:
    """Characters that nobody can read become a mark, so that none takes many tokens."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1] if not character.isascii() else f"\\u{ord(character):04x}"


def name(text: str) -> str:
    """An identifier as it is where it is plain, quoted where it is not."""
    plain = len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text) is not None
    return text if plain and text.isascii() else quoted(text)


def value(given: str | float | bool | None) -> str:
    """A cell's value as JSON."""
    return quoted(given) if isinstance(given, str) else json.dumps(given)


def values(given: Iterable[str]) -> str:
    """Values that are written already, as a JSON list."""
    return f"[{', '.join(given)}]"


def called(names: Names, most: int = 40) -> str:
    """The first name in each language, or nothing: ` "알람"/"alarm"`."""
    shown = dict.fromkeys(quoted(own[0], most) for own in (names.ko, names.en) if own)
    return f" {'/'.join(shown)}" if shown else ""
