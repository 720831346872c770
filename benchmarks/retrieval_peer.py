"""The peer of template_retrieval.py: BM25 over examples, by whole words."""

from __future__ import annotations

import numpy as np

from dagster_project.planner.postings import Postings
from dagster_project.planner.text import fold, normalise, words

_K, _B = 1.2, 0.75


class FullText:
    """Each example is a document; a query has the score of its best one."""

    def __init__(self, examples: list[tuple[str, str]]) -> None:
        self.names = sorted({query for query, _ in examples})
        ordered = sorted(examples)
        said = [[w.text for w in words(fold(normalise(text)))] for _, text in ordered]
        owners = [query for query, _ in ordered]
        first: dict[str, int] = {}
        for place, owner in enumerate(owners):
            first.setdefault(owner, place)
        self.starts = np.array([first[name] for name in self.names])
        self.postings = Postings.build([set(text) for text in said])
        lengths = np.array([len(text) for text in said], dtype=np.float32)
        self.saturation = (_K + 1) / (1 + _K * (1 - _B + _B * lengths / lengths.mean()))

    def best(self, question: str, limit: int) -> list[tuple[str, float]]:
        score = np.zeros(len(self.saturation), dtype=np.float32)
        for word in {w.text for w in words(fold(normalise(question)))}:
            held = self.postings.of(word)
            if len(held):
                score[held] += np.log(1 + (len(score) - len(held) + 0.5) / (len(held) + 0.5))
        best = np.maximum.reduceat(score * self.saturation, self.starts)
        order = np.argsort(-best, kind="stable")[:limit]
        return [(self.names[i], float(best[i])) for i in order if best[i] > 0]
