"""The prompt of each stage that may speak with a language model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.model_call import ModelPurpose
from dagster_project.contracts.value import AssetId


@dataclass(frozen=True, slots=True)
class StagePrompt:
    """A prompt asset of a release."""

    asset: AssetId
    version: str
    ref: str
    """`name:version`."""
    spec: PromptSpec


def prompts_by_stage(release: Release) -> dict[ModelPurpose, StagePrompt]:
    """For each stage the prompt of its name, or else its first one by name."""
    found: dict[ModelPurpose, StagePrompt] = {}
    for stage in get_args(ModelPurpose):
        own = [v for v in release.by_kind.get("prompt", ()) if _is_of(v, stage)]
        best = min(own, key=lambda v: (v.asset.header.name != stage, v.asset.id), default=None)
        if best is not None and isinstance(best.asset.spec, PromptSpec):
            version = str(best.number or "draft")
            found[stage] = StagePrompt(best.asset.id, version, best.ref, best.asset.spec)
    return found


def _is_of(version: AssetVersion, stage: ModelPurpose) -> bool:
    spec = version.asset.spec
    return isinstance(spec, PromptSpec) and spec.stage == stage
