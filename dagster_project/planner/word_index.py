"""Texts by their words: a word of a question finds the words that are shaped like it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.planner.postings import Postings
from dagster_project.planner.word_grams import grams

if TYPE_CHECKING:
    import numpy as np

_ALIKE = 0.5
"""Words that share less of their letters than this are different words."""
_LEAST = 0.2
"""Weight of what everyone says."""
_UNHEARD = 0.5
"""Share of the highest weight that a word has which no text says."""


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Words to texts. Shape: texts of one owner stand side by side."""

    words: Postings
    """Word to the texts that say it."""
    grams: Postings
    """Gram to the words that hold it."""
    gram_count: np.ndarray
    """Of each word."""
    weight: np.ndarray
    """Of each word: the fewer owners say it, the more."""
    text_weight: np.ndarray
    """Of all words of each text."""

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]], owners: Sequence[int]) -> WordIndex:
        import numpy as np

        said = Postings.build([set(text) for text in texts])
        spelt = Postings.build([grams(word) for word in said.names])
        weight = rarity(said, np.asarray(owners, dtype=np.int32))
        return cls(
            words=said,
            grams=spelt,
            gram_count=np.array([len(grams(word)) for word in said.names], dtype=np.int32),
            weight=weight,
            text_weight=said.sum_by_place(weight, len(texts)),
        )

    def scores(self, words: Iterable[str]) -> np.ndarray:
        """How alike each text is. Shape: one number from 0 to 1 for each text."""
        import numpy as np

        found = np.zeros(len(self.text_weight), dtype=np.float32)
        most = float(self.weight.max(initial=1.0))
        total = 0.0
        for word in sorted(set(words)):
            near, alike = self._near(word)
            if not len(near):
                total += _UNHEARD * most
                continue
            own = float(self.weight[near[-1]])
            total += own
            met = np.zeros_like(found)
            for other, share in zip(near, alike, strict=True):
                met[self.words.at(int(other))] = share
            found += own * met
        return 2 * found / np.maximum(total + self.text_weight, 1e-6) if total else found

    def _near(self, word: str) -> tuple[np.ndarray, np.ndarray]:
        """Known words of about the same letters and how alike they are, the most alike last."""
        import numpy as np

        own = grams(word)
        held = [self.grams.of(gram) for gram in sorted(own)]
        shared = np.bincount(np.concatenate(held), minlength=len(self.gram_count))
        alike = 2 * shared / (self.gram_count + len(own))
        near = np.flatnonzero(alike >= _ALIKE)
        near = near[np.argsort(alike[near], kind="stable")]
        return near, alike[near].astype(np.float32)


def rarity(postings: Postings, owners: np.ndarray) -> np.ndarray:
    """The weight of each name: high where few owners have it. Shape: one number for each name."""
    import numpy as np

    everyone = len(np.unique(owners)) if len(owners) else 0
    having = np.array(
        [len(np.unique(owners[postings.at(i)])) for i in range(len(postings.names))],
        dtype=np.float32,
    )
    return np.log((everyone + 1) / (having + 0.5)).astype(np.float32).clip(_LEAST)
