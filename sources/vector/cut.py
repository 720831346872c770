"""Cuts a long text into spans that fit: at blocks, then at lines, then at sentences, then at words.

Spans are places in the source, so that a quote is always verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Span = tuple[int, int]
_WORD = re.compile(r"[가-힣]+|[^\W가-힣]+")
_SENTENCE_END = re.compile(r"(?<=[.!?。])\s+|(?<=[가-힣][다요]\.)\s*")
_SYLLABLES_PER_WORD = 2.5
_LETTERS_PER_WORD = 20.0
_SIGNS_PER_WORD = 25.0
"""A longer run is a key or data."""


def count_words(text: str) -> int:
    """How long a text is, in words of English: a Korean word of five syllables counts for two.

    What holds hardly a word, such as a drawing of signs, counts by its length.
    """
    total = 0.0
    for found in _WORD.finditer(text):
        run = found.group()
        letters = _SYLLABLES_PER_WORD if "가" <= run[0] <= "힣" else _LETTERS_PER_WORD
        total += max(1.0, len(run) / letters)
    return round(max(total, sum(map(len, text.split())) / _SIGNS_PER_WORD))


def pack(source: str, blocks: Iterable[Span], max_words: int) -> list[Span]:
    """Neighbouring blocks together as long as they fit; one that is too long is cut."""
    packed: list[Span] = []
    room = 0
    for start, end in _fitting(source, blocks, max_words):
        words = count_words(source[start:end])
        if packed and words <= room:
            packed[-1] = (packed[-1][0], end)
            room -= words
        else:
            packed.append((start, end))
            room = max_words - words
    return packed


def _fitting(source: str, blocks: Iterable[Span], max_words: int) -> Iterable[Span]:
    for block in blocks:
        yield from _cut(source, block, max_words)


def _cut(source: str, block: Span, max_words: int) -> list[Span]:
    start, end = block
    if count_words(source[start:end]) <= max_words:
        return [block]
    for pieces in (_lines(source, block), _sentences(source, block)):
        if len(pieces) > 1:
            return [span for piece in pieces for span in _cut(source, piece, max_words)]
    return _at_words(source, block, max_words)


def _lines(source: str, block: Span) -> list[Span]:
    start, end = block
    spans: list[Span] = []
    for line in source[start:end].splitlines(keepends=True):
        spans.append((start, start + len(line)))
        start += len(line)
    return spans


def _sentences(source: str, block: Span) -> list[Span]:
    start, end = block
    ends = [m.end() for m in _SENTENCE_END.finditer(source, start, end) if start < m.end() < end]
    return list(zip([start, *ends], [*ends, end], strict=True))


def _at_words(source: str, block: Span, max_words: int) -> list[Span]:
    start, end = block
    starts = [found.start() for found in _WORD.finditer(source, start, end)]
    cuts = starts[max_words // 2 :: max(1, max_words // 2)]
    longest = max_words * 20  # letters: a single endless word is cut all the same
    spans = list(zip([start, *cuts], [*cuts, end], strict=True))
    return [(at, min(at + longest, stop)) for s, stop in spans for at in range(s, stop, longest)]
