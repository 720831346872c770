"""The page on sources is held to the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from dagster_project.contracts.assets.source import Engine
from dagster_project.registry.parse_asset import parse_asset
from sources import errors

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
_NAME = re.compile(r"^name: (\w+)$", re.MULTILINE)
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: _NAME.findall(text)[0])
def test_every_example_is_a_source(text: str) -> None:
    """The registry reads each as it stands."""
    (name,) = _NAME.findall(text)
    parsed = parse_asset(f"assets_config/sources/{name}.yaml", text.encode(), "source")
    assert parsed.problems == ()
    assert parsed.asset is not None


def test_every_engine_has_an_example() -> None:
    """Timescale is a word in PostgreSQL's."""
    for engine in get_args(Engine):
        assert any(re.search(rf"engine: .*\b{engine}\b", text) for text in EXAMPLES), engine


def test_every_error_is_told() -> None:
    """Each leaf of the tree of errors stands in the table, with whether it is retried."""
    for kind in errors.SourceError.__subclasses__():
        said = "yes" if kind.retryable else "no"
        assert f"| `{kind.__name__}` | {said} |" in PAGE
