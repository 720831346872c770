"""The YAML at the head of a markdown file: title, description, tags."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLOCK = re.compile(
    r"\A\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_PLAIN_LINE = re.compile(r"^(\w+)[ \t]*:[ \t]*(\S.*)$", re.MULTILINE)
TAG_FIELDS = ("tags", "alarm_codes", "applies_to")
"""Each holds tags that a search can filter by."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()


def split_front_matter(text: str) -> tuple[FrontMatter, int]:
    """What it says, and where the body starts. A block that is no YAML is read line by line."""
    found = _BLOCK.match(text)
    if found is None:
        return FrontMatter(), 0
    fields = _fields(found.group(1))
    tags = dict.fromkeys(tag for name in TAG_FIELDS for tag in _list(fields.get(name)))
    head = FrontMatter(_line(fields.get("title")), _line(fields.get("description")), tuple(tags))
    return head, found.end()


def _fields(block: str) -> dict[object, object]:
    import yaml

    try:
        read: object = yaml.load(block, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {name: value.strip("\"' ") for name, value in _PLAIN_LINE.findall(block)}
    return dict(read) if isinstance(read, dict) else {}


def _line(value: object) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _list(value: object) -> list[str]:
    if isinstance(value, str):
        value = value.strip("[] ").split(",")
    items = value if isinstance(value, list) else []
    return [line for item in items if (line := _line(item))]
