"""R9: what changed between two releases, and the first stage that can tell the difference."""

from __future__ import annotations

from collections.abc import Iterable

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.value import STAGES, AssetId, Stage
from dagster_project.registry.references import bound_stage

Change = tuple[str | None, str | None]
"""An asset's version in the one release and in the other; None: it is not there."""

_ONLY_EXECUTE = frozenset(("text", "output_schema", "references", "sample_params", "sample_plan"))
"""Fields of a query that no plan is made from."""
_NEVER_READ = frozenset(("owner",))
"""Of a header."""
_READ_BY_MODELS = frozenset(("description",))
"""Of a header; a prompt tells it of each query."""


def changed_assets(green: Release, now: Release) -> dict[str, Change]:
    """Assets with other content, new ones and those that are gone, by id.

    A version that only has another number is no change.
    """
    found: dict[str, Change] = {}
    for asset_id in sorted({*green.versions, *now.versions}):
        before, after = green.versions.get(asset_id), now.versions.get(asset_id)
        if _content(before) != _content(after):
            found[asset_id] = (number_of(before), number_of(after))
    return found


def first_stage(asset_id: AssetId, one: Release, other: Release) -> Stage:
    """The first stage whose work can differ between the two because of this asset.

    A query's examples and parameters shape plans, its statement only what execute asks; an asset
    that one release lacks is looked for by the first stage that reads its kind.
    """
    left, right = one.versions.get(asset_id), other.versions.get(asset_id)
    kind = asset_id.partition(":")[0]
    if kind == "query":
        unread = _NEVER_READ if _name_models(one, other) else _NEVER_READ | _READ_BY_MODELS
        same = left and right and _same_plans(left, right, unread)
        return "execute" if same else "route_plan"
    if kind not in ("mapping", "screen"):
        return "route_plan"
    versions = [version for version in (left, right) if version is not None]
    return earliest(stage for version in versions for stage in bound_stage(version.asset))


def earliest(stages: Iterable[Stage]) -> Stage:
    """The first in the order of the pipeline; of none, its start."""
    return STAGES[min((STAGES.index(stage) for stage in stages), default=0)]


def number_of(version: AssetVersion | None) -> str | None:
    return None if version is None else str(version.number or "draft")


def _content(version: AssetVersion | None) -> str | None:
    return None if version is None else version.asset.content_hash


def _name_models(*releases: Release) -> bool:
    """A policy of one of them names a language model that may be asked."""
    versions = (v for release in releases for v in release.by_kind.get("policy", ()))
    found = [v.asset.spec.models for v in versions if isinstance(v.asset.spec, PolicySpec)]
    return any(models.models and models.use != "never" for models in found)


def _same_plans(left: AssetVersion, right: AssetVersion, unread: frozenset[str]) -> bool:
    specs = [v.asset.spec for v in (left, right)]
    if not all(isinstance(spec, QuerySpec) for spec in specs):
        return False
    one, other = (spec.model_dump(exclude=set(_ONLY_EXECUTE)) for spec in specs)
    headers = [v.asset.header.model_dump(exclude=set(unread)) for v in (left, right)]
    return one == other and headers[0] == headers[1]
