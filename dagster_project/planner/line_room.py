"""Lines of a prompt held to so many tokens."""

from __future__ import annotations

from collections.abc import Iterable

from dagster_project.llm.tokens import estimate_tokens


def line_tokens(text: str) -> int:
    """Of a line with its end; lines together are never estimated at more than their sum."""
    return estimate_tokens(text + "\n")


def first_that_fit(lines: Iterable[tuple[str, str]], room: int) -> dict[str, str]:
    """Lines by name, in their order, each that still fits when its turn comes."""
    fitting: dict[str, str] = {}
    for key, text in lines:
        tokens = line_tokens(text)
        if tokens <= room:
            room -= tokens
            fitting[key] = text
    return fitting
