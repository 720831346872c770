"""Rows → blocks and a short summary. No source is asked, no order or layout is chosen."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.mapping import MappingSpec, ShapeRule
from dagster_project.contracts.block import Block, MarkdownBlock, NoticeBlock, TextBlock
from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    StageInput,
    StageOutput,
    StepResult,
)
from dagster_project.pipeline.cells import labelled_cell, shown
from dagster_project.pipeline.figures import known_figures, unmatched_figures
from dagster_project.pipeline.make_blocks import make_blocks
from dagster_project.pipeline.phrases import ask_back, say, say_empty, window_words
from dagster_project.pipeline.record import StageRecord
from dagster_project.pipeline.shapes import shape_of
from dagster_project.pipeline.summary import summarise

_SUMMARY_SENTENCES = 4


def mappings_by_query(release: Release) -> dict[str, MappingSpec]:
    """The mapping of each query."""
    return {
        spec.query: spec
        for version in release.by_kind.get("mapping", ())
        if isinstance(spec := version.asset.spec, MappingSpec)
    }


def compose(
    stage_input: StageInput,
    previous: ExecuteResult,
    plan: Plan,
    mappings: dict[str, MappingSpec],
) -> StageOutput:
    """Make the blocks of every step, the notices, and a summary whose figures are cells."""
    record = StageRecord(stage_input)
    steps = {step.id: step for step in plan.steps}
    pieces = [_compose_step(steps[r.step], r, mappings, plan) for r in previous.steps]
    notices = _notices(plan, previous)
    known = known_figures(previous.steps)
    literals = _literals(plan, previous)
    sentences, texts_checked, unmatched = _checked(
        [p.sentence for p in pieces if p.sentence], known, literals
    )
    blocks: list[Block] = []
    for piece in pieces:
        for block in piece.blocks:
            count, bad = unmatched_figures(_text_of(block), known, literals)
            texts_checked += count
            unmatched += bad
            if not bad:
                blocks.append(block)
    if unmatched:
        record.warnings.append(f"figures without a cell were left out: {', '.join(unmatched)}")
    record.warnings += [n.text for n in notices if n.level == "warning"]
    record.empty_flags.update({r.step: r.empty for r in previous.steps if r.empty})
    record.counts.update(blocks=len(blocks), figures=texts_checked)
    summary = " ".join(sentences[:_SUMMARY_SENTENCES]) or _plain_summary(plan, previous)
    return record.done(
        ComposeResult(
            summary=summary,
            blocks=(*notices, *blocks),
            figures_checked=texts_checked,
            figures_unmatched=tuple(unmatched),
        )
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one step gives to the answer."""

    blocks: tuple[Block, ...]
    sentence: str


def _compose_step(
    step: PlanStep, result: StepResult, mappings: dict[str, MappingSpec], plan: Plan
) -> _Piece:
    mapping = mappings.get(step.query)
    shape = shape_of(step, result)
    rule = _rule(mapping, shape)
    blocks = make_blocks(step, result, shape, mapping, rule, plan.language)
    if result.error is not None:
        return _Piece(blocks, "")
    template = rule.summary if rule is not None else None
    if result.empty is not None and step.optional and len(plan.steps) > 1:
        return _Piece(blocks, "")
    return _Piece(blocks, summarise(step, result, shape, template, plan.language))


def _rule(mapping: MappingSpec | None, shape: str) -> ShapeRule | None:
    if mapping is None:
        return None
    return next((rule for rule in mapping.rules if shape in rule.when), None)


def _checked(
    sentences: list[str], known: frozenset[str], literals: list[str]
) -> tuple[list[str], int, list[str]]:
    """Sentences whose figures all have a cell; how many figures; those that have none."""
    kept: list[str] = []
    figures = 0
    unmatched: list[str] = []
    for sentence in sentences:
        count, bad = unmatched_figures(sentence, known, literals)
        figures += count
        unmatched += bad
        if not bad:
            kept.append(sentence if sentence.endswith((".", "!", "?", "다")) else f"{sentence}.")
    return kept, figures, unmatched


def _text_of(block: Block) -> str:
    if isinstance(block, MarkdownBlock):
        return block.markdown
    return block.text if isinstance(block, TextBlock) else ""


def _literals(plan: Plan, executed: ExecuteResult) -> list[str]:
    """Names and times that texts quote: digits in them are no figures."""
    found = [e.key for e in plan.entities] + [e.label for e in plan.entities]
    found += [s.purpose for s in plan.steps]
    for step in plan.steps:
        if step.table_plan is not None:
            spans = [step.table_plan.time, *(m.time for m in step.table_plan.measures)]
            found += [span.text for span in spans if span is not None]
    for result in executed.steps:
        found += [c.label for c in result.columns]
        for row in result.rows[:1]:
            texts = (labelled_cell(v, c) for v, c in zip(row, result.columns, strict=True))
            found += [shown(cell) for cell in texts if isinstance(cell, str)]
    return found


def _notices(plan: Plan, executed: ExecuteResult) -> list[NoticeBlock]:
    language = plan.language
    notices = [
        NoticeBlock(
            id=f"ask{i}",
            level="question",
            text=ask_back(slot, language),
            empty="no_such_entity" if slot.reason.startswith("no_such") else None,
        )
        for i, slot in enumerate(plan.open_slots, start=1)
    ]
    if plan.time_assumed and plan.time_range is not None and plan.steps and not plan.gave_up:
        window = window_words(plan.time_range.text, language)
        text = say("assumed", language, window=window)
        notices.append(NoticeBlock(id="assumed", level="info", text=text))
    notices += [
        NoticeBlock(id=f"gave_up{i}", level="warning", text=text)
        for i, text in enumerate(plan.gave_up, start=1)
    ]
    if plan.assumed:
        taken = ", ".join(f"{e.mention} = {e.key} ({e.label})" for e in plan.assumed)
        notices.append(
            NoticeBlock(id="taken", level="warning", text=say("taken", language, taken=taken))
        )
    if plan.withheld:
        text = say("withheld", language, columns=", ".join(plan.withheld))
        notices.append(
            NoticeBlock(id="withheld", level="warning", text=text, empty="not_permitted")
        )
    if plan.not_used:
        text = say("not_used", language, words=", ".join(plan.not_used))
        notices.append(NoticeBlock(id="not_used", level="warning", text=text))
    purposes = {s.id: s.purpose for s in plan.steps}
    for result in executed.steps:
        if result.error is not None and result.empty is not None:
            why = say_empty(result.empty, language)
            text = say("missing", language, purpose=purposes[result.step], why=why)
            notices.append(
                NoticeBlock(
                    id=f"{result.step}.missing", level="warning", text=text, empty=result.empty
                )
            )
    return notices


def _plain_summary(plan: Plan, executed: ExecuteResult) -> str:
    """What is said when no sentence of a step stands: the questions back, or the row counts."""
    purposes = {s.id: s.purpose for s in plan.steps}
    counted = [
        say("rows", plan.language, purpose=purposes[r.step], rows=shown(r.total_rows))
        for r in executed.steps
        if r.error is None and r.total_rows is not None
    ]
    if counted:
        return " ".join(counted[:_SUMMARY_SENTENCES])
    if plan.open_slots:
        return " ".join(ask_back(slot, plan.language) for slot in plan.open_slots)
    return say("nothing_ran", plan.language)
