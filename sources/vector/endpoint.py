"""Vectors from an OpenAI-compatible `/embeddings`, in batches under one time-out."""

from __future__ import annotations

import base64
import binascii
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sources.errors import (
    QueryFailed,
    RightsMissing,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
)

if TYPE_CHECKING:
    import httpx2
    import numpy as np
    from numpy.typing import NDArray

    from sources.vector.embedders import Vectors

MAX_LETTERS = 24_000
"""Of one text: more than any usual model reads."""
_PAUSES_SECONDS = (0.5, 2.0)
"""Before the second and third try after 429, 502, 503 and 504, or what the server asks for."""
_AGAIN = frozenset((429, 502, 503, 504))


class EndpointEmbedder:
    """Fulfils `TextEmbedder`. Safe from many threads. The key is in no message."""

    def __init__(
        self,
        source: str,
        base_url: str,
        model: str,
        dimension: int,
        *,
        api_key: str | None = None,
        batch: int = 64,
        ca_file: str | None = None,
    ) -> None:
        self._source = source
        self._url = f"{base_url.rstrip('/')}/embeddings"
        self._model = model
        self._dimension = dimension
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._batch = batch
        self._ca_file = ca_file
        self._client: httpx2.Client | None = None
        self._lock = threading.Lock()

    @property
    def id(self) -> str:
        return f"endpoint/{self._model}/{self._dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    def embed(self, texts: Sequence[str], timeout_seconds: float = 60.0) -> Vectors:
        import numpy as np

        deadline = time.monotonic() + timeout_seconds
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        for start in range(0, len(texts), self._batch):
            batch = [text[:MAX_LETTERS] or " " for text in texts[start : start + self._batch]]
            answer = self._ask(batch, deadline, timeout_seconds)
            vectors[start : start + len(batch)] = self._read(answer, len(batch))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _ask(self, batch: list[str], deadline: float, timeout_seconds: float) -> object:
        import httpx2

        body = {"model": self._model, "input": batch}
        for pause in (*_PAUSES_SECONDS, None):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            try:
                answer = self._connected().post(self._url, json=body, timeout=left)
            except httpx2.TimeoutException as error:
                raise self._too_slow(timeout_seconds) from error
            except httpx2.HTTPError as error:
                reason = f"the embedding endpoint {self._url} cannot be reached: {error}."
                raise SourceUnavailable(self._source, reason, "Check that it runs.") from error
            if answer.status_code not in _AGAIN or pause is None:
                return self._checked(answer)
            wait = _asked_pause(answer.headers.get("retry-after")) or pause
            if time.monotonic() + wait >= deadline:
                return self._checked(answer)
            time.sleep(wait)
        raise self._too_slow(timeout_seconds)

    def _checked(self, answer: httpx2.Response) -> object:
        status = answer.status_code
        if status == 200:
            try:
                return answer.json()
            except ValueError as error:
                raise self._unreadable("it is no JSON") from error
        said = " ".join(answer.text[:200].split())
        reason = f"the embedding endpoint {self._url} answered {status}: {said}"
        if status in (401, 403):
            raise RightsMissing(self._source, reason, "Check the embedder's api_key_ref.")
        kind: type[SourceError] = SourceUnavailable if status in _AGAIN else QueryFailed
        raise kind(self._source, reason, "Check the embedder's base_url, model and limits.")

    def _read(self, answer: object, count: int) -> Vectors:
        import numpy as np

        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, list) or len(data) != count:
            got = len(data) if isinstance(data, list) else "no"
            raise self._unreadable(f"it has {got} vectors for {count} texts")
        vectors = np.zeros((count, self._dimension), np.float32)
        for at, item in enumerate(data):
            place = item.get("index", at) if isinstance(item, dict) else at
            if not isinstance(place, int) or not 0 <= place < count:
                raise self._unreadable(f"a vector has the index {place!r}")
            vectors[place] = self._vector(item)
        return vectors

    def _vector(self, item: object) -> NDArray[np.float32]:
        import numpy as np

        given = item.get("embedding") if isinstance(item, dict) else None
        try:
            if isinstance(given, str):
                vector = np.frombuffer(base64.b64decode(given, validate=True), "<f4")
            else:
                vector = np.asarray(given, np.float32)
        except (ValueError, TypeError, binascii.Error) as error:
            raise self._unreadable("a vector is neither numbers nor base64") from error
        if vector.shape != (self._dimension,):
            gives = f"gives {vector.size} numbers, not {self._dimension}"
            reason = f"the model {self._model!r} of {self._url} {gives}."
            raise QueryFailed(self._source, reason, f"Set the dimension to {vector.size}.")
        if not np.isfinite(vector).all():
            raise self._unreadable("a vector holds no finite numbers")
        return vector

    def _connected(self) -> httpx2.Client:
        import httpx2

        with self._lock:
            if self._client is None:
                verify = self._ca_file if self._ca_file else True
                self._client = httpx2.Client(headers=self._headers, verify=verify)
            return self._client

    def _too_slow(self, timeout_seconds: float) -> SourceTimeout:
        reason = f"the embedding endpoint {self._url} took longer than {timeout_seconds:g} s."
        return SourceTimeout(self._source, reason, "Ask again, or raise the time-out.")

    def _unreadable(self, what: str) -> QueryFailed:
        reason = f"the answer of the embedding endpoint {self._url} cannot be read: {what}."
        return QueryFailed(self._source, reason, "Check that it is OpenAI-compatible.")


def _asked_pause(header: str | None) -> float | None:
    return float(header) if header and header.replace(".", "", 1).isdigit() else None
