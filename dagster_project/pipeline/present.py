"""Blocks → a screen: order, folding, references, the status and ways to go on."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.contracts.answer import AnswerStatus, Screen, ScreenBlock
from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.screen import ScreenSection, ScreenSpec
from dagster_project.contracts.block import Block, ReferencesBlock, TextBlock
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.plan import DirectAnswer, Plan
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.stage import ComposeResult, PresentResult, StageInput, StageOutput
from dagster_project.contracts.value import Language
from dagster_project.pipeline.next_actions import next_actions
from dagster_project.pipeline.phrases import say
from dagster_project.pipeline.record import StageRecord


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the stages before found, beside the blocks."""

    references: tuple[Reference, ...] = ()
    missing: tuple[str, ...] = ()
    """Purposes of steps that gave nothing because something failed or was refused."""
    missing_required: bool = False
    asks_back: bool = False
    """The control loop has put a question that the answer hangs on."""
    answered: bool = True
    """At least one step gave rows or a true empty."""


def screen_for(release: Release, plan: Plan | None) -> AssetVersion:
    """The screen that names one of the plan's mappings, else its intent, else `default`."""
    screens = release.by_kind.get("screen", ())
    specs = [(v, v.asset.spec) for v in screens if isinstance(v.asset.spec, ScreenSpec)]
    if plan is not None:
        queries = {s.query for s in plan.steps}
        mapped = {
            v.asset.header.name
            for v in release.by_kind.get("mapping", ())
            if getattr(v.asset.spec, "query", None) in queries
        }
        by_mapping = [(len(mapped & set(s.mappings)), v) for v, s in specs if s.mappings]
        best = max(by_mapping, key=lambda pair: pair[0], default=None)
        if best is not None and best[0] > 0 and best[0] == len(mapped):
            return best[1]
        for version, spec in specs:
            if plan.intent in spec.intents and not spec.mappings:
                return version
    default = next((v for v, s in specs if v.asset.header.name == "default"), None)
    if default is None and specs:
        default = specs[0][0]
    if default is None:
        raise AssetNotFound(
            f"release {release.id} has no screen;", "add assets_config/screens/default.yaml"
        )
    return default


def present(
    stage_input: StageInput,
    previous: ComposeResult | DirectAnswer,
    screen: AssetVersion,
    plan: Plan | None,
    evidence: Evidence,
    language: Language,
    question: str,
    trace_id: str,
) -> StageOutput:
    """Lay the blocks out as the screen asset says."""
    record = StageRecord(stage_input)
    assert isinstance(screen.asset.spec, ScreenSpec)
    if isinstance(previous, DirectAnswer):
        blocks: tuple[Block, ...] = (TextBlock(id="direct", text=previous.answer_text),)
        summary = previous.answer_text
    else:
        blocks, summary = previous.blocks, previous.summary
    spec = screen.asset.spec
    laid = _lay_out(blocks, evidence.references, spec, language)
    record.counts.update(
        blocks=len(laid),
        folded=sum(b.folded for b in laid),
        without_reference=sum(1 for b in laid if _lacks_evidence(b.block)),
    )
    return record.done(
        PresentResult(
            screen=Screen(screen=screen.ref, blocks=laid),
            status=_status(plan, evidence),
            summary=summary,
            next_actions=next_actions(question, plan, laid, trace_id, language),
            missing=evidence.missing,
        )
    )


def _lay_out(
    blocks: tuple[Block, ...],
    references: tuple[Reference, ...],
    spec: ScreenSpec,
    language: Language,
) -> tuple[ScreenBlock, ...]:
    """Sections in the screen's order, blocks of a section in theirs; notices always come first, and
    blocks that no section names before the evidence."""
    everything: list[Block] = list(blocks)
    if references and spec.references != "hidden":
        title = say("evidence", language)
        everything.append(ReferencesBlock(id="references", title=title, items=references))
    listed = [s.block for s in spec.sections]
    sections = list(spec.sections)
    others = [ScreenSection(block=b.type) for b in everything if b.type not in listed]
    last = listed.index("references") if "references" in listed else len(sections)
    sections[last:last] = others
    if "notice" not in listed:
        sections.insert(0, ScreenSection(block="notice"))
    laid: list[ScreenBlock] = []
    placed: set[str] = set()
    for section in sections:
        own = [b for b in everything if b.type == section.block and b.id not in placed]
        placed |= {b.id for b in own}
        for number, block in enumerate(own):
            beyond = section.max_blocks is not None and number >= section.max_blocks
            laid.append(ScreenBlock(block=block, folded=section.folded or beyond))
    return tuple(laid)


def _lacks_evidence(block: Block) -> bool:
    facts = (
        *("markdown", "number", "table", "timeseries", "chart"),
        *("graph", "path", "doc_link"),
    )
    return block.type in facts and not block.references


def _status(plan: Plan | None, evidence: Evidence) -> AnswerStatus:
    if plan is None:
        return "success"
    if plan.open_slots or evidence.asks_back:
        return "partial"
    if not evidence.answered:
        return "failed"
    if evidence.missing_required:
        return "partial"
    return "degraded" if evidence.missing else "success"
