"""What the steps of a reply read, so that no noun of the question is answered with something else.

A noun is a word that names what can be looked up: a table, a kind of thing, a metric, a column, a
collection of a graph, happenings ("alarms" as a kind of event), or documents. Of several meanings
any may be the one. How a value, a verb or a cue is left out is told by `words_not_used` instead.
"""

from __future__ import annotations

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

_NAMES = ("table", "entity", "metric", "column", "collection")


@dataclass(slots=True)
class Looked:
    """Filled step by step."""

    tables: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    things: set[str] = field(default_factory=set)
    """Entities whose keys or rows are read."""
    collections: set[str] = field(default_factory=set)
    features: set[str] = field(default_factory=set)
    """All that the examples of a verified query mean, and what the parts of a reply took up."""


def nouns_are_read(steps: tuple[StepRead, ...], reading: Reading) -> None:
    """Says each noun that no step reads."""
    looked = _looked_up(steps, reading)
    for token in reading.linked.tokens:
        meant = _nouns(token, reading)
        if not meant or any(_is_read(m, looked, reading) for m in meant):
            continue
        if _names_the_kind(token, reading):
            continue
        reading.problems.say(
            f"the question says {shown(token.text)} and no step reads {listing(_told(meant))}"
        )


def _told(meant: Iterable[Meaning]) -> set[str]:
    """What to read instead."""
    return {m.table if m.kind in ("entity", "value") else m.target for m in meant}


# -- the question's nouns


def _nouns(token: Token, reading: Reading) -> tuple[Meaning, ...]:
    """All meanings of a noun; of other words none."""
    if token.kind != "term" or token.mention is not None:
        return ()
    views = reading.assets.views
    names = [m for m in token.meanings if m.kind in _NAMES]
    of_things = any(is_entity_noun(token, view) or fact_table(token, view) for view in views)
    if not names and not of_things:
        return ()
    return tuple(m for m in token.meanings if m.kind != "cue")


def _names_the_kind(token: Token, reading: Reading) -> bool:
    return False


def _is_read(meaning: Meaning, looked: Looked, reading: Reading) -> bool:
    view = reading.view(meaning.catalog)
    if meaning.feature in looked.features or view is None:
        return True
    if meaning.kind == "entity":
        return meaning.target in looked.things or meaning.table in looked.tables
    if meaning.kind == "table":
        return meaning.table in looked.tables
    if meaning.kind == "collection":
        return meaning.target in looked.collections
    if meaning.kind == "value":
        return meaning.target in looked.columns or meaning.table in looked.tables
    if meaning.kind in ("column", "superlative"):
        return meaning.target in looked.columns
    return False


# -- what the steps read


def _looked_up(steps: tuple[StepRead, ...], reading: Reading) -> Looked:
    looked = Looked(features=set(reading.heard))
    for read in steps:
        if read.verified is not None:
            looked.features |= read.verified.template.known
            _of_query(read.verified.template.spec, looked, reading)
        for step in read.steps:
            _of_step(step, looked, reading)
    return looked


def _of_query(spec: QuerySpec, looked: Looked, reading: Reading) -> None:
    """The tables that its text or plan names, and the columns it shows."""
    view = reading.view(spec.catalog)
    for table in view.tables if view else ():
        if table in (spec.text or "") or any(r.table == table for r in spec.references):
            _of_table(table, looked, view)
            names = {c.name for c in spec.output_schema}
            looked.columns |= {r for r in view.columns(table) if column_of(r) in names}


def _of_table(table: str, looked: Looked, view: CatalogView | None) -> None:
    looked.tables.add(table)
    entity = view.entity_at(table) if view is not None else None
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
        _of_table_plan(plan, looked, view)
        fed = [f.filter_column for f in step.feeds if f.filter_column]
        _of_columns(fed, looked, view)
    if graph is not None and view is not None:
        _of_graph_plan(graph, looked, view)
    if plan is None and graph is None:
        looked.features |= _known(step.query, reading)
        _of_query(spec, looked, reading)


def _known(query: str, reading: Reading) -> frozenset[str]:
    found = (t.known for t in reading.assets.templates if t.query == query)
    return next(found, frozenset())


def _of_table_plan(plan: TablePlan, looked: Looked, view: CatalogView) -> None:
    for table in (plan.table, *(r.table for r in plan.related)):
        _of_table(table, looked, view)
    metrics = [m for one in plan.measures if one.metric and (m := view.metric(one.metric))]
    looked.features |= {f"metric:{m.name}" for m in metrics}
    columns = [
        *plan.columns,
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
    """Without a label, things of any collection are found."""
    every = [c for c in view.spec.graph_collections if c.enabled]
    asked = {plan.start.label, plan.found.label}
    read = [c for c in every if c.label in asked or plan.found.label is None]
    looked.collections |= {c.label for c in read}
    looked.things |= {c.entity for c in read if c.entity}
    names = {f.property for nodes in (plan.start, plan.found) for f in nodes.filters}
    names |= set(plan.group_by) | {m.property for m in plan.measures if m.property}
    looked.features |= {f"property:{name}" for name in names}
