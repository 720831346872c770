"""The steps of a reply as a PlanOutput; a rule's text; what is asked back."""

from __future__ import annotations

import time

from dagster_project.contracts.assets.query import ParamSpec
from dagster_project.contracts.plan import Candidate, EntityMention, OpenSlot, Plan, PlanOutput
from dagster_project.contracts.plan_reply import PlanReply, ReplyMissing
from dagster_project.contracts.value import Intent
from dagster_project.planner.open_slots import missing_slots
from dagster_project.planner.outcomes import by_rule, out_of_scope
from dagster_project.planner.reply.hold_to_question import names_known_things, words_not_used
from dagster_project.planner.reply.problems import listing, shown
from dagster_project.planner.reply.read_steps import StepRead
from dagster_project.planner.reply.reading import Reading
from dagster_project.planner.templates import Template, TemplateMatch

OUT_OF_SCOPE = "out_of_scope"
_SHOWN_CANDIDATES = 8


def by_rule_of_reply(reply: PlanReply, reading: Reading) -> PlanOutput:
    """A direct answer or a reject, in the policy's words. Raises: OutOfContract."""
    offered, problems = reading.offered, reading.problems
    name = (reply.rule or "").strip()
    allowed = [n for n, rule in offered.rules.items() if rule.action == reply.kind]
    allowed += [OUT_OF_SCOPE] if reply.kind == "direct" else []
    if name not in allowed:
        problems.unknown("rule", reply.rule or "", allowed, f"rules for {reply.kind}")
    if reply.steps or reply.missing:
        problems.say(f"kind is {reply.kind}, so steps and missing must be empty")
    known = names_known_things(offered.linked, reading.assets.views)
    if known:
        problems.say(f"kind is {reply.kind}, though the question names {listing(known)}: plan it")
    problems.raise_any()
    started = time.perf_counter()
    if name == OUT_OF_SCOPE:
        output = out_of_scope(offered.linked, reading.assets, offered.language, started)
    else:
        output = by_rule(offered.rules[name], reading.assets, offered.language, started)
    return output.model_copy(
        update={
            "routing_reasoning": f"{output.routing_reasoning}; chosen by a model",
            "candidates": _candidates((), reading),
            "planned_by": "model",
            "elapsed_ms": 0.0,
        }
    )


def plan_of_reply(
    reply: PlanReply,
    reads: tuple[StepRead, ...],
    slots: tuple[OpenSlot, ...],
    reading: Reading,
) -> PlanOutput:
    offered = reading.offered
    steps = tuple(step for read in reads for step in read.steps)
    first = reads[0] if reads else None
    tables = [s.table_plan for s in steps if s.table_plan is not None]
    plan = Plan(
        intent=_intent(reads),
        language=offered.language,
        entities=_entities(reads, reading),
        filters=tuple(f for table in tables for f in table.filters),
        aggregates=tuple(m for table in tables for m in table.measures),
        time_range=next((r.time for r in reads if r.time is not None), None),
        time_assumed=_time_assumed(reads, reading),
        as_of=offered.as_of,
        steps=() if slots else steps,
        open_slots=slots,
        assumed=_assumed(reading),
        not_used=words_not_used(reads, reply.not_used, reading) if first else (),
    )
    queries = listing(read.query for read in reads)
    reasoning = f"a model chose {queries}" if reads else "a model asks back"
    return PlanOutput(
        kind="plan",
        plan=plan,
        routing_reasoning=reasoning,
        candidates=_candidates(reads, reading),
        planned_by="model",
        elapsed_ms=0.0,
    )


def _intent(reads: tuple[StepRead, ...]) -> Intent:
    """That of the first table where a graph only says of which things."""
    if not reads:
        return "lookup"
    scoped = [r for r in reads if not r.things] if reads[0].things else list(reads)
    return (scoped or list(reads))[0].intent


def _time_assumed(reads: tuple[StepRead, ...], reading: Reading) -> bool:
    if any(read.verified is not None for read in reads):
        return not any(t.kind == "time" for t in reading.linked.tokens)
    return any(read.time_assumed for read in reads)


