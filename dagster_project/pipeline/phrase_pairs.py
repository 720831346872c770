"""What stands beside what in a summary: a figure and its unit, its name, its label, its rank.

A figure may be several cells; it is right when one of them fits all that stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.contracts.block import CellValue
from dagster_project.pipeline import phrase_lexicon as lexicon
from dagster_project.pipeline.named_rows import WAY, has_columns
from dagster_project.pipeline.phrase_facts import Facts, Place, unit_of
from dagster_project.pipeline.phrase_marks import Clause, Mark, roots_in
from dagster_project.planner.korean import strip_particles
from dagster_project.planner.text import fold

_AFTER = re.compile(r"\s?([%°℃][a-z]?|[a-zµ][a-z0-9]*(?:/[a-z0-9]+)?|[가-힣]+)")
_BEFORE = re.compile(r"(?:^|[\s(])([a-z]{2,5})\s$")
_NUMERIC = ("integer", "number")
_LIST = re.compile(r":|including|such as|namely")


def beside(clauses: list[Clause], facts: Facts) -> Iterator[str]:
    """What is wrong with how the clauses put names, figures and units together."""
    keys: tuple[Mark, ...] = ()
    for clause in clauses:
        marks = (*clause.marks, *clause.others)
        names = [m for m in marks if not m.figure and m.kinds - {"label", "span"}]
        own = tuple(mark for mark in names if names_a_row(mark, facts))
        before = () if own else keys
        keys = own or keys
        for mark in clause.marks:
            if mark.figure:
                yield from _figure(mark, clause, [*names, *before], facts)
        for one in [*names, *before]:
            for other in names:
                if one is not other and not _together(one, other, facts):
                    yield f"{one.text!r} and {other.text!r} are not of the same row"


def names_a_row(mark: Mark, facts: Facts) -> bool:
    """Whether it tells a thing from others: a key, a name, what the question names."""
    return "entity" in mark.kinds or any(facts.identifies(place) for place in mark.places)


def _figure(mark: Mark, clause: Clause, names: list[Mark], facts: Facts) -> Iterator[str]:
    said = unit_beside(mark)
    fitting = {place for place in mark.places if _unit_fits(said, facts.units(place))}
    if not fitting:
        yield f"{mark.text} is not in {said}"
        return
    fitting = {place for place in fitting if counts_what_is_told(place, clause, facts)}
    if not fitting:
        yield f"{mark.text} is a number of groups"
        return
    named = _named_keys(names, facts)
    listed = _listed_behind(mark, clause)
    for name in names:
        if "time" in name.kinds and _tells_newest(name, clause):
            continue
        fitting = {p for p in fitting if _is_of(p, name, named, facts, listed=name in listed)}
        if not fitting:
            yield f"{mark.text} is not of {name.text!r}"
            return
    labels = _label_of(mark, clause, facts)
    if labels and not any(_labelled(place, labels, facts) for place in fitting):
        told = ", ".join(repr(label) for label in sorted(labels))
        yield f"{mark.text} is not {told}"


def counts_what_is_told(place: Place, clause: Clause, facts: Facts) -> bool:
    """False for a count of groups that is not told as one.

    Rows of a grouped step are groups: to be told as such, and none are where it was cut."""
    plan = facts.steps[place.step].table_plan
    if place.row is not None or plan is None or not (plan.measures and plan.dimensions):
        return True
    if plan.limit is not None:
        return False
    result = facts.results[place.step]
    groups = {dimension.name for dimension in plan.dimensions}
    labels = [column.label.split()[-1] for column in result.columns if column.name in groups]
    roots = {root for label in labels for root in roots_in(label) if len(root) > 1}
    return bool(roots & clause.roots)


def _is_of(place: Place, name: Mark, named: set[str], facts: Facts, *, listed: bool) -> bool:
    """Whether a figure at `place` can be told of a name."""
    if "time" in name.kinds and place.row is None:
        return _is_time_of_all(name, place, facts)
    if any(_fits(other, place, facts) for other in name.places):
        return True
    if place.row is None:
        if listed and any(other.step == place.step for other in name.places):
            return True
        subjects = subjects_of(place.step, facts)
        if subjects and named >= subjects and _keys_of(name.text, facts) <= subjects:
            return "entity" in name.kinds
    return "entity" in name.kinds and _about(name, place, facts)


def _tells_newest(name: Mark, clause: Clause) -> bool:
    """A time of the question, or the last one of many: it does not narrow a count down."""
    return "span" in name.kinds or lexicon.DIRECTIONS["newest"].search(clause.text) is not None


def _is_time_of_all(name: Mark, count: Place, facts: Facts) -> bool:
    """Whether what was counted was all at that time, or the time is of another step."""
    here = [place for place in name.places if place.step == count.step]
    if not here:
        return True
    rows = len(facts.results[count.step].rows)
    return len({place.row for place in here}) == rows


def _named_keys(names: list[Mark], facts: Facts) -> set[str]:
    return {key for name in names for key in _keys_of(name.text, facts)}


def _listed_behind(mark: Mark, clause: Clause) -> list[Mark]:
    """Names in a list behind a count: "2 of them: A, B"."""
    order = clause.in_order()
    at = next(place for place, other in order if other is mark)
    opens = _LIST.search(clause.bare, at)
    behind = [other for place, other in order if opens and place > opens.start()]
    return [*behind, *clause.after]


def unit_beside(mark: Mark) -> str:
    """The unit that a figure is written with, a counter, or nothing."""
    if (found := _BEFORE.search(fold(mark.before))) and found.group(1) in lexicon.UNITS:
        return unit_of(found.group(1))
    if (found := _AFTER.match(fold(mark.after))) is None:
        return ""
    for word in strip_particles(found.group(1)):
        if word in lexicon.COUNTERS:
            return "count"
        if word in lexicon.UNITS or not word.isalpha():
            return unit_of(word)
    return ""


def _unit_fits(said: str, own: frozenset[str]) -> bool:
    if not said:
        return True
    if said == "count":
        return not own or "count" in own
    return said in own


def _about(name: Mark, place: Place, facts: Facts) -> bool:
    """Whether what the question names, and no row of the step does, is what the step is about."""
    if any(other.step == place.step for other in name.places):
        return False
    return _subject_of(name.text, place.step, facts)


def _subject_of(text: str, step: int, facts: Facts) -> bool:
    keys = _keys_of(text, facts)
    subjects = subjects_of(step, facts)
    if subjects:
        return bool(keys & subjects) and len(subjects) == 1
    feeding = _feeding(step, facts)
    if feeding:
        return any(_subject_of(text, other, facts) for other in feeding)
    return len({entity.key for entity in facts.plan.entities}) == 1


def _keys_of(text: str, facts: Facts) -> set[str]:
    return {
        entity.key
        for entity in facts.plan.entities
        if fold(text) in {fold(entity.key), fold(entity.label), fold(entity.mention)}
    }


def subjects_of(step: int, facts: Facts) -> set[str]:
    """Keys of the question's things that a step was given."""
    known = {entity.key for entity in facts.plan.entities}
    given = facts.steps[step]
    values = [*facts.results[step].focus]
    for value in given.params.values():
        values += map(str, value if isinstance(value, tuple) else (value,))
    if given.table_plan is not None:
        values += [str(value) for each in given.table_plan.filters for value in each.values]
    if given.graph_plan is not None:
        values += map(str, (*given.graph_plan.start.keys, *given.graph_plan.found.keys))
    return known & set(values)


