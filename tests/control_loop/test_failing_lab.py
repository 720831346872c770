"""The laboratory fails as each fixture says, on a real engine; nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from control_loop.failing_lab import FailingLab
from sources.errors import SourceError
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery

TABLES = frozenset({"lab.fault", "lab.repair"})


@pytest.fixture
def source(failing_lab: FailingLab) -> Iterator[PostgresSource]:
    source = PostgresSource("lab", failing_lab.reader_url, allowed_tables=["lab.*"])
    yield source
    source.close()


@pytest.mark.parametrize(
    ("way", "table", "code"),
    [
        ("slow", "lab.fault", "TOOL_TIMEOUT"),
        ("locked", "lab.repair", "TOOL_TIMEOUT"),
        ("stopped", "lab.repair", "UPSTREAM_UNAVAILABLE"),
        ("out_of_connections", "lab.repair", "UPSTREAM_UNAVAILABLE"),
        ("without_column", "lab.repair", "TOOL_BAD_REQUEST"),
        ("without_rights", "lab.repair", "PERMISSION_DENIED"),
    ],
)
def test_each_way_to_fail(
    failing_lab: FailingLab, source: PostgresSource, way: str, table: str, code: str
) -> None:
    """The source answers before, fails in its way during, and answers after."""
    column = "cost" if table == "lab.repair" else "code"
    query = BoundQuery(
        f"select id, {column} from {table}", timeout_seconds=0.3, allowed_tables=TABLES
    )
    before = source.run(query).rows
    failing: AbstractContextManager[object] = getattr(failing_lab, way)()
    with failing, pytest.raises(SourceError) as caught:
        source.run(query)
    assert caught.value.code == code
    assert source.run(query).rows == before
