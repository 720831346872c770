"""What the rows hold that a summary may name: every short cell, every figure, and where it stands.

Cells are data: one that reads like a sentence or makes a claim of its own is no name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from dagster_project.contracts.block import CellValue
from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.stage import ExecuteResult, StepResult
from dagster_project.contracts.table_plan import TimeRange
from dagster_project.contracts.value import Language
from dagster_project.pipeline import phrase_lexicon as lexicon
from dagster_project.pipeline.cells import labelled_cell, shown
from dagster_project.pipeline.graph_summary import place_of_best
from dagster_project.pipeline.named_rows import PASSAGE, WAY, has_columns
from dagster_project.pipeline.path_blocks import ways_of
from dagster_project.pipeline.phrases import say_empty
from dagster_project.planner.text import fold

LONGEST_CELL = 80
"""Longer texts of a cell are passages: they are neither shown to a model nor names."""
_LONGEST_NAME_WORDS = 6
_CLAIMS = (
    lexicon.NEGATION, lexicon.ORDERS, lexicon.JUDGEMENTS, lexicon.CAUSES, lexicon.QUANTITY,
)  # fmt: skip
_SENTENCE = re.compile(
    r"[.!?。:;{}\[\]<>`]|https?|www|@|(?<![a-z])(?:is|are|was|were|has|have|had|be|the|this|that|"
    r"there|it|and then)(?![a-z])|(?:다|요|까|음|함|임)$"
)
_KEY_LIKE = re.compile(r"(?=.*[A-Za-z가-힣])(?=.*\d)[\w.-]{2,24}")
_ISO_TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2})\S*)?")
_UNIT_COLUMNS = ("unit", "units", "uom", "단위")
_NAME_COLUMN = re.compile(r"(?:^|_)name(?:_|$)")

Kind = Literal["cell", "time", "value", "entity", "label", "span", "quote"]
"""value: the catalog's word for a cell · entity: named by the question · label: of a column or a
part · span: words of time · quote: a cell that reads like a sentence."""


class Place(NamedTuple):
    """A cell; without a row what is counted of a step."""

    step: int
    row: int | None
    column: int | None


@dataclass(slots=True)
class Named:
    """A text that may be named, and every cell that it is."""

    kinds: set[Kind] = field(default_factory=set)
    places: set[Place] = field(default_factory=set)
    partial: bool = True
    """It is less than its cell says: the day of a time."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The rows of an answer, by what stands in them."""

    plan: Plan
    results: tuple[StepResult, ...]
    steps: tuple[PlanStep, ...]
    names: dict[str, Named]
    """By folded text."""
    figures: dict[str, tuple[Place, ...]]
    """Numbers of numeric cells and counts, as a text shows them; none of a text's."""
    hidden: tuple[str, ...]
    """Cells that are no names: longest first."""

    def cell(self, place: Place) -> CellValue:
        assert place.row is not None
        assert place.column is not None
        return self.results[place.step].rows[place.row][place.column]

    def units(self, place: Place) -> frozenset[str]:
        """The unit of a figure's cell, of its column or of a column beside it."""
        if place.row is None or place.column is None:
            return frozenset()
        result = self.results[place.step]
        own = result.columns[place.column].unit
        beside = [
            cell
            for column, cell in zip(result.columns, result.rows[place.row], strict=True)
            if column.name.casefold() in _UNIT_COLUMNS and isinstance(cell, str)
        ]
        return frozenset(unit_of(unit) for unit in (own, *beside) if unit)

    def identifies(self, place: Place) -> bool:
        """Whether the cell tells its row from the others."""
        if place.row is None or place.column is None:
            return False
        if isinstance(cell := self.cell(place), str) and _KEY_LIKE.fullmatch(cell):
            return True
        result = self.results[place.step]
        if result.columns[place.column].type != "text":
            return False
        if _NAME_COLUMN.search(result.columns[place.column].name):
            return True
        cells = [row[place.column] for row in result.rows]
        return len(cells) > 1 and len(set(cells)) == len(cells)

    def same_name(self, one: Place, other: Place) -> bool:
        """Whether two cells are names of the same row."""
        if (one.step, one.row) != (other.step, other.row) or one.row is None:
            return False
        columns = self.results[one.step].columns
        return all(
            place.column is not None
            and (_NAME_COLUMN.search(columns[place.column].name) or self._is_key(place))
            for place in (one, other)
        )

    def _is_key(self, place: Place) -> bool:
        cell = self.cell(place)
        return isinstance(cell, str) and _KEY_LIKE.fullmatch(cell) is not None


def facts_of(
    plan: Plan, executed: ExecuteResult, literals: Iterable[str], plain: str, question: str
) -> Facts:
    """`literals`: what the house's own texts may quote."""
    steps = {step.id: step for step in plan.steps}
    names: dict[str, Named] = defaultdict(Named)
    hidden: set[str] = set()
    for number, result in enumerate(executed.steps):
        _take_labels(names, number, steps[result.step], result, plan.language)
        if not has_columns(result, PASSAGE):
            _take_cells(names, hidden, number, result, plain)
        elif result.rows:
            _add(names, place_of_best(result), "quote", Place(number, 0, None))
    for entity in plan.entities:
        for text in (entity.key, entity.label, entity.mention):
            if not is_prose(text):
                _add(names, text, "entity")
    for text in literals:
        if fold(text) in fold(question) and re.search(r"\d|\s", text) and not is_prose(text):
            _add(names, text, "span")
    return Facts(
        plan=plan,
        results=executed.steps,
        steps=tuple(steps[result.step] for result in executed.steps),
        names=dict(names),
        figures=_figures(executed.steps),
        hidden=tuple(sorted(hidden, key=len, reverse=True)),
    )


