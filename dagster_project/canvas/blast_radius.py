"""What a changed object touches (B12): queries by what they read, and what stands on those."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from dagster_project.catalog.scan.change import BlastRadius, Change
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import EntitySpec, SchemaCatalogSpec
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.contracts.value import AssetId
from dagster_project.registry.references import downstream
from sources.errors import QueryRejected
from sources.postgres.guard import tables_read

GoldenOf = Callable[[frozenset[AssetId]], tuple[str, ...]]
"""The golden questions, as `suite/case`, whose newest answers read any of these assets."""
_WORD = re.compile(r"[^\W\d]\w*")


def no_golden(_: frozenset[AssetId]) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class _Reads:
    """What one query reads. `columns` None is any column; `anything` is the whole catalog."""

    tables: frozenset[str] = frozenset()
    columns: frozenset[str] | None = None
    others: frozenset[str] = frozenset()
    """`label:X`, `relation:X`, `collection:x`, `operation:x`."""
    anything: bool = False


class Reach:
    """A catalog's surroundings in a release, read once for all changes."""

    def __init__(self, catalog: str, release: Release, golden: GoldenOf = no_golden) -> None:
        self._catalog = catalog
        self._golden = golden
        self._assets = {key: version.asset for key, version in release.versions.items()}
        version = release.get("schema_catalog", catalog)
        assert version is not None
        assert isinstance(version.asset.spec, SchemaCatalogSpec)
        self._spec = version.asset.spec

    def of(self, change: Change) -> BlastRadius:
        """Nothing stands yet on what is new."""
        if change.kind in ("added", "column_added", "key_added", "index_added"):
            return BlastRadius()
        whole, column = self._split(change)
        queries = {
            asset_id
            for asset_id, reads in self._reads.items()
            if _touches(reads, change, whole, column)
        }
        resolvers, aliases = self._resolvers(whole, column) if change.part == "table" else ([], 0)
        touched = set(queries).union(*(downstream(q, self._assets) for q in queries))
        every = frozenset(AssetId(one) for one in (*touched, *resolvers))
        return BlastRadius(
            queries=_of_kind(touched, "query"),
            mappings=_of_kind(touched, "mapping"),
            screens=_of_kind(touched, "screen"),
            resolvers=tuple(sorted(resolvers)),
            aliases=aliases,
            golden=self._golden(every) if every else (),
        )

    def _split(self, change: Change) -> tuple[str, str]:
        """The whole object and the column, which is empty for a change of the whole."""
        if "column" not in change.kind and change.kind not in (
            "type_changed", "nullability_changed",
        ):  # fmt: skip
            return change.object, ""
        whole, _, column = change.object.rpartition(".")
        return whole, column

    @cached_property
    def _reads(self) -> dict[AssetId, _Reads]:
        found: dict[AssetId, _Reads] = {}
        for asset_id, asset in self._assets.items():
            spec = asset.spec
            if isinstance(spec, QuerySpec) and spec.form != "recipe" and self._is_ours(spec):
                found[asset_id] = _reads_of(spec, self._spec)
        return found

    def _is_ours(self, spec: QuerySpec) -> bool:
        return spec.catalog == self._catalog or (
            spec.catalog is None and spec.source == self._spec.source
        )

    def _resolvers(self, table: str, column: str) -> tuple[list[str], int]:
        entities = {entity.name: entity for entity in self._spec.entities}
        resolvers: list[str] = []
        aliases = 0
        for asset_id, asset in self._assets.items():
            if not isinstance(asset.spec, ResolverSpec):
                continue
            mapped = {
                mapping.entity
                for mapping in asset.spec.entity_mappings
                if mapping.catalog == self._catalog
                and (entity := entities.get(mapping.entity)) is not None
                and entity.table == table
                and (not column or column in _named(entity, mapping.alias_columns))
            }
            if mapped:
                resolvers.append(asset_id)
                groups = (g for g in asset.spec.alias_groups if g.entity in mapped)
                aliases += sum(len(group.aliases) for group in groups)
        return resolvers, aliases


