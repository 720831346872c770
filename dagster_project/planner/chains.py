"""Questions that need more than one step: a ranking that feeds a look-up, two requests in one."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView
from dagster_project.planner.link import Linked, Token
from dagster_project.planner.text import is_hangul

_RANKING = ("highest", "lowest", "most", "least")


@dataclass(frozen=True, slots=True)
class Ranking:
    """First `ranked` picks entities, then `asked` is read for them."""

    ranked: tuple[Token, ...]
    asked: tuple[Token, ...]


def find_ranking(linked: Linked, view: CatalogView) -> Ranking | None:
    """ "Recent events of the server with the highest CPU": two tables, a superlative, a noun.

    The ranked part is the table or metric next to the superlative (before it in Korean, after it
    in English) up to the noun it ranks; the rest is asked.
    """
    tokens = linked.tokens
    heads = [(i, table) for i, t in enumerate(tokens) if (table := _head(t, view)) is not None]
    marks = [i for i, t in enumerate(tokens) if any(t.cue(n) for n in _RANKING)]
    marks += [i for i, t in enumerate(tokens) if _ranks_metric(t)]
    if not marks or len({table for _, table in heads}) < 2:
        return None
    mark = marks[0]
    korean = is_hangul(tokens[mark].text[0])
    if _ranks_metric(tokens[mark]):
        ranked_head = (mark, _head(tokens[mark], view))
    else:
        beside = [h for h in heads if (h[0] < mark if korean else h[0] > mark)]
        if not beside:
            return None
        ranked_head = beside[-1] if korean else beside[0]
    noun = _noun(tokens, mark, ranked_head[0], korean, view)
    if noun is None:
        return None
    low, high = sorted((noun, ranked_head[0], mark))[0], sorted((noun, ranked_head[0], mark))[2]
    while korean and low > 0 and not _is_other_head(tokens[low - 1], ranked_head[1], view):
        low -= 1
    while (
        not korean
        and high + 1 < len(tokens)
        and tokens[high + 1].kind in ("time", "recent", "number")
    ):
        high += 1
    ranked = tokens[low : high + 1]
    asked = tokens[:low] + tokens[high + 1 :]
    asked_heads = {_head(t, view) for t in asked} - {None, ranked_head[1]}
    return Ranking(ranked, asked) if asked_heads else None


def _noun(
    tokens: tuple[Token, ...], mark: int, head: int, korean: bool, view: CatalogView
) -> int | None:
    """The entity noun that is ranked: after the superlative in Korean, before it in English."""
    order = (
        range(max(mark, head) + 1, len(tokens)) if korean else range(min(mark, head) - 1, -1, -1)
    )
    for index in order:
        if _entity_noun(tokens[index], view):
            return index
    between = range(min(mark, head), max(mark, head) + 1)
    return next((i for i in between if _entity_noun(tokens[i], view)), None)


def _entity_noun(token: Token, view: CatalogView) -> bool:
    for meaning in token.meanings:
        if meaning.kind == "entity" and meaning.catalog == view.name:
            return True
        if meaning.kind == "value" and any(
            e.class_column and meaning.target == f"{e.table}.{e.class_column}"
            for e in view.spec.entities
        ):
            return True
    return False


def _head(token: Token, view: CatalogView) -> str | None:
    """The fact table a token brings in: a table's noun or a metric."""
    for meaning in token.meanings:
        if meaning.catalog == view.name and meaning.kind in ("table", "metric"):
            return meaning.table
        if meaning.kind == "superlative" and meaning.target.startswith("metric:"):
            return meaning.table
    values = {m.table for m in token.meanings if m.kind == "value" and m.catalog == view.name}
    if len(values) == 1 and not any(m.kind == "column" for m in token.meanings):
        table = values.pop()
        return table if _is_fact(table, view) else None
    return None


def _is_fact(table: str, view: CatalogView) -> bool:
    """Rows that happen to entities: alarms, work orders."""
    return view.entity_at(table) is None and view.time_column(table) is not None


def _ranks_metric(token: Token) -> bool:
    return any(m.kind == "superlative" and m.target.startswith("metric:") for m in token.meanings)


def _is_other_head(token: Token, own: str | None, view: CatalogView) -> bool:
    head = _head(token, view)
    return head is not None and head != own


def split_requests(linked: Linked, view: CatalogView) -> tuple[tuple[Token, ...], ...]:
    """Two requests in one sentence, cut at an "and" between heads of different tables.

    Entities and times that only one part names hold for all. Shape: one part when there is
    nothing to cut.
    """
    tokens = linked.tokens
    heads = [(i, table) for i, t in enumerate(tokens) if (table := _head(t, view)) is not None]
    tables = list(dict.fromkeys(table for _, table in heads))
    if len(tables) != 2 or any(t.cue("without") for t in tokens):
        return (tokens,)
    first = [i for i, table in heads if table == tables[0]]
    second = [i for i, table in heads if table == tables[1]]
    if max(first) > min(second) or not _joined(linked, max(first), min(second)):
        return (tokens,)
    cut = _cut(tokens, max(first), min(second))
    left, right = tokens[:cut], tokens[cut:]
    return tuple(_with_shared(own, other, view) for own, other in ((left, right), (right, left)))


def _cut(tokens: tuple[Token, ...], last: int, first: int) -> int:
    for index in range(last + 1, first + 1):
        if tokens[index].cue("and"):
            return index
    return last + 1


def _joined(linked: Linked, last: int, first: int) -> bool:
    """An "and", a comma or a Korean 와/과/이랑/하고 stands between the two heads."""
    between = linked.question[linked.tokens[last].end : linked.tokens[first].start].lower()
    following = between.lstrip()
    return (
        any(t.cue("and") for t in linked.tokens[last : first + 1])
        or "," in between
        or " and " in f" {between} "
        or between.startswith(("와", "과", "이랑", "랑", "하고", " 및", "이고"))
        or following.startswith(("그리고", "및", "또"))
    )


def _with_shared(
    own: tuple[Token, ...], other: tuple[Token, ...], view: CatalogView
) -> tuple[Token, ...]:
    def brings(kind: str) -> bool:
        return any(t.kind == kind for t in own)

    shared = [
        t
        for t in other
        if (t.kind == "entity" and not brings("entity"))
        or (t.kind == "time" and not brings("time"))
        or (
            _entity_noun(t, view)
            and not any(_entity_noun(o, view) for o in own)
            and not brings("entity")
        )
    ]
    return tuple(sorted((*own, *shared), key=lambda t: t.start))