def spans_of(step: PlanStep) -> list[str]:
    """The words of time that a step was read from."""
    found = [value for value in step.params.values() if isinstance(value, TimeRange)]
    if (plan := step.table_plan) is not None:
        spans = (plan.time, *(m.time for m in plan.measures), *(r.time for r in plan.related))
        found += [span for span in spans if span is not None]
    return [span.text for span in found if span.text]


def unit_of(text: str) -> str:
    """One spelling of a unit."""
    return lexicon.UNITS.get(fold(text), fold(text))


def is_stamp(text: str) -> bool:
    """Whether a text is a time or a day."""
    return _ISO_TIME.fullmatch(text) is not None


def is_prose(text: str) -> bool:
    """Whether a cell is more than a name: it could tell, deny or order something."""
    if len(text) > LONGEST_CELL or not text.isprintable():
        return True
    folded = fold(text)
    if _SENTENCE.search(folded) or any(claim.search(folded) for claim in _CLAIMS):
        return True
    return any(len(half.split()) > _LONGEST_NAME_WORDS for half in text.split(" / "))


def forms_of(text: str) -> Iterator[str]:
    """A cell as it is written, and either half of one in two languages."""
    yield text
    halves = text.split(" / ")
    if len(halves) == 2:
        yield from (half.strip() for half in halves)


def _add(names: dict[str, Named], text: str, kind: Kind, place: Place | None = None) -> Named:
    named = names[fold(text.strip())]
    named.kinds.add(kind)
    named.partial = False
    if place is not None:
        named.places.add(place)
    return named


def said_empty(step: PlanStep, reason: EmptyReason, language: Language) -> tuple[str, str]:
    """How the house says that a step is empty."""
    text = f"{step.purpose}: {say_empty(reason, language)}"
    return text, text.rstrip(".")


def _take_labels(
    names: dict[str, Named], number: int, step: PlanStep, result: StepResult, language: Language
) -> None:
    """What the catalog and the house call things."""
    texts = [step.purpose, *(column.label for column in result.columns)]
    for text in texts:
        if len(text) > 1:
            _add(names, text, "label")
    for span in spans_of(step):
        _add(names, span, "span")
    if result.empty is not None:
        for house in said_empty(step, result.empty, language):
            _add(names, house, "label", Place(number, None, None))


def _take_cells(
    names: dict[str, Named], hidden: set[str], number: int, result: StepResult, plain: str
) -> None:
    for r, row in enumerate(result.rows):
        for c, (column, cell) in enumerate(zip(result.columns, row, strict=True)):
            place = Place(number, r, c)
            labelled = str(cell) in column.value_labels
            called = labelled_cell(cell, column)
            if labelled and isinstance(called, str):
                _add(names, called, "value", place)
            if not isinstance(cell, str) or len(cell.strip()) < 2:
                continue
            if stamp := _ISO_TIME.fullmatch(cell):
                _take_time(names, cell, stamp, place)
            elif labelled:
                if fold(cell) not in lexicon.EVERYDAY:
                    _add(names, cell, "value", place)
            else:
                _take_text(names, hidden, cell, place, plain)


def _take_text(
    names: dict[str, Named], hidden: set[str], cell: str, place: Place, plain: str
) -> None:
    if len(cell) > LONGEST_CELL:
        hidden.add(cell)
        return
    for form in forms_of(cell):
        if not is_prose(form):
            if fold(form) not in lexicon.EVERYDAY:
                _add(names, form, "cell", place)
        elif cell in plain or form in plain:
            _add(names, form, "quote", place)
        else:
            hidden.add(form)


def _take_time(names: dict[str, Named], cell: str, stamp: re.Match[str], place: Place) -> None:
    year, month, day, clock = stamp.groups()
    days = [f"{year}-{month}-{day}", f"{year}년 {int(month)}월 {int(day)}일"]
    _add(names, cell, "time", place)
    for written in days:
        if clock is not None:
            _add(names, f"{written} {clock}", "time", place)
        named = names[fold(written)]
        named.kinds.add("time")
        named.places.add(place)
        named.partial = named.partial and clock is not None
    _add(names, shown(cell), "time", place)


def _figures(results: tuple[StepResult, ...]) -> dict[str, tuple[Place, ...]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for number, result in enumerate(results):
        for count in _counts(result):
            found[shown(count)].append(Place(number, None, None))
        if has_columns(result, PASSAGE):
            continue
        for r, row in enumerate(result.rows):
            for c, cell in enumerate(row):
                if isinstance(cell, (int, float)) and not isinstance(cell, bool):
                    for text in {shown(cell), shown(abs(cell))}:
                        found[text].append(Place(number, r, c))
    return {text: tuple(places) for text, places in found.items()}


def _counts(result: StepResult) -> Iterator[int]:
    if result.empty == "true_zero":
        yield 0
    ways = has_columns(result, WAY)
    if not ways:
        yield len(result.rows)
    if result.total_rows is not None and not ways:
        yield result.total_rows
    for match in result.matches:
        yield from (match.given, match.matched, match.given - match.matched)
    if ways:
        yield len(ways_of(result))
