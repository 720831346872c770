"""The API fails: health names it, the catalog keeps what it knew, asks degrade."""

from __future__ import annotations

import pytest

from failing_sources.every_source import AskedAlone
from failing_sources.faults import API
from failing_sources.rules import Fault


@pytest.fixture(params=API, ids=lambda fault: fault.name)
def fault(request: pytest.FixtureRequest) -> Fault:
    return request.param


class TestApi(AskedAlone):
    question = "orders of P-2"
