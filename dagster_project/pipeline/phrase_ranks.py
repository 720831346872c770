"""What a summary calls the most, the least, the mean or the newest, against the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.contracts.stage import StepResult
from dagster_project.pipeline import phrase_lexicon as lexicon
from dagster_project.pipeline.phrase_facts import Facts, Place
from dagster_project.pipeline.phrase_marks import Clause, Mark, Marked
from dagster_project.pipeline.phrase_pairs import counts_what_is_told, names_a_row
from dagster_project.planner.text import fold

_NUMERIC = ("integer", "number")
_RANKS = {kind: lexicon.DIRECTIONS[kind] for kind in ("most", "least", "middle", "newest")} | {
    "total": lexicon.TOTAL
}
_UNIT = r"[ ]?[%°\w/]*"
_RANGE = re.compile(
    rf"(?:from|between) ([\ue000-\uf8ff]){_UNIT} (?:to|and) ([\ue000-\uf8ff])"
    rf"|(?<!\w)([\ue000-\uf8ff]){_UNIT}(?:에서|부터|~|–|-) ?([\ue000-\uf8ff])"
)


def ranks(clauses: list[Clause], plain: list[Clause], facts: Facts) -> Iterator[str]:
    """What is wrong with a figure or name that is called the most, the least, mean or newest."""
    told = {(kind, m.text) for each in plain for _, kind in _said(each) for m in each.marks}
    for clause in clauses:
        said = _said(clause)
        ranked = [(at, m) for at, m in clause.in_order() if m.figure or "time" in m.kinds]
        for at, mark in ranked if said else []:
            kinds = [(p, k) for p, k in said if (k == "newest" or mark.figure)]
            kind = next((k for p, k in reversed(kinds) if p < at), kinds[0][1] if kinds else None)
            places = [p for p in mark.places if counts_what_is_told(p, clause, facts)]
            if kind and not any(ranks_as(place, kind, facts) for place in places):
                yield f"{mark.text} is not the {kind}"
        kinds = {kind for _, kind in said if kind in ("most", "least") and not ranked}
        for mark in (*clause.marks, *clause.others):
            leading = (kind for kind in kinds if names_a_row(mark, facts))
            yield from (
                f"{mark.text} is not the {kind}"
                for kind in leading
                if (kind, mark.text) not in told and not _leads(mark, kind, facts)
            )


def is_ranked(clause: Clause) -> bool:
    """Whether it says which of several a figure is."""
    return any(kind not in ("middle", "total") for _, kind in _said(clause))


def ranks_said(clause: Clause) -> set[str]:
    """Kinds of rank that a clause speaks of."""
    return {kind for _, kind in _said(clause)}


def _said(clause: Clause) -> list[tuple[int, str]]:
    return sorted(
        (found.start(), kind)
        for kind, pattern in _RANKS.items()
        for found in pattern.finditer(clause.bare)
    )


def ranges(marked: Marked, facts: Facts) -> tuple[set[str], list[str]]:
    """Figures of "from A to B", the least and the most of a column, and what is wrong with them."""
    ranged: set[str] = set()
    wrong: list[str] = []
    for found in _RANGE.finditer(fold(marked.bare)):
        low, high = (marked.marks[sign] for sign in found.groups() if sign)
        if not (low.figure and high.figure):
            continue
        fitting = (
            ranks_as(p, "least", facts) and ranks_as(q, "most", facts)
            for p in low.places
            for q in high.places
            if p.row is not None and (p.step, p.column) == (q.step, q.column)
        )
        if any(fitting):
            ranged |= {low.text, high.text}
        else:
            wrong.append(f"{low.text} to {high.text} is no range of a column")
    return ranged, wrong


def ranks_as(place: Place, kind: str, facts: Facts) -> bool:
    """Whether the cell is what it is called; a count always is."""
    if place.row is None or place.column is None:
        return True
    result = facts.results[place.step]
    column = result.columns[place.column]
    if kind == "middle":
        return lexicon.DIRECTIONS["middle"].search(_named(column.name, column.label)) is not None
    if kind == "newest":
        return _is_newest(place, result)
    if kind == "total":
        named = lexicon.TOTAL.search(_named(column.name, column.label)) is not None
        return named or len(result.rows) == 1
    named = lexicon.DIRECTIONS[kind].search(_named(column.name, column.label)) is not None
    return named or _is_extreme(place, kind, result)


def _named(name: str, label: str) -> str:
    return fold(f"{name.replace('_', ' ')} {label}")


def _is_newest(place: Place, result: StepResult) -> bool:
    """A time that no other of its column is after, or a cell of the row with the newest time."""
    assert place.row is not None
    times = [n for n, column in enumerate(result.columns) if column.type in ("timestamp", "date")]
    if place.column in times:
        times = [place.column]
    for number in times[:1]:
        cells = [str(row[number]) for row in result.rows if row[number] is not None]
        return bool(cells) and str(result.rows[place.row][number]) == max(cells)
    return True


def _is_extreme(place: Place, kind: str, result: StepResult) -> bool:
    assert place.column is not None
    assert place.row is not None
    cells = [row[place.column] for row in result.rows]
    numbers = [c for c in cells if isinstance(c, (int, float)) and not isinstance(c, bool)]
    if not numbers or len(result.rows) == 1:
        return len(result.rows) == 1
    return cells[place.row] == (max(numbers) if kind == "most" else min(numbers))


def _leads(name: Mark, kind: str, facts: Facts) -> bool:
    """Whether a named row has the extreme of some column, or is the only one."""
    if not name.places:
        return True
    for place in name.places:
        result = facts.results[place.step]
        if place.row is None or len(result.rows) == 1:
            return True
        for number, column in enumerate(result.columns):
            here = Place(place.step, place.row, number)
            if column.type in _NUMERIC and _is_extreme(here, kind, result):
                return True
    return False
