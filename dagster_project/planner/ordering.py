"""In what order and how many: superlatives, "top 5", newest first; the columns of a listing."""

from __future__ import annotations

from dagster_project.contracts.table_plan import Order
from dagster_project.planner.draft import Draft
from dagster_project.planner.link import Token
from dagster_project.planner.text import is_hangul

_RECENT_ROWS = 10
_SUPERLATIVES = ("most", "least", "highest", "lowest", "superlative")
_ASCENDING = ("least", "lowest")


def add_order(draft: Draft) -> None:
    """Fill order and limit, then the columns of a listing."""
    if draft.measures:
        _order_groups(draft)
    else:
        _order_rows(draft)
        _columns(draft)


def _order_groups(draft: Draft) -> None:
    bucket = next((d for d in draft.dimensions if d.bucket), None)
    superlatives = [(i, t) for name in _SUPERLATIVES for i, t in draft.cues(name)]
    named = draft.ranked_by + draft.meanings("superlative")
    if (superlatives or named) and draft.dimensions:
        ascending = any(t.cue(n) for _, t in superlatives for n in _ASCENDING)
        ascending = ascending or any(m.argument == "low" for _, _, m in named)
        measure = draft.differences[0].name if draft.differences else draft.measures[0].name
        draft.order = [Order(by=measure, descending=not ascending)]
        positions = [i for i, _ in superlatives] + [i for i, _, _ in named]
        draft.limit, draft.with_ties = _how_many(draft, positions)
        draft.use(*(t for _, t in superlatives), *(t for _, t, _ in named))
    elif bucket is not None:
        draft.order = [Order(by=bucket.name)]
    elif draft.dimensions:
        draft.order = [Order(by=draft.measures[0].name, descending=True)]


def _order_rows(draft: Draft) -> None:
    named = [
        (i, t, m)
        for i, t, m in draft.meanings("superlative")
        if m.target.count(".") == 2 and not m.target.startswith("metric:")
    ]
    if named:
        _, token, meaning = named[0]
        draft.order = [Order(by=meaning.target, descending=meaning.argument == "high")]
        draft.limit, draft.with_ties = _how_many(draft, [i for i, _, _ in named])
        draft.use(token, *(t for n in _SUPERLATIVES for _, t in draft.cues(n)))
        return
    if _order_by_number(draft):
        return
    time = draft.view.time_column(draft.base)
    newest = draft.cues("newest")
    recent = [t for t in draft.tokens if t.kind == "recent"]
    first = draft.cues("oldest_first")
    asked = newest or recent or first
    if time is None or (draft.view.entity_at(draft.base) is not None and not asked):
        _order_by_key(draft)
        return
    draft.order = [Order(by=time, descending=not first)]
    if asked:
        marks = [t for _, t in newest] + recent + [t for _, t in first]
        draft.limit = _number_near(draft, marks) or (1 if _one_of(draft, marks) else _RECENT_ROWS)
        draft.use(*marks)


def _order_by_number(draft: Draft) -> bool:
    """ "The pump with the highest rated power": a numeric column and a superlative."""
    superlatives = [(i, t) for name in _SUPERLATIVES for i, t in draft.cues(name)]
    if not superlatives:
        return False
    for _, token, meaning in draft.meanings("column"):
        column = draft.view.column(meaning.target)
        if column is not None and column.type in ("integer", "number", "date", "timestamp"):
            ascending = any(t.cue(n) for _, t in superlatives for n in _ASCENDING)
            draft.order = [Order(by=meaning.target, descending=not ascending)]
            draft.limit, draft.with_ties = _how_many(draft, [i for i, _ in superlatives])
            draft.columns.append(meaning.target)
            draft.use(token, *(t for _, t in superlatives))
            return True
    return False


def _order_by_key(draft: Draft) -> None:
    entity = draft.view.entity_at(draft.base)
    if entity is not None:
        draft.order = [Order(by=f"{entity.table}.{entity.key}")]


def _how_many(draft: Draft, positions: list[int]) -> tuple[int | None, bool]:
    """The number beside a superlative; one (with its ties) for a singular; all for "ranked by"."""
    tokens = [draft.tokens[i] for i in positions]
    number = _number_near(draft, tokens)
    if number is not None:
        return number, False
    ranking = any(t.text.rstrip().endswith(("순", "순으로")) for t in tokens)
    return (None, False) if ranking else (1, True)


def _number_near(draft: Draft, marks: list[Token]) -> int | None:
    """A whole number within four tokens of the marks that no comparison has taken."""
    places = [i for i, t in enumerate(draft.tokens) if t in marks]
    numbers = [
        (min(abs(i - p) for p in places), t)
        for i, t in enumerate(draft.tokens)
        if t.kind == "number" and t.start not in draft.used and places
    ]
    near = min(numbers, key=lambda pair: pair[0], default=None)
    if (
        near is None
        or near[0] > 4
        or near[1].number is None
        or near[1].number != int(near[1].number)
    ):
        return None
    draft.use(near[1])
    return max(1, int(near[1].number))


def _one_of(draft: Draft, marks: list[Token]) -> bool:
    """ "the last maintenance" is one; "recent events" are several."""
    singular_marks = ("마지막", "가장 최근", "last", "latest", "most recent", "최초", "first")
    if not any(t.text.lower().startswith(singular_marks) for t in marks):
        return False
    nouns = [t for _, t, m in draft.meanings("table") if m.table == draft.base]
    plural = any(not is_hangul(t.text[-1]) and t.text.lower().endswith("s") for t in nouns)
    return not plural


def _columns(draft: Draft) -> None:
    """A listing shows who it is, what was asked for, and the table's own listing columns."""
    asked = [m.target for _, t, m in draft.meanings("column")]
    draft.use(*(t for _, t, _ in draft.meanings("column")))
    entity = draft.view.entity_at(draft.base)
    lead: list[str] = []
    if entity is not None:
        label = entity.label_ko if draft.language == "ko" else entity.label_en
        lead = [f"{entity.table}.{entity.key}", *([f"{entity.table}.{label}"] if label else [])]
    elif draft.only_entity is not None:
        lead = _foreign_lead(draft)
    shown = list(draft.view.list_columns(draft.base))
    if asked and entity is not None and draft.entities:
        shown = []
    ordered = [o.by for o in draft.order if o.by.count(".") == 2]
    compared = [f.column for f in draft.filters if f.op not in ("=", "in")]
    wanted = [*lead, *asked, *draft.columns, *compared, *shown, *ordered]
    draft.columns = [
        ref
        for ref in dict.fromkeys(wanted)
        if (column := draft.view.column(ref)) is not None and not column.masked
    ]


def _foreign_lead(draft: Draft) -> list[str]:
    entity = draft.only_entity
    assert entity is not None
    key = draft.view.entity_column(draft.base, entity)
    label = entity.label_ko if draft.language == "ko" else entity.label_en
    lead = [key] if key else []
    if label and len({e.key for e in draft.entities}) != 1:
        lead.append(f"{entity.table}.{label}")
    return lead
