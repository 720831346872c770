"""All engines of the contract suite, and what it needs beside them."""

from __future__ import annotations

from contract_engines.documents import DOCUMENTS
from contract_engines.embedded_graph import GRAPH
from contract_engines.postgres import POSTGRES
from contract_engines.real_neo4j import NEO4J
from contract_engines.scripted_api import HTTP_API

from sources.facts import SourceFacts

ENGINES = (POSTGRES, GRAPH, DOCUMENTS, HTTP_API, NEO4J)
"""Neo4j last: its one server is kept from others for no longer than it is needed."""
PARTS = frozenset({"exact value", "every type", "driver's error"})
"""Parts of rules that an engine may lack, beside probes."""


def names_of(facts: SourceFacts) -> tuple[tuple[str, ...], ...]:
    """Names of what a scan found, part by part, in the order it gave them."""
    return (
        tuple(table.name for table in facts.tables),
        tuple(label.label for label in facts.labels),
        tuple(relation.type for relation in facts.relations),
        tuple(collection.name for collection in facts.collections),
        tuple(operation.id for operation in facts.operations),
    )