def _feeding(step: int, facts: Facts) -> list[int]:
    by_id = {result.step: number for number, result in enumerate(facts.results)}
    return [by_id[feed.step] for feed in facts.steps[step].feeds if feed.step in by_id]


def _together(one: Mark, other: Mark, facts: Facts) -> bool:
    if not one.places or not other.places:
        return _entity_fits(one, other, facts) and _entity_fits(other, one, facts)
    pairs = ((p, q) for p in one.places for q in other.places)
    return any(_listed(p, q) or (_fits(p, q, facts) and _fits(q, p, facts)) for p, q in pairs)


def _entity_fits(one: Mark, other: Mark, facts: Facts) -> bool:
    if one.places or not other.places:
        return True
    return any(_about(one, place, facts) for place in other.places)


def _listed(one: Place, other: Place) -> bool:
    """Two names of one column are a list."""
    return (one.step, one.column) == (other.step, other.column)


def _fits(name: Place, cell: Place, facts: Facts) -> bool:
    """Whether what stands at `cell` can be told of the thing whose name stands at `name`."""
    if name.step == cell.step:
        if cell.row is None:
            return _in_all_rows(name, facts) or not facts.identifies(name)
        return name.row == cell.row
    if not facts.identifies(name):
        return True
    key = facts.cell(name)
    again = facts.names.get(fold(str(key)))
    if again is not None and any(place.step == cell.step for place in again.places):
        return any(place.step == cell.step and _fits(place, cell, facts) for place in again.places)
    return _joined(name, cell, facts) or any(
        _subject_of(str(value), cell.step, facts) for value in _row(name, facts)
    )


def _row(place: Place, facts: Facts) -> tuple[CellValue, ...]:
    assert place.row is not None
    return facts.results[place.step].rows[place.row]


def _in_all_rows(name: Place, facts: Facts) -> bool:
    assert name.column is not None
    column = [row[name.column] for row in facts.results[name.step].rows]
    return len(set(column)) == 1


def _joined(name: Place, cell: Place, facts: Facts) -> bool:
    """Whether the name's row was given to the cell's step, or the other way round."""
    for step, other in ((cell, name), (name, cell)):
        for feed in facts.steps[step.step].feeds:
            source = facts.results[other.step]
            if feed.step != source.step:
                continue
            if len(source.rows) == 1:
                return True
            columns = [column.name for column in source.columns]
            if other.row is None or step.row is None or feed.column not in columns:
                continue
            if source.rows[other.row][columns.index(feed.column)] in _row(step, facts):
                return True
    return False


def _label_of(mark: Mark, clause: Clause, facts: Facts) -> set[str]:
    """The label of a numeric column that a figure stands behind, or right in front of."""
    numeric = {
        fold(column.label)
        for result in facts.results
        for column in result.columns
        if column.type in _NUMERIC
    }
    found: set[str] = set()
    seen = False
    for _, other in clause.in_order():
        if other is mark:
            seen = True
            if found:
                return found
        elif seen and other.figure:
            return set()
        elif "label" in other.kinds and fold(other.text) in numeric:
            found = {fold(other.text)}
            if seen:
                return found
    return set()


def _labelled(place: Place, labels: set[str], facts: Facts) -> bool:
    if place.row is None or place.column is None:
        return has_columns(facts.results[place.step], WAY)
    return fold(facts.results[place.step].columns[place.column].label) in labels


def told_by(mark: Mark) -> frozenset[str]:
    """The word behind a figure: what is counted."""
    found = re.match(r"\s?(\w+)", mark.after)
    return frozenset(roots_in(found.group(1))) if found else frozenset()
