"""The port of what makes vectors of texts, and how one is opened from its asset's parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class TextEmbedder(Protocol):
    """Makes a vector of each text. Safe from many threads."""

    @property
    def id(self) -> str:
        """Kept beside every vector: vectors of two ids are never compared."""
        ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str], timeout_seconds: float = 60.0) -> Vectors:
        """Shape: one row of length 1 per text; a text without any word may be all zeros.

        Raises: SourceError.
        """
        ...

    def close(self) -> None: ...


def open_embedder(
    source: str,
    *,
    kind: Literal["offline", "endpoint"] = "offline",
    model: str = "jamo-ngrams",
    dimension: int = 1024,
    base_url: str | None = None,
    api_key_ref: str | None = None,
) -> TextEmbedder:
    """From the parts of the asset's `embedder`; `source` is named in its errors.

    Raises: SourceUnavailable when the key's reference leads nowhere; QueryRejected when a part
    is missing or the offline model has another name.
    """
    from sources.errors import QueryRejected

    if kind == "offline":
        from sources.vector.offline import MODEL, OfflineEmbedder

        if model != MODEL:
            raise QueryRejected(source, f"no offline model {model!r}.", f"Use {MODEL!r}.")
        return OfflineEmbedder(dimension)
    if base_url is None:
        raise QueryRejected(
            source, "an endpoint embedder has no base_url.", "Name one: https://host/v1."
        )
    from sources.secrets import resolve_reference
    from sources.vector.endpoint import EndpointEmbedder

    key = resolve_reference(api_key_ref, source=source) if api_key_ref else None
    return EndpointEmbedder(source, base_url, model, dimension, api_key=key)
