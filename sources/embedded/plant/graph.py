"""The demo plant as a graph: the same items and relations as in its tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import psycopg

from sources.embedded.graph.load import GraphNode, GraphRelation, load_graph
from sources.embedded.plant.it import information_technology
from sources.embedded.plant.load import Scale
from sources.embedded.plant.model import Ci
from sources.embedded.plant.relations import relations
from sources.embedded.plant.topology import equipment

VERSION = 1
SCHEMA = "plant_graph"
SOFTWARE_CLASSES = frozenset(("os", "database", "middleware", "application", "system"))


def nodes(anchor: datetime) -> Iterator[GraphNode]:
    """Each item once, numbered from 1; what an item does not have is absent."""
    for number, ci in enumerate(_items(), start=1):
        yield GraphNode(number, (label_of(ci),), ci.ci_id, _properties(ci, anchor))


def edges() -> Iterator[GraphRelation]:
    """Each relation once, between the numbers of `nodes`."""
    items = _items()
    numbers = {ci.ci_id: number for number, ci in enumerate(items, start=1)}
    for source, kind, target in relations(items):
        yield GraphRelation(numbers[source], numbers[target], kind)


def label_of(ci: Ci) -> str:
    """Sensor, Equipment, Software, or Hardware: what stands in a rack, and the racks."""
    if ci.ci_class in SOFTWARE_CLASSES:
        return "Software"
    if ci.category == "it_asset":
        return "Hardware"
    return "Sensor" if ci.ci_class == "sensor" else "Equipment"


def load_plant_graph(
    connection: psycopg.Connection, anchor: datetime, scale: Scale
) -> dict[str, int]:
    """Replace the schema `plant_graph`; answers the row count of each table. Of one size only."""
    del scale
    return load_graph(connection, SCHEMA, nodes(anchor), edges())


def _items() -> tuple[Ci, ...]:
    return (*equipment(), *information_technology())


def _properties(ci: Ci, anchor: datetime) -> dict[str, object]:
    found: dict[str, object] = {
        "ci_id": ci.ci_id,
        "name_ko": ci.name_ko,
        "name_en": ci.name_en,
        "aliases": list(ci.aliases),
        "ci_class": ci.ci_class,
        "category": ci.category,
        "status": ci.status,
        "criticality": ci.criticality,
        "zone": ci.zone,
        "owner": ci.owner,
        "vendor": ci.vendor,
        "model": ci.model,
        "version": ci.version,
        "cores": ci.cores,
        "memory_gb": ci.memory_gb,
        "ip": ci.ip,
        "rated_mw": ci.rated_mw,
        "installed_on": anchor.date() - timedelta(days=ci.age_days),
    }
    return {name: value for name, value in found.items() if value is not None}
