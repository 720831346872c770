"""A resolver's alias table is checked against itself and against the names in the source."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dagster_project.canvas.read_names import read_names
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import AssetVersion, ConfigAsset, Release
from dagster_project.contracts.assets import AssetHeader
from dagster_project.contracts.assets.resolver import (
    AliasGroup,
    EntityMapping,
    PatternRule,
    ResolverSpec,
)
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.assets.source import Permissions, SourceSpec
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.value import ReleaseId
from dagster_project.inspection.resolver import inspect_resolver
from dagster_project.resolver.names import EntityName
from sources.postgres.source import PostgresSource

MAPPING = EntityMapping(entity="machine", catalog="shop")
SPEC = ResolverSpec(
    entity_mappings=(MAPPING,),
    alias_groups=(
        AliasGroup(entity="machine", key="P-1", aliases=("old faithful", "Big  One")),
        AliasGroup(entity="machine", key="F-1", aliases=("선풍기", "big one")),
    ),
    pattern_rules=(PatternRule(entity="machine", pattern=r"(?i)p ?(\d+)", key="P-{1}"),),
)
NAMES = [
    EntityName("machine", key, label, label)
    for key, label in (("P-1", "pump one"), ("F-1", "fan one"))
]
CATALOG = SchemaCatalogSpec.model_validate(
    {
        "source": "shop_db",
        "entities": [
            {"name": "machine", "table": "shop.machine", "key": "id", "label_ko": "name_ko"}
        ],
    }
)


def problems(spec: ResolverSpec, names: list[EntityName] | None = NAMES) -> list[str]:
    return [f.name for f in inspect_resolver(spec, names).problems()]


def test_a_shared_nickname_is_fine_where_people_are_asked() -> None:
    """Case and spaces do not hide that two machines share a nickname; `ask_user` makes it fine."""
    inspection = inspect_resolver(SPEC, NAMES)
    assert inspection.ok, inspection.problems()
    assert inspection.facts["shared_names"] == 1
    assert inspection.facts["aliases"] == 4


def test_an_alias_that_is_another_machine_s_own_name_is_shared_too() -> None:
    """The data's names and the aliases are one namespace for a reader."""
    groups = (AliasGroup(entity="machine", key="P-1", aliases=("Fan One",)),)
    inspection = inspect_resolver(SPEC.model_copy(update={"alias_groups": groups}), NAMES)
    assert inspection.facts["shared_names"] == 1
    assert "F-1, P-1" in (inspection.document or "")


def test_a_shared_nickname_that_is_guessed_is_told() -> None:
    """`first_match` picks one of two machines silently: a warning that names both."""
    assert problems(SPEC.model_copy(update={"ambiguity_policy": "first_match"})) == ["collisions"]


def test_an_alias_of_a_thing_that_does_not_exist_is_an_error() -> None:
    """Nobody is led to a machine that the source does not hold."""
    inspection = inspect_resolver(SPEC, NAMES[:1])
    assert inspection.status == "error"
    assert "machine:F-1" in inspection.problems()[0].detail


def test_an_expired_group_is_told() -> None:
    """An alias past its date is a warning."""
    group = AliasGroup(entity="machine", key="P-1", aliases=("old",), expires=date(2020, 1, 1))
    assert problems(SPEC.model_copy(update={"alias_groups": (group,)})) == ["expiry"]


def test_a_pattern_that_asks_for_a_group_it_lacks_is_an_error() -> None:
    """A key made of group 2 of a pattern with one group can never be."""
    rule = PatternRule(entity="machine", pattern=r"p(\d)", key="P-{2}")
    assert problems(SPEC.model_copy(update={"pattern_rules": (rule,)})) == ["patterns"]


def test_without_the_source_nothing_is_said_about_strangers() -> None:
    """A source that is down makes the key check a warning, not a list of false errors."""
    inspection = inspect_resolver(SPEC, None)
    assert inspection.status == "warn"
    assert [f.name for f in inspection.problems()] == ["keys"]


def release_of_shop() -> Release:
    """Its one source, which may read what the adapter of the tests may."""
    permissions = Permissions(allowed_schemas=("shop",), allowed_tables=("shop.*",))
    asset = ConfigAsset(
        header=AssetHeader(kind="source", name=CATALOG.source, description="the shop"),
        spec=SourceSpec(engine="postgres", environment="real", permissions=permissions),
        content_hash="0",
    )
    version = AssetVersion(
        asset=asset,
        number=1,
        status="published",
        created_by="tests",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        reason="",
    )
    return Release(id=ReleaseId("r"), versions={asset.id: version})


def test_names_are_read_from_the_entity_s_own_table(shop: PostgresSource) -> None:
    """Keys and labels come through the source's walls; an entity nobody declared is refused."""
    columns = [{"name": name, "type": "text"} for name in ("id", "name_ko")]
    tables = [{"name": "shop.machine", "columns": columns}]
    catalog = SchemaCatalogSpec.model_validate(CATALOG.model_dump() | {"tables": tables})
    view, release = CatalogView("shop", catalog), release_of_shop()
    names = read_names(MAPPING, view, release, shop)
    assert {(name.key, name.label_ko) for name in names} == {
        ("P-1", "펌프 1호기"),
        ("P-2", "펌프 2호기"),
        ("F-1", "팬 1호기"),
    }
    with pytest.raises(AssetNotFound, match="ghost"):
        read_names(EntityMapping(entity="ghost", catalog="shop"), view, release, shop)


def test_an_alias_that_takes_a_name_away_is_an_error() -> None:
    """An alias that is another machine's label or key is wrong whatever the policy; a nickname
    that both were given is not."""
    for alias in ("Fan One", "f1"):
        groups = (AliasGroup(entity="machine", key="P-1", aliases=(alias,)),)
        inspection = inspect_resolver(SPEC.model_copy(update={"alias_groups": groups}), NAMES)
        assert [f.name for f in inspection.problems()] == ["taken"]
        assert "F-1, P-1" in inspection.problems()[0].detail
    assert problems(SPEC) == []
