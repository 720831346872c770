"""Everything an ask is answered with: one release, prepared, and the sources it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.model_call import ModelMode, ModelPurpose
from dagster_project.contracts.value import Stage, Text
from dagster_project.llm.port import Models
from dagster_project.pipeline.applied_assets import AppliedAssets
from dagster_project.pipeline.prompts import StagePrompt
from dagster_project.planner.assets import PlannerAssets
from sources.protocol import Source


@dataclass(frozen=True, slots=True)
class Desk:
    """Immutable; shared by all asks of a release, from many threads."""

    release: Release
    planner: PlannerAssets
    views: dict[str, CatalogView]
    mappings: dict[str, MappingSpec]
    applied: AppliedAssets
    source: Callable[[str], Source]
    allowed_tables: Callable[[str], frozenset[str]]
    watermark: Callable[[str, str, float], tuple[datetime, datetime] | None]
    """Oldest and newest time of a table's column, asked for so many seconds; None when empty."""
    pool: ThreadPoolExecutor
    quarantined: Callable[[], frozenset[str]] = frozenset
    """`catalog:object` for what drifted from its approved baseline, as of a moment ago."""
    source_titles: Mapping[str, Text] = field(default_factory=dict)
    """Query to what people call its source."""
    also: Callable[[str], tuple[str, ...]] = lambda _: ()
    """Words that mean the same as those of a text, by the catalogs' own names."""
    prompts: Mapping[ModelPurpose, StagePrompt] = field(default_factory=dict)
    models: Callable[[ModelMode], Models | None] = lambda _: None
    """The language models of the release's policy; None where it names none."""
    by_stage: Mapping[Stage, Desk] = field(default_factory=dict)
    """Desks of the stages that another version of some asset was given to (X1)."""

    def at(self, stage: Stage) -> Desk:
        """The desk that this stage reads from."""
        return self.by_stage.get(stage, self)
