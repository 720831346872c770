"""What narrows the rows: entities, values, comparisons with numbers, words to search, time."""

from __future__ import annotations

from datetime import datetime

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.table_plan import (
    Filter,
    FilterOp,
    Related,
    Scalar,
    Search,
)
from dagster_project.planner.base_table import fact_table
from dagster_project.planner.comparisons import add_comparisons
from dagster_project.planner.draft import Draft
from dagster_project.planner.lexicon import Meaning
from dagster_project.planner.link import Token, is_verbal
from dagster_project.planner.text import is_hangul, stem

_NUMERIC = ("integer", "number")


def add_conditions(draft: Draft, as_of: datetime) -> None:
    """Fill filters, related rows, search and time. Comparisons with measures wait for them."""
    _entities(draft)
    _times(draft)
    _search(draft)
    _related(draft)
    _literals(draft)
    _numbers_of_columns(draft)
    _values(draft)
    add_comparisons(draft, as_of)


def _entities(draft: Draft) -> None:
    keys: dict[str, list[Scalar]] = {}
    for token in draft.tokens:
        if token.kind != "entity" or token.mention is None:
            continue
        for candidate in token.mention.candidates:
            entity = draft.view.entity(candidate.entity)
            column = draft.view.entity_column(draft.base, entity) if entity else None
            if column is None or entity is None:
                continue
            draft.use(token)
            draft.entities.append(candidate)
            key = draft.view.column(f"{entity.table}.{entity.key}")
            numeric = key is not None and key.type == "integer"
            keys.setdefault(column, []).append(int(candidate.key) if numeric else candidate.key)
            if not (token.mention.ambiguous and draft.all_candidates):
                break
    for column, values in keys.items():
        distinct = tuple(dict.fromkeys(values))
        draft.filters.append(
            Filter(column=column, op="=" if len(distinct) == 1 else "in", values=distinct)
        )


def _times(draft: Draft) -> None:
    spans = [t for t in draft.tokens if t.kind == "time" and t.time is not None]
    if draft.view.time_column(draft.base) is None:
        return
    ranges = tuple(t.time for t in spans if t.time is not None)
    draft.use(*spans)
    if len(ranges) >= 2:
        draft.periods = ranges
    elif ranges:
        draft.time = ranges[0]


def _search(draft: Draft) -> None:
    text_columns = tuple(
        ref
        for ref, c in draft.view.columns(draft.base).items()
        if c.role == "text" and not c.masked
    )
    if not text_columns:
        return
    quoted = [t for t in draft.tokens if t.kind == "quoted"]
    searched = quoted or [t for i, cue in draft.cues("search") for t in _searched_by(draft, i, cue)]
    searched = searched or describing_words(draft.tokens, draft.base, draft.view)
    if searched:
        draft.search = Search(
            columns=text_columns,
            words=tuple(dict.fromkeys(_searched_form(t) for t in searched)),
        )
        draft.use(*searched)


def describing_words(tokens: tuple[Token, ...], table: str, view: CatalogView) -> list[Token]:
    """Unknown words right before the noun of a table that holds text: 필터 교체 작업."""
    if not any(c.role == "text" for c in view.columns(table).values()):
        return []
    for index, token in enumerate(tokens):
        if fact_table(token, view) != table:
            continue
        found: list[Token] = []
        for before in reversed(tokens[:index]):
            if before.kind != "unknown" or is_verbal(before.text):
                break
            found.insert(0, before)
        if found:
            return found
    return []


def _searched_form(token: Token) -> str:
    """What was quoted, as it is; other words without an English plural: bearings → bearing."""
    if token.kind == "quoted" or not token.text.isascii():
        return token.text
    return stem(token.text.lower())


def _searched_by(draft: Draft, index: int, cue: Token) -> list[Token]:
    """The words a search cue is about: before it in Korean, after it in English."""
    korean = is_hangul(cue.text[0])
    step = -1 if korean else 1
    found: list[Token] = []
    position = index + step
    while 0 <= position < len(draft.tokens):
        token = draft.tokens[position]
        meaning = draft.meaning(token)
        stops = (
            token.kind in ("entity", "time", "recent", "number")
            or (token.only_cue and found)
            or (meaning is not None and meaning.table == draft.base)
        )
        if stops:
            break
        if token.kind == "unknown" or token.is_content:
            found.append(token)
        elif not token.only_cue:
            break
        position += step
    return found[::-1] if korean else found


