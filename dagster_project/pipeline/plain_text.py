"""Text that came as data, made inert for people's eyes: it is shown, never obeyed or interpreted.

Control characters steer a terminal, format characters hide or turn letters, markdown and HTML are
read as layout; a quote may hold any of them and is still only a quote.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata

_REPLACEMENT = "\ufffd"
_JOINERS = "\u200c\u200d"
"""Part of how some scripts and emoji are written."""
_HIDDEN = ("Cc", "Cf", "Cs")
_TICKS = re.compile("`+")
_ANYWHERE = re.compile(r"([\\`*\[\]|~$])|(?<![^\W_])_|_(?![^\W_])")
_AT_A_LINES_START = re.compile(r"^(\d+(?=[.)](?:\s|$)))?([#+=.)-])", re.MULTILINE)
_LINE_CELLS = 100


def visible_lines(text: str) -> list[str]:
    """The lines of a text; what cannot be seen in them is shown as a replacement."""
    return ["".join(map(_visible, line)) for line in text.splitlines()]


def one_line(text: str) -> str:
    """The same on one line, each run of blanks as one."""
    return " ".join(" ".join(visible_lines(text)).split())


def _visible(character: str) -> str:
    if character == "\t" or character in _JOINERS:
        return character
    return _REPLACEMENT if unicodedata.category(character) in _HIDDEN else character


def escape_markdown(text: str) -> str:
    """Text that a Markdown reader shows as it stands, without a tag, link or picture of its own."""
    safe = "\n".join(line.strip() for line in visible_lines(text))
    safe = _ANYWHERE.sub(lambda found: f"\\{found.group()}", safe)
    safe = _AT_A_LINES_START.sub(lambda found: f"{found[1] or ''}\\{found[2]}", safe)
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code_span(text: str) -> str:
    """One line in Markdown that no reader interprets."""
    line = one_line(text)
    fence = "`" * (_longest_run(line) + 1)
    return f"{fence} {line} {fence}" if line else ""


def code_block(text: str) -> str:
    """Lines in Markdown that no reader interprets; long ones go on below."""
    lines = [
        part
        for line in visible_lines(text)
        for part in textwrap.wrap(
            line, _LINE_CELLS, drop_whitespace=False, replace_whitespace=False, expand_tabs=False
        )
        or [""]
    ]
    whole = "\n".join(lines)
    fence = "`" * max(3, _longest_run(whole) + 1)
    return f"{fence}text\n{whole}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
