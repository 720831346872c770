"""A problem by its place in a document; it becomes a finding when its line is looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from dagster_project.contracts.finding import Finding
from dagster_project.registry.finding_codes import CODES
from dagster_project.registry.lines import Lines
from dagster_project.registry.read_yaml import Path

CREDENTIALS = re.compile(r"://[^/\s:@]*:[^@\s/]+@")
"""A URL that carries a password."""


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    at: Path
    """Keys and indexes from the top of the document; may go beyond what exists in it."""
    message: str
    expected: str = ""
    nearest: str | None = None
    line: int | None = None
    """Known only where the document itself could not be read."""
    line_offset: int = 0
    """Lines below the value's own, inside a block of text."""

    @property
    def refuses(self) -> bool:
        return CODES[self.code].severity == "error"

    def finding(self, path: str, lines: Lines | None) -> Finding:
        line = self.line or (lines.of(self.at) + self.line_offset if lines else 1)
        return Finding(
            code=self.code,
            severity=CODES[self.code].severity,
            path=path,
            line=line,
            field=dotted(self.at),
            message=self.message,
            expected=self.expected,
            nearest=self.nearest,
        )


def dotted(at: Path) -> str:
    """`spec.params[0].type`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at)
    return text.removeprefix(".")


def nearest(wrong: object, names: Iterable[str]) -> str | None:
    """The valid name that a misspelt one most likely means, or None."""
    found = process.extractOne(
        str(wrong), list(names), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=60
    )
    return found[0] if found else None


def shown(value: object) -> str:
    """A value in a message: short, and never a credential."""
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, str) and CREDENTIALS.search(value):
        return "a hidden text"
    text = (
        "null"
        if value is None
        else str(value).lower()
        if value is True or value is False
        else repr(value)
    )
    return text if len(text) <= 80 else text[:77] + "..."


def listed(names: Iterable[str], most: int = 8) -> str:
    """`a, b, c ...` for an expectation."""
    found = sorted(names)
    if not found:
        return "(there is none)"
    return ", ".join(found[:most]) + (" ..." if len(found) > most else "")
