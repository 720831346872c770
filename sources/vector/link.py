"""Links that open a passage: `doc:<collection>/<path>#<anchor>`."""

from __future__ import annotations

from urllib.parse import quote, unquote

_PLAIN = "/-_.~=,:@+!$&'"


def make_link(collection: str, path: str, anchor: str) -> str:
    """Letters of every script stay readable; what would end a link is written as %XX."""
    return f"doc:{collection}/{_escaped(path)}#{_escaped(anchor)}"


def read_link(link: str) -> tuple[str, str, str] | None:
    """Collection, path and anchor; None when it is no such link."""
    if not link.startswith("doc:"):
        return None
    place, _, anchor = link.removeprefix("doc:").partition("#")
    collection, _, path = place.partition("/")
    return (collection, unquote(path), unquote(anchor)) if collection and path else None


def _escaped(text: str) -> str:
    return "".join(
        char if not char.isascii() and char.isprintable() else quote(char, safe=_PLAIN)
        for char in text
    )
