"""Names of a release's entities, from the tables or the graph that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from dagster_project.canvas.open_sources import allowed_tables
from dagster_project.catalog.compile_table_plan import CompileSettings, compile_table_plan
from dagster_project.catalog.graph.compile import compile_graph_plan
from dagster_project.catalog.graph.compiled import GraphTarget
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.resolver import EntityMapping
from dagster_project.contracts.assets.schema_catalog import EntitySpec, GraphCollection
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.graph_plan import GraphPlan, Nodes
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.pipeline.bind_graph import dialect_of
from dagster_project.resolver.names import EntityName, name_columns, names_from_rows
from sources.protocol import BoundQuery, Rows, Source

MAX_NAMES = 1_000_000
_TIMEOUT_SECONDS = 10.0


def read_names(
    mapping: EntityMapping, view: CatalogView, release: Release, source: Source
) -> list[EntityName]:
    """All things of one entity. Raises: SourceError; AssetNotFound for an unknown entity."""
    entity = view.entity(mapping.entity)
    if entity is not None:
        return _from_table(mapping, entity, view, release, source)
    collections = [c for c in view.spec.graph_collections if c.entity == mapping.entity]
    if not collections:
        raise AssetNotFound(
            f"entity {mapping.entity!r} is not in catalog {mapping.catalog!r}.",
            "Add it to the catalog's entities or graph collections, or name another.",
        )
    return [
        name
        for collection in collections
        if collection.enabled
        for name in _from_graph(mapping, collection, view, release, source)
    ]


def _settings() -> CompileSettings:
    return CompileSettings(
        as_of=datetime.now(UTC),
        time_zone="UTC",
        week_start="monday",
        language="en",
        max_rows=MAX_NAMES,
    )


def _from_table(
    mapping: EntityMapping,
    entity: EntitySpec,
    view: CatalogView,
    release: Release,
    source: Source,
) -> list[EntityName]:
    refs = tuple(f"{entity.table}.{c}" for c in name_columns(mapping, entity))
    # names are read without the as_of clip: what existed later may still be asked about
    without_time = CatalogView(view.name, view.spec.model_copy(update={"time_columns": {}}))
    plan = TablePlan(table=entity.table, columns=refs)
    compiled = compile_table_plan(without_time, plan, _settings())
    rows = _run(compiled.text, compiled.params, view, release, source)
    return names_from_rows(mapping, entity, tuple(c.name for c in rows.columns), rows.rows)


def _from_graph(
    mapping: EntityMapping,
    collection: GraphCollection,
    view: CatalogView,
    release: Release,
    source: Source,
) -> Iterator[EntityName]:
    wanted = (collection.label_ko, collection.label_en, *mapping.alias_columns)
    plan = GraphPlan(
        operation="find",
        start=Nodes(label=collection.label),
        properties=tuple(dict.fromkeys(name for name in wanted if name)),
    )
    version = release.get("source", view.spec.source)
    spec = version.asset.spec if version is not None else None
    assert isinstance(spec, SourceSpec)
    schema = next(iter(spec.permissions.allowed_schemas), "")
    target = GraphTarget(dialect=dialect_of(spec), schema=schema, max_rows=MAX_NAMES)
    compiled = compile_graph_plan(view, plan, _settings(), target)
    rows = _run(compiled.text, compiled.params, view, release, source)
    entity = EntitySpec(
        name=mapping.entity,
        table=collection.label,
        key="key",
        label_ko=collection.label_ko,
        label_en=collection.label_en,
    )
    yield from names_from_rows(mapping, entity, tuple(c.name for c in rows.columns), rows.rows)


def _run(
    text: str, params: dict[str, object], view: CatalogView, release: Release, source: Source
) -> Rows:
    query = BoundQuery(
        text=text,
        params=params,
        max_rows=MAX_NAMES,
        timeout_seconds=_TIMEOUT_SECONDS,
        allowed_tables=allowed_tables(view.spec.source, release),
    )
    return source.run(query)
