"""What of the catalogs goes into a prompt: what the question means, then what is joined to it, and
where a word may mean anything the rest, until the room is used. Lines stand in the catalogs' own
order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView, table_of
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.digest_lines import (
    MOST_VALUES,
    Line,
    column_text,
    document_lines,
    graph_lines,
    joins_text,
    line,
    table_lines,
)
from dagster_project.planner.lexicon import Meaning
from dagster_project.planner.link import Linked, is_verbal

_SAID, _JOINED, _REST = 0, 1, 2
_SMALLEST_LINE = 8
"""Tokens; with less room nothing more is looked at."""


@dataclass(frozen=True, slots=True)
class OpenCatalog:
    """A catalog that the caller may use freely, and by which queries."""

    view: CatalogView
    tables: str | None
    """Its open table query."""
    graph: str | None
    """Its open graph query."""
    searches: tuple[str, ...]

    @property
    def queries(self) -> tuple[str, ...]:
        return tuple(q for q in (self.tables, self.graph, *self.searches) if q is not None)


@dataclass(frozen=True, slots=True)
class Digest:
    """The lines that are listed, by catalog, and how many had no room."""

    lines: tuple[tuple[str, tuple[str, ...]], ...] = ()
    left_out: int = 0
    tokens: int = 0

    @property
    def text(self) -> str:
        return "\n".join(text for _, lines in self.lines for text in lines)


def open_catalogs(
    assets: PlannerAssets, allowed: Callable[[str], bool], only: tuple[str, ...] = ()
) -> tuple[OpenCatalog, ...]:
    """Catalogs with an open query or a search that the caller may use. `only`: all when empty."""
    found = []
    for view in assets.views:
        if only and view.name not in only:
            continue
        table, graph = assets.open_queries.get(view.name), assets.open_graphs.get(view.name)
        own = (q for q in assets.searches if assets.queries[q].catalog == view.name)
        opened = OpenCatalog(
            view,
            table if table is not None and allowed(table) else None,
            graph if graph is not None and allowed(graph) else None,
            tuple(query for query in own if allowed(query)),
        )
        if opened.queries:
            found.append(opened)
    return tuple(found)


def catalog_digest(
    linked: Linked,
    assets: PlannerAssets,
    catalogs: tuple[OpenCatalog, ...],
    masked: frozenset[str],
    budget_tokens: int,
) -> Digest:
    """Deterministic: the same question, catalogs, mask and budget, the same lines."""
    meanings = tuple(m for token in linked.tokens for m in token.meanings if m.kind != "cue")
    things = frozenset(_things(meanings, linked, catalogs))
    said_values = _said_values(meanings)
    listed = [_lines_of(opened, assets, masked) for opened in catalogs]
    joined = _joined(things, catalogs)
    ranked = sorted(
        (*_rank(one, things, joined), c, n)
        for c, lines in enumerate(listed)
        for n, one in enumerate(lines)
    )
    enough = ranked if _may_mean_more(linked, things) else [r for r in ranked if r[0] < _REST]
    chosen, left_out, tokens = _fill(enough, listed, catalogs, said_values, masked, budget_tokens)
    left_out += len(ranked) - len(enough)
    return Digest(
        tuple(
            (opened.view.name, tuple(chosen[c][n] for n in sorted(chosen[c])))
            for c, opened in enumerate(catalogs)
            if chosen[c]
        ),
        left_out,
        tokens,
    )


def _fill(
    ranked: list[tuple[int, int, int, int]],
    listed: list[tuple[Line, ...]],
    catalogs: tuple[OpenCatalog, ...],
    said_values: dict[str, tuple[object, ...]],
    masked: frozenset[str],
    budget_tokens: int,
) -> tuple[list[dict[int, str]], int, int]:
    """Texts by place, best first while there is room; nothing below what has no room itself."""
    chosen: list[dict[int, str]] = [{} for _ in catalogs]
    places = [{one.thing: n for n, one in enumerate(lines)} for lines in listed]
    left_out, room = 0, budget_tokens
    for done, (*_, c, n) in enumerate(ranked):
        if room < _SMALLEST_LINE:
            left_out += sum(n not in chosen[c] for *_, c, n in ranked[done:])
            break
        if n in chosen[c]:
            continue
        one = _with_said_values(listed[c][n], catalogs[c].view, said_values, masked)
        above = places[c].get(one.below)
        needed = [one] if above is None or above in chosen[c] else [listed[c][above], one]
        cost = sum(each.tokens for each in needed)
        if cost > room:
            left_out += 1
            continue
        room -= cost
        chosen[c][n] = one.text
        if len(needed) == 2 and above is not None:
            chosen[c][above] = needed[0].text
    return chosen, left_out, budget_tokens - room


def _lines_of(
    opened: OpenCatalog, assets: PlannerAssets, masked: frozenset[str]
) -> tuple[Line, ...]:
    """All that may be listed of a catalog, made once for each mask."""

    def make() -> tuple[Line, ...]:
        found: tuple[Line, ...] = ()
        if opened.tables is not None:
            found += table_lines(opened.view, masked)
        if opened.graph is not None:
            found += graph_lines(opened.view, masked)
        names = frozenset(
            name
            for query in opened.searches
            if (search := assets.queries[query].search) is not None
            for name in search.collections
        )
        return found + document_lines(opened.view, names)

    return assets.kept.get("digest lines", (opened.view.name, opened.queries, masked), make)


def _may_mean_more(linked: Linked, things: frozenset[str]) -> bool:
    """A word that no catalog knows may mean anything: then the rest is listed, too."""
    unknown = (token for token in linked.having("unknown") if not is_verbal(token.text))
    return not things or any(unknown)


# -- what is listed first


def _things(
    meanings: tuple[Meaning, ...], linked: Linked, catalogs: tuple[OpenCatalog, ...]
) -> Iterator[str]:
    """What the question's words may mean, and the tables of the things it names."""
    for meaning in meanings:
        target = meaning.target
        if meaning.table:
            yield f"table:{meaning.table}"
        if meaning.kind in ("column", "value") or (
            meaning.kind == "superlative" and not target.startswith("metric:")
        ):
            yield f"column:{target}"
        elif meaning.kind in ("metric", "superlative"):
            yield f"metric:{target.removeprefix('metric:')}"
        elif meaning.kind in ("relation", "collection"):
            yield f"{meaning.kind}:{target}"
    named = {c.entity for t in linked.tokens if t.mention for c in t.mention.candidates}
    named |= {m.target for m in meanings if m.kind == "entity"}
    for opened in catalogs:
        for entity in opened.view.spec.entities:
            if entity.name in named:
                yield f"table:{entity.table}"
        for collection in opened.view.spec.graph_collections:
            if collection.entity in named:
                yield f"collection:{collection.label}"


