"""The demo plant as a graph, with a catalog of its own."""

from __future__ import annotations

from graph_cases.case_graph import CaseGraph, catalog, collection
from sources.embedded.plant.graph import edges, nodes
from sources.embedded.plant.relations import RELATIONS
from sources.embedded.seeds import DEFAULT_ANCHOR
from sources.protocol import ColumnType

_ITEM: dict[str, ColumnType] = {
    "ci_id": "text",
    "name_ko": "text",
    "name_en": "text",
    "aliases": "json",
    "ci_class": "text",
    "category": "text",
    "status": "text",
    "criticality": "text",
    "zone": "text",
    "owner": "text",
    "vendor": "text",
    "model": "text",
    "version": "text",
    "installed_on": "date",
}
_LISTED = ("ci_class", "status")


def plant() -> CaseGraph:
    more: dict[str, dict[str, ColumnType]] = {
        "Sensor": {},
        "Equipment": {"rated_mw": "number", "ip": "text"},
        "Hardware": {"cores": "integer", "memory_gb": "integer", "ip": "text"},
        "Software": {},
    }
    collections = [
        collection(label, "ci_id", _ITEM | own, listed=_LISTED, ko="name_ko", en="name_en")
        for label, own in more.items()
    ]
    return CaseGraph(tuple(nodes(DEFAULT_ANCHOR)), tuple(edges()), catalog(collections, RELATIONS))
