"""What the plain summary told, against what a phrase makes of it: kept, moved, or made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.value import Language
from dagster_project.pipeline import phrase_lexicon as lexicon
from dagster_project.pipeline.phrase_facts import Facts, Place, said_empty
from dagster_project.pipeline.phrase_marks import Clause, Mark, Marked, roots_in
from dagster_project.pipeline.phrase_pairs import names_a_row, told_by
from dagster_project.pipeline.phrase_ranks import is_ranked, ranks_as, ranks_said
from dagster_project.pipeline.phrases import say_empty
from dagster_project.planner.text import fold

_HOPS = frozenset({"hop", "hops", "홉"})


def dropped(
    told: Marked, marks: Sequence[Mark], texts: Sequence[str], plain: str, facts: Facts
) -> Iterator[str]:
    """Figures, names and empties of the plain summary that no sentence has."""
    said = " ".join(texts)
    figures = {mark.text for mark in marks if mark.figure}
    places = {p for mark in marks if not mark.figure and not mark.partial for p in mark.places}
    words = {fold(mark.text) for mark in marks}
    for mark in told.marks.values():
        if mark.figure:
            if mark.text not in figures and not _is_empty_count(mark, facts):
                yield f"the figure {mark.text} is left out"
        elif mark.places and not mark.kinds & {"label", "span"} and not mark.places & places:
            if not any(facts.same_name(p, q) for p in mark.places for q in places):
                yield f"{mark.text!r} is left out"
        elif mark.kinds == {"entity"} and words.isdisjoint(_called(mark.text, facts)):
            yield f"{mark.text!r} is left out"
    for result, step in _empties(facts, plain):
        if not _says_empty(result, step, said, facts.plan.language):
            yield f"{step.purpose!r} is empty, which is left out"


def _called(text: str, facts: Facts) -> set[str]:
    """Every name of a thing that the question names."""
    return {
        fold(name)
        for entity in facts.plan.entities
        if fold(text) in {fold(entity.key), fold(entity.label), fold(entity.mention)}
        for name in (entity.key, entity.label, entity.mention)
    }


def _is_empty_count(mark: Mark, facts: Facts) -> bool:
    return mark.text == "0" and any(result.empty is not None for result in facts.results)


def _empties(facts: Facts, plain: str) -> Iterator[tuple[StepResult, PlanStep]]:
    for result, step in zip(facts.results, facts.steps, strict=True):
        if result.empty is not None and say_empty(result.empty, facts.plan.language) in plain:
            yield result, step


def _says_empty(result: StepResult, step: PlanStep, said: str, language: Language) -> bool:
    """A true zero in any words; every other empty as the house says it."""
    assert result.empty is not None
    if result.empty == "true_zero" and (lexicon.NEGATION.search(fold(said)) or _zero(said)):
        return True
    return any(house in said for house in said_empty(step, result.empty, language))


def _zero(text: str) -> bool:
    return any(root in ("0", "0건", "0개", "0대") for root in roots_in(text))


def denied(clause: Clause, facts: Facts, question: str) -> bool:
    """Whether a clause says nothing but that an empty step is empty."""
    if lexicon.NEGATION.search(clause.text) is None and not any(
        mark.figure and mark.text == "0" for mark in clause.marks
    ):
        return False
    empty = [n for n, r in enumerate(facts.results) if r.empty == "true_zero"]
    held = [n for n, r in enumerate(facts.results) if r.empty is None]
    if not empty or any(_of_rows(mark) for mark in clause.marks):
        return False
    roots = clause.roots
    others = {root for n in held for root in _purpose(n, facts)}
    own = [_purpose(n, facts) for n in empty]
    if not held:
        return bool(roots & (set(roots_in(question)) | {root for each in own for root in each}))
    return any(roots & (each - others) for each in own)


def _of_rows(mark: Mark) -> bool:
    """It is a cell or a count of rows that are there."""
    if mark.figure:
        return mark.text != "0"
    return bool(mark.places) and "entity" not in mark.kinds and "label" not in mark.kinds


def _purpose(number: int, facts: Facts) -> set[str]:
    roots = set(roots_in(facts.steps[number].purpose))
    named = {root for e in facts.plan.entities for root in roots_in(f"{e.key} {e.label}")}
    return {root for root in roots - named if len(root) > 1}


def moved(clauses: list[Clause], plain: list[Clause], ranged: set[str]) -> Iterator[str]:
    """Figures of the plain summary that now stand beside the words of another one."""
    contexts = _contexts(plain)
    if len(contexts) < 2:
        return
    before: frozenset[str] = frozenset()
    for clause in clauses:
        roots = _content(clause) or before
        before = roots
        here = {mark.text for mark in clause.marks if mark.figure} | ranged
        for mark in clause.marks:
            if not mark.figure or mark.text not in contexts:
                continue
            if mark.text not in ranged and _is_moved(mark.text, roots, here, contexts):
                yield f"{mark.text} stands beside the words of another figure"
            if _counter_of_another(mark, plain):
                yield f"{mark.text} is counted in another unit"


def _is_moved(
    figure: str, roots: frozenset[str], here: set[str], contexts: dict[str, frozenset[str]]
) -> bool:
    own = contexts[figure]
    others = {value: words for value, words in contexts.items() if value != figure}
    apart = own.difference(*others.values())
    if apart:
        return not roots & apart
    return any(value not in here and roots & (words - own) for value, words in others.items())


def _content(clause: Clause) -> frozenset[str]:
    ranked = {f"<{kind}>" for kind in ranks_said(clause)}
    return frozenset(root for root in clause.roots if _tells(root)) | ranked


def _tells(root: str) -> bool:
    plain = root in lexicon.GENERIC or root in lexicon.COUNTERS or root in lexicon.UNITS
    return not plain and len(root) > 1


def _contexts(plain: list[Clause]) -> dict[str, frozenset[str]]:
    """Each figure of the plain summary and the words of its clause."""
    found: dict[str, frozenset[str]] = {}
    for clause in plain:
        roots = _content(clause)
        for mark in clause.marks:
            if mark.figure:
                found[mark.text] = found.get(mark.text, frozenset()) | roots
    return found


def _counter_of_another(mark: Mark, plain: list[Clause]) -> bool:
    """It has a counter that the plain summary gives to another figure only."""
    said = told_by(mark) & lexicon.COUNTERS
    marks = [m for clause in plain for m in clause.marks if m.figure]
    own = {root for m in marks if m.text == mark.text for root in told_by(m)}
    others = {root for m in marks if m.text != mark.text for root in told_by(m)}
    return bool(said & others) and not said & own and bool(own & lexicon.COUNTERS)


def alone(clauses: list[Clause], told: Marked, ranged: set[str], facts: Facts) -> Iterator[str]:
    """Figures of one row among several, or that the plain summary does not tell, with nothing
    beside them that says whose they are."""
    plain = {mark.text for mark in told.marks.values() if mark.figure}
    keys: tuple[Mark, ...] = ()
    for clause in clauses:
        names = (*clause.marks, *clause.others)
        own = tuple(mark for mark in names if not mark.figure and names_a_row(mark, facts))
        keys = own or keys
        for mark in clause.marks:
            if not mark.figure or mark.text in ranged or is_ranked(clause):
                continue
            if mark.text in plain and not all(_is_among_rows(p, facts) for p in mark.places):
                continue
            if mark.text in plain and told_by(mark) & _HOPS and _is_farthest(mark, facts):
                continue
            if not any(_is_told(place, clause, (*names, *keys), facts) for place in mark.places):
                yield f"nothing beside {mark.text} says what it is"


def _is_among_rows(place: Place, facts: Facts) -> bool:
    return place.row is not None and len(facts.results[place.step].rows) > 1


def _is_farthest(mark: Mark, facts: Facts) -> bool:
    """The depth of a walk is that of its last rows."""
    return any(
        place.column is not None
        and facts.results[place.step].columns[place.column].name in ("depth", "hop")
        and ranks_as(place, "most", facts)
        for place in mark.places
    )


def _is_told(place: Place, clause: Clause, names: tuple[Mark, ...], facts: Facts) -> bool:
    if place.row is None:
        return bool(_purpose(place.step, facts) & clause.roots)
    assert place.column is not None
    if any(not m.figure and any((p.step, p.row) == place[:2] for p in m.places) for m in names):
        return True
    label = fold(facts.results[place.step].columns[place.column].label)
    return not _is_among_rows(place, facts) and any(fold(mark.text) == label for mark in names)