def _joined(things: frozenset[str], catalogs: tuple[OpenCatalog, ...]) -> frozenset[str]:
    """Tables that a declared key connects with one that is meant."""
    found: set[str] = set()
    for opened in catalogs:
        for key in opened.view.spec.join_keys:
            many, one = f"table:{table_of(key.many)}", f"table:{table_of(key.one)}"
            if many in things or one in things:
                found |= {many, one}
    return frozenset(found)


def _rank(one: Line, things: frozenset[str], joined: frozenset[str]) -> tuple[int, int]:
    if one.thing in things:
        return _SAID, 0
    kind = one.thing.partition(":")[0]
    if kind == "metric":  # another one is of use only where none is said
        open_ = one.below in things | joined and not any(t.startswith("metric:") for t in things)
        return (_JOINED if open_ else _REST), one.weight
    if one.below in things:
        return _SAID, 1 + one.weight
    if kind in ("relation", "collection") and any(t.startswith(kind) for t in things):
        return _JOINED, one.weight
    if one.thing in joined:
        return _JOINED, 0
    if one.below in joined:
        return _JOINED, 1 + one.weight
    return _REST, one.weight


def _said_values(meanings: Iterable[Meaning]) -> dict[str, tuple[object, ...]]:
    """Column to the values of it that the question may mean."""
    found: dict[str, tuple[object, ...]] = {}
    for meaning in meanings:
        if meaning.kind == "value" and meaning.value is not None:
            found[meaning.target] = (*found.get(meaning.target, ()), meaning.value)
    return found


def _with_said_values(
    one: Line,
    view: CatalogView,
    said_values: dict[str, tuple[object, ...]],
    masked: frozenset[str],
) -> Line:
    """The line of a column with the values that were said before the others."""
    ref = one.thing.removeprefix("column:")
    column, said = view.column(ref), said_values.get(ref)
    if column is None or said is None or len(column.values) <= MOST_VALUES:
        return one
    text = column_text(ref, column, said, joins_text(ref, view, masked))
    return line(one.thing, text, one.below, one.weight)
