"""Follows local `$ref`s in an API description, and says of those that lead nowhere."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

MAX_NOTES = 200
_MAX_HOPS = 30
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80
_SHORT.maxlevel = 2


@dataclass(slots=True)
class Document:
    """A description as plain dicts, and what was odd about it."""

    root: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    shapes: dict[int, object] = field(default_factory=dict)
    """What was read already, by the identity of its dict; the root keeps those alive."""

    def note(self, where: str, what: str) -> None:
        text = f"{where}: {what}"
        if text not in self.notes and len(self.notes) < MAX_NOTES:
            self.notes.append(text)

    def follow(self, value: object, where: str) -> dict[str, Any]:
        """The object that it is or refers to; empty, with a note, where there is none."""
        for _ in range(_MAX_HOPS):
            if not isinstance(value, dict):
                if value is not None:
                    self.note(where, f"an object was expected, there is {shown(value)}")
                return {}
            if "$ref" not in value:
                return value
            reference = value["$ref"]
            value = self._target(reference, where)
        self.note(where, "its $ref goes round in a circle")
        return {}

    def _target(self, reference: object, where: str) -> object:
        if not isinstance(reference, str) or not reference.startswith("#"):
            self.note(where, f"{shown(reference)} is no reference within the document")
            return None
        found: object = self.root
        for part in reference[1:].split("/")[1:]:
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and name in found:
                found = found[name]
            elif isinstance(found, list) and name.isdecimal() and int(name[:9]) < len(found):
                found = found[int(name[:9])]
            else:
                self.note(where, f"{shown(reference)} leads nowhere")
                return None
        return found


def name_of(schema: object) -> str:
    """The name that a `$ref` ends with; empty where there is none."""
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    return reference.rpartition("/")[2] if isinstance(reference, str) else ""


def text_of(value: object) -> str:
    """A description on one line, cut."""
    line = " ".join(value.split()) if isinstance(value, str) else ""
    return line if len(line) <= 300 else f"{line[:299]}…"


def shown(value: object) -> str:
    """A value in a note, cut; YAML aliases may stand for a gigantic one."""
    return _SHORT.repr(value)
