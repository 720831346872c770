"""A trace in a terminal: the stages on a time line, and what each one decided and found."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from dagster_project.cli.console import heading, line, new_table, show_table, styled
from dagster_project.cli.render_answer import STATUS_STYLES, render_references
from dagster_project.cli.render_calls import calls_of, render_calls
from dagster_project.cli.render_plan import (
    render_candidates,
    render_decisions,
    render_steps,
)
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import StageOutput, ToolCall, ValidatedPlan
from dagster_project.contracts.trace import Trace
from dagster_project.traces.find import StageRecord

_LINE_WIDTH = 30
_DIAGNOSTIC_STYLES = {"ok": "green", "warning": "yellow", "error": "red"}


def render_trace(trace: Trace, console: Console) -> None:
    """The whole record in reading order; `--stage` and `--json` hold the rest."""
    _head(trace, console)
    _timeline(trace, console)
    render_candidates(trace.plan_raw.candidates, console)
    if trace.plan_validated is not None:
        render_steps(trace.plan_validated.steps, console)
    _decisions(trace.stage_outputs, console)
    render_calls((call for _, call in calls_of(trace)), console)
    _tool_calls(trace.tool_calls, console)
    if trace.references:
        render_references(trace.references, trace.language, console)
    _assets(trace, console)
    _texts("stood in", trace.fallbacks, console)
    line(console, "")
    line(console, styled(f"answer: {trace.answer.summary}"))


def _head(trace: Trace, console: Console) -> None:
    line(console, styled(trace.question, "bold"))
    rows = [
        ("trace", trace.trace_id),
        ("route", f"{trace.route} · {trace.plan_raw.routing_reasoning}"),
        (
            "asked",
            f"{trace.created_at:%Y-%m-%d %H:%M:%S %Z} by {trace.user}, tenant {trace.tenant}",
        ),
        ("as of", f"{trace.as_of:%Y-%m-%d %H:%M:%S %Z}"),
        ("release", trace.release_id),
        ("took", f"{trace.duration_ms:.2f} ms"),
        ("planner", trace.plan_raw.planned_by),
    ]
    if trace.tokens_in or trace.tokens_out:
        rows.append(
            ("model", f"{trace.tokens_in}+{trace.tokens_out} tokens, ${trace.cost_usd:.4f}")
        )
    if trace.parent_trace_id:
        rows.append(("rerun of", trace.parent_trace_id))
    if trace.baseline_trace_id:
        rows.append(("baseline", trace.baseline_trace_id))
    if trace.test_mode:
        swaps = ", ".join(f"{asset} → {ref}" for asset, ref in trace.asset_overrides.items())
        rows.append(("test run", swaps or "no overrides"))
    table = new_table(console, header=False)
    table.add_row(
        styled("status", "dim"), styled(trace.status, STATUS_STYLES.get(trace.status, ""))
    )
    for name, text in rows:
        table.add_row(styled(name, "dim"), styled(text))
    show_table(console, table, indent=2)


def _timeline(trace: Trace, console: Console) -> None:
    """Stage outputs of round 1, the event, stage outputs of round 2, in the order they happened."""
    spans = trace.flow_spans
    whole = max(trace.duration_ms, *(s.start_ms + s.duration_ms for s in spans), 0.001)
    starts = _starts(trace)
    events = sorted(trace.replan_events, key=lambda event: event.position)
    rounds = any(event.decision == "auto_retry" for event in events)
    begin = number = 0
    for event in (*events, None):
        end = len(trace.stage_outputs) if event is None else event.position
        if end > begin:
            if number == 0:
                number = 1
                heading(console, "round 1" if rounds else "stages")
            _outputs(trace.stage_outputs[begin:end], starts[begin:end], whole, console)
            begin = end
        if event is not None:
            _event(event, console)
            if event.decision == "auto_retry":
                number += 1
                heading(console, f"round {number}")


def _starts(trace: Trace) -> list[float]:
    """When each stage output began; where no span says so, when the one before ended."""
    spans: dict[str, list[float]] = {}
    for span in trace.flow_spans:
        spans.setdefault(span.name, []).append(span.start_ms)
    elapsed = 0.0
    starts: list[float] = []
    for output in trace.stage_outputs:
        known = spans.get(output.stage)
        starts.append(max(elapsed, known.pop(0)) if known else elapsed)
        elapsed = starts[-1] + output.duration_ms
    return starts


def _outputs(
    outputs: tuple[StageOutput, ...], starts: list[float], whole: float, console: Console
) -> None:
    table = new_table(console, header=False)
    for output, start in zip(outputs, starts, strict=True):
        found = output.diagnostics
        counts = ", ".join(f"{name} {count}" for name, count in found.counts.items())
        table.add_row(
            styled(output.stage, "bold"),
            styled(found.status, _DIAGNOSTIC_STYLES[found.status]),
            styled(f"{output.duration_ms:.2f} ms"),
            styled(_bar(start, output.duration_ms, whole), "cyan"),
            styled(counts),
        )
    show_table(console, table, indent=2)
    for output in outputs:
        _diagnostics(output, console)


def _event(event: ReplanEvent, console: Console) -> None:
    """One decision: `↻` the loop's own, `●` a person's; with what it changes in the plan."""
    if event.by == "person":
        mark, style, decision = "● person", "magenta", "rerun"
    else:
        mark, style, decision = "↻ loop", "yellow", event.decision
    text = f"{mark}  {event.trigger} → {decision} {event.attempt}/{event.max_attempts}"
    wait = f" · waits {event.wait_ms:.0f} ms" if event.wait_ms else ""
    line(console, "")
    line(console, styled(text, style), f"  {event.scope}: {event.expected_impact}{wait}", indent=2)
    for change in event.patch:
        value = f" {shortened(repr(change['value']))}" if "value" in change else ""
        line(console, f"{change.get('op')} {change.get('path')}{value}", indent=4)
    for choice in event.choices:
        line(console, styled(f"- {choice.label}", "dim"), indent=4)


def shortened(text: str, most: int = 160) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _bar(start: float, duration: float, whole: float) -> str:
    """Where on the ask's time line something ran."""
    first = min(int(start / whole * _LINE_WIDTH), _LINE_WIDTH - 1)
    length = max(1, min(round(duration / whole * _LINE_WIDTH), _LINE_WIDTH - first))
    return "·" * first + "━" * length + "·" * (_LINE_WIDTH - first - length)


