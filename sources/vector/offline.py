"""Vectors without a model: hashed n-grams of jamo and letters, the same on every machine.

Lexical only: texts are near when they are spelt alike. Two languages never meet here; the
glossary's words do that.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sources.vector.embedders import Vectors

MODEL = "jamo-ngrams"
SHORTEST, LONGEST = 2, 4
MAX_LETTERS = 20_000
"""Of one text; the rest does not count."""


class OfflineEmbedder:
    """Fulfils `TextEmbedder`. Reaches nothing; keeps nothing."""

    def __init__(self, dimension: int = 1024) -> None:
        self._dimension = dimension

    @property
    def id(self) -> str:
        return f"offline/{MODEL}/{self._dimension}"

    @property
    def dimension(self) -> int:
        return self._dimension

    def embed(self, texts: Sequence[str], timeout_seconds: float = 60.0) -> Vectors:  # noqa: ARG002
        import numpy as np

        vectors = np.zeros((len(texts), self._dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
        return vectors

    def close(self) -> None:
        """Nothing is open."""

    def _vector(self, text: str) -> NDArray[np.float32]:
        """Signed feature hashing of the n-grams' damped counts."""
        import numpy as np

        hashes, counts = np.unique(_gram_hashes(text), return_counts=True)
        weights = 1.0 + np.log(counts)
        signs = np.where(hashes & np.uint64(1 << 40), 1.0, -1.0)
        places = (hashes % np.uint64(self._dimension)).astype(np.intp)
        vector = np.bincount(places, weights * signs, self._dimension)
        length = float(np.sqrt(vector @ vector))
        return (vector / length if length else vector).astype(np.float32)


def _gram_hashes(text: str) -> NDArray[np.uint64]:
    """One number per n-gram. Words stand between single spaces, so that their ends count too."""
    import numpy as np

    spread = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in spread)
    if not (words := plain.split()):
        return np.zeros(0, np.uint64)
    joined = f" {' '.join(words)} "[:MAX_LETTERS]
    codes = np.frombuffer(joined.encode("utf-32-le"), np.uint32).astype(np.uint64)
    found = []
    rolling = np.zeros(len(codes), np.uint64)
    for n in range(1, LONGEST + 1):
        if len(codes) < n:
            break
        rolling = rolling[: len(codes) - n + 1] * np.uint64(0x100000001B3) + codes[n - 1 :]
        if n >= SHORTEST:
            found.append(_mixed(rolling + np.uint64(n << 56)))
    return np.concatenate(found) if found else np.zeros(0, np.uint64)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of the answer depends on every bit of the number (splitmix64)."""
    import numpy as np

    mixed = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
