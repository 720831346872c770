"""A question to tokens of time. Names that hold digits (GT-01, 1호기, v2.1) are never numbers.

Latin words are taken whole. A run of Hangul is cut from its start into words of time, longest
first; if what is left is not a particle, the whole run is no word of time (`3월드`, `일반`).
"""

from __future__ import annotations

import re

from dagster_project.planner.korean import is_particle_tail
from dagster_project.planner.time_phrases import words_en, words_ko
from dagster_project.planner.time_phrases.tokens import END, Token

_IDIOMS = {**words_en.IDIOMS, **words_ko.IDIOMS}
_IDIOM = "|".join(
    re.escape(idiom).replace(r"\ ", r"[\ -]") for idiom in sorted(_IDIOMS, key=len, reverse=True)
)
_SHAPES = re.compile(
    r"""
    (?P<stamp>(?<![\w.\-/])\d{4}-\d{1,2}-\d{1,2}[T\ ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?
        \s?(?:Z|UTC|[+-]\d\d:?\d\d)?(?![\d:]))
  | (?P<date>(?<![A-Za-z0-9_.\-/])\d{4}
        (?:-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\s?\d{1,2}\.\s?\d{1,2}\.?)(?![0-9A-Za-z_]))
  | (?P<year_month>(?<![A-Za-z0-9_.\-/])(?:19|20)\d\d[-/](?:0[1-9]|1[0-2])(?![0-9A-Za-z_/\-]))
  | (?P<clock>(?<![A-Za-z0-9_.:])\d{1,2}:\d\d(?::\d\d)?(?![0-9:]))
  | (?P<quarter>(?<![A-Za-z0-9_\-])(?:(?:[Qq][1-4]|[1-4][Qq])(?![A-Za-z0-9_])|[1-4]/4\s?분기))
  | (?P<short_date>(?<![A-Za-z0-9_.\-/])\d{1,2}/\d{1,2}(?:/\d{2,4})?(?![0-9A-Za-z_/%]))
  | (?P<half>(?<![A-Za-z0-9_\-])(?:[Hh][12]|[12][Hh])(?=[\s,-]*(?:of\s)?20\d\d))
  | (?P<meridiem>\b[ap]\.m\.)
  | (?P<idiom>@IDIOMS@)
  | (?P<weekday_note>\([월화수목금토일]\))
  | (?P<name>(?=[A-Za-z_\-./]*\d)[A-Za-z_][A-Za-z0-9_]*(?:[-./_][A-Za-z0-9]+)*)
  | (?P<measured>\d{1,6}(?:\.\d{1,3})?[A-Za-z]+(?![A-Za-z0-9_]))
  | (?P<number>\d+(?:[.,]\d+)*(?:\s?[%℃°])?)
  | (?P<latin>[A-Za-z]+(?:['’][A-Za-z]+)?)
  | (?P<hangul>[가-힣]+)
  | (?P<range>[~～〜–—-]+)
  | (?P<comma>[,、])
  | (?P<other>[^\s])
    """.replace("@IDIOMS@", rf"(?<![A-Za-z0-9가-힣])(?i:{_IDIOM})(?![A-Za-z])"),
    re.VERBOSE,
)
_HANGUL = re.compile(r"[가-힣]")
_KOREAN_DATE = re.compile(r"\s*(?:에|의|부터|까지|자\b|이후|이전|이래|[~～–-]|\([월화수목금토일])")
_MEASURED = re.compile(r"([\d.]+)([A-Za-z]+)")
_INTEGER = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
_LONGEST_RUN = 24
"""Syllables written together; no row of words of time is longer."""
_LONGEST = max(map(len, words_ko.WORDS))
_TAIL_OF_TIME = re.compile(r"(?:자|경|쯤|께|치|정도|무렵|기준|하루)")
_COUNTS = frozenset(("number", "few", "relative", "every"))
_NO_TIME = frozenset(("word", "number", "comma", "link", "and", "compare", "every", "range", "few"))


