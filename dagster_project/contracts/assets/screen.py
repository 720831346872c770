"""A7: which blocks, in what order, folded or open, and how references show."""

from __future__ import annotations

from typing import Literal

from dagster_project.contracts.value import Intent, Value

BlockType = Literal[
    "markdown",
    "text",
    "number",
    "table",
    "timeseries",
    "chart",
    "graph",
    "path",
    "doc_link",
    "references",
    "notice",
]


class ScreenSection(Value):
    block: BlockType
    folded: bool = False
    max_blocks: int | None = None
    """More of this type are folded."""


class ScreenSpec(Value):
    mappings: tuple[str, ...] = ()
    """Mappings shown on this screen; empty only for the default screen."""
    intents: tuple[Intent, ...] = ()
    sections: tuple[ScreenSection, ...]
    references: Literal["list", "inline", "hidden"] = "list"
