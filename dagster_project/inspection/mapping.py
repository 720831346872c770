"""Mapping: the blocks and the summary it makes of its query's sample, in both languages."""

from __future__ import annotations

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.block import (
    Block,
    CellValue,
    ChartBlock,
    DocLinkBlock,
    GraphBlock,
    PathBlock,
    TableBlock,
)
from dagster_project.contracts.stage import ComposeResult
from dagster_project.inspection.blocks_markdown import blocks_markdown
from dagster_project.inspection.inspection import (
    Inspection,
    Observation,
    PreviewTable,
    observed,
)
from dagster_project.inspection.query import RunSample
from dagster_project.inspection.sample_answer import SampleRun, compose_samples, run_samples
from dagster_project.pipeline.graph_picture import graph_picture
from dagster_project.pipeline.plain_text import escape_markdown

BLOCK_COLUMNS = ("block", "title", "rows or points", "columns")


def inspect_mapping(spec: MappingSpec, release: Release, run: RunSample) -> Inspection:
    """Compose the sample as an ask would. Effects: two reads at the query's source."""
    ran = run_samples((spec.query,), release, run, "ko")
    if not ran.results:
        return Inspection(summary=f"no sample of query {spec.query!r}", findings=ran.gaps)
    korean = compose_samples(ran, release)
    english = compose_samples(run_samples((spec.query,), release, run, "en"), release)
    return Inspection(
        summary=korean.summary or f"{len(korean.blocks)} blocks",
        findings=(*sample_findings(ran), *_composed(korean, english)),
        facts={
            "query": spec.query,
            "blocks": len(korean.blocks),
            "figures_checked": korean.figures_checked + english.figures_checked,
            "summary_ko": korean.summary,
            "summary_en": english.summary,
        },
        table=PreviewTable(columns=BLOCK_COLUMNS, rows=tuple(map(block_row, korean.blocks))),
        chart=next((drawn for b in korean.blocks if (drawn := _picture(b))), None),
        document="\n\n---\n\n".join(
            f"{escape_markdown(made.summary)}\n\n{blocks_markdown(made.blocks)}"
            for made in (korean, english)
        ),
    )


def _picture(block: Block) -> dict[str, object] | None:
    if isinstance(block, GraphBlock):
        return graph_picture(block)
    return block.vega_lite if isinstance(block, ChartBlock) else None


def sample_findings(ran: SampleRun) -> tuple[Observation, ...]:
    """How the samples ran, those that could not among them."""
    told = [
        observed(
            result.step,
            result.error.error if result.error else None,
            f"query {result.query} gives {len(result.rows)} rows",
        )
        for result in ran.results
    ]
    return (*ran.gaps, *told)


def block_row(block: Block) -> tuple[CellValue, ...]:
    """One block in a table of blocks: how much it holds, and of what."""
    match block:
        case TableBlock():
            size, held = block.shown_rows, [c.label for c in block.columns]
        case ChartBlock():
            size, held = block.shown_points, [c.label for c in block.columns]
        case GraphBlock():
            size, held = block.shown_nodes, sorted({e.label or e.type for e in block.edges})
        case PathBlock():
            relations = {hop.relation for way in block.paths for hop in way}
            size, held = len(block.paths), sorted(r for r in relations if r)
        case DocLinkBlock():
            size, held = len(block.passages), sorted({p.document for p in block.passages})
        case _:
            size, held = None, []
    return (block.type, block.title, size, ", ".join(held))


def _composed(korean: ComposeResult, english: ComposeResult) -> tuple[Observation, ...]:
    facts = [block for block in korean.blocks if block.type != "notice"]
    unmatched = sorted({*korean.figures_unmatched, *english.figures_unmatched})
    return (
        observed(
            "blocks_made",
            None if facts else "the sample makes no block: no rule fits its shape, or it is empty",
            f"{len(facts)} made",
            level="warn",
        ),
        observed(
            "figures",
            f"figures without a cell: {', '.join(unmatched)}" if unmatched else None,
            "every figure of the texts is a cell of the rows",
        ),
    )
