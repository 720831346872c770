"""PostgreSQL: the laboratory of `laboratory.py`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from laboratory import Laboratory

from contract_engines.engine import Engine, Ready, nobodys_url
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery

LAB = frozenset(
    {"lab.machine", "lab.reading", "lab.hidden", "lab.cell", "lab.large", "lab.endless"}
)


def _sql(text: str, **params: object) -> BoundQuery:
    return BoundQuery(text, params, allowed_tables=LAB)


@contextmanager
def _open_postgres(request: pytest.FixtureRequest) -> Iterator[Ready]:
    laboratory: Laboratory = request.getfixturevalue("laboratory")
    source = laboratory.source()
    yield Ready(source, laboratory.source(allowed_tables=["lab.machine"]), source)


POSTGRES = Engine(
    name="postgres",
    open=_open_postgres,
    open_dead=lambda: PostgresSource(
        "dead", nobodys_url(), allowed_tables=["lab.*"], health_retries=0
    ),
    probes={
        "by name": _sql("select id, name from lab.machine where name = %(name)s", name="GT-03"),
        "all": _sql("select id from lab.machine order by id"),
        "typed": _sql("select * from lab.cell"),
        "slow": _sql("select count(*) from lab.endless"),
        "large": _sql("select * from lab.large"),
        "write": _sql("delete from lab.machine"),
        "not allowed": BoundQuery("select * from lab.machine", allowed_tables=frozenset()),
        "no such column": _sql("select colour from lab.machine"),
        "no right": _sql("select * from lab.hidden"),
    },
    scanned=("lab.cell", "lab.endless", "lab.large", "lab.machine", "lab.reading"),
    narrowly=("lab.machine",),
)
