"""A1: a system that holds data, and what may be done with it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dagster_project.contracts.value import Value

Engine = Literal["postgres", "timescale", "neo4j", "vector", "http_api"]
Operation = Literal["select", "read", "search", "get"]


class Connection(Value):
    """Where the source is. A secret is only ever referenced: `env:NAME` or `file:/path`."""

    host: str | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    database: str | None = None
    user: str | None = None
    password_ref: str | None = Field(default=None, pattern=r"^(env|file):.+")
    """A reference, never the password."""
    url_ref: str | None = Field(default=None, pattern=r"^(env|file):.+")
    """A reference to a whole URL; wins over the parts."""
    scheme: Literal["bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc"] = "neo4j"
    """Neo4j: how to speak to host and port; `+s` is TLS with a known certificate."""
    base_url: str | None = Field(default=None, pattern=r"^https?://[^/]+")
    """HTTP API: nothing outside of it is ever asked."""
    token_ref: str | None = Field(default=None, pattern=r"^(env|file):.+")
    """HTTP API: a reference to the token."""
    token_header: str = "Authorization"
    """HTTP API: where the token goes; in `Authorization` behind the word Bearer."""
    openapi: str | None = None
    """HTTP API: its description, a path below `base_url` or a file of the site."""
    ca_file: str | None = None
    """Certificates to trust instead of the system's, a file of the site."""


class Permissions(Value):
    """What may be read. An empty list allows nothing."""

    read_only: Literal[True] = True
    allowed_schemas: tuple[str, ...] = ()
    allowed_tables: tuple[str, ...] = ()
    """`schema.table` or `schema.*`; for Neo4j labels, for documents collections, for an HTTP API
    paths, and `*` for all of them."""
    allowed_operations: tuple[Operation, ...] = ("select",)


class HealthCheck(Value):
    timeout_seconds: float = Field(default=3.0, gt=0, le=60)
    retries: int = Field(default=1, ge=0, le=5)
    max_latency_ms: float = Field(default=500.0, gt=0)
    """A slower answer is a `warn`."""


class HttpLimits(Value):
    """How much is asked of an HTTP API."""

    requests_per_second: float = Field(default=10.0, gt=0)
    max_pages: int = Field(default=20, ge=1)
    """Of one query."""
    max_bytes: int = Field(default=5_000_000, ge=1)
    """Of one answer."""
    retries: int = Field(default=2, ge=0, le=5)
    """After 429, 502, 503 and 504, as long as the time-out allows."""


class Embedder(Value):
    """What makes vectors of texts. Its id and dimension stay with every vector it made."""

    kind: Literal["offline", "endpoint"] = "offline"
    """offline: hashed character n-grams, no network · endpoint: an OpenAI-compatible API."""
    model: str = "jamo-ngrams"
    dimension: int = Field(default=1024, ge=8, le=8192)
    base_url: str | None = None
    api_key_ref: str | None = Field(default=None, pattern=r"^(env|file):.+")

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.model}/{self.dimension}"


class SourceSpec(Value):
    """A1. `environment: mock` is the embedded engine with the seed data named in `seed`."""

    engine: Engine
    environment: Literal["real", "mock"]
    connection: Connection = Connection()
    seed: str | None = None
    """Name of the shipped seed data; needed for `mock`."""
    permissions: Permissions
    health_check: HealthCheck = HealthCheck()
    http: HttpLimits = HttpLimits()
    """HTTP API only."""
    embedder: Embedder = Embedder()
    """Vector only."""
