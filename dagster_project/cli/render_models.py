"""Models, keys and costs as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dagster_project.cli.console import line, new_table, open_console, show_table, styled
from dagster_project.traces.costs import ADDITIVE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from dagster_project.canvas.model_standing import ModelStanding, Standing
    from dagster_project.canvas.try_model import TriedModel
    from dagster_project.llm.keys import RegisteredKey
    from dagster_project.traces.costs import CostGroup, Costs

_NUMBERS = ("$/M in", "$/M out", "score", "calls", "failed", "p50 ms", "p95 ms")


def standing(found: Standing) -> None:
    """The routing snapshot of the next ask."""
    console = open_console()
    if found.ready:
        told = f"no model is asked: {found.ready}; the built-in planner does the work"
        line(console, styled(told, "yellow"))
    else:
        line(
            console, styled(f"{found.chosen or 'none'} is asked next", "bold"), f": {found.reason}"
        )
    intended = f", which means {found.intended}" if found.intended else ""
    line(
        console, styled(f"models.use {found.use}; prompt {found.prompt or 'none'}{intended}", "dim")
    )
    if not found.models:
        return
    table = new_table(console)
    for title in ("model", "provider", "asked as", *_NUMBERS, "state"):
        justify = "right" if title in _NUMBERS else "left"
        table.add_column(title, justify=justify, no_wrap=title != "state")
    for model in found.models:
        _model(model, table)
    line(console, "")
    show_table(console, table)
    for name in found.unpriced:
        told = f"! {name} has no price in the policy: its cost shows as 0 and no budget stops it"
        line(console, styled(told, "yellow"))
    for model in found.models:
        if model.points:
            points = ", ".join(f"{name} {value:.2f}" for name, value in model.points.items())
            line(console, styled(f"{model.model}: {points}", "dim"), indent=2)


def _model(model: ModelStanding, table: Table) -> None:
    health = model.health
    style = "green" if model.score is not None else "yellow"
    state = model.barred.removeprefix("is ") or (
        f"last answered {health.last_ok_at:%m-%d %H:%M %Z}" if health.last_ok_at else "never asked"
    )
    table.add_row(
        styled(model.model, "bold"),
        styled(f"{model.provider} ({model.address})"),
        styled(model.asked_as),
        styled(f"{model.usd_per_million_in:g}"),
        styled(f"{model.usd_per_million_out:g}"),
        styled("–" if model.score is None else f"{model.score:.2f}"),
        styled(f"{health.calls}"),
        styled(f"{health.failure_ratio:.0%}" if health.calls else ""),
        styled(_ms(health.p50_ms)),
        styled(_ms(health.p95_ms)),
        styled(state, style),
    )


def tried(found: Sequence[TriedModel]) -> None:
    console = open_console()
    if not found:
        line(console, styled("the policy names no model", "dim"))
    for model in found:
        mark = styled("✓ ", "green") if model.works else styled("✗ ", "red")
        told = "works" if model.works else model.detail
        line(console, mark, styled(model.model, "bold"), f" ({model.provider}): {told}")
        facts = [
            ("reachable", _yes(model.reachable)),
            ("key taken", _yes(model.has_rights)),
            ("reply format", model.format or "–"),
            ("took", f"{_ms(model.latency_ms)} ms" if model.latency_ms is not None else "–"),
            ("tells its tokens", _yes(model.usage_told)),
            ("spent", _spent(model.calls, model.tokens_in, model.tokens_out, model.cost_usd)),
        ]
        line(console, " · ".join(f"{name}: {text}" for name, text in facts), indent=2)


def keys(found: Sequence[RegisteredKey]) -> None:
    console = open_console()
    if not found:
        line(console, styled("no keys are registered", "dim"))
        return
    table = new_table(console)
    for title in ("key", "where it is", "from", "until", "registered", "by"):
        table.add_column(title, no_wrap=True)
    for key in found:
        times = (key.not_before, key.expires_at, key.written_at)
        before, until, written = (f"{t:%Y-%m-%d %H:%M %Z}" if t else "–" for t in times)
        cells = (key.name, key.reference, before, until, written, key.written_by)
        table.add_row(*(styled(cell) for cell in cells))
    show_table(console, table)


def checked_keys(found: Sequence[tuple[str, str]]) -> None:
    """Names, each with what is wrong or nothing."""
    console = open_console()
    if not found:
        line(console, styled("no keys are registered", "dim"))
    for name, wrong in found:
        mark = styled("✗ ", "red") if wrong else styled("✓ ", "green")
        line(console, mark, styled(name, "bold"), f": {wrong or 'can be used'}")


def costs(found: Costs) -> None:
    console = open_console()
    if not found.groups:
        line(console, styled("nothing was asked of a model", "dim"))
        return
    table = new_table(console)
    table.add_column(found.by, no_wrap=True)
    latency = f"of {'calls' if found.latency_of == 'call' else 'asks'}"
    titles = ("asks", "calls", "failed", "tokens in", "out", "USD", f"p50 ms {latency}", "p95 ms")
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    for group in found.groups:
        name = styled(group.group, "bold")
        table.add_row(name, *map(styled, _cost_cells(group)), styled(_ms(group.p50_ms)),
                      styled(_ms(group.p95_ms)))  # fmt: skip
    show_table(console, table)
    _whole(found, console)


def _cost_cells(group: CostGroup) -> list[str]:
    tokens = group.tokens if group.tokens_in is None else group.tokens_in
    counts = (group.asks, group.calls, group.failed_calls, tokens, group.tokens_out)
    return [*("–" if n is None else f"{n:,}" for n in counts), f"{group.cost_usd:,.4f}"]


def _whole(found: Costs, console: Console) -> None:
    if found.by in ADDITIVE:
        tokens = sum(group.tokens for group in found.groups)
        usd = sum(group.cost_usd for group in found.groups)
        line(console, styled(f"together {tokens:,} tokens, ${usd:,.4f}", "dim"))
    else:
        told = "each version is told all that its asks cost: the lines do not add up"
        line(console, styled(told, "dim"))


def _spent(calls: int, tokens_in: int, tokens_out: int, usd: float) -> str:
    plural = "call" if calls == 1 else "calls"
    return f"{calls} {plural}, {tokens_in}+{tokens_out} tokens, ${usd:.4f}"


def _yes(known: bool | None) -> str:
    return "–" if known is None else "yes" if known else "no"


def _ms(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:,.0f}"
