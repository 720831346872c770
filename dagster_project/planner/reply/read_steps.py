"""The steps of a reply, each by what its query is, in the ids the built-in planner gives."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.plan import EntityMention, PlanStep
from dagster_project.contracts.plan_reply import ReplyStep
from dagster_project.contracts.table_plan import TimeRange
from dagster_project.contracts.value import Intent
from dagster_project.planner.graph_scope import Scope
from dagster_project.planner.reply.problems import listing, shown
from dagster_project.planner.reply.read_feeds import (
    Source,
    feed_query,
    feed_table,
    outputs_of_graph,
    outputs_of_query,
    outputs_of_table,
)
from dagster_project.planner.reply.read_graph import read_graph
from dagster_project.planner.reply.read_query import QueryRead, read_query
from dagster_project.planner.reply.read_table import fed_extreme, read_table
from dagster_project.planner.reply.reading import Reading
from dagster_project.planner.scope_plans import GRAPH_STEP, scope_step
from dagster_project.planner.steps import purpose_of, table_step, template_steps
from dagster_project.planner.table_plans import PlannedTable
from dagster_project.planner.templates import TemplateMatch
from dagster_project.planner.text import fold


@dataclass(frozen=True, slots=True)
class StepRead:
    """One step of a reply as steps of a plan; several of a recipe."""

    query: str
    steps: tuple[PlanStep, ...]
    intent: Intent
    time: TimeRange | None = None
    time_assumed: bool = False
    takes_time: bool = False
    """It could be held to a time, and says whether it is by `timed`."""
    timed: bool = False
    things: tuple[EntityMention, ...] = ()
    """Of a graph step: its ends, in order."""
    verified: QueryRead | None = None
    searches: bool = False


@dataclass(slots=True)
class _Steps:
    reading: Reading
    sources: dict[str, Source | None] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    tables: int = 0

    def new_id(self, wanted: str) -> str:
        number = 1
        while (name := wanted if number == 1 else f"{wanted}_{number}") in self.taken:
            number += 1
        self.taken.add(name)
        return name


def read_steps(given: list[ReplyStep], reading: Reading) -> tuple[StepRead, ...]:
    most = reading.assets.policy.limits.max_steps
    if len(given) > most:
        reading.problems.say(f"{len(given)} steps, {most} are allowed")
        return ()
    state = _Steps(reading)
    found: list[StepRead] = []
    for number, step in enumerate(given):
        own = step.id.strip() or f"step{number + 1}"
        if own in state.sources:
            reading.problems.say(f"steps[{number}].id {shown(own)} is another step's")
        twin = next((s for s in given[:number] if _alike(s, step)), None)
        if twin is not None:
            state.sources[own] = state.sources.get(twin.id.strip())
            continue
        read = _step(step, own, state, f"steps[{number}]")
        if read is not None:
            found.append(read)
    many = sum(len(read.steps) for read in found)
    if many > most:
        reading.problems.say(f"{many} steps with those of recipes, {most} are allowed")
    return tuple(found)


def _alike(one: ReplyStep, other: ReplyStep) -> bool:
    """The same under two names is looked up once."""
    return one.model_copy(update={"id": ""}) == other.model_copy(update={"id": ""})


def _step(given: ReplyStep, own: str, state: _Steps, where: str) -> StepRead | None:
    reading, assets = state.reading, state.reading.assets
    state.sources[own] = None
    query = given.query.strip()
    spec = assets.queries.get(query)
    if spec is None or query not in reading.offered.queries:
        reading.problems.unknown(f"{where}.query", given.query, reading.offered.queries)
        return None
    if query in assets.open_queries.values():
        part, read = "table", _table
    elif query in assets.open_graphs.values():
        part, read = "graph", _graph
    elif query in assets.searches:
        part, read = "words", _search
    else:
        part, read = "params", _verified
    wrong = [p for p in _parts(given) if p != part and (p, part) != ("params", "words")]
    if wrong:
        reading.problems.say(f"{where}: query {query} takes {part}, not {listing(wrong)}")
        return None
    return read(given, spec, own, state, where)


def _parts(given: ReplyStep) -> list[str]:
    """What a step is filled with."""
    parts = {
        "params": given.params,
        "table": given.table,
        "graph": given.graph,
        "words": given.words,
    }
    return [name for name, value in parts.items() if value]


def _table(
    given: ReplyStep, spec: QuerySpec, own: str, state: _Steps, where: str
) -> StepRead | None:
    reading, language = state.reading, state.reading.offered.language
    view = reading.view(spec.catalog)
    if given.table is None or view is None:
        reading.problems.say(f"{where}.table is missing: what {given.query} should look up")
        return None
    read = read_table(given.table, view, reading, f"{where}.table")
    if read is None:
        return None
    sources = {name: s for name, s in state.sources.items() if name != own}
    plan = read.plan
    from_graph = [s for f in given.feeds if (s := sources.get(f.from_step)) and s.is_graph]
    for source in from_graph[:1]:
        kinds = sorted(source.outputs.get("key", ()))
        plan = fed_extreme(replace(read, plan=plan), reading, kinds[0] if kinds else "")
    feeds = feed_table(given.feeds, read.place, plan, sources, f"{where}.feeds")
    state.tables += 1
    planned = PlannedTable(view.name, plan, read.intent, 1.0, (), read.time, read.time_assumed, ())
    step = table_step(planned, state.new_id(f"s{state.tables}"), reading.assets, language, feeds)
    step = step.model_copy(update={"query": given.query.strip()})
    state.sources[own] = Source(step, outputs_of_table(plan, read.place))
    timed = [plan.time, *(m.time for m in plan.measures), *(r.time for r in plan.related)]
    dated = any(isinstance(v, datetime) for f in plan.filters for v in f.values)
    return StepRead(
        query=step.query,
        steps=(step,),
        intent=read.intent,
        time=read.time,
        time_assumed=read.time_assumed,
        takes_time=read.place.time_column() is not None,
        timed=(any(timed) and not read.time_assumed) or dated,
    )


def _graph(
    given: ReplyStep, spec: QuerySpec, own: str, state: _Steps, where: str
) -> StepRead | None:
    reading = state.reading
    view = reading.view(spec.catalog)
    if given.graph is None or view is None or given.feeds:
        what = "takes no feeds" if given.feeds else "needs graph: what it should walk"
        reading.problems.say(f"{where}: {given.query} {what}")
        return None
    read = read_graph(given.graph, view, reading, f"{where}.graph")
    if read is None:
        return None
    scope = Scope(view.name, read.view, read.plan, "", read.things, ())
    step = scope_step(scope, reading.assets, reading.offered.language)
    update: dict[str, object] = {"id": state.new_id(GRAPH_STEP), "query": given.query.strip()}
    if not read.things:
        update["purpose"] = purpose_of(
            given.query.strip(), reading.assets, reading.offered.language
        )
    step = step.model_copy(update=update)
    state.sources[own] = Source(step, outputs_of_graph(read), is_graph=True)
    intent: Intent = "path" if read.view == "path" else "expand"
    return StepRead(query=step.query, steps=(step,), intent=intent, things=read.things)


def _search(
    given: ReplyStep, spec: QuerySpec, own: str, state: _Steps, where: str
) -> StepRead | None:
    """Words of the question, or what an earlier step found."""
    reading, query = state.reading, given.query.strip()
    text = next(p.name for p in spec.params if p.type == "text")
    written = [given.words] if given.words and given.words.strip() else []
    written += [str(v) for p in given.params if p.name == text for v in p.values]
    words = " ".join(w.strip() for w in written).strip()
    if any(p.name != text for p in given.params) or bool(words) is bool(given.feeds):
        reading.problems.say(f"{where}: {query} takes words of the question, or one feed, alone")
        return None
    if words and not reading.said.each_word(words):
        reading.problems.say(f"{where}.words {shown(words)} are not all said in the question")
        return None
    _hear_search(words, reading)
    sources = {name: s for name, s in state.sources.items() if name != own}
    feeds = feed_query(given.feeds, spec, sources, reading, f"{where}.feeds")
    step = PlanStep(
        id=state.new_id(query),
        query=query,
        purpose=purpose_of(query, reading.assets, reading.offered.language),
        params={text: words} if words else {},
        feeds=feeds,
        depends_on=tuple(dict.fromkeys(f.step for f in feeds)),
    )
    return StepRead(query=query, steps=(step,), intent="document", searches=True)


def _hear_search(words: str, reading: Reading) -> None:
    """A thing whose name is searched for is taken into account, and so is a number."""
    reading.hear_words(words)
    reading.hear("cue:document", "cue:search")
    folded = f" {fold(words)} "
    for thing in reading.things():
        if any(f" {fold(name)} " in folded for name in (thing.key, thing.mention) if name):
            reading.entities.add((thing.entity, thing.key))
    found = {t.start for t in reading.said.numbers if fold(t.text) in folded}
    reading.numbers |= found
    reading.compared |= found


def _verified(
    given: ReplyStep, spec: QuerySpec, own: str, state: _Steps, where: str
) -> StepRead | None:
    reading = state.reading
    read = read_query(given, spec, reading, where)
    match = TemplateMatch(read.template, 1.0, read.params, read.missing, "", ())
    steps = template_steps(match, reading.assets, reading.offered.language)
    if spec.form == "recipe":
        if given.feeds:
            reading.problems.say(f"{where}: {given.query} is a recipe, which takes no feeds")
        steps = _renamed(steps, state)
    else:
        sources = {name: s for name, s in state.sources.items() if name != own}
        feeds = feed_query(given.feeds, spec, sources, reading, f"{where}.feeds")
        depends = tuple(dict.fromkeys(f.step for f in feeds))
        update = {"id": state.new_id(steps[0].id), "feeds": feeds, "depends_on": depends}
        steps = (steps[0].model_copy(update=update),)
        state.sources[own] = Source(steps[0], outputs_of_query(spec, reading))
    spans = [v for v in read.params.values() if isinstance(v, TimeRange)]
    return StepRead(
        query=given.query.strip(),
        steps=steps,
        intent=spec.intents[0],
        time=next(iter(spans), None),
        takes_time=bool(spans),
        timed=any(span in reading.times for span in spans),
        verified=read,
    )


def _renamed(steps: tuple[PlanStep, ...], state: _Steps) -> tuple[PlanStep, ...]:
    """A recipe's own ids, or new ones where another step has them."""
    names = {step.id: state.new_id(step.id) for step in steps}
    return tuple(
        step.model_copy(
            update={
                "id": names[step.id],
                "depends_on": tuple(names[d] for d in step.depends_on),
                "feeds": tuple(f.model_copy(update={"step": names[f.step]}) for f in step.feeds),
            }
        )
        for step in steps
    )
