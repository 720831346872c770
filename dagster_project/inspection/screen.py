"""Screen: its sections filled with the blocks of its mappings' samples."""

from __future__ import annotations

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.assets.screen import ScreenSpec
from dagster_project.inspection.blocks_markdown import block_markdown
from dagster_project.inspection.inspection import Inspection, PreviewTable, observed
from dagster_project.inspection.mapping import BLOCK_COLUMNS, block_row, sample_findings
from dagster_project.inspection.query import RunSample
from dagster_project.inspection.sample_answer import (
    compose_samples,
    present_samples,
    run_samples,
)

MAX_SAMPLES = 3


def inspect_screen(
    version: AssetVersion, spec: ScreenSpec, release: Release, run: RunSample
) -> Inspection:
    """Lay out what an ask would show. Effects: one read per sample, at most three."""
    queries = _queries(spec, release)[:MAX_SAMPLES]
    ran = run_samples(queries, release, run, "ko")
    composed = compose_samples(ran, release)
    laid = present_samples(ran, composed, version).blocks
    shown = {placed.block.type for placed in laid}
    idle = sorted({section.block for section in spec.sections} - shown - {"notice", "references"})
    return Inspection(
        summary=f"{len(laid)} blocks of {len(queries)} samples in {len(spec.sections)} sections",
        findings=(
            *sample_findings(ran),
            observed(
                "blocks_shown",
                None if laid else "none of its samples makes a block",
                f"{len(laid)} laid out",
                level="warn",
            ),
        ),
        facts={
            "mappings": ", ".join(spec.mappings) or "any",
            "sections": ", ".join(section.block for section in spec.sections),
            "sections_without_sample": ", ".join(idle),
            "blocks": len(laid),
            "folded": sum(placed.folded for placed in laid),
        },
        table=PreviewTable(
            columns=(*BLOCK_COLUMNS, "folded"),
            rows=tuple((*block_row(placed.block), placed.folded) for placed in laid),
        ),
        document="\n\n".join(
            text for placed in laid if not placed.folded and (text := block_markdown(placed.block))
        ),
    )


def _queries(spec: ScreenSpec, release: Release) -> tuple[str, ...]:
    """Queries of the screen's mappings; for a screen of any mapping, the release's first ones."""
    mapped = [
        version.asset.spec.query
        for version in release.by_kind.get("mapping", ())
        if isinstance(version.asset.spec, MappingSpec)
        and (version.asset.header.name in spec.mappings or not spec.mappings)
    ]
    return tuple(dict.fromkeys(mapped))
