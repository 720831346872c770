"""A plan in a terminal: what was understood, what was considered, what would be sent."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console

from dagster_project.cli.cells import cell_text
from dagster_project.cli.console import heading, line, new_table, show_table, styled
from dagster_project.contracts.plan import (
    ROUTES,
    Candidate,
    DirectAnswer,
    OpenSlot,
    Plan,
    PlanOutput,
    PlanStep,
    PolicyDecision,
    Rejection,
)
from dagster_project.contracts.table_plan import Filter, Measure, TimeRange
from dagster_project.contracts.value import Value

_DECISION_STYLES = {"allowed": "green", "changed": "yellow", "refused": "red"}


class Statement(Value):
    """What a step would send to its source."""

    step: str
    text: str
    params: dict[str, object] = {}


def render_plan(
    output: PlanOutput,
    statements: tuple[Statement, ...],
    console: Console,
    decisions: tuple[PolicyDecision, ...] = (),
) -> None:
    line(console, styled(f"route {ROUTES[output.kind]}", "bold"), f"  {output.routing_reasoning}")
    if output.direct is not None:
        _direct(output.direct, console)
    if output.reject is not None:
        _reject(output.reject, console)
    if output.plan is not None:
        _plan(output.plan, console)
    render_candidates(output.candidates, console)
    if output.plan is not None:
        render_steps(output.plan.steps, console, statements)
    render_decisions(decisions, console)
    line(console, "")
    line(console, styled(f"planned in {output.elapsed_ms:.1f} ms; nothing was executed", "dim"))


def _direct(direct: DirectAnswer, console: Console) -> None:
    line(console, direct.answer_text, indent=2)
    line(console, styled(f"{direct.source}, confidence {direct.confidence:.2f}", "dim"), indent=2)


def _reject(reject: Rejection, console: Console) -> None:
    line(console, styled(reject.reason, "red"), indent=2)
    line(console, f"rule {reject.policy_id}", indent=2)
    line(console, reject.suggestion, indent=2)


def _plan(plan: Plan, console: Console) -> None:
    rows = [("intent", plan.intent + (f", {plan.graph_view}" if plan.graph_view else ""))]
    rows += [
        (
            "entity",
            f"{e.mention!r} → {e.key} ({e.label}), {e.entity} by {e.matched_by} {e.score:.2f}",
        )
        for e in plan.entities
    ]
    if plan.time_range is not None:
        assumed = " (assumed)" if plan.time_assumed else ""
        rows.append(("time", time_text(plan.time_range) + assumed))
    rows += [("filter", filter_text(found)) for found in plan.filters]
    rows += [("measure", _measure_text(measure)) for measure in plan.aggregates]
    rows += [("display", plan.display), ("as of", f"{plan.as_of:%Y-%m-%d %H:%M %Z}")]
    table = new_table(console, header=False)
    for name, text in rows:
        table.add_row(styled(name, "dim"), styled(text))
    show_table(console, table, indent=2)
    if plan.not_used:
        line(console, styled(f"! not used: {', '.join(plan.not_used)}", "yellow"), indent=2)
    for slot in plan.open_slots:
        _open_slot(slot, console)


def _open_slot(slot: OpenSlot, console: Console) -> None:
    line(console, styled(f"? {slot.slot}: {slot.reason} {slot.mention!r}", "magenta"), indent=2)
    for choice in slot.choices:
        line(console, f"- {choice.label}: {choice.question}", indent=4)


def render_candidates(candidates: tuple[Candidate, ...], console: Console) -> None:
    """B4: all that was considered, with scores and why each won or lost."""
    if not candidates:
        return
    heading(console, "candidates")
    table = new_table(console)
    table.add_column("", no_wrap=True)
    table.add_column("query", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("why")
    for candidate in sorted(candidates, key=lambda c: (not c.chosen, -c.score)):
        style = "green" if candidate.chosen else ""
        table.add_row(
            styled("✓" if candidate.chosen else "", style),
            styled(candidate.query, style),
            styled(f"{candidate.score:.3f}"),
            styled(candidate.reason),
        )
    show_table(console, table, indent=2)


def render_decisions(decisions: tuple[PolicyDecision, ...], console: Console) -> None:
    """P4: what validate checked, changed or refused."""
    if not decisions:
        return
    heading(console, "policy decisions")
    table = new_table(console, header=False)
    for decision in decisions:
        style = _DECISION_STYLES[decision.decision]
        empty = f" ({decision.empty})" if decision.empty else ""
        table.add_row(
            styled(decision.decision, style), styled(decision.rule), styled(decision.detail + empty)
        )
    show_table(console, table, indent=2)


def render_steps(
    steps: tuple[PlanStep, ...], console: Console, statements: tuple[Statement, ...] = ()
) -> None:
    if not steps and not statements:
        return
    heading(console, "steps")
    sent = {statement.step: statement for statement in statements}
    for step in steps:
        after = f" after {', '.join(step.depends_on)}" if step.depends_on else ""
        optional = ", optional" if step.optional else ""
        line(console, styled(step.id, "bold"), f"  {step.query}{after}{optional}", indent=2)
        if step.purpose:
            line(console, styled(step.purpose, "dim"), indent=4)
        for name, value in step.params.items():
            line(console, f"{name} = {_param_text(value)}", indent=4)
        for feed in step.feeds:
            target = feed.param or feed.filter_column
            line(console, f"{target} ← {feed.step}.{feed.column}", indent=4)
        if (statement := sent.pop(step.id, None)) is not None:
            _statement(statement, console)
    for statement in sent.values():
        line(console, styled(statement.step, "bold"), indent=2)
        _statement(statement, console)


def _statement(statement: Statement, console: Console) -> None:
    for row in statement.text.strip().splitlines():
        line(console, styled(row, "cyan"), indent=4)
    for name, value in statement.params.items():
        line(console, styled(f"%({name})s = {_bound_text(value)}", "dim"), indent=4)


def _bound_text(value: object) -> str:
    return value.isoformat(" ") if isinstance(value, datetime) else repr(value)


def _param_text(value: object) -> str:
    if isinstance(value, TimeRange):
        return time_text(value)
    if isinstance(value, tuple):
        return ", ".join(cell_text(item) for item in value)
    return cell_text(value)


def time_text(span: TimeRange) -> str:
    words = f"{span.text!r} → " if span.text else ""
    bucket = f", per {span.bucket}" if span.bucket else ""
    return f"{words}[{span.start:%Y-%m-%d %H:%M}, {span.end:%Y-%m-%d %H:%M}) UTC{bucket}"


def filter_text(found: Filter) -> str:
    return f"{found.column} {found.op} {', '.join(cell_text(value) for value in found.values)}"


def _measure_text(measure: Measure) -> str:
    of = measure.metric or measure.column or "*"
    return f"{measure.name} = {measure.aggregate}({of})"
