"""Rows → blocks and a short summary. No source is asked, no order or layout is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.mapping import MappingSpec, ShapeRule
from dagster_project.contracts.block import Block, MarkdownBlock, TextBlock
from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    StageInput,
    StageOutput,
    StepResult,
)
from dagster_project.contracts.value import Text
from dagster_project.llm.port import Speaker
from dagster_project.pipeline.cells import shown
from dagster_project.pipeline.figures import known_figures, unmatched_figures
from dagster_project.pipeline.join_honesty import match_notices
from dagster_project.pipeline.literals import literals_of
from dagster_project.pipeline.make_blocks import make_blocks
from dagster_project.pipeline.notices import notices_of
from dagster_project.pipeline.phrase_summary import phrase_summary
from dagster_project.pipeline.phrases import ask_back, say
from dagster_project.pipeline.record import StageRecord
from dagster_project.pipeline.shapes import shape_of
from dagster_project.pipeline.summary import summarise

_SUMMARY_SENTENCES = 4
_NO_TITLES: Mapping[str, Text] = {}


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
    sources: Mapping[str, Text] = _NO_TITLES,
    question: str = "",
    speaker: Speaker | str = "no model is set",
) -> StageOutput:
    """Make the blocks of every step, the notices, and a summary whose figures are cells.

    `sources`: what people call the source of each query, for what is said of joins. `speaker`: how
    a language model may be asked to phrase the summary, or why none is.
    """
    record = StageRecord(stage_input)
    steps = {step.id: step for step in plan.steps}
    pieces = [_compose_step(steps[r.step], r, mappings, plan) for r in previous.steps]
    known = known_figures(previous.steps)
    literals = literals_of(plan, previous, sources)
    sentences, texts_checked, unmatched = _checked(
        [p.sentence for p in pieces if p.sentence], known, literals
    )
    notices = notices_of(plan, previous)
    joins = list(match_notices(plan, previous, sources))
    texts = [(join, join.text) for join in joins]
    texts += [(block, _text_of(block)) for piece in pieces for block in piece.blocks]
    blocks: list[Block] = []
    for block, text in texts:
        count, bad = unmatched_figures(text, known, literals)
        texts_checked += count
        unmatched += bad
        if not bad:
            blocks.append(block)
    if unmatched:
        record.warnings.append(f"figures without a cell were left out: {', '.join(unmatched)}")
    record.warnings += [n.text for n in (*notices, *joins) if n.level == "warning"]
    record.empty_flags.update({r.step: r.empty for r in previous.steps if r.empty})
    record.counts.update(blocks=len(blocks), figures=texts_checked)
    summary = " ".join(sentences[:_SUMMARY_SENTENCES]) or _plain_summary(plan, previous)
    if not isinstance(speaker, str):
        phrased = phrase_summary(summary, previous, plan, question, literals, known, speaker)
        record.calls += phrased.calls
        record.fallbacks += phrased.fallbacks
        record.warnings += phrased.warnings
        summary = phrased.summary
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
    called = {entity.key: entity.label for entity in plan.entities}
    blocks = make_blocks(step, result, shape, mapping, rule, plan.language, called)
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
