"""The vectors of what is looked for, remembered: the same words are asked again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict

from sources.vector.embedders import TextEmbedder

ALSO_SHARE = 0.5
"""Of the words that mean the same, beside the words themselves."""
_REMEMBERED = 256


class AskedVectors:
    """Safe from many threads."""

    def __init__(self, embedder: TextEmbedder) -> None:
        self._embedder = embedder
        self._known: OrderedDict[tuple[str, tuple[str, ...]], str] = OrderedDict()
        self._lock = threading.Lock()

    def text(self, words: str, also: tuple[str, ...], timeout_seconds: float) -> str:
        """The vector as pgvector writes it. Raises: SourceError."""
        key = (words, also)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        made = self._make(words, also, timeout_seconds)
        with self._lock:
            self._known[key] = made
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return made

    def _make(self, words: str, also: tuple[str, ...], timeout_seconds: float) -> str:
        import numpy as np

        texts = [words, " ".join(also)] if also else [words]
        made = self._embedder.embed(texts, timeout_seconds)
        vector = made[0] if len(made) == 1 else made[0] + ALSO_SHARE * made[1]
        length = float(np.linalg.norm(vector))
        numbers = (vector / length if length else vector).tolist()
        return f"[{','.join(format(number, '.6g') for number in numbers)}]"