def _related(draft: Draft) -> None:
    """Tables of happenings that point to the base's rows: machines with (or without) failures."""
    tokens_by_table: dict[str, list[tuple[Token, Meaning]]] = {}
    for token in draft.tokens:
        meaning = draft.meaning(token)
        if token.start in draft.used or meaning is None or meaning.kind not in ("table", "value"):
            continue
        if meaning.table != draft.base and draft.view.join_path(meaning.table, draft.base):
            tokens_by_table.setdefault(meaning.table, []).append((token, meaning))
    spans = draft.linked.times.ranges
    for table, found in tokens_by_table.items():
        draft.use(*(token for token, _ in found))
        draft.related.append(
            Related(
                table=table,
                negated=table in draft.absent,
                filters=tuple(
                    Filter(column=m.target, op="=", values=(m.value,))
                    for _, m in found
                    if m.kind == "value"
                ),
                time=spans[0].range if spans else None,
            )
        )
    if any(related.negated for related in draft.related):
        draft.use(*(token for _, token in draft.cues("without")))
    if draft.related:
        draft.use(*(t for t in draft.tokens if t.kind == "time"))
        draft.time = None


def _literals(draft: Draft) -> None:
    """A column of free text and the very text it should have: IP가 10.30.1.24인, version 9.4.2."""
    for index, token, meaning in draft.meanings("column"):
        column = draft.view.column(meaning.target)
        if column is None or column.type != "text" or column.values or column.role == "text":
            continue
        for other in draft.tokens[index + 1 : index + 3]:
            literal = other.kind == "unknown" and any(c.isdigit() for c in other.text)
            if literal or other.kind == "quoted":
                filtered = Filter(column=meaning.target, op="=", values=(other.text,))
                draft.filters.append(filtered)
                draft.use(token, other)
                break


def _numbers_of_columns(draft: Draft) -> None:
    """A numeric column and its number side by side: floor 2, 2층."""
    for index, token, meaning in draft.meanings("column"):
        column = draft.view.column(meaning.target)
        if column is None or column.type not in _NUMERIC or column.role == "measure":
            continue
        if meaning.target in draft.view.keys:
            continue  # which machine is the resolver's to say
        for place in (index + 1, index - 1):
            if not 0 <= place < len(draft.tokens):
                continue
            number = draft.tokens[place]
            beside = draft.tokens[max(0, place - 1) : place + 2]
            compared = any(t.cue("op") or t.cue("highest") or t.cue("most") for t in beside)
            if number.kind == "number" and number.start not in draft.used and not compared:
                value = number.number or 0
                values = (int(value) if value == int(value) else value,)
                draft.filters.append(Filter(column=meaning.target, op="=", values=values))
                draft.use(token, number)
                break


def _values(draft: Draft) -> None:
    equal: dict[str, list[Scalar]] = {}
    unequal: dict[str, list[Scalar]] = {}
    for index, token in enumerate(draft.tokens):
        if token.start in draft.used:
            continue
        chosen = _value_meanings(draft, index, token)
        if not chosen:
            continue
        negated = _negated(draft, index)
        draft.use(token)
        for meaning in chosen:
            (unequal if negated else equal).setdefault(meaning.target, []).append(meaning.value)
    for column, values in equal.items():
        distinct = tuple(dict.fromkeys(values))
        op: FilterOp = "=" if len(distinct) == 1 else "in"
        draft.filters.append(Filter(column=column, op=op, values=distinct))
    for column, values in unequal.items():
        draft.filters += [
            Filter(column=column, op="!=", values=(v,)) for v in dict.fromkeys(values)
        ]


def _value_meanings(draft: Draft, index: int, token: Token) -> list[Meaning]:
    """The values a token stands for: all of one column, where the base or the noun beside it is."""
    best = draft.meaning(token)
    if best is None or best.kind != "value":
        return []
    beside = draft.content_near(index, +1, reach=2)
    if beside is not None:
        noun = draft.meaning(beside[1])
        entity = draft.entity_for(noun) if noun else None
        if entity is not None:
            at_noun = [m for m in token.meanings if m.kind == "value" and m.table == entity.table]
            best = at_noun[0] if at_noun else best
    return [m for m in token.meanings if m.kind == "value" and m.target == best.target]


def _negated(draft: Draft, index: int) -> bool:
    for step, korean in ((-1, False), (1, True)):
        position = index + step
        while 0 <= position < len(draft.tokens) and abs(position - index) <= 3:
            cue = draft.tokens[position]
            if cue.cue("not") and is_hangul(cue.text[0]) == korean:
                draft.use(cue)
                return True
            if not cue.cue("filler"):
                break
            position += step
    return False
