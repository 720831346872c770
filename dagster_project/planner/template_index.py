"""Verified queries found for a question: by what it means and by its words, best first.

The meaning is the same in Korean and English; the words find what the catalogs have no name for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.contracts.value import Text
from dagster_project.planner.link import Linked
from dagster_project.planner.meaning_index import MeaningIndex
from dagster_project.planner.templates import Feature, Template, features
from dagster_project.planner.word_grams import plain_words, words_without
from dagster_project.planner.word_index import WordIndex

if TYPE_CHECKING:
    import numpy as np

_MEANING_SHARE = 0.9
"""Of the meaning in a score; the rest is the words'. See benchmarks/template_retrieval.py."""
_UNKNOWN_SHARE = 0.3
"""Less of it where the catalogs know nothing of what is said."""
_NAMED = ("entity", "time", "number", "quoted")
"""Tokens that say which one, not what about it: their words are left out."""


@dataclass(frozen=True, slots=True)
class TemplateIndex:
    """Immutable; a template's score is that of its best example or title."""

    templates: tuple[Template, ...]
    """In order of their names, which is how ties are broken."""
    number: dict[str, int]
    """Name to its place in `templates`."""
    meanings: MeaningIndex
    meaning_starts: np.ndarray
    texts: WordIndex
    text_starts: np.ndarray
    examples: tuple[str, ...]
    """The text of each place of `texts`, as it was written; empty for a title."""

    @classmethod
    def build(
        cls,
        templates: Sequence[Template],
        titles: Mapping[str, Text],
        descriptions: Mapping[str, str],
    ) -> TemplateIndex:
        """Reads nothing again: the features are those of the templates."""
        import numpy as np

        ordered = tuple(sorted(templates, key=lambda t: t.query))
        said: list[tuple[Feature, ...]] = []
        meant_by: list[int] = []
        texts: list[tuple[str, list[str]]] = []
        written_by: list[int] = []
        for place, template in enumerate(ordered):
            own = template.examples or ((),)
            said += own
            meant_by += [place] * len(own)
            title, about = titles.get(template.query), descriptions.get(template.query, "")
            found = list(_texts(template, title, about)) or [("", [])]
            texts += found
            written_by += [place] * len(found)
        places = np.arange(len(ordered))
        return cls(
            templates=ordered,
            number={t.query: i for i, t in enumerate(ordered)},
            meanings=MeaningIndex.build(said, meant_by),
            meaning_starts=np.searchsorted(np.array(meant_by), places),
            texts=WordIndex.build([words for _, words in texts], written_by),
            text_starts=np.searchsorted(np.array(written_by), places),
            examples=tuple(text for text, _ in texts),
        )

    def best(
        self, linked: Linked, limit: int, allowed: Callable[[str], bool] = lambda _: True
    ) -> tuple[tuple[str, float], ...]:
        """Names and scores of the best ones that are allowed, at most `limit`."""
        return self.nearest(linked).best(limit, allowed)

    def nearest(self, linked: Linked) -> Nearest:
        """Every template scored for one question."""
        import numpy as np

        if not self.templates:
            nothing = np.zeros(0, dtype=np.float32)
            return Nearest(self, nothing, nothing)
        asked = features(linked)
        meant = self.meanings.scores(asked)
        named = [(t.start, t.end) for t in linked.tokens if t.kind in _NAMED]
        written = self.texts.scores(plain_words(linked.question, named))
        by_meaning = np.maximum.reduceat(meant, self.meaning_starts)
        by_words = np.maximum.reduceat(written, self.text_starts)
        share = _MEANING_SHARE - _UNKNOWN_SHARE * _unknown(asked)
        score = share * by_meaning + (1 - share) * by_words
        return Nearest(self, np.round(score, 4), written)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The scores of one question."""

    index: TemplateIndex
    score: np.ndarray
    """Of each template, from 0 to 1."""
    written: np.ndarray
    """Of each text."""

    def best(
        self, limit: int, allowed: Callable[[str], bool] = lambda _: True
    ) -> tuple[tuple[str, float], ...]:
        found: list[tuple[str, float]] = []
        for place in self._in_order(limit):
            query = self.index.templates[place].query
            if allowed(query):
                found.append((query, round(float(self.score[place]), 4)))
                if len(found) == limit:
                    break
        return tuple(found)

    def _in_order(self, limit: int) -> Iterator[int]:
        """Places from the best down to score 0; equal scores in order of names."""
        import numpy as np

        many = len(self.score)
        done, wanted = 0, max(64, 4 * limit)
        while done < many:
            wanted = min(many, wanted)
            least = np.partition(self.score, many - wanted)[many - wanted]
            place = np.flatnonzero((self.score >= least) & (self.score > 0))
            place = place[np.argsort(-self.score[place], kind="stable")]
            yield from (int(p) for p in place[done:])
            done, wanted = max(len(place), wanted), 8 * wanted

    def examples_of(self, query: str, most: int) -> tuple[str, ...]:
        """The query's own examples, those whose words are most like the question's first."""
        index = self.index
        place = index.number[query]
        start = int(index.text_starts[place])
        end = len(index.examples)
        if place + 1 < len(index.text_starts):
            end = int(index.text_starts[place + 1])
        written = [n for n in range(start, end) if index.examples[n]]
        written.sort(key=lambda n: -float(self.written[n]))
        return tuple(index.examples[n] for n in written[:most])


def _unknown(asked: tuple[Feature, ...]) -> float:
    """Share of what is said, by weight, that no catalog and no cue explains."""
    whole = sum(feature.weight for feature in asked)
    unknown = sum(feature.weight for feature in asked if feature.token.kind == "unknown")
    return unknown / whole if whole else 1.0


def _texts(
    template: Template, title: Text | None, description: str
) -> Iterator[tuple[str, list[str]]]:
    """Each text with the words to find it by; of an example, without the things it names."""
    said = {
        feature.token.text
        for example in template.examples
        for feature in example
        if feature.token.kind in _NAMED and len(feature.token.text) > 1
    }
    for example in template.spec.examples.all():
        yield example, words_without(example, said)
    for text in (*((title.ko, title.en) if title else ()), description):
        if text:
            yield "", words_without(text, ())
