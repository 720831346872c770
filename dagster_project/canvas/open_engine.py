"""A source asset to its adapter, one branch per engine. Nothing is connected to yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from dagster_project.contracts.assets.source import Operation, SourceSpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.traces.redact import remember_secret
from sources.protocol import Source
from sources.secrets import resolve_reference

if TYPE_CHECKING:
    from sources.vector.embedders import TextEmbedder


@dataclass(frozen=True, slots=True)
class Site:
    """Where a source's files and the embedded engines are."""

    home: Path
    state_dir: Path
    reader_url: str
    """Of the embedded Postgres, as the role that may only SELECT."""


def open_engine(name: str, spec: SourceSpec, site: Site) -> Source:
    """Raises: InvalidRequest, SourceUnavailable when a secret reference leads nowhere."""
    connection = spec.connection
    references = (
        connection.password_ref,
        connection.url_ref,
        connection.token_ref,
        spec.embedder.api_key_ref,
    )
    for reference in references:
        if reference is not None:
            remember_secret(resolve_reference(reference, source=name))
    match spec.engine:
        case "postgres" | "timescale":
            return _postgres(name, spec, site)
        case "neo4j" if spec.environment == "mock":
            return _embedded_graph(name, spec, site)
        case "neo4j":
            return _neo4j(name, spec, site)
        case "vector":
            return _vector(name, spec, site)
        case "http_api":
            return _http_api(name, spec, site)


def embedder_of(name: str, spec: SourceSpec) -> TextEmbedder:
    """What makes vectors for a documents source. Raises: SourceError."""
    from sources.vector.embedders import open_embedder

    wanted = spec.embedder
    return open_embedder(
        name,
        kind=wanted.kind,
        model=wanted.model,
        dimension=wanted.dimension,
        base_url=wanted.base_url,
        api_key_ref=wanted.api_key_ref,
    )


def documents_schema(name: str) -> str:
    """Where the index of a documents source is, in its own database."""
    return f"docs_{name}"


def _postgres(name: str, spec: SourceSpec, site: Site) -> Source:
    from sources.postgres.source import open_postgres

    return open_postgres(
        name,
        **_server_of(spec),
        url=site.reader_url if spec.environment == "mock" else None,
        allowed_schemas=spec.permissions.allowed_schemas,
        allowed_tables=spec.permissions.allowed_tables,
        **_bounds_of(spec),
    )


def _neo4j(name: str, spec: SourceSpec, site: Site) -> Source:
    from sources.neo4j.source import open_neo4j

    return open_neo4j(
        name,
        scheme=spec.connection.scheme,
        ca_file=_site_file(spec.connection.ca_file, site),
        **_server_of(spec),
        allowed_labels=spec.permissions.allowed_tables,
        **_bounds_of(spec),
    )


def _vector(name: str, spec: SourceSpec, site: Site) -> Source:
    from sources.vector.source import open_vector

    return open_vector(
        name,
        schema=documents_schema(name),
        embedder=embedder_of(name, spec),
        **_server_of(spec),
        url=site.reader_url if spec.environment == "mock" else None,
        allowed_collections=spec.permissions.allowed_tables,
        **_bounds_of(spec),
    )


def _http_api(name: str, spec: SourceSpec, site: Site) -> Source:
    from sources.http_api.source import open_http_api

    connection, base_url, token = spec.connection, spec.connection.base_url, None
    if spec.environment == "mock":
        from sources.embedded.work_orders.attach import TOKEN, work_order_url

        base_url, token = work_order_url(site.state_dir), TOKEN
    if base_url is None:
        raise InvalidRequest(f"source {name!r} has no `connection.base_url`;")
    return open_http_api(
        name,
        base_url=base_url,
        token_ref=connection.token_ref,
        token=token,
        token_header=connection.token_header,
        openapi=connection.openapi,
        ca_file=connection.ca_file,
        site_folder=site.home,
        allowed_paths=spec.permissions.allowed_tables,
        requests_per_second=spec.http.requests_per_second,
        max_pages=spec.http.max_pages,
        max_bytes=spec.http.max_bytes,
        retries=spec.http.retries,
        **_bounds_of(spec),
    )


def _embedded_graph(name: str, spec: SourceSpec, site: Site) -> Source:
    from sources.embedded.graph.source import open_embedded_graph

    return open_embedded_graph(
        name,
        site.reader_url,
        schema=spec.permissions.allowed_schemas[0],
        allowed_labels=spec.permissions.allowed_tables,
        **_bounds_of(spec),
    )


class _ServerParts(TypedDict):
    host: str | None
    port: int | None
    database: str | None
    user: str | None
    password_ref: str | None
    url_ref: str | None


class _Bounds(TypedDict):
    allowed_operations: tuple[Operation, ...]
    max_latency_ms: float
    health_retries: int


def _server_of(spec: SourceSpec) -> _ServerParts:
    """Where a server with users and databases is."""
    connection = spec.connection
    return {
        "host": connection.host,
        "port": connection.port,
        "database": connection.database,
        "user": connection.user,
        "password_ref": connection.password_ref,
        "url_ref": connection.url_ref,
    }


def _bounds_of(spec: SourceSpec) -> _Bounds:
    """What every engine is held to."""
    return {
        "allowed_operations": spec.permissions.allowed_operations,
        "max_latency_ms": spec.health_check.max_latency_ms,
        "health_retries": spec.health_check.retries,
    }


def _site_file(written: str | None, site: Site) -> Path | None:
    return site.home / written if written is not None else None
