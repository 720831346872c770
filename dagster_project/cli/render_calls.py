"""What models were asked: an overview of each call, or its prompt and reply as they stood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console

from dagster_project.cli.console import heading, line, new_table, show_table, styled
from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Stage

StagedCalls = Sequence[tuple[Stage, ModelCall]]
_GOOD = ("ok", "repaired")


def calls_of(trace: Trace) -> StagedCalls:
    return tuple(
        (output.stage, call) for output in trace.stage_outputs for call in output.model_calls
    )


def render_calls(calls: Iterable[ModelCall], console: Console) -> None:
    """A line per call, what was wrong with it, and why that model was asked."""
    calls = tuple(calls)
    if not calls:
        return
    heading(console, "model calls")
    table = new_table(console, header=False)
    for call in calls:
        style = "green" if call.outcome in _GOOD else "red"
        kept = " (kept reply)" if call.replayed else ""
        table.add_row(
            styled(call.purpose, "bold"),
            styled(f"{call.provider}/{call.model}"),
            styled(call.outcome + kept, style),
            styled(_tokens(call)),
            styled(f"${call.cost_usd:.5f}"),
            styled(f"{call.elapsed_ms:.0f} ms"),
            styled(f"{call.prompt}, {call.format}", "dim"),
        )
    show_table(console, table, indent=2)
    for call in calls:
        if call.detail:
            line(console, styled(f"! {call.model}: {call.detail}", "yellow"), indent=2)
        if call.routing is not None:
            _routing(call, console)


def _tokens(call: ModelCall) -> str:
    about = "~" if call.tokens_estimated else ""
    return f"{about}{call.tokens_in:,}+{call.tokens_out:,} tokens"


def _routing(call: ModelCall, console: Console) -> None:
    routing = call.routing
    assert routing is not None
    line(console, styled(f"{call.model}: {routing.reason}", "dim"), indent=2)
    scores = [
        f"{model.model} {'–' if model.score is None else f'{model.score:.2f}'}"
        for model in routing.considered
    ]
    if len(scores) > 1:
        line(console, styled(f"scores: {', '.join(scores)}", "dim"), indent=4)


def render_texts(calls: StagedCalls, console: Console) -> None:
    """Every message as it was sent, and the reply as it came."""
    if not calls:
        line(console, styled("no model was asked", "dim"))
    for stage, call in calls:
        title = f"{stage}: {call.provider}/{call.model}, attempt {call.attempt}, {call.outcome}"
        line(console, styled(title, "bold"))
        for message in call.messages:
            _text(message.role, message.content, console)
        _text("reply", call.reply or "(none)", console)


def _text(title: str, text: str, console: Console) -> None:
    heading(console, title)
    for row in text.splitlines():
        line(console, row, indent=2)


def spent_text(calls: Iterable[ModelCall]) -> str:
    """`1 call of a model, 3,012 tokens, $0.0034`."""
    calls = tuple(calls)
    plural = "1 call" if len(calls) == 1 else f"{len(calls)} calls"
    tokens = sum(call.tokens_in + call.tokens_out for call in calls)
    return f"{plural} of a model, {tokens:,} tokens, ${sum(c.cost_usd for c in calls):.4f}"
