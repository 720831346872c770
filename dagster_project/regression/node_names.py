"""A node's name is words: each language has another, and its key says which node it is."""

from __future__ import annotations

from collections.abc import Sequence


def without_names(columns: Sequence[str]) -> list[str]:
    """The columns that tell rows apart: the name is left out where a key stands beside it."""
    return [column for column in columns if column != "name" or "key" not in columns]
