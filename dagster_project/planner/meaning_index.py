"""Examples by what they mean: features shared with a question, the rare ones weighing more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dagster_project.planner.postings import Postings
from dagster_project.planner.templates import Feature
from dagster_project.planner.word_index import rarity

if TYPE_CHECKING:
    import numpy as np

Group = frozenset[str]
"""The names of a feature: what one word may mean. Two groups meet when they share a name."""
_OPTIONAL = ("time", "recent", "number")
"""An example need not be asked with them: parameters have defaults."""
_ABOUT = 0.4
"""Another value of the same column, or another metric, counts this much of the feature."""


@dataclass(frozen=True, slots=True)
class MeaningIndex:
    """Groups to examples. Shape: examples of one template stand side by side."""

    groups: Postings[Group]
    amounts: np.ndarray
    """Beside `groups.places`: how much of the group that example says, before rarity."""
    by_name: dict[str, tuple[int, ...]]
    """Name to the groups that hold it."""
    rarity: np.ndarray
    """Of each group."""
    example_weight: np.ndarray
    """Of all that each example says and a question must say too."""
    most: float

    @classmethod
    def build(cls, examples: Sequence[tuple[Feature, ...]], owners: Sequence[int]) -> MeaningIndex:
        import numpy as np

        said = [amounts_of(example) for example in examples]
        groups = Postings.build(said)
        rare = rarity(groups, np.asarray(owners, dtype=np.int32))
        names = [range(groups.starts[i], groups.starts[i + 1]) for i in range(len(groups.names))]
        amounts = np.empty(len(groups.places), dtype=np.float32)
        needed = np.zeros(len(examples), dtype=np.float32)
        for group, span in zip(groups.names, names, strict=True):
            own = float(rare[groups.number[group]])
            for at in span:
                place = int(groups.places[at])
                amounts[at] = said[place][group]
                needed[place] += 0.0 if _is_optional(group) else said[place][group] * own
        by_name: dict[str, list[int]] = {}
        for number, group in enumerate(groups.names):
            for name in group:
                by_name.setdefault(name, []).append(number)
        kept = {name: tuple(numbers) for name, numbers in by_name.items()}
        return cls(groups, amounts, kept, rare, needed, float(rare.max(initial=1.0)))

    def scores(self, asked: Iterable[Feature]) -> np.ndarray:
        """How much each example means the same. Shape: one number from 0 to 1 for each."""
        import numpy as np

        matched = np.zeros(len(self.example_weight), dtype=np.float32)
        extra = np.zeros_like(matched)
        total = 0.0
        for group, amount in amounts_of(asked).items():
            near = sorted({n for name in group for n in self.by_name.get(name, ())})
            weight = min((float(self.rarity[n]) for n in near), default=self.most)
            total += amount * weight
            met = np.zeros_like(matched)
            for number in near:
                span = slice(self.groups.starts[number], self.groups.starts[number + 1])
                met[self.groups.places[span]] = self.amounts[span]
            np.minimum(met, amount, out=met)
            matched += weight * met
            if _is_optional(group):
                extra += weight * met
        whole = total + self.example_weight + extra
        return np.minimum(2 * matched / np.maximum(whole, 1e-6), 1.0)


def amounts_of(said: Iterable[Feature]) -> dict[Group, float]:
    """How much of each group is said; what a value or a metric is about counts apart."""
    found: dict[Group, float] = {}
    for feature in said:
        found[feature.names] = found.get(feature.names, 0.0) + feature.weight
        about = _about(feature.names)
        if about:
            found[about] = found.get(about, 0.0) + _ABOUT * feature.weight
    return found


@lru_cache(maxsize=8_192)
def _about(group: Group) -> Group:
    """The columns whose values it may be, and whether it may be a metric."""
    values = {
        "about:" + name.removeprefix("value:").partition("=")[0]
        for name in group
        if name.startswith("value:")
    }
    metric = {"about:metric" for name in group if name.startswith("metric:")}
    return frozenset(values | metric)


def _is_optional(group: Group) -> bool:
    return all(name in _OPTIONAL for name in group)
