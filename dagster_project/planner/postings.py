"""Names to the places they occur at, packed: an inverted index in two arrays."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import numpy as np

N = TypeVar("N", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Postings(Generic[N]):
    """Shape: the places of name `i` are `places[starts[i]:starts[i + 1]]`, rising."""

    names: tuple[N, ...]
    number: dict[N, int]
    """Name to its place in `names`."""
    starts: np.ndarray
    places: np.ndarray

    @classmethod
    def build(cls, held: Sequence[Iterable[N]]) -> Postings[N]:
        """Of the names that are held at each place, each once."""
        import numpy as np

        number: dict[N, int] = {}
        numbers: list[int] = []
        counts: list[int] = []
        for names in held:
            before = len(numbers)
            numbers.extend(number.setdefault(name, len(number)) for name in names)
            counts.append(len(numbers) - before)
        which = np.array(numbers, dtype=np.int32)
        where = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        order = np.argsort(which, kind="stable")
        starts = np.zeros(len(number) + 1, dtype=np.int64)
        np.cumsum(np.bincount(which, minlength=len(number)), out=starts[1:])
        return cls(tuple(number), number, starts, where[order])

    def at(self, number: int) -> np.ndarray:
        """Places of a name by its number."""
        return self.places[self.starts[number] : self.starts[number + 1]]

    def of(self, name: N) -> np.ndarray:
        """Places of a name; none for one that is not there."""
        number = self.number.get(name)
        return self.places[:0] if number is None else self.at(number)

    def sum_by_place(self, weight: np.ndarray, places: int) -> np.ndarray:
        """The weights of all names at each place, added up."""
        import numpy as np

        counts = np.diff(self.starts)
        return np.bincount(self.places, weights=np.repeat(weight, counts), minlength=places).astype(
            np.float32
        )