def _named(entity: EntitySpec, alias_columns: Iterable[str]) -> set[str]:
    own = (entity.key, entity.label_ko, entity.label_en, entity.class_column)
    return {*filter(None, own), *(column.rpartition(".")[2] for column in alias_columns)}


def _of_kind(ids: Iterable[str], kind: str) -> tuple[str, ...]:
    return tuple(sorted(one for one in ids if one.startswith(f"{kind}:")))


def _touches(reads: _Reads, change: Change, whole: str, column: str) -> bool:
    if reads.anything:
        return True
    if change.part != "table":
        return whole in reads.others
    if whole.lower() not in reads.tables:
        return False
    return not column or reads.columns is None or column.lower() in reads.columns


def _reads_of(spec: QuerySpec, catalog: SchemaCatalogSpec) -> _Reads:
    match spec.form:
        case "template" if spec.text is not None:
            return _of_text(spec.text, catalog)
        case "table_plan":
            return _of_plan(spec.plan, catalog) if spec.plan else _Reads(anything=True)
        case "graph_plan":
            return _of_graph(spec.graph, catalog) if spec.graph else _Reads(anything=True)
        case "search" if spec.search is not None:
            named = frozenset(f"collection:{name}" for name in spec.search.collections)
            return _Reads(others=named)
        case "http" if spec.http is not None:
            path = spec.http.path
            same = (o.id for o in catalog.api_operations if o.path == path)
            return _Reads(others=frozenset(f"operation:{name}" for name in same))
        case _:
            return _Reads()


def _of_text(text: str, catalog: SchemaCatalogSpec) -> _Reads:
    """Tables by the parser, columns by every word; `select *` reads any column. Of a text in
    another language, what of the catalog its words name."""
    words = frozenset(word.lower() for word in _WORD.findall(text))
    try:
        tables = tables_read(text)
    except QueryRejected:
        labels = (f"label:{one.label}" for one in catalog.graph_collections)
        types = (f"relation:{one.name}" for one in catalog.relationships)
        named = (one for one in (*labels, *types) if one.partition(":")[2].lower() in words)
        return _Reads(others=frozenset(named))
    star = re.search(r"(?:select|,|\.)\s*\*", text, re.IGNORECASE)
    return _Reads(tables=tables, columns=None if star else words)


def _of_plan(plan: TablePlan, catalog: SchemaCatalogSpec) -> _Reads:
    refs = {one for one in _texts(plan.model_dump()) if one.count(".") == 2}
    metrics = {metric.name: metric for metric in catalog.metrics}
    tables = {plan.table, *(related.table for related in plan.related)}
    for measure in plan.measures:
        metric = metrics.get(measure.metric or "")
        if metric is not None:
            refs |= {f"{metric.table}.{c}" for c in (metric.column, *metric.where)}
    if plan.time or any(measure.time for measure in plan.measures):
        refs |= {f"{t}.{c}" for t, c in catalog.time_columns.items() if t in tables}
    tables |= {ref.rpartition(".")[0] for ref in refs}
    # Joins between these tables read their keys.
    for key in catalog.join_keys:
        if {key.many.rpartition(".")[0], key.one.rpartition(".")[0]} <= tables:
            refs |= {key.many, key.one}
    listed = not plan.measures and not plan.columns
    columns = None if listed else frozenset(ref.rpartition(".")[2].lower() for ref in refs)
    return _Reads(tables=frozenset(table.lower() for table in tables), columns=columns)


def _of_graph(plan: GraphPlan, catalog: SchemaCatalogSpec) -> _Reads:
    """Nodes of any label, relations of any type, where the plan names none."""
    labels = [nodes.label for nodes in (plan.start, plan.found)]
    every = [one.label for one in catalog.graph_collections]
    named = [label for label in labels if label] if all(labels) else every
    relations = plan.relations or tuple(one.name for one in catalog.relationships)
    return _Reads(
        others=frozenset(
            (*(f"label:{name}" for name in named), *(f"relation:{name}" for name in relations))
        )
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
