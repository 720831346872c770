"""What the steps of a reply read, so that no noun of the question is answered with something else.

A noun is a word that names what can be looked up: a table, a kind of thing, a metric, a column, a
collection of a graph, happenings ("alarms" as a kind of event), or documents. Of several meanings
any may be the one. How a value, a verb or a cue is left out is told by `words_not_used` instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from dagster_project.catalog.view import CatalogView, column_of, table_of
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.planner.base_table import fact_table, is_entity_noun
from dagster_project.planner.lexicon import Meaning
from dagster_project.planner.link import Token
from dagster_project.planner.reply.problems import listing, shown
from dagster_project.planner.reply.read_places import thing_of
from dagster_project.planner.reply.read_steps import StepRead
from dagster_project.planner.reply.reading import Reading
from dagster_project.planner.text import fold

_NAMES = ("table", "entity", "metric", "column", "collection")

_SINGLES_OUT = {"by", "most", "least", "highest", "lowest", "superlative"}


@dataclass(slots=True)
class Looked:
    """Filled step by step."""

    tables: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    things: set[str] = field(default_factory=set)
    """Entities whose keys or rows are read."""
    collections: set[str] = field(default_factory=set)
    properties: set[str] = field(default_factory=set)
    """Of nodes of a graph."""
    heard: set[str] = field(default_factory=set)
    """What the parts of the reply took up, and all that examples of verified queries mean."""


def nouns_are_read(steps: tuple[StepRead, ...], reading: Reading) -> None:
    """Says each noun that no step reads, and documents that are asked for and not searched."""
    looked = _looked_up(steps, reading)
    for place, token in enumerate(reading.linked.tokens):
        meant = _nouns(token, reading)
        if any(_is_read(m, looked, reading) for m in meant) or _is_searched(token, looked):
            continue
        what = None
        if token.cue("document") and reading.assets.searches:
            what = None if "cue:document" in looked.heard else "documents"
        elif meant and not _names_the_kind(place, reading):
            what = listing({_told(m, looked) for m in meant})
        if what is not None:
            reading.problems.say(f"the question says {shown(token.text)} and no step reads {what}")


def _told(meant: Meaning, looked: Looked) -> str:
    """What would have to be read."""
    if meant.kind == "value" and meant.table in looked.tables:
        return f"{meant.target} {shown(meant.value)}"
    return meant.table if meant.kind in ("entity", "value") else meant.target


# -- the question's nouns


def _nouns(token: Token, reading: Reading) -> tuple[Meaning, ...]:
    """All meanings of a noun; none of a word that may be something else or is only supposed."""
    if token.kind != "term" or token.cue("filler") or reading.said.supposes(token, reading.heard):
        return ()
    if any(m.kind == "cue" and f"cue:{m.target}" in reading.heard for m in token.meanings):
        return ()
    views = reading.assets.views
    names = any(m.kind in _NAMES for m in token.meanings)
    if not (names or any(is_entity_noun(token, v) or fact_table(token, v) for v in views)):
        return ()
    return tuple(m for m in token.meanings if m.kind != "cue")


def _is_searched(token: Token, looked: Looked) -> bool:
    said = {h.removeprefix("said:") for h in looked.heard if h.startswith("said:")}
    said = {word for word in said if len(word) > 1}
    words = fold(token.text).split()
    return all(any(w.startswith(s) or s.startswith(w) for s in said) for w in words)


def _names_the_kind(place: int, reading: Reading) -> bool:
    """ "Server" of "server SRV-014": a named thing stands beside it."""
    tokens = reading.linked.tokens
    classes = {m.table for m in tokens[place].meanings if m.kind in ("value", "entity")}
    for way in (-1, 1):
        at = place + way
        while 0 <= at < len(tokens) and tokens[at].only_cue and tokens[at].cue("filler"):
            at += way
        mention = tokens[at].mention if 0 <= at < len(tokens) else None
        entities = {c.entity for c in mention.candidates} if mention else set()
        if any(e.table in classes for v in reading.assets.views for e in v.spec.entities
               if e.name in entities):  # fmt: skip
            return True
    return False


def _is_read(meaning: Meaning, looked: Looked, reading: Reading) -> bool:
    view = reading.view(meaning.catalog)
    if meaning.feature in looked.heard or view is None or meaning.target in reading.offered.masked:
        return True
    match meaning.kind:
        case "entity":
            return meaning.target in looked.things or _is_whose(meaning, looked, view, reading)
        case "table":
            return meaning.table in looked.tables
        case "collection":
            return meaning.target in looked.collections
        case "value":
            happening = view.entity_at(meaning.table) is None and meaning.table in looked.tables
            return happening or meaning.target in looked.columns
        case "column" | "superlative":
            thing = thing_of(view, meaning.target)
            shown_by_graph = column_of(meaning.target) in looked.properties
            of_thing = thing is not None and thing.name in looked.things
            return of_thing or shown_by_graph or meaning.target in looked.columns
        case _:
            return False


def _is_whose(meaning: Meaning, looked: Looked, view: CatalogView, reading: Reading) -> bool:
    """ "Alarms of machines": each alarm is one of a machine, where no machine is asked for."""
    cues = {m.target for t in reading.linked.tokens for m in t.meanings if m.kind == "cue"}
    named = {m.table for m in reading.said.meanings if m.kind in ("table", "value", "metric")}
    happenings = {t for t in looked.tables & named if view.entity_at(t) is None}
    return not cues & _SINGLES_OUT and any(view.join_path(t, meaning.table) for t in happenings)


# -- what the steps read


def _looked_up(steps: tuple[StepRead, ...], reading: Reading) -> Looked:
    looked = Looked(heard=set(reading.heard))
    for read in steps:
        if read.verified is not None:
            looked.heard |= read.verified.template.known
            _of_query(read.verified.template.spec, looked, reading)
        for step in read.steps:
            _of_step(step, looked, reading)
    return looked


def _of_query(spec: QuerySpec, looked: Looked, reading: Reading) -> None:
    """The tables that its text or plan names, and the columns it shows."""
    view = reading.view(spec.catalog)
    if view is None:
        return
    for table in view.tables:
        named = re.search(rf"\b{re.escape(table)}\b", spec.text or "")
        if named or any(r.table == table for r in spec.references):
            _of_table(table, looked, view)
            names = {c.name for c in spec.output_schema}
            looked.columns |= {r for r in view.columns(table) if column_of(r) in names}


def _of_table(table: str, looked: Looked, view: CatalogView) -> None:
    looked.tables.add(table)
    entity = view.entity_at(table)
    looked.things |= {entity.name} if entity is not None else set()


def _of_step(step: PlanStep, looked: Looked, reading: Reading) -> None:
    spec = reading.assets.queries.get(step.query)
    view = reading.view(spec.catalog) if spec is not None else None
    if spec is None:
        return
    if spec.search is not None:
        looked.collections |= set(spec.search.collections)
    plan, graph = step.table_plan or spec.plan, step.graph_plan or spec.graph
    if plan is not None and view is not None:
        _of_table_plan(plan, looked, view, reading)
        fed = [f.filter_column for f in step.feeds if f.filter_column]
        _of_columns(fed, looked, view)
    if graph is not None and view is not None:
        _of_graph_plan(graph, looked, view)
    if plan is None and graph is None:
        looked.heard |= _known(step.query, reading)
        _of_query(spec, looked, reading)


def _known(query: str, reading: Reading) -> frozenset[str]:
    found = (t.known for t in reading.assets.templates if t.query == query)
    return next(found, frozenset())


def _of_table_plan(plan: TablePlan, looked: Looked, view: CatalogView, reading: Reading) -> None:
    """The things beside rows that nobody asked for are not what was asked."""
    asked = any(m.table == plan.table for m in reading.said.meanings)
    looked.columns |= set(plan.columns)
    for table in (plan.table, *(r.table for r in plan.related)):
        _of_table(table, looked, view)
    metrics = [m for one in plan.measures if one.metric and (m := view.metric(one.metric))]
    looked.heard |= {f"metric:{m.name}" for m in metrics}
    columns = [
        *(plan.columns if asked else ()),
        *(f.column for f in plan.filters),
        *(f.column for r in plan.related for f in r.filters),
        *(d.column for d in plan.dimensions),
        *(m.column for m in plan.measures if m.column),
        *(o.by for o in plan.order if o.by.count(".") == 2),
        *(plan.search.columns if plan.search else ()),
        *(f"{m.table}.{m.column}" for m in metrics),
    ]
    _of_columns(columns, looked, view)


def _of_columns(columns: Iterable[str], looked: Looked, view: CatalogView) -> None:
    for ref in columns:
        looked.columns.add(ref)
        looked.tables.add(table_of(ref))
        entity = thing_of(view, ref)
        if entity is not None:
            looked.things.add(entity.name)


def _of_graph_plan(plan: GraphPlan, looked: Looked, view: CatalogView) -> None:
    """Without a label things of any collection are found; both ways lead through what is shared."""
    every = [c for c in view.spec.graph_collections if c.enabled]
    asked = {plan.start.label, plan.found.label}
    any_kind = plan.found.label is None or plan.direction == "both"
    read = [c for c in every if any_kind or c.label in asked]
    looked.collections |= {c.label for c in read}
    looked.things |= {c.entity for c in read if c.entity}
    names = {f.property for nodes in (plan.start, plan.found) for f in nodes.filters}
    names |= set(plan.group_by) | {m.property for m in plan.measures if m.property}
    looked.properties |= names
