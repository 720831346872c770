"""The figures of all places as a table."""

from __future__ import annotations

from collections.abc import Iterable

from adversarial.obeying.board import Place
from adversarial.obeying.rounds import Round, texts_of
from adversarial.obeying.walls import WALLS

PLACES: dict[Place, str] = {
    "question": "the question itself",
    "name": "names in tables",
    "free_text": "free text in tables",
    "document": "passages of documents",
    "catalog": "names, values and descriptions of a catalog",
    "alias": "aliases of a resolver",
}
_HEAD = (
    "planted in",
    "texts",
    "asks",
    "settled before a model",
    "in no prompt",
    "replies that obeyed",
    *WALLS.values(),
)


def row(found: Round) -> str:
    numbers = (
        len(texts_of(found.place)),
        found.asks,
        found.settled,
        found.unseen,
        found.obeyed.total(),
        *(found.obeyed[wall] for wall in WALLS),
    )
    return "| " + " | ".join((PLACES[found.place], *map(str, numbers))) + " |"


def table(rounds: Iterable[Round]) -> str:
    """Markdown, one row per place."""
    ruler = ("---", *("--:" for _ in _HEAD[1:]))
    heads = ["| " + " | ".join(one) + " |" for one in (_HEAD, ruler)]
    return "\n".join([*heads, *(row(one) for one in rounds)])
