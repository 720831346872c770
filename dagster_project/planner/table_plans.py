"""An open table plan over a catalog's meaning, for a question no verified query fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.policy import Calendar
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.table_plan import TablePlan, TimeRange
from dagster_project.contracts.value import Intent, Language
from dagster_project.planner.base_table import (
    BaseChoice,
    absent_tables,
    present_tables,
    rank_bases,
)
from dagster_project.planner.comparisons import having_from_comparisons
from dagster_project.planner.conditions import add_conditions
from dagster_project.planner.draft import Draft
from dagster_project.planner.link import Linked, Token, loose_words
from dagster_project.planner.measures import add_measures
from dagster_project.planner.ordering import add_order

_BINDING_CUES = ("without", "not", "op", "most", "least", "highest", "lowest")
"""Words that change which rows are right; a plan that leaves one aside says so."""
_FAR_BEHIND = 0.5
"""A table whose reach is this far below the best cannot win: leaving words aside costs no more."""
_WINDOW_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table plan and how well it covers what was asked."""

    catalog: str
    plan: TablePlan
    intent: Intent
    score: float
    entities: tuple[EntityMention, ...]
    time: TimeRange | None
    time_assumed: bool
    unused: tuple[str, ...]
    """Content words that the plan does not use: said in the answer, never dropped in silence."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What shapes a table plan beside the words."""

    linked: Linked
    calendar: Calendar
    as_of: datetime
    language: Language
    all_candidates: bool
    """A name that several share stands for all of them."""


def plan_tables(
    asked: Asked, tokens: tuple[Token, ...], view: CatalogView
) -> tuple[PlannedTable, ...]:
    """The best few table plans for the tokens, best first; () when the catalog knows none."""
    absent = absent_tables(tokens, view)
    bases = rank_bases(tokens, view, frozenset(absent) | present_tables(tokens, view))
    planned = [
        _plan(_draft(asked, tokens, view, base, absent), base, asked)
        for base in bases[:3]
        if base.score >= bases[0].score - _FAR_BEHIND
    ]
    return tuple(sorted(planned, key=lambda p: -p.score))


def _draft(
    asked: Asked,
    tokens: tuple[Token, ...],
    view: CatalogView,
    base: BaseChoice,
    absent: dict[str, Token],
) -> Draft:
    return Draft(
        linked=asked.linked,
        tokens=tokens,
        view=view,
        base=base.table,
        language=asked.language,
        absent=absent,
        all_candidates=asked.all_candidates,
    )


def _plan(draft: Draft, base: BaseChoice, asked: Asked) -> PlannedTable:
    add_conditions(draft, asked.as_of)
    add_measures(draft)
    having_from_comparisons(draft)
    add_order(draft)
    assumed = _assume_window(draft, asked.calendar, asked.as_of)
    noun = {m.target for m in (draft.meaning(t) for t in draft.tokens) if m and m.kind == "entity"}
    unused = _unused(draft, noun)
    lost = sum(
        1 for t in draft.tokens if t.is_content and draft.meaning(t) is None and not t.mention
    )
    content = max(1, sum(1 for t in draft.tokens if t.is_content))
    return PlannedTable(
        catalog=draft.view.name,
        plan=TablePlan(
            table=draft.base,
            measures=tuple(draft.measures),
            dimensions=tuple(draft.dimensions),
            differences=tuple(draft.differences),
            columns=tuple(draft.columns),
            filters=tuple(draft.filters),
            related=tuple(draft.related),
            having=tuple(draft.having),
            search=draft.search,
            time=draft.time,
            order=tuple(draft.order),
            limit=draft.limit,
            with_ties=draft.with_ties,
        ),
        intent=_intent(draft),
        score=round(base.score - 0.5 * (lost + len(unused)) / content, 4),
        entities=tuple(dict.fromkeys(draft.entities)),
        time=draft.time or (draft.periods[0] if draft.periods else None),
        time_assumed=assumed,
        unused=unused,
    )


def _unused(draft: Draft, nouns: set[str]) -> tuple[str, ...]:
    """What the plan leaves aside: terms, names of strangers, binding cues, numbers."""
    unused = tuple(
        t.text
        for t in draft.tokens
        if t.is_content
        and t.start not in draft.used
        and (m := draft.meaning(t)) is not None
        and m.kind not in ("table", "entity")
        and m.target not in nouns
    )
    unused += tuple(
        t.text
        for t in draft.tokens
        if t.mention is not None
        and t.mention.candidates
        and t.start not in draft.used
        and all(draft.view.entity(c.entity) is None for c in t.mention.candidates)
    )
    loose = loose_words(draft.linked)
    unused += tuple(
        t.text
        for t in draft.tokens
        if t.start not in draft.used
        and any(t.cue(name) for name in _binding_cues(draft))
        and t.only_cue
        and t not in loose
    )
    unused += tuple(
        t.text for t in draft.tokens if t.kind == "number" and t.start not in draft.used
    )
    return unused


def _binding_cues(draft: Draft) -> tuple[str, ...]:
    return (*_BINDING_CUES, "newest", "oldest_first") if draft.measures else _BINDING_CUES


def _assume_window(draft: Draft, calendar: Calendar, as_of: datetime) -> bool:
    """A metric without a time is read over the policy's window, and the answer says so."""
    measured = any(m.metric for m in draft.measures)
    if not measured or draft.time is not None or draft.periods:
        return False
    amount, unit = int(calendar.default_window[:-1]), calendar.default_window[-1]
    span = timedelta(**{_WINDOW_UNITS[unit]: amount})
    draft.time = TimeRange(
        start=as_of - span, end=as_of + timedelta(microseconds=1), text=calendar.default_window
    )
    return True


def _intent(draft: Draft) -> Intent:
    if draft.search is not None:
        return "search"
    if draft.measures:
        return "aggregate"
    if draft.entities and draft.view.entity_at(draft.base) is not None:
        return "lookup"
    return "list"
