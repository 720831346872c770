"""Comparisons with a number: of a column, of an age, or of what is measured."""

from __future__ import annotations

from datetime import datetime, timedelta

from dagster_project.contracts.table_plan import Filter, FilterOp, Having, Scalar
from dagster_project.planner.draft import Draft
from dagster_project.planner.link import Token

_YEARS = ("년", "year", "years", "살")
_ORDERED = ("integer", "number", "date", "timestamp")


def add_comparisons(draft: Draft, as_of: datetime) -> None:
    """Fill filters from numbers that a column takes; the others wait for the measures."""
    for index, cue_token in draft.cues("op"):
        cue = cue_token.cue("op")
        number = _number_beside(draft, index)
        if cue is None or number is None or number.number is None:
            continue
        target = _compared_column(draft, index, in_years=number.text.endswith(_YEARS))
        if target is None:
            continue
        token, ref = target
        column = draft.view.column(ref)
        if column is None:
            continue
        op, value = _age_aware(cue.argument, number, column.type, as_of)
        if column.type in _ORDERED:
            draft.filters.append(Filter(column=ref, op=op, values=(value,)))
            draft.use(cue_token, number, token)


def _age_aware(
    op: str, number: Token, column_type: str, as_of: datetime
) -> tuple[FilterOp, Scalar]:
    """Older than 15 years: a larger age, or an earlier date."""
    assert number.number is not None
    dated = column_type in ("date", "timestamp")
    if not dated:
        plain: dict[str, FilterOp] = {"older": ">", "newer": "<", ">=": ">=", ">": ">"}
        return plain.get(op, "<=" if op == "<=" else "<"), number.number
    moment = as_of - timedelta(days=365.25 * number.number)
    earlier: dict[str, FilterOp] = {"older": "<", ">": "<", ">=": "<=", "newer": ">", "<": ">"}
    return earlier.get(op, ">="), moment


def _number_beside(draft: Draft, index: int) -> Token | None:
    for position in (index - 1, index + 1, index - 2, index + 2):
        if 0 <= position < len(draft.tokens):
            token = draft.tokens[position]
            if token.kind == "number" and token.start not in draft.used:
                return token
    return None


def _compared_column(draft: Draft, index: int, *, in_years: bool) -> tuple[Token, str] | None:
    """The nearest column of numbers or dates around a comparison; superlatives name one too."""
    order = sorted(range(len(draft.tokens)), key=lambda i: (abs(i - index), i > index))
    for position in order:
        token = draft.tokens[position]
        meaning = draft.meaning(token)
        if meaning is None or token.start in draft.used or abs(position - index) > 4:
            continue
        if meaning.kind == "metric":
            return None
        if meaning.kind in ("column", "superlative") and meaning.target.count(".") == 2:
            ref = meaning.target
            column = draft.view.column(ref)
            if column is not None and column.type in _ORDERED and ref not in draft.view.keys:
                return token, ref
    return _age_column(draft, index, in_years=in_years)


def _age_column(draft: Draft, index: int, *, in_years: bool) -> tuple[Token, str] | None:
    """What "older than" or "10년 넘은" is about when no column is named: the date or the age."""
    cue = draft.tokens[index].cue("op")
    if cue is None or not (in_years or cue.argument in ("older", "newer")):
        return None
    for ref, column in draft.view.columns(draft.base).items():
        aged = column.type in _ORDERED
        if aged and (column.high.all() or column.low.all()):
            return draft.tokens[index], ref
    return None


def having_from_comparisons(draft: Draft) -> None:
    """Comparisons that are left are about the first measure: "more than 5 failures"."""
    if not draft.measures or not draft.dimensions:
        return
    for index, cue_token in draft.cues("op"):
        cue = cue_token.cue("op")
        number = _number_beside(draft, index)
        if cue is None or number is None or number.number is None:
            continue
        ops: dict[str, FilterOp] = {"older": ">", "newer": "<", ">=": ">=", ">": ">", "<=": "<="}
        value: Scalar = number.number
        if value == int(value):
            value = int(value)
        measure = draft.measures[0].name
        draft.having.append(Having(measure=measure, op=ops.get(cue.argument, "<"), values=(value,)))
        draft.use(cue_token, number)
