"""The typed specs of the eight kinds of config asset that people write.

One YAML file is one asset: a header (`kind`, `name`, who and why) and a `spec` of its kind.
`SPEC_TYPES` is the one list of kinds; folders, editor schemas and Dagster groups derive from it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.assets.screen import ScreenSpec
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.contracts.value import AssetId, Stage, Text, Value

Kind = Literal[
    "source",
    "schema_catalog",
    "query",
    "mapping",
    "policy",
    "prompt",
    "screen",
    "resolver",
]
AssetSpec = (
    SourceSpec
    | SchemaCatalogSpec
    | QuerySpec
    | MappingSpec
    | PolicySpec
    | PromptSpec
    | ScreenSpec
    | ResolverSpec
)
SPEC_TYPES: dict[Kind, type[AssetSpec]] = {
    "source": SourceSpec,
    "schema_catalog": SchemaCatalogSpec,
    "query": QuerySpec,
    "mapping": MappingSpec,
    "policy": PolicySpec,
    "prompt": PromptSpec,
    "screen": ScreenSpec,
    "resolver": ResolverSpec,
}
FOLDERS: dict[Kind, str] = {
    "source": "sources",
    "schema_catalog": "schema_catalogs",
    "query": "queries",
    "mapping": "mappings",
    "policy": "policies",
    "prompt": "prompts",
    "screen": "screens",
    "resolver": "resolvers",
}
BOUND_STAGES: dict[Kind, tuple[Stage, ...]] = {
    "prompt": ("route_plan", "compose"),
    "policy": ("route_plan", "validate"),
    "schema_catalog": ("route_plan", "validate"),
    "resolver": ("route_plan",),
    "query": ("execute",),
    "source": ("execute",),
    "mapping": ("compose",),
    "screen": ("present",),
}
"""Which stage uses which kind (SPEC A13)."""


class AssetHeader(Value):
    """What every config asset says of itself, whatever its kind."""

    kind: Kind
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Unique within its kind, and the file's stem."""
    description: str
    """One or two sentences; shown in Dagster."""
    title: Text | None = None
    owner: str = "team:operations"
    """A Dagster owner: `team:name` or an e-mail address."""
    tags: tuple[str, ...] = ()

    @property
    def id(self) -> AssetId:
        return AssetId(f"{self.kind}:{self.name}")
