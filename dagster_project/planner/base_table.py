"""Which table a question is about: the one from which most of its terms can be reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView
from dagster_project.planner.lexicon import Meaning
from dagster_project.planner.link import Token
from dagster_project.planner.text import is_hangul

_AT_HOME = {"table": 1.4, "metric": 1.3, "entity": 1.1, "superlative": 1.1}
"""Reach of a meaning in its own table: a noun of the table counts more than a column of it."""


@dataclass(frozen=True, slots=True)
class BaseChoice:
    """A table and how much of the question it reaches, 0 to 1 (a named table may pass 1)."""

    table: str
    score: float


def rank_bases(
    tokens: Iterable[Token], view: CatalogView, excluded: frozenset[str] = frozenset()
) -> tuple[BaseChoice, ...]:
    """All tables that the tokens touch, best first."""
    content = [t for t in tokens if t.is_content and t.kind != "quoted"]
    if not content:
        return ()
    tables = {
        m.table
        for t in content
        for m in t.meanings
        if m.kind != "cue" and m.catalog == view.name and m.table in view.tables
    }
    for token in content:
        tables |= {table for table in _mentioned_tables(token, view)}
    ranked = [
        BaseChoice(table, round(sum(_reach(t, table, view) for t in content) / len(content), 4))
        for table in sorted(tables - excluded)
    ]
    return tuple(sorted(ranked, key=lambda b: (-b.score, view.time_column(b.table) is None)))


def absent_tables(tokens: tuple[Token, ...], view: CatalogView) -> dict[str, Token]:
    """Tables that the question says there is nothing of: "machines without failures"."""
    return {
        fact: tokens[place]
        for index, token in enumerate(tokens)
        if token.cue("without")
        for fact, place in _facts_beside(tokens, index, view)
    }


def present_tables(tokens: tuple[Token, ...], view: CatalogView) -> frozenset[str]:
    """Tables that only pick things out: "firewalls with alerts", 알람이 있었던 방화벽.

    The thing stands before the cue in English and after it in Korean; a count that is compared
    ("with more than 5 alerts") is measured instead.
    """
    if any(t.cue(name) for t in tokens for name in ("op", "most", "least", "by")):
        return frozenset()
    found: set[str] = set()
    for index, token in enumerate(tokens):
        if not token.cue("with") or token.cue("filler"):
            continue
        korean = is_hangul(token.text[0])
        things = tokens[index + 1 : index + 3] if korean else tokens[max(0, index - 2) : index]
        if any(is_entity_noun(t, view) for t in things):
            found |= {fact for fact, _ in _facts_beside(tokens, index, view)}
    return frozenset(found)


def _facts_beside(
    tokens: tuple[Token, ...], index: int, view: CatalogView
) -> list[tuple[str, int]]:
    """The nearest happening that a "with" or "without" is about: before it in Korean."""
    korean = is_hangul(tokens[index].text[0])
    order = range(index - 1, -1, -1) if korean else range(index + 1, len(tokens))
    for place in order:
        fact = fact_table(tokens[place], view)
        if fact is not None:
            return [(fact, place)]
    return []


def is_entity_noun(token: Token, view: CatalogView) -> bool:
    """A kind of thing: machines, or servers as a class of them."""
    classes = {f"{e.table}.{e.class_column}" for e in view.spec.entities if e.class_column}
    return any(
        m.catalog == view.name
        and (m.kind == "entity" or (m.kind == "value" and m.target in classes))
        for m in token.meanings
    )


def fact_table(token: Token, view: CatalogView) -> str | None:
    """The table of happenings that a noun means: "failures", or "alarms" as a kind of event."""
    for meaning in token.meanings:
        if meaning.catalog == view.name and meaning.kind == "table":
            return meaning.table
    tables = {m.table for m in token.meanings if m.kind == "value" and m.catalog == view.name}
    other = any(m.kind in ("column", "entity", "metric") for m in token.meanings)
    if len(tables) != 1 or other:
        return None
    table = tables.pop()
    return table if view.entity_at(table) is None and view.time_column(table) else None


def pick(token: Token, base: str, view: CatalogView) -> Meaning | None:
    """The token's meaning that fits the base best, or None if none can be reached."""
    scored = [(_meaning_reach(m, base, view), m) for m in token.meanings if m.kind != "cue"]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] > 0 else None


def _mentioned_tables(token: Token, view: CatalogView) -> set[str]:
    if token.mention is None:
        return set()
    entities = (view.entity(c.entity) for c in token.mention.candidates)
    return {e.table for e in entities if e is not None}


def _reach(token: Token, base: str, view: CatalogView) -> float:
    if token.kind == "entity":
        tables = _mentioned_tables(token, view)
        if base in tables:
            return 1.0
        return 0.9 if any(view.join_path(base, t) for t in tables) else 0.0
    return max((_meaning_reach(m, base, view) for m in token.meanings), default=0.0)


def _meaning_reach(meaning: Meaning, base: str, view: CatalogView) -> float:
    if meaning.kind == "cue" or meaning.catalog != view.name:
        return 0.0
    if meaning.kind == "column" and meaning.target in view.keys:
        if meaning.table == base:
            return 0.8  # the thing it points to is meant before the pointer
        return 0.75 if view.join_path(base, meaning.table) else 0.0
    if meaning.table == base:
        return _AT_HOME.get(meaning.kind, 1.0)
    if meaning.kind in ("column", "value", "entity", "superlative") and view.join_path(
        base, meaning.table
    ):
        return 0.9 if meaning.kind in ("value", "entity") else 0.85
    points_here = view.join_path(meaning.table, base)
    if points_here:
        return {"table": 0.6, "value": 0.4}.get(meaning.kind, 0.0)
    return 0.0
