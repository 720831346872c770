"""Reads a statement the way Neo4j's lexer does, and refuses what two lexers might read apart.

Neo4j decodes `\\u0027` before it looks for quotes, so that an escape can end a string: refused
anywhere, as are control characters, lone carriage returns and unusual spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["word", "quoted", "string", "number", "param", "symbol"]

_SPACE = re.compile(r"(?:[ \t\n]|\r\n)+")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[^\W\d]\w*")
_QUOTED = re.compile(r"`(?:[^`\n]|``)+`")
_STRING = re.compile(r"'(?:[^'\\]|\\[\\'\"bfnrt])*'|\"(?:[^\"\\]|\\[\\'\"bfnrt])*\"")
_NUMBER = re.compile(
    r"0[xX][0-9a-fA-F]+|0o[0-7]+|(?:\d+(?:_\d+)*)?(?:(?<=\d)\.\d+|(?<!\d)\.\d+)?(?:[eE][+-]?\d+)?"
)
_SYMBOL = re.compile(r"\.\.|::|[()\[\]{}<>=+\-*/%^,.:|&!;~]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]|\r(?!\n)")


class Refused(Exception):
    """A wall's reason, and what to do instead."""

    def __init__(self, reason: str, instruction: str) -> None:
        self.reason = reason
        self.instruction = instruction
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str
    """As written; a quoted name and a parameter without their marks."""
    fold: str
    """A word in lower case, as keywords are compared; else the text."""

    @property
    def is_name(self) -> bool:
        return self.kind in ("word", "quoted")


def fold(text: str) -> str:
    """Lower case by way of upper case: Java reads `ſ`, `ı` and the Kelvin sign as S, I and K."""
    return text.upper().lower()


def read_tokens(text: str) -> tuple[Token, ...]:
    """The statement without space, comments and one closing semicolon. Raises: Refused."""
    if found := _FORBIDDEN.search(text):
        raise Refused(
            f"the statement holds the character {found[0]!r}.", "Give values as parameters."
        )
    if "\\u" in text:
        raise Refused(
            "the statement holds a unicode escape.", "Write the letter, or use a parameter."
        )
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if skipped := _SPACE.match(text, at) or _COMMENT.match(text, at):
            at = skipped.end()
            continue
        token, at = _read(text, at)
        tokens.append(token)
    if tokens and tokens[-1].text == ";" and tokens[-1].kind == "symbol":
        tokens.pop()
    if any(token.kind == "symbol" and token.text == ";" for token in tokens):
        raise Refused("there is more than one statement.", "Send them as separate steps.")
    return tuple(tokens)


def _read(text: str, at: int) -> tuple[Token, int]:
    if text.startswith("/*", at):
        raise Refused("a comment has no end.", "Close it with */.")
    char = text[at]
    if char == "$":
        return _param(text, at)
    if char == "`":
        name = _match(_QUOTED, text, at, "a name in backticks is empty or has no end.")
        inner = name[1:-1].replace("``", "`")
        return Token("quoted", inner, inner), at + len(name)
    if char in "'\"":
        value = _match(_STRING, text, at, "a string has no end, or an unknown escape.")
        return Token("string", value, value), at + len(value)
    is_fraction = char == "." and text[at + 1 : at + 2].isdigit() and text[at - 1 : at] != "."
    if char in "0123456789" or is_fraction:
        return _number(text, at)
    if word := _WORD.match(text, at):
        if text[word.end() : word.end() + 1] in ("$", "@", "#"):
            raise Refused(f"the name {word[0]!r} goes on strangely.", "Put it in backticks.")
        return Token("word", word[0], fold(word[0])), word.end()
    if symbol := _SYMBOL.match(text, at):
        return Token("symbol", symbol[0], symbol[0]), symbol.end()
    raise Refused(f"the statement holds the character {char!r}.", "Give values as parameters.")


def _param(text: str, at: int) -> tuple[Token, int]:
    if text[at + 1 : at + 2] == "(":
        return Token("symbol", "$", "$"), at + 1
    name = _WORD.match(text, at + 1) or _QUOTED.match(text, at + 1)
    if name is None:
        raise Refused("a dollar sign has no name behind it.", "Write a parameter as $name.")
    return Token("param", name[0].strip("`"), name[0]), name.end()


def _number(text: str, at: int) -> tuple[Token, int]:
    number = _match(_NUMBER, text, at, "a number cannot be read.")
    end = at + len(number)
    follows = text[end : end + 2]
    if not number or re.match(r"[\w`$'\"]", follows) or (follows[:1] == "." and follows != ".."):
        raise Refused(
            f"the number at {text[at : end + 2]!r} runs into what follows.", "Put a space there."
        )
    return Token("number", number, number), end


def _match(pattern: re.Pattern[str], text: str, at: int, otherwise: str) -> str:
    found = pattern.match(text, at)
    if found is None:
        raise Refused(otherwise, "Give values as parameters, or correct the statement.")
    return found[0]
