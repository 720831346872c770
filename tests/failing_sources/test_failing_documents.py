"""The documents fail: health names it, the catalog keeps what it knew, asks degrade."""

from __future__ import annotations

import pytest

from failing_sources.every_source import EverySource
from failing_sources.faults import DOCUMENTS
from failing_sources.rules import Fault


@pytest.fixture(params=DOCUMENTS, ids=lambda fault: fault.name)
def fault(request: pytest.FixtureRequest) -> Fault:
    return request.param


class TestDocuments(EverySource):
    pass