def scan(question: str) -> list[Token]:
    """Tokens in order of place; neighbours in the list are neighbours in the text, but for space
    and particles. Shape: stretches of other words are one `word`."""
    tokens: list[Token] = []
    for match in _SHAPES.finditer(question):
        shape = match.lastgroup
        text = match.group()
        start, end = match.span()
        if shape == "hangul":
            _add_hangul(tokens, text, start)
        elif shape == "latin":
            _add_latin(tokens, text, start, end)
        elif shape == "number":
            _add_number(tokens, text, start, end)
        elif shape == "measured":
            _add_measured(tokens, text, start, end)
        elif shape in ("name", "other"):
            _add_word(tokens, start, end, text if shape == "other" else "")
        elif shape == "short_date":
            tokens.append(_short_date(question, tokens, text, start, end))
        elif shape == "idiom":
            kind, value = _IDIOMS[text.lower().replace("-", " ")]
            tokens.append(Token(kind, value, start, end, text.lower()))
        elif shape != "weekday_note":
            tokens.append(_shaped(str(shape), text, start, end))
    return tokens


def _add_word(tokens: list[Token], start: int, end: int, text: str = "") -> None:
    if text == "&":
        tokens.append(Token("and", None, start, end, text))
    elif tokens and tokens[-1].kind == "word":
        tokens[-1] = Token("word", None, tokens[-1].start, end, text)
    else:
        tokens.append(Token("word", None, start, end, text))


def _shaped(shape: str, text: str, start: int, end: int) -> Token:
    """A token whose shape alone says what it is."""
    if shape in ("date", "year_month"):
        parts = tuple(int(n) for n in re.findall(r"\d+", text))
        return Token(shape, parts, start, end, text)  # type: ignore[arg-type]
    if shape == "clock":
        hour, minute = (int(n) for n in text.split(":")[:2])
        return Token("clock", (hour, minute), start, end, text)
    if shape in ("quarter", "half"):
        value = int(text[1] if text[0] in "QqHh" else text[0])
        return Token(shape, value, start, end, "code")  # type: ignore[arg-type]
    if shape == "meridiem":
        return Token("meridiem", text[0].lower() + "m", start, end, text)
    return Token(shape, text, start, end, text)  # type: ignore[arg-type]


def _short_date(question: str, tokens: list[Token], text: str, start: int, end: int) -> Token:
    """`1/5에`, `1/5~1/7`: in Korean the month comes first. Elsewhere nobody can tell."""
    parts = tuple(int(n) for n in text.split("/"))
    ranged = bool(tokens) and tokens[-1].kind == "range"
    korean = _KOREAN_DATE.match(question, end) is not None or ranged
    if korean and len(parts) == 2 and _HANGUL.search(question) and 1 <= parts[0] <= 12:
        return Token("date", (None, *parts), start, end, text)
    return Token("short_date", parts, start, end, text)


def _is_part_of_name(tokens: list[Token], start: int) -> bool:
    """Whether the characters just before, without a space, make this the tail of a name."""
    if not tokens or tokens[-1].end != start:
        return False
    if tokens[-1].kind == "word":
        return not tokens[-1].text  # punctuation keeps its text, and is no part of a name
    glued_dash = tokens[-1].kind == "range" and len(tokens) > 1
    return glued_dash and tokens[-2].kind == "word" and tokens[-2].end == tokens[-1].start


def _add_number(tokens: list[Token], text: str, start: int, end: int) -> None:
    if _is_part_of_name(tokens, start) or not _INTEGER.fullmatch(text):
        _add_word(tokens, start, end)
        return
    value = float(text) if "." in text else int(text)
    tokens.append(Token("number", value, start, end, text))


def _add_measured(tokens: list[Token], text: str, start: int, end: int) -> None:
    """24h, 5th, 3pm; other letters on a number make it a name."""
    found = _MEASURED.fullmatch(text)
    if found is None or _is_part_of_name(tokens, start):
        _add_word(tokens, start, end)
        return
    digits, letters = found.groups()
    value = float(digits) if "." in digits else int(digits)
    middle = start + len(digits)
    if letters in ("st", "nd", "rd", "th"):
        tokens.append(Token("ordinal", value, start, end, text))
        return
    meaning = words_en.COMPACT.get(letters if letters != "H" else "h")
    if letters.lower() in ("am", "pm"):
        meaning = ("meridiem", letters.lower())
    if meaning is None:
        _add_word(tokens, start, end)
        return
    tokens.append(Token("number", value, start, middle, digits))
    tokens.append(Token(meaning[0], meaning[1], middle, end, "compact:" + letters))


