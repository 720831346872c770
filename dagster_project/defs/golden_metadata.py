"""A night → what Dagster shows of it: a table to read, reasons, worst cases, culprits, a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import dagster as dg

from dagster_project.contracts.night import CaseResult, Culprit, Night, Reason
from dagster_project.defs.metadata import MetadataEntries, markdown_table
from dagster_project.defs.nights_chart import nights_chart
from dagster_project.inspection.inspection import PreviewTable
from dagster_project.traces.redact import PROCESS_WALL

WORST_CASES = 20
_clean = PROCESS_WALL.clean_text


def night_metadata(
    night: Night, worst: Sequence[CaseResult], past: Sequence[Night]
) -> MetadataEntries:
    """All of a night. `past`: the suite's nights with this one, in any order."""
    value = dg.MetadataValue
    entries: MetadataEntries = {"verdict": value.md(verdict_markdown(night))}
    if night.culprits:
        entries["culprits"] = value.md(culprits_markdown(night.culprits))
    if worst:
        entries["worst_cases"] = value.md(worst_markdown(worst))
    entries["summary"] = value.md(summary_markdown(night))
    entries["chart"] = value.md(nights_chart(past))
    if night.run_id:
        entries["run"] = value.dagster_run(night.run_id)
    return entries | night_figures(night)


def night_figures(night: Night) -> MetadataEntries:
    """The plain values of a night: the UI plots the numbers over time."""
    value, found = dg.MetadataValue, night.summary
    figures: MetadataEntries = {
        "night": value.int(night.id),
        "colour": value.text(night.verdict.colour),
        "cases": value.int(found.cases),
        "passed": value.int(found.passed),
        "failed": value.int(found.failed),
        "skipped": value.int(found.skipped),
        "quarantined": value.int(found.quarantined),
        "pass_rate": value.float(round(found.pass_rate, 4)),
        "replans": value.int(found.replans),
        "empties": value.int(found.empties),
        "reference_coverage": value.float(found.reference_coverage),
        "p50_ms": value.float(found.p50_ms),
        "p95_ms": value.float(found.p95_ms),
        "seconds": value.float(found.seconds),
        "stale": value.int(found.stale),
        "tokens": value.int(found.tokens),
        "cost_usd": value.float(found.cost_usd),
        "models": value.text(night.model),
        "release": value.text(night.release_id),
    }
    figures |= {f"critic_{name}": value.float(score) for name, score in found.critic_scores.items()}
    if found.parity is not None:
        figures["parity"] = value.float(found.parity)
    return figures


def verdict_check(
    key: dg.AssetKey, name: str, night: Night, partition: str | None = None
) -> dg.AssetCheckEvaluation:
    """The verdict as the event of a check; a red one is an error, and the run goes on."""
    reasons = "; ".join(reason.text for reason in night.verdict.reasons)
    found = night.summary
    told = reasons or f"{found.passed} of {found.ran} cases pass"
    return dg.AssetCheckEvaluation(
        asset_key=key,
        check_name=name,
        passed=night.verdict.colour == "green",
        severity=dg.AssetCheckSeverity.ERROR,
        description=_clean(f"night {night.id} of {night.day}: {told}"),
        metadata={"verdict": dg.MetadataValue.md(verdict_markdown(night)), **night_figures(night)},
        partition=partition,
    )


def verdict_markdown(night: Night) -> str:
    """The colour first, then why, then what nobody is paged for, then what it cannot see."""
    verdict = night.verdict
    part = f" · only {len(night.only)} case(s)" if night.only else ""
    lines = [f"**{verdict.colour.upper()}** · {night.suite} · {night.day}{part}", ""]
    lines += [f"- {_reason(reason)}" for reason in verdict.reasons]
    if verdict.notes:
        lines += ["", "Noted, nobody is called for it:", ""]
        lines += [f"- {_reason(note)}" for note in verdict.notes]
    lines += ["", f"This suite {verdict.power}." if verdict.power else ""]
    return _clean("\n".join(lines).strip())


def _reason(reason: Reason) -> str:
    chance = "" if reason.p_value is None else f" (p = {reason.p_value:.2g})"
    shown = ", ".join(f"`{case}`" for case in reason.cases[:8])
    more = f" and {len(reason.cases) - 8} more" if len(reason.cases) > 8 else ""
    return f"`{reason.name}`: {reason.text}{chance}{': ' if shown else ''}{shown}{more}"


def summary_markdown(night: Night) -> str:
    """Figures in a table of two columns; critics and parity when there are any."""
    found = night.summary
    rows: list[tuple[str, str | int | float | None]] = [
        ("cases", found.cases),
        ("passed", f"{found.passed} of {found.ran} ({found.pass_rate:.1%})"),
        ("skipped · quarantined", f"{found.skipped} · {found.quarantined}"),
        ("kept replies that no longer fit", found.stale or None),
        ("models", f"{night.model} · {found.tokens:,} tokens · ${found.cost_usd:.4f}"),
        ("replans", found.replans),
        ("empties that no case expects", found.empties),
        ("reference coverage", f"{found.reference_coverage:.1%}"),
        *((f"critic: {name}", f"{score:.1%}") for name, score in found.critic_scores.items()),
        ("language parity", None if found.parity is None else f"{found.parity:.1%}"),
        ("latency p50 · p95", f"{found.p50_ms:,.1f} · {found.p95_ms:,.1f} ms"),
        ("took", f"{found.seconds:,.1f} s"),
        ("started by", f"{night.by} ({night.started_by})"),
        ("release", night.release_id),
        ("last green release", night.green_release_id),
    ]
    kept = tuple(row for row in rows if row[1] is not None)
    return _clean(markdown_table(PreviewTable(columns=("", "this night"), rows=kept)))


def worst_markdown(worst: Sequence[CaseResult]) -> str:
    """Each case that did not pass: its question, why, and how to look into its trace."""
    rows = tuple(
        (r.case_id, r.outcome, r.question, r.reason, _tries(r), _look(r))
        for r in worst[:WORST_CASES]
    )
    columns = ("case", "outcome", "question", "why", "failed", "look into it")
    table = PreviewTable(columns=columns, rows=rows, total_rows=len(worst))
    return _clean(markdown_table(table, 240))


def _tries(result: CaseResult) -> str:
    return f"{result.failures} of {result.attempts}"


def _look(result: CaseResult) -> str:
    if result.trace_id is None:
        return "no trace"
    if result.baseline_trace_id is None:
        return f"`canvas trace show {result.trace_id}`"
    return f"`canvas trace diff {result.baseline_trace_id} {result.trace_id}`"


def culprits_markdown(culprits: Sequence[Culprit]) -> str:
    rows = tuple(
        (c.cause, moves_text(c.assets), len(c.cases), c.tried, c.explanation) for c in culprits
    )
    columns = ("cause", "asset: green → now", "cases", "releases tried", "explanation")
    return _clean(markdown_table(PreviewTable(columns=columns, rows=rows), 600))


def moves_text(assets: Mapping[str, tuple[str | None, str | None]]) -> str:
    """`query:ci_status: 3 → 4`, one after the other."""
    return "; ".join(
        f"{asset}: {_number(was)} → {_number(now)}" for asset, (was, now) in sorted(assets.items())
    )


def _number(version: str | None) -> str:
    return "absent" if version is None else version.rpartition(":")[2]
