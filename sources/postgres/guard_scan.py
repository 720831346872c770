"""Reads a statement the way PostgreSQL's lexer does, and refuses what a SELECT never needs.

No parser is asked here: a differing idea of where a string ends is what lets an attack through.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from sources.postgres.guard_words import FUNCTIONS, IDENTITY_WORDS, SYNTAX, TYPES

MAX_DEPTH = 100
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\n\r\f\v]+)
    | (?P<string>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<placeholder>%\([A-Za-z_][A-Za-z0-9_]*\)s)
    | (?P<percent>%%)
    | (?P<word>[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)
    | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<comment>--|/\*)
    | (?P<mark>[-+*/<>=~!@\#^&|`?.,:()\[\]])
    """,
    re.VERBOSE,
)
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_CALLABLE = FUNCTIONS | SYNTAX | TYPES
_STRING_PREFIXES = frozenset(("e", "b", "x", "n", "u"))


@dataclass(eq=False)
class Refused(Exception):
    """Why a statement does not pass, and what to do about it."""

    reason: str
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the server will receive, and what only the tree can judge."""

    text: str
    """The statement with `$1`, `$2` ... in place of placeholders, as the driver writes it."""
    placeholders: int
    unknown_calls: tuple[str, ...]
    """Each name before a bracket that is no known function; fine only as an alias with columns."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


def fold(name: str) -> str:
    """PostgreSQL's folding of an unquoted name: A to Z only."""
    return name.translate(_ASCII_LOWER)


def scan(text: str, functions: frozenset[str] = frozenset()) -> Sent:
    """Check every token, and write the text as the server gets it. `functions` may be called
    beside the known ones. Raises: Refused."""
    tokens = _tokens(text)
    if not tokens:
        raise Refused("the statement is empty.", "Send one SELECT.")
    numbers: dict[str, int] = {}
    parts: list[str] = []
    for token, follower in zip(tokens, [*tokens[1:], None], strict=True):
        if token.kind == "placeholder":
            _stands_alone(token, parts, follower)
            parts.append(f"${numbers.setdefault(token.text, len(numbers) + 1)}")
        else:
            parts.append(token.text.replace("%%", "%"))
    return Sent("".join(parts), len(numbers), _check_words(tokens, functions))


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = depth = subscripts = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _stray(text, position)
        token = _Token(match.lastgroup, match.group(), position)
        _check_literal(token, tokens)
        depth += (token.text == "(") - (token.text == ")")
        subscripts += token.text == "["  # the parser is quadratic in these
        if max(depth, subscripts) > MAX_DEPTH:
            raise Refused(f"more than {MAX_DEPTH} brackets are open.", "Split it into steps.")
        tokens.append(token)
        position = match.end()
    return tokens


def _stray(text: str, position: int) -> Refused:
    found = text[position]
    where = f"at character {position + 1}"
    if found == ";":
        return Refused(f"a second statement begins {where}.", "Send one SELECT.")
    if found == "%":
        return Refused(
            f"a lone percent sign stands {where}.",
            "Write %% for a percent sign and %(name)s for a value.",
        )
    if found == "$":
        return Refused(
            f"a dollar sign stands {where}.", "Give values as %(name)s and text in 'quotes'."
        )
    if found in "'\"":
        return Refused(f"the quote opened {where} is never closed.", "Close it.")
    return Refused(f"the character {found!r} {where} has no place in a SELECT.", "Remove it.")


def _check_literal(token: _Token, before: list[_Token]) -> None:
    if token.kind == "comment":
        raise Refused(
            f"a comment begins at character {token.start + 1}.",
            "Comments hide text from readers; put the words in the asset's description.",
        )
    if token.kind not in ("string", "quoted"):
        return
    inside = token.text[1:-1]
    if "\0" in inside:
        raise Refused("a quoted text holds a NUL character.", "Remove it.")
    if "%" in inside.replace("%%", ""):
        raise Refused(
            f"a percent sign stands inside the quotes at character {token.start + 1}.",
            "Write %% for a percent sign; a value %(name)s stands without quotes.",
        )
    last = before[-1] if before else None
    if token.kind == "quoted":
        prefixed = last is not None and last.text == "&"
    else:
        prefixed = last is not None and (
            (last.kind == "word" and fold(last.text) in _STRING_PREFIXES) or last.text == "&"
        )
    if prefixed:
        raise Refused(
            f"a string with escapes begins at character {token.start + 1}.",
            "Write it as a plain 'string'.",
        )


def _stands_alone(token: _Token, parts: list[str], follower: _Token | None) -> None:
    glued = ("word", "number", "placeholder", "string", "quoted")
    before = parts[-1][-1:] if parts else ""
    joined = before.isalnum() or before in ("_", "'", '"') or not before.isascii()
    if joined or (follower is not None and follower.kind in glued):
        raise Refused(
            f"the value {token.text} touches its neighbour.", "Put a space around each value."
        )


def _check_words(tokens: list[_Token], functions: frozenset[str]) -> tuple[str, ...]:
    """Refuse qualified calls and identity words; give back the names that are called unknown."""
    solid = [token for token in tokens if token.kind != "space"]
    unknown: list[str] = []
    for index, token in enumerate(solid):
        if token.kind not in ("word", "quoted"):
            continue
        qualified = index > 0 and solid[index - 1].text == "."
        called = index + 1 < len(solid) and solid[index + 1].text == "("
        name = fold(token.text) if token.kind == "word" else token.text[1:-1]
        if token.kind == "word" and name in IDENTITY_WORDS and not qualified:
            raise Refused(f"{name} is not available.", "Ask for data, not for the connection.")
        if called and qualified:
            raise Refused(
                f"the function {name!r} is called through a schema.",
                "Only built-in functions may be called, by their plain name.",
            )
        is_known = name in _CALLABLE or name in functions
        if called and (not is_known or (token.kind == "quoted" and name in SYNTAX)):
            unknown.append(name)
    return tuple(unknown)
