"""Questions that need more than one step: a ranking that feeds a look-up, two requests in one."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.catalog.view import CatalogView
from dagster_project.planner.base_table import fact_table, is_entity_noun
from dagster_project.planner.link import Linked, Token
from dagster_project.planner.text import is_hangul

_JOINING = ("와", "과", "이랑", "랑", "하고", " 및", "이고", ",")
"""What joins two Korean nouns, right behind the first."""
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
    heads = [(i, table) for i, t in enumerate(tokens) if (table := head_table(t, view)) is not None]
    marks = [i for i, t in enumerate(tokens) if any(t.cue(n) for n in _RANKING)]
    marks += [i for i, t in enumerate(tokens) if _ranks_metric(t)]
    if not marks or len({table for _, table in heads}) < 2:
        return None
    mark = marks[0]
    korean = is_hangul(tokens[mark].text[0])
    if _ranks_metric(tokens[mark]):
        ranked_head = (mark, head_table(tokens[mark], view))
    else:
        beside = [h for h in heads if (h[0] < mark if korean else h[0] > mark)]
        if not beside:
            return None
        ranked_head = beside[-1] if korean else beside[0]
    noun = _noun(tokens, mark, ranked_head[0], korean, view)
    if noun is None:
        return None
    low, high = sorted((noun, ranked_head[0], mark))[0], sorted((noun, ranked_head[0], mark))[2]
    while korean and low > 0 and not _is_otherhead_table(tokens[low - 1], ranked_head[1], view):
        low -= 1
    follows = ("number",) if korean else ("time", "recent", "number")
    while high + 1 < len(tokens) and tokens[high + 1].kind in follows:
        high += 1
    ranked = tokens[low : high + 1]
    asked = tokens[:low] + tokens[high + 1 :]
    asked_heads = {head_table(t, view) for t in asked} - {None, ranked_head[1]}
    return Ranking(ranked, asked) if asked_heads else None


def _noun(
    tokens: tuple[Token, ...], mark: int, head: int, korean: bool, view: CatalogView
) -> int | None:
    """The entity noun that is ranked: after the superlative in Korean, before it in English."""
    if not korean and head == mark:  # "the hottest pump" is both in one word
        near = next((i for i in range(mark + 1, min(mark + 3, len(tokens)))), None)
        if near is not None and is_entity_noun(tokens[near], view):
            return near
    order = (
        range(max(mark, head) + 1, len(tokens)) if korean else range(min(mark, head) - 1, -1, -1)
    )
    for index in order:
        if is_entity_noun(tokens[index], view):
            return index
    between = range(min(mark, head), max(mark, head) + 1)
    return next((i for i in between if is_entity_noun(tokens[i], view)), None)


def head_table(token: Token, view: CatalogView) -> str | None:
    """The fact table a token brings in: a table's noun or a metric."""
    for meaning in token.meanings:
        if meaning.catalog == view.name and meaning.kind in ("table", "metric"):
            return meaning.table
        if meaning.kind == "superlative" and meaning.target.startswith("metric:"):
            return meaning.table
    return fact_table(token, view) or _measured_table(token, view)


def _measured_table(token: Token, view: CatalogView) -> str | None:
    """The table of happenings whose numeric column is named: maintenance of "repair cost"."""
    columns = [m for m in token.meanings if m.kind == "column" and m.catalog == view.name]
    if len(columns) != 1 or view.entity_at(columns[0].table) is not None:
        return None
    column = view.column(columns[0].target)
    return columns[0].table if column is not None and column.role == "measure" else None


def _ranks_metric(token: Token) -> bool:
    return any(m.kind == "superlative" and m.target.startswith("metric:") for m in token.meanings)


def _is_otherhead_table(token: Token, own: str | None, view: CatalogView) -> bool:
    head = head_table(token, view)
    return head is not None and head != own


def split_requests(linked: Linked, view: CatalogView) -> tuple[tuple[Token, ...], ...]:
    """Two requests in one sentence, cut between clauses or at an "and" between two tables' nouns.

    Machines and times that only one part names hold for a part that has none of its own.
    Shape: one part when there is nothing to cut.
    """
    tokens = linked.tokens
    cut = _between_clauses(linked) or _between_heads(linked, view)
    if cut is None:
        return (tokens,)
    left, right = tokens[:cut], tokens[cut:]
    if not all(any(t.is_content for t in part) for part in (left, right)):
        return (tokens,)
    return tuple(_with_shared(own, other, view) for own, other in ((left, right), (right, left)))


def _between_clauses(linked: Linked) -> int | None:
    """Where a second clause with its own question word begins."""
    tokens = linked.tokens
    for index in range(1, len(tokens)):
        gap = linked.question[tokens[index - 1].end : tokens[index].start]
        asks = [tokens[i] for i in range(index, min(index + 3, len(tokens)))]
        new_question = any(t.cue("list") or t.cue("count") for t in asks)
        if tokens[index].cue("and") and ("," in gap or is_hangul(tokens[index].text[0])):
            if new_question:
                return index
        elif gap.strip().startswith(("고,", "고 ", "이고", "이며", "며,")):
            return index
    return None


def _between_heads(linked: Linked, view: CatalogView) -> int | None:
    tokens = linked.tokens
    heads = [(i, table) for i, t in enumerate(tokens) if (table := head_table(t, view)) is not None]
    tables = list(dict.fromkeys(table for _, table in heads))
    if len(tables) != 2 or any(t.cue("without") for t in tokens):
        return None
    first = max(i for i, table in heads if table == tables[0])
    second = min(i for i, table in heads if table == tables[1])
    if first > second or not _joined(linked, first, second):
        return None
    marks = [i for i in range(first + 1, second + 1) if tokens[i].cue("and")]
    if marks:
        return marks[0]
    for index in range(first, second):
        gap = linked.question[tokens[index].end : tokens[index + 1].start]
        if gap.startswith(_JOINING):
            return index + 1
    return first + 1


def _joined(linked: Linked, last: int, first: int) -> bool:
    """An "and", a comma or a Korean 와/과/이랑/하고 stands between the two heads."""
    between = linked.question[linked.tokens[last].end : linked.tokens[first].start].lower()
    return (
        any(t.cue("and") for t in linked.tokens[last : first + 1])
        or "," in between
        or " and " in f" {between} "
        or between.startswith(_JOINING)
        or between.lstrip().startswith(("그리고", "및", "또"))
        or between.rstrip().endswith(("와", "과", "이랑", "랑", "하고", "이고"))
    )


def _with_shared(
    own: tuple[Token, ...], other: tuple[Token, ...], view: CatalogView
) -> tuple[Token, ...]:
    """What the other part names and this one leaves out: the machine, the time."""
    kinds = {t.kind for t in own}
    if not any(head_table(t, view) for t in own):
        return own
    about_things = "entity" in kinds or any(is_entity_noun(t, view) for t in own)
    shared = [
        t
        for t in other
        if (t.kind == "time" and "time" not in kinds)
        or ((t.kind == "entity" or is_entity_noun(t, view)) and not about_things)
    ]
    return tuple(sorted((*own, *shared), key=lambda t: t.start))