def _diagnostics(output: StageOutput, console: Console) -> None:
    found = output.diagnostics
    for warning in found.warnings:
        line(console, styled(f"! {output.stage}: {warning}", "yellow"), indent=2)
    for error in found.errors:
        text = f"✗ {output.stage}: {error.code} {error.error} ({error.via})"
        line(console, styled(text, "red"), indent=2)
    for name, reason in found.empty_flags.items():
        line(console, styled(f"∅ {output.stage}: {name} is {reason}", "yellow"), indent=2)


def _decisions(outputs: Iterable[StageOutput], console: Console) -> None:
    decisions = tuple(
        decision
        for output in outputs
        if isinstance(output.result, ValidatedPlan)
        for decision in output.result.policy_decisions
    )
    render_decisions(decisions, console)


def _tool_calls(calls: tuple[ToolCall, ...], console: Console) -> None:
    if not calls:
        return
    heading(console, "tool calls")
    for call in calls:
        facts = f"  {call.query} @ {call.source}  {call.row_count} rows  {call.elapsed_ms:.2f} ms"
        line(console, styled(call.step, "bold"), facts, indent=2)
        for row in call.statement.strip().splitlines():
            line(console, styled(row, "cyan"), indent=4)
        for name, value in call.params.items():
            line(console, styled(f"{name} = {value!r}", "dim"), indent=4)
        if call.error is not None:
            line(console, styled(f"✗ {call.error.code} {call.error.error}", "red"), indent=4)


def _assets(trace: Trace, console: Console) -> None:
    if not trace.applied_assets:
        return
    heading(console, "assets")
    stages: dict[str, list[str]] = {}
    for given in trace.stage_inputs:
        for asset in given.applied_assets:
            if given.stage not in stages.setdefault(asset, []):
                stages[asset].append(given.stage)
    table = new_table(console, header=False)
    for asset, number in trace.applied_assets.items():
        content = trace.asset_versions.get(asset, "")[:12]
        used = ", ".join(stages.get(asset, ()))
        table.add_row(styled(f"{asset}:{number}"), styled(used, "dim"), styled(content, "dim"))
    show_table(console, table, indent=2)


def _texts(title: str, texts: tuple[str, ...], console: Console) -> None:
    if texts:
        heading(console, title)
        for text in texts:
            line(console, text, indent=2)


def render_stage(records: tuple[StageRecord, ...], console: Console) -> None:
    """What one stage was given and what it put out, as indented JSON, for each of its runs."""
    for number, record in enumerate(records, start=1):
        round_ = f" (run {number} of {len(records)})" if len(records) > 1 else ""
        line(console, styled(f"{record.output.stage}{round_}", "bold"))
        _diagnostics(record.output, console)
        for title, value in (("input", record.input), ("output", record.output)):
            if value is not None:
                heading(console, title)
                for row in value.model_dump_json(indent=2).splitlines():
                    line(console, row, indent=2)
