"""The page on blocks is held to the contracts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from dagster_project.contracts.assets.mapping import ResultShape
from dagster_project.contracts.assets.screen import BlockType

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "blocks.md").read_text(encoding="utf-8")


def test_every_type_has_its_section_with_an_example() -> None:
    """One section each, in which something of it can be seen."""
    sections = re.split(r"^## `(\w+)`$", PAGE, flags=re.MULTILINE)
    told = dict(zip(sections[1::2], sections[2::2], strict=True))
    assert set(told) == set(get_args(BlockType))
    assert [name for name, text in told.items() if "```" not in text] == []


def test_every_shape_is_in_the_table() -> None:
    """No shape of a result is left out."""
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == set(get_args(ResultShape))
