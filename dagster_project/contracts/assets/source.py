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


class Permissions(Value):
    """What may be read. An empty list allows nothing."""

    read_only: Literal[True] = True
    allowed_schemas: tuple[str, ...] = ()
    allowed_tables: tuple[str, ...] = ()
    """`schema.table`, or `schema.*`."""
    allowed_operations: tuple[Operation, ...] = ("select",)


class HealthCheck(Value):
    timeout_seconds: float = Field(default=3.0, gt=0, le=60)
    retries: int = Field(default=1, ge=0, le=5)
    max_latency_ms: float = Field(default=500.0, gt=0)
    """A slower answer is a `warn`."""


class SourceSpec(Value):
    """A1. `environment: mock` is the embedded engine with the seed data named in `seed`."""

    engine: Engine
    environment: Literal["real", "mock"]
    connection: Connection = Connection()
    seed: str | None = None
    """Name of the shipped seed data; needed for `mock`."""
    permissions: Permissions
    health_check: HealthCheck = HealthCheck()
