"""What each engine needs to be told: where it is, what may be read, and how."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.contracts.assets.query import QueryForm, QuerySpec
from dagster_project.contracts.assets.source import Engine, Operation, SourceSpec
from dagster_project.registry.problem import Problem

OPERATION: dict[Engine, Operation] = {
    "postgres": "select",
    "timescale": "select",
    "neo4j": "read",
    "vector": "search",
    "http_api": "get",
}
"""What an engine does when it is asked."""
FORMS: dict[Engine, tuple[QueryForm, ...]] = {
    "postgres": ("table_plan", "template"),
    "timescale": ("table_plan", "template"),
    "neo4j": ("graph_plan", "template"),
    "vector": ("search",),
    "http_api": ("http",),
}
_TABLES = ("postgres", "timescale")


def check_source(spec: SourceSpec) -> Iterator[Problem]:
    if spec.environment == "mock":
        yield from _mock(spec)
    else:
        yield from _real(spec)
    for i, table in enumerate(spec.permissions.allowed_tables):
        if spec.engine in _TABLES and table.count(".") != 1:
            at = ("spec", "permissions", "allowed_tables", i)
            yield Problem("CFG024", at, f"{table!r} does not fit", "schema.table or schema.*")
    needed = OPERATION[spec.engine]
    if needed not in spec.permissions.allowed_operations:
        at = ("spec", "permissions", "allowed_operations")
        wrong = f"a {spec.engine} source without the operation {needed!r} can answer nothing"
        yield Problem("CFG025", at, wrong, f"[{needed}]")


def _mock(spec: SourceSpec) -> Iterator[Problem]:
    if spec.seed is None and spec.engine != "vector":
        wrong = "a mock source needs `seed`: the name of the shipped seed data"
        yield Problem("CFG025", ("spec", "seed"), wrong, "for example `seed: plant`")
    if spec.engine == "neo4j" and len(spec.permissions.allowed_schemas) != 1:
        wrong = "an embedded graph needs its one schema"
        at = ("spec", "permissions", "allowed_schemas")
        yield Problem("CFG025", at, wrong, "for example `allowed_schemas: [plant_graph]`")


def _real(spec: SourceSpec) -> Iterator[Problem]:
    connection = spec.connection
    if spec.engine == "http_api":
        if connection.base_url is None:
            wrong = "a real http_api source needs `connection.base_url`"
            at = ("spec", "connection", "base_url")
            yield Problem("CFG025", at, wrong, "`base_url: https://host/path`")
    elif not (connection.url_ref or connection.host):
        wrong = "a real source needs `connection.url_ref` or `connection.host`"
        yield Problem("CFG025", ("spec", "connection"), wrong, "`url_ref: env:NAME`")


def check_form(spec: QuerySpec, source: SourceSpec) -> Iterator[Problem]:
    """The engine behind a query must be able to run its form."""
    able = FORMS[source.engine]
    if spec.form not in able:
        wrong = f"a {spec.form} cannot run on {spec.source!r}, whose engine is {source.engine}"
        yield Problem("CFG058", ("spec", "form"), wrong, " or ".join(able))
    elif spec.form == "template" and source.engine == "neo4j" and source.environment == "mock":
        wrong = "Cypher text needs a real Neo4j, and the source is embedded"
        yield Problem("CFG058", ("spec", "form"), wrong, "graph_plan")
