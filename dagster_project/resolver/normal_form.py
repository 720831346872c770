"""The spelling that names are compared in, and where each of its characters came from.

Case, hyphens and underscores do not count; spaces count only where two Latin words or two numbers
would run together ("cooling tower", "1 2"), because Korean spacing is free and ids are written
every way (`GT-01`, `gt 01`, `gt01`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SEPARATORS = frozenset(" \t\n-_·‐‑–")
_SEPARATED = re.compile(r"[ \t\n_·‐‑–-]+")
_LETTER = r"[^\W\d_가-힣]"
_BETWEEN_LETTERS = re.compile(rf"(?<={_LETTER}) (?={_LETTER})")
_FREE_SPACE = re.compile(
    rf"(?<!{_LETTER})(?<![0-9]) | (?!{_LETTER})(?![0-9])|(?<={_LETTER}) (?=[0-9])"
    rf"|(?<=[0-9]) (?={_LETTER})"
)
_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3
_JAMO_FIRST = 0x3131
_LEADS = re.findall(r"\w+", "r r s e e f a q q t t d w w c z x v g")
_VOWELS = re.findall(r"\w+", "k o i o j p u p h hk ho hl y n nj np nl b m ml l")
_TAILS = [
    "",
    *re.findall(r"\w+", "r r rt s sw sg e f fr fa fq ft fx fv fg a q qt t t d w c z x v g"),
]
"""Keys of the Korean keyboard, in the order of Unicode's jamo; doubled letters without shift."""


@lru_cache(maxsize=4_096)
def kind(character: str) -> str:
    """`l` Latin, `d` digit, `h` Hangul, `s` separator, `o` other."""
    if "a" <= character <= "z" or "A" <= character <= "Z":
        return "l"
    if "0" <= character <= "9":
        return "d"
    if "가" <= character <= "힣":
        return "h"
    if character in _SEPARATORS:
        return "s"
    return "l" if character.isalpha() else "o"


@dataclass(frozen=True, slots=True)
class NormalText:
    """A text in normal form. Shape: `starts[i]` is where character `i` was; `kinds` of the text."""

    text: str
    starts: tuple[int, ...]
    kinds: str
    """One letter for each character of the original."""


def normal(text: str) -> NormalText:
    kinds = "".join(map(kind, text))
    characters: list[str] = []
    starts: list[int] = []
    last, apart = "", False
    for position, character in enumerate(text):
        its_kind = kinds[position]
        if its_kind == "s":
            apart = True
            continue
        if apart and last == its_kind and its_kind in "ld":
            characters.append(" ")
            starts.append(position)
        lowered = character.lower()
        characters.append(lowered if len(lowered) == 1 else character)
        starts.append(position)
        last, apart = its_kind, False
    return NormalText("".join(characters), tuple(starts), kinds)


def spellings(name: str) -> tuple[str, ...]:
    """Normal forms of a name: as written, and with its Latin words run together."""
    spaced = _normal_name(unicodedata.normalize("NFC", name))
    joined = _BETWEEN_LETTERS.sub("", spaced) if " " in spaced else spaced
    return (spaced,) if joined == spaced else (spaced, joined)


def _normal_name(name: str) -> str:
    """`normal(name).text`, four times as fast."""
    lowered = name.lower()
    if len(lowered) != len(name):
        return normal(name).text
    spaced = _SEPARATED.sub(" ", lowered).strip()
    return _FREE_SPACE.sub("", spaced) if " " in spaced else spaced


def _syllable(code: int) -> str:
    lead, rest = divmod(code - _HANGUL_FIRST, 21 * 28)
    vowel, tail = divmod(rest, 28)
    return _LEADS[lead] + _VOWELS[vowel] + _TAILS[tail]


_STROKES: dict[int, str] = {
    code: _syllable(code) for code in range(_HANGUL_FIRST, _HANGUL_LAST + 1)
}
_STROKES |= {ord(separator): "" for separator in _SEPARATORS}
_CONSONANTS = re.findall(
    r"\w+", "r r rt s sw sg e e f fr fa fq ft fx fv fg a q q qt t t d w w c z x v g"
)
_STROKES |= {_JAMO_FIRST + n: keys for n, keys in enumerate((*_CONSONANTS, *_VOWELS))}
_AS_LATIN = {code: keys for code, keys in _STROKES.items() if keys}


def keystrokes(text: str) -> str:
    """The keys that type it on a Korean keyboard, lower case: 가스터빈 is `rktmxjqls`.

    One wrong jamo is one wrong key, and Korean typed in Latin mode is the same text.
    """
    return text.lower().translate(_STROKES)


def in_latin_mode(text: str) -> str:
    """What the same keys type in Latin mode: ㅎㅅ-01 is gt-01."""
    return text.translate(_AS_LATIN)


def digits(text: str) -> str:
    """Its digits, without leading zeros of each number: a misspelt name keeps its number."""
    return ",".join(number.lstrip("0") or "0" for number in re.findall(r"\d+", text))
