"""Questions as text: one normal form, words with their places, and the language."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from dagster_project.contracts.value import Language

_WORD = re.compile(
    r"[0-9A-Za-z_가-힣ㄱ-ㆎ\u00c0-\u024f\u4e00-\u9fff]+(?:[-.'’/][0-9A-Za-z_가-힣]+)*"
)
_SPACES = re.compile(r"\s+")
_HANGUL = re.compile(r"[가-힣ㄱ-ㆎ]")
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Word:
    start: int
    end: int
    text: str


def normalise(text: str) -> str:
    """NFC, no control characters, single spaces. Lengths may change: do it once, at the door."""
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():
        composed = "".join(" " if unicodedata.category(c) in ("Cc", "Cf") else c for c in composed)
    return _SPACES.sub(" ", composed).strip()


def fold(text: str) -> str:
    """Lower case, of the same length as the text."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower()[0] for c in text)


_VERB_MARK = re.compile(r"(?<=^[가-힣]{2})(?:하|해|했|한|할|합|된|되|됐|될|돼|받).*$")
_ENGLISH_END = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|s)$")


def stem(word: str) -> str:
    """A word without its ending, enough to find it again: 의존하는 → 의존, depends → depend."""
    if word.isascii():
        short = _ENGLISH_END.sub("", word) if not word.endswith("ss") else word
        return short if len(short) >= 4 else word
    return _VERB_MARK.sub("", word)


def words(text: str) -> list[Word]:
    return [Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text)]


def is_hangul(character: str) -> bool:
    return "가" <= character <= "힣" or "ㄱ" <= character <= "ㆎ"


def language_of(text: str) -> Language:
    """Korean when Hangul carries the sentence; names and units in Latin letters do not decide."""
    hangul = len(_HANGUL.findall(text))
    if hangul == 0:
        return "en"
    latin_words = len(re.findall(r"\b[a-z]{2,}\b", text))
    return "ko" if hangul >= 2 * latin_words or not _LATIN.search(text) else "en"