def _add_latin(tokens: list[Token], text: str, start: int, end: int) -> None:
    folded = text.lower()
    meaning = words_en.WORDS.get(folded)
    if meaning is None and folded[-2:] in ("'s", "’s"):
        folded = folded[:-2]
        meaning = words_en.WORDS.get(folded)
    if meaning is None or _is_part_of_name(tokens, start):
        _add_word(tokens, start, end)
        return
    if meaning[0] == "unit" and len(tokens) > 1 and tokens[-1].kind == "range":
        dash, number = tokens[-1], tokens[-2]
        if number.kind == "number" and number.end == dash.start and dash.end == start:
            tokens.pop()  # 10-minute, 24-hour
    tokens.append(Token(meaning[0], meaning[1], start, end, folded))


def _add_hangul(tokens: list[Token], run: str, start: int) -> None:
    previous = tokens[-1] if tokens else END
    if previous.kind == "word" and previous.end == start and not previous.text:
        _add_word(tokens, start, start + len(run))
        return
    readable = len(run) <= _LONGEST_RUN and run not in words_ko.OTHER_WORDS
    cut = _cut(run, 0, previous) if readable else None
    if cut is None:
        _add_word(tokens, start, start + len(run))
        return
    for word, meaning, begin, tail in cut:
        end = start + begin + len(word)
        tokens.append(Token(meaning[0], meaning[1], start + begin, end, word, tail))


_Cut = list[tuple[str, words_ko.Meaning, int, str]]


def _cut(run: str, position: int, previous: Token) -> _Cut | None:
    """The run from `position` as words of time to its end, or None."""
    for size in range(min(_LONGEST, len(run) - position), 0, -1):
        word = run[position : position + size]
        for meaning in _meanings(word, previous):
            rest = position + size
            if rest == len(run):
                return [(word, meaning, position, "")]
            token = Token(meaning[0], meaning[1], -1, -1, word)
            more = _cut(run, rest, token)
            if more is not None:
                return [(word, meaning, position, ""), *more]
            if _is_tail(run[rest:], meaning):
                return [(word, meaning, position, run[rest:])]
    return None


def _meanings(word: str, previous: Token) -> list[words_ko.Meaning]:
    found: list[words_ko.Meaning] = []
    counted = previous.kind in _COUNTS
    if counted and word in words_ko.UNITS and _may_count(previous, word):
        found.append(words_ko.UNITS[word])
    if previous.kind not in _NO_TIME and previous.kind != "end" and word in words_ko.SUFFIXES:
        found.append(words_ko.SUFFIXES[word])
    glued = previous.start < 0 and previous.kind != "end"
    if word in words_ko.ALONE and glued:
        return found  # 들어올, 개월이래
    if word in words_ko.WORDS and not (counted and words_ko.WORDS[word][0] == "bucket"):
        found.append(words_ko.WORDS[word])
    return found


def _may_count(number: Token, unit: str) -> bool:
    """Native numbers go with few units (두 분 is two persons, 세일 a sale); written together, a
    Sino-Korean one makes another word (일시, 오일)."""
    if number.text in words_ko.NATIVE_COUNTS:
        return unit in words_ko.NATIVE_UNITS
    return number.start >= 0 or number.text not in words_ko.WRITTEN_APART


def _is_tail(tail: str, meaning: words_ko.Meaning) -> bool:
    if meaning[0] in ("number", "relative", "few", "every"):
        return False  # a count is followed by its unit, never by a particle
    if is_particle_tail(tail):
        return True
    mark = _TAIL_OF_TIME.match(tail)
    return mark is not None and is_particle_tail(tail[mark.end() :])
