"""A drilled source fails as often as it is told, with the error of its kind, and asks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from laboratory import Laboratory

from dagster_project.contracts.golden import Drill
from sources.drill import DrilledSource, DrillKind
from sources.errors import QueryFailed, RightsMissing, SourceError, SourceTimeout, SourceUnavailable
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery


@pytest.fixture
def source(laboratory: Laboratory) -> Iterator[PostgresSource]:
    """A source that answers."""
    source = laboratory.source()
    yield source
    source.close()


ONE = BoundQuery(text="select 1 as one")
ERRORS: dict[DrillKind, type[SourceError]] = {
    "unreachable": SourceUnavailable,
    "too_slow": SourceTimeout,
    "broken_query": QueryFailed,
    "no_rights": RightsMissing,
}


@pytest.mark.parametrize("kind", tuple(ERRORS))
def test_every_call_fails_in_its_way(source: PostgresSource, kind: DrillKind) -> None:
    """The control loop sees the very error that the real failure raises."""
    drilled = DrilledSource(source, kind)
    for _ in range(3):
        with pytest.raises(ERRORS[kind], match="as the drill says"):
            drilled.run(ONE)
    assert (drilled.name, drilled.health().status) == (source.name, source.health().status)
    drilled.close()
    assert source.run(ONE).rows == ((1,),)


def test_after_its_calls_the_source_answers(source: PostgresSource) -> None:
    """So that a retry can be seen to help."""
    drilled = DrilledSource(source, "unreachable", 2)
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            drilled.run(ONE)
    assert drilled.run(ONE).rows == ((1,),)


def test_the_kinds_of_a_case_are_those_of_the_source() -> None:
    """The contract spells them out once more, as sources know nothing of contracts."""
    assert get_args(Drill.model_fields["fails"].annotation) == get_args(DrillKind) == tuple(ERRORS)
