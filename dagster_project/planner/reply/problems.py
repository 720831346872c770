"""What is wrong with a reply, each as a sentence that its writer can act on."""

from __future__ import annotations

from collections.abc import Iterable

from dagster_project.llm.port import OutOfContract
from dagster_project.registry.problem import nearest

_MOST = 6
"""A model mends a few things at a time."""
_LONGEST_SHOWN = 60
_LONGEST_NUMBER = 10**15


class Problems:
    """Collected while reading, told together."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def say(self, sentence: str) -> None:
        if len(self.found) < _MOST and sentence not in self.found:
            self.found.append(sentence)

    def unknown(self, where: str, name: object, known: Iterable[str], what: str = "") -> None:
        """A name that is not listed; names of the listed ones follow, the nearest first."""
        listed = list(known)
        near = nearest(name, listed)
        hint = f"nearest: {near}" if near else f"there are {listing(listed)}"
        self.say(f"{where} {shown(name)} is not in the list{what and f' of {what}'}; {hint}")

    def raise_any(self) -> None:
        """Raises: OutOfContract."""
        if self.found:
            raise OutOfContract(tuple(self.found))


def shown(value: object) -> str:
    """A value of a reply as it may be told back: quoted, short, on one line."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if abs(value) < _LONGEST_NUMBER else "a huge number"
    if isinstance(value, (str, float)):
        text = repr(value)
        return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...'"
    return f"a {type(value).__name__}"


def listing(names: Iterable[str], most: int = 12) -> str:
    found = sorted(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more if found else "none"
