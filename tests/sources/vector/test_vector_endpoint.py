"""An endpoint's vectors are taken in every usual form, and each of its failures has its name."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from embedding_server import Mode, Script, embedding_server

from sources.errors import (
    QueryFailed,
    QueryRejected,
    RightsMissing,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
)
from sources.vector.embedders import open_embedder
from sources.vector.endpoint import EndpointEmbedder
from sources.vector.offline import OfflineEmbedder

TEXTS = ["윤활유 압력", "disk full", "switch"]


@pytest.fixture
def server() -> Iterator[Script]:
    with embedding_server() as script:
        yield script


def _embedder(server: Script, **changes: object) -> EndpointEmbedder:
    given: dict[str, object] = {"api_key": "not-to-be-shown", "batch": 2} | changes
    return EndpointEmbedder("library", server.address, "m", 32, **given)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("mode", ["float", "base64", "shuffled"])
def test_vectors_come_in_the_order_of_the_texts_and_of_length_one(
    server: Script, mode: Mode
) -> None:
    """As numbers or base64, in any order, not normalised: the result is the same."""
    server.mode = mode
    embedder = _embedder(server)
    made = embedder.embed(TEXTS)
    embedder.close()
    assert np.allclose(made, OfflineEmbedder(32).embed(TEXTS), atol=1e-6)
    assert server.batches == [TEXTS[:2], TEXTS[2:]]
    assert server.keys == ["Bearer not-to-be-shown"] * 2
    assert embedder.id == "endpoint/m/32"


@pytest.mark.parametrize(
    ("mode", "kind", "said"),
    [
        ("wrong dimension", QueryFailed, "gives 33 numbers, not 32"),
        ("too few", QueryFailed, "1 vectors for 2 texts"),
        ("not json", QueryFailed, "no JSON"),
        ("not finite", QueryFailed, "no finite numbers"),
        ("401", RightsMissing, "api_key_ref"),
        ("404", QueryFailed, "answered 404"),
        ("busy", SourceUnavailable, "answered 429"),
    ],
)
def test_each_failure_says_what_and_never_the_key(
    server: Script, mode: Mode, kind: type[SourceError], said: str
) -> None:
    """The message names the endpoint and what to do."""
    server.mode = mode
    with pytest.raises(kind) as raised:
        _embedder(server).embed(TEXTS, timeout_seconds=5)
    assert said in str(raised.value)
    assert server.address in str(raised.value)
    assert "not-to-be-shown" not in str(raised.value)


def test_a_busy_endpoint_is_asked_again_after_the_pause_it_names(server: Script) -> None:
    """One 429 costs a pause and no error."""
    server.mode = "busy once"
    started = time.monotonic()
    assert _embedder(server).embed(TEXTS[:1]).shape == (1, 32)
    assert len(server.batches) == 2
    assert time.monotonic() - started < 0.5


def test_a_silent_endpoint_ends_at_the_time_out(server: Script) -> None:
    """The time-out is for all batches together."""
    server.mode = "slow"
    started = time.monotonic()
    with pytest.raises(SourceTimeout, match=r"longer than 0\.3 s"):
        _embedder(server).embed(TEXTS, timeout_seconds=0.3)
    assert time.monotonic() - started < 1.2


def test_an_endpoint_that_is_not_there_is_unavailable() -> None:
    """Nothing listens on the port."""
    embedder = EndpointEmbedder("library", "http://127.0.0.1:9/v1", "m", 32)
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        embedder.embed(["x"], timeout_seconds=2)


def test_embedders_are_opened_from_their_assets_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key comes from its reference; a missing part or a wrong model is said."""
    monkeypatch.setenv("EMBEDDING_KEY", "k")
    assert open_embedder("library").id == "offline/jamo-ngrams/1024"
    opened = open_embedder(
        "library", kind="endpoint", model="m", dimension=8, base_url="http://127.0.0.1:9/v1",
        api_key_ref="env:EMBEDDING_KEY",
    )  # fmt: skip
    assert (opened.id, opened.dimension) == ("endpoint/m/8", 8)
    with pytest.raises(QueryRejected, match="base_url"):
        open_embedder("library", kind="endpoint", model="m")
    with pytest.raises(QueryRejected, match="no offline model"):
        open_embedder("library", model="m")
    with pytest.raises(SourceUnavailable, match="NO_SUCH_KEY"):
        open_embedder("library", kind="endpoint", base_url="http://h/v1", api_key_ref="env:NO_SUCH_KEY")  # fmt: skip # noqa: E501
