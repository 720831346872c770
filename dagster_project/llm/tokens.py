"""Tokens without a model's own tokeniser, guessed high."""

from __future__ import annotations


def estimate_tokens(text: str) -> int:
    """Tokens a model would count, guessed high: 4 ASCII characters or 1 other character each."""
    ascii_count = len(text) if text.isascii() else len(text.encode("ascii", "ignore"))
    return -(-ascii_count // 4) + len(text) - ascii_count
