"""A graph catalog must stand on its own facts, and a graph plan on its catalog."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.graph_plan import GraphPlan, Nodes
from dagster_project.registry.checks.catalog_names import CatalogNames, twice
from dagster_project.registry.problem import Problem
from dagster_project.registry.read_yaml import Path


def check_graph_catalog(spec: SchemaCatalogSpec, names: CatalogNames) -> Iterator[Problem]:
    """Names shown and listed are properties; relations lead between collections that exist."""
    at: Path = ("spec", "graph_collections")
    yield from twice((c.label for c in spec.graph_collections), "collection", at, leaf="label")
    for i, collection in enumerate(spec.graph_collections):
        for field in ("label_ko", "label_en"):
            name = getattr(collection, field)
            if name is not None:
                yield from names.property(collection.label, name, (*at, i, field))
        for j, name in enumerate(collection.list_properties):
            yield from names.property(collection.label, name, (*at, i, "list_properties", j))
    for i, relation in enumerate(spec.relationships):
        for field in ("from_labels", "to_labels"):
            for j, label in enumerate(getattr(relation, field)):
                yield from names.label(label, ("spec", "relationships", i, field, j))


def check_graph_plan(plan: GraphPlan, names: CatalogNames, at: Path) -> Iterator[Problem]:
    """Every collection, relation and property that the plan names."""
    yield from _nodes(plan.start, names, (*at, "start"))
    yield from _nodes(plan.found, names, (*at, "found"))
    for i, relation in enumerate(plan.relations):
        yield from names.relation(relation, (*at, "relations", i))
    for i, name in enumerate(plan.properties):
        yield from names.property(None, name, (*at, "properties", i))
    for i, name in enumerate(plan.group_by):
        if name != "label":
            yield from names.property(plan.start.label, name, (*at, "group_by", i))
    for i, measure in enumerate(plan.measures):
        if measure.property is not None:
            where = (*at, "measures", i, "property")
            yield from names.property(plan.start.label, measure.property, where)


def _nodes(nodes: Nodes, names: CatalogNames, at: Path) -> Iterator[Problem]:
    if nodes.label is not None:
        yield from names.label(nodes.label, (*at, "label"))
    for i, condition in enumerate(nodes.filters):
        yield from names.property(nodes.label, condition.property, (*at, "filters", i, "property"))
