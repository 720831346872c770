"""An answer in a terminal: the summary first, then its blocks, its evidence, and ways to go on."""

from __future__ import annotations

from rich.console import Console

from dagster_project.cli.console import heading, line, styled
from dagster_project.cli.render_blocks import render_block
from dagster_project.cli.words import word
from dagster_project.contracts.answer import Answer
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Language

STATUS_STYLES = {"success": "green", "partial": "yellow", "degraded": "yellow", "failed": "red"}


def render(trace: Trace, console: Console, *, unfold: bool = False) -> None:
    render_answer(trace.answer, console, unfold=unfold)


def render_answer(answer: Answer, console: Console, *, unfold: bool = False) -> None:
    """Everything a person needs to trust the answer and go on; `unfold` opens folded blocks."""
    language = answer.language
    style = STATUS_STYLES[answer.status]
    mark = "" if answer.status == "success" else f"[{word(answer.status, language)}] "
    line(console, styled(mark, style), styled(answer.summary, "bold"))
    for name in answer.missing:
        line(console, styled(f"{word('missing', language)}: {name}", "yellow"), indent=2)
    for warning in _warnings_not_in_blocks(answer):
        line(console, styled(f"! {warning}", "yellow"), indent=2)
    if answer.error is not None:
        line(console, styled(f"{answer.error.code}: {answer.error.error}", "red"), indent=2)
    with_references = False
    for shown in answer.screen.blocks:
        if shown.block.type == "references":
            with_references = True
            render_references(shown.block.items, language, console)
        elif not _repeats_summary(shown.block, answer.summary):
            render_block(shown.block, language, console, folded=shown.folded and not unfold)
    if answer.references and not with_references:
        render_references(answer.references, language, console)
    _render_cards(answer, console)
    _render_actions(answer, console)
    _render_foot(answer, console)


def _warnings_not_in_blocks(answer: Answer) -> list[str]:
    shown = {getattr(each.block, "text", None) for each in answer.screen.blocks if not each.folded}
    return [warning for warning in answer.warnings if warning not in shown]


def _repeats_summary(block: object, summary: str) -> bool:
    text = getattr(block, "text", None) or getattr(block, "markdown", None)
    return text is not None and text.strip() == summary.strip()


def render_references(
    references: tuple[Reference, ...], language: Language, console: Console
) -> None:
    """One line each: which query over which tables gave how many rows, and when."""
    heading(console, word("references", language))
    for reference in references:
        gap = "" if language == "ko" else " "
        rows = f"{reference.row_count}{gap}{word('rows', language)}"
        fetched = f"{reference.fetched_at:%Y-%m-%d %H:%M:%S}"
        where = ", ".join(reference.tables) or reference.source
        parts = (f"{reference.query} @ {reference.source}", where, rows, fetched)
        line(console, styled(f"{reference.id} ", "cyan"), " · ".join(parts), indent=2)


def _render_cards(answer: Answer, console: Console) -> None:
    """What is asked back: why, and each choice by its number with the command that sends it."""
    for card in answer.cards:
        heading(console, f"{word('choose', answer.language)}: {card.expected_impact}")
        for choice in card.choices:
            number = styled(f"{choice.number} ", "magenta")
            line(console, number, choice.label, styled(f"  {choice.command}", "dim"), indent=2)


def _render_actions(answer: Answer, console: Console) -> None:
    on_cards = {choice.question for card in answer.cards for choice in card.choices}
    actions = [a for a in answer.next_actions if not a.question or a.question not in on_cards]
    if not actions:
        return
    heading(console, word("next", answer.language))
    for action in actions:
        asks = f"canvas ask {quoted(action.question)}" if action.question else ""
        command = action.command or asks
        shown = styled(f"  {command}" if command else "", "dim")
        line(console, f"- {action.label}", shown, indent=2)


def _render_foot(answer: Answer, console: Console) -> None:
    as_of = f"{word('as_of', answer.language)} {answer.as_of:%Y-%m-%d %H:%M %Z}"
    parts = (f"trace {answer.trace_id}", answer.route, f"{answer.duration_ms:.1f} ms", as_of)
    line(console, "")
    line(console, styled(" · ".join(parts), "dim"))


def quoted(question: str) -> str:
    """As one argument of a POSIX shell."""
    import shlex

    return shlex.quote(question)
