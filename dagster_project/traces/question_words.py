"""Words of a search over questions, as a PostgreSQL text query.

Questions are indexed with the `simple` configuration, which keeps Korean words with their particles
on (`상태를`) and reads `GT-01` as two words but `GT-01의` as one with parts. So each word is
searched without its particle, from its beginning, whole or by its parts.
"""

from __future__ import annotations

import re

_PARTICLES = re.compile(
    r"(?:에서는|에서도|으로는|에서|에게|으로|까지|부터|처럼|보다|마다|이나|이랑"
    r"|은|는|이|가|을|를|의|에|로|와|과|도|만|랑)$"
)
_PARTS = re.compile(r"[^\W_]+")


def text_query(text: str) -> str | None:
    """For `to_tsquery('simple', …)`: every word must begin a word of the question.

    None when the text holds no word.
    """
    words = [word for word in text.split() if _PARTS.search(word)]
    return " & ".join(_word(without_particle(word)) for word in words) or None


def without_particle(word: str) -> str:
    """`상태를` → `상태`, `GT-01의` → `GT-01`; a word that would be left too short stays whole."""
    stem = _PARTICLES.sub("", word)
    return stem if len(stem) >= 2 else word


def _word(word: str) -> str:
    parts = _PARTS.findall(word)
    if parts == [word]:
        return _prefix(word)
    return f"({_quoted(word)} | ({' & '.join(map(_prefix, parts))}))"


def _prefix(part: str) -> str:
    # The text parser reads the 01 of GT-01 as the number -01.
    return f"({_quoted(part)} | {_quoted('-' + part)})" if part[0].isdigit() else _quoted(part)


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}':*"
