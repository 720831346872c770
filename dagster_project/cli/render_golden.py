"""Suites and nights on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dagster_project.cli.console import (
    heading,
    line,
    new_table,
    open_console,
    show_table,
    styled,
)

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_project.contracts.finding import Finding
    from dagster_project.contracts.golden import Suite
    from dagster_project.contracts.night import CaseResult, Culprit, Night

_COLOURS = {"green": "bold green", "red": "bold red"}
_OUTCOMES = {"passed": "green", "skipped": "dim", "stale": "yellow"}


def suites(found: Sequence[Suite], findings: Sequence[Finding]) -> None:
    console = open_console()
    table = new_table(console)
    for title in ("suite", "cases", "skipped", "quarantined", "title"):
        table.add_column(title)
    for suite in found:
        skipped = sum(case.skip is not None for case in suite.cases)
        cells = (str(len(suite.cases)), str(skipped or ""), str(len(suite.quarantine) or ""))
        table.add_row(styled(suite.suite, "cyan"), *cells, styled(suite.title.en))
    if found:
        show_table(console, table)
    else:
        line(console, styled("no suites: write golden_sets/<suite>.yaml", "dim"))
    for finding in findings:
        line(console, styled(str(finding), "red" if finding.severity == "error" else "yellow"))


def cases(suite: Suite) -> None:
    console = open_console()
    table = new_table(console)
    for title in ("case", "question", "tags", ""):
        table.add_column(title)
    for case in suite.cases:
        note = f"skipped: {case.skip}" if case.skip else ""
        table.add_row(
            styled(case.id, "cyan"), styled(case.question), styled(", ".join(case.tags)), note
        )
    show_table(console, table)


def nights_in_short(found: Sequence[Night]) -> None:
    console = open_console()
    table = new_table(console)
    for title in (
        "night",
        "day",
        "suite",
        "",
        "passed",
        "replans",
        "tokens",
        "p95 ms",
        "by",
        "why",
    ):
        table.add_column(title, no_wrap=title in ("night", "day"))
    for night in found:
        figures = night.summary
        part = " (part)" if night.only else ""
        table.add_row(
            styled(str(night.id), "cyan"),
            night.day.isoformat(),
            styled(night.suite + part),
            styled(night.verdict.colour, _COLOURS[night.verdict.colour]),
            f"{figures.passed}/{figures.ran}",
            str(figures.replans),
            f"{figures.tokens:,}",
            f"{figures.p95_ms:,.1f}",
            styled(f"{night.by} ({night.started_by})"),
            styled("; ".join(reason.text for reason in night.verdict.reasons)),
        )
    if found:
        show_table(console, table)
    else:
        line(console, styled("no nights: `canvas golden run`", "dim"))


def nights_in_full(found: Sequence[Night], results: Sequence[CaseResult]) -> None:
    """Each night's verdict; then the results that are at hand."""
    console = open_console()
    for night in found:
        _night(console, night)
    shown = [result for result in results if result.outcome != "passed"] or list(results)
    if not shown:
        return
    heading(console, "cases")
    table = new_table(console)
    for title in ("case", "", "question", "why", "trace"):
        table.add_column(title, no_wrap=title in ("case", "trace"))
    for result in shown:
        table.add_row(
            styled(result.case_id, "cyan"),
            styled(result.outcome, _OUTCOMES.get(result.outcome, "red")),
            styled(result.question),
            styled(result.reason),
            styled(result.trace_id or "", "dim"),
        )
    show_table(console, table)


def _night(console: Console, night: Night) -> None:
    figures, verdict = night.summary, night.verdict
    name = f"night {night.id} of {night.suite}" if night.id else f"a trial of {night.suite}"
    told = (
        f": {figures.passed} of {figures.ran} pass, {figures.replans} replans,"
        f" p95 {figures.p95_ms:,.1f} ms, {figures.seconds:.2f} s"
    )
    line(console, styled(verdict.colour, _COLOURS[verdict.colour]), " ", name, told)
    line(console, styled(_models(night), "dim"), indent=2)
    for reason in verdict.reasons:
        p_value = "" if reason.p_value is None else f" (p = {reason.p_value:.2g})"
        line(console, styled(f"! {reason.text}{p_value}", "red"), indent=2)
    for note in verdict.notes:
        line(console, styled(f"· {note.text}: {', '.join(note.cases[:6])}", "yellow"), indent=2)
    for culprit in night.culprits:
        line(console, styled(_accused(culprit), "bold"), indent=2)
    if figures.parity is not None:
        line(console, styled(f"language parity {figures.parity:.0%}", "dim"), indent=2)
    line(console, styled(verdict.power, "dim"), indent=2)


def _models(night: Night) -> str:
    figures = night.summary
    stale = f", {figures.stale} stale" if figures.stale else ""
    return f"models: {night.model}, {figures.tokens:,} tokens, ${figures.cost_usd:.4f}{stale}"


def _accused(culprit: Culprit) -> str:
    moves = ", ".join(
        f"{asset} {then or 'new'} → {now or 'gone'}"
        for asset, (then, now) in culprit.assets.items()
    )
    whose = f"{len(culprit.cases)} case(s)"
    return f"culprit of {whose}: {moves or culprit.cause}. {culprit.explanation}".rstrip()