def _entities(reads: tuple[StepRead, ...], reading: Reading) -> tuple[EntityMention, ...]:
    """The ends of a graph step in their order, then as the question names them."""
    ends = [thing for read in reads for thing in read.things]
    named = [c for t in reading.linked.tokens if t.mention for c in t.mention.candidates]
    used = [c for c in named if (c.entity, c.key) in reading.entities]
    rest = [c for c in reading.things() if (c.entity, c.key) in reading.entities]
    return tuple(dict.fromkeys([*ends, *used, *rest]))


def _assumed(reading: Reading) -> tuple[EntityMention, ...]:
    """What was taken for a name that several share."""
    shared = [
        t.mention for t in reading.linked.tokens if t.mention is not None and t.mention.ambiguous
    ]
    return tuple(
        c for mention in shared for c in mention.candidates if (c.entity, c.key) in reading.entities
    )


def _candidates(reads: tuple[StepRead, ...], reading: Reading) -> tuple[Candidate, ...]:
    """B4: what was offered, with the score it was listed by, and what the model made of it."""
    chosen = {read.query for read in reads}
    ranked = dict(reading.offered.ranked)
    found = [
        Candidate(query=query, score=score, chosen=query in chosen, reason=_why(query, chosen))
        for query, score in list(ranked.items())[:_SHOWN_CANDIDATES]
    ]
    shown_names = {c.query for c in found}
    for read in reads:
        for step in read.steps:
            table = f"({step.table_plan.table})" if step.table_plan else ""
            name = f"{read.query}{table}"
            if read.query not in shown_names and name not in shown_names:
                shown_names.add(name)
                why = "the model filled it" if read.verified is None else "the model chose it"
                score = ranked.get(read.query, 1.0)
                found.append(Candidate(query=name, score=score, chosen=True, reason=why))
    return tuple(found)


def _why(query: str, chosen: set[str]) -> str:
    if query in chosen:
        return "the model chose it"
    return "the model chose another" if chosen else "the model chose none"


# -- what is asked back


def open_slots_of(
    reply: PlanReply, reads: tuple[StepRead, ...], reading: Reading
) -> tuple[OpenSlot, ...]:
    """What the reply says is missing, and what a query needs and was not given."""
    missing = {p.name: (read, p) for read in reads if read.verified for p in read.verified.missing}
    found: dict[str, OpenSlot] = {}
    for number, one in enumerate(reply.missing):
        name = one.param.strip()
        param = missing[name][1] if name in missing else _param_named(name, reads, reading)
        if param is None:
            reading.problems.say(
                f"missing[{number}].param {shown(one.param)} is no parameter of a listed query"
            )
        elif _could_be_given(param, reading):
            reading.problems.say(f"missing[{number}]: the question says what {name} is; use it")
        else:
            found[name] = _slot(param, one, reading)
    for name, (_, param) in missing.items():
        if name not in found:
            if _could_be_given(param, reading):
                reading.problems.say(f"params {name} has no value, and the question says it")
            found[name] = _slot(param, None, reading)
    return tuple(found.values())


def _param_named(name: str, reads: tuple[StepRead, ...], reading: Reading) -> ParamSpec | None:
    """Of a query of the steps, or of any that is listed where `missing` stands without steps."""
    queries = {r.query for r in reads} or reading.offered.queries
    specs = (reading.assets.queries[q] for q in sorted(queries))
    return next((p for spec in specs for p in spec.params if p.name == name), None)


def _could_be_given(param: ParamSpec, reading: Reading) -> bool:
    if param.type == "entity":
        return any(t.entity == param.entity for t in reading.things())
    return param.type == "time_range" and bool(reading.said_times())


def _slot(param: ParamSpec, told: ReplyMissing | None, reading: Reading) -> OpenSlot:
    """With the likeliest things to name. A mention that the question does not hold is left out."""
    offered, assets = reading.offered, reading.assets
    template = Template.of("", next(iter(assets.queries.values())), ())
    match = TemplateMatch(template, 1.0, {}, (param,), "", ())
    (slot,) = missing_slots(match, offered.question, assets, offered.language)
    mention = (told.mention if told else "").strip()
    written = reading.said.literally(mention) if mention else None
    return slot.model_copy(update={"mention": written or ""})
