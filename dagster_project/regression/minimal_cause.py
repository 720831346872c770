"""The smallest set of changes that, taken back, cures: searched by halves. Pure.

One culprit among n changes takes about log2(n) tries, k of them k times as many. Putting back more
is taken to cure no less; where that does not hold, the set found still cures, and no single item of
it can be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)
MOST_TRIES = 200


@dataclass(frozen=True, slots=True)
class Cause(Generic[T]):
    items: frozenset[T] | None
    """None: not even all of them together cure."""
    tried: int
    """Different sets that were tried."""
    smallest: bool = True
    """False: the bound on tries ended the search; the items cure, perhaps fewer would."""


class _OutOfTries(Exception):
    """The search has used up what it was given."""


def minimal_cause(
    items: Sequence[T],
    cured_without: Callable[[frozenset[T]], bool | None],
    most_tries: int = MOST_TRIES,
) -> Cause[T]:
    """`cured_without(back)`: True, it is cured with these taken back; None, that cannot be said.

    Halves are cut from the front: give first what can best be taken back by itself.
    """
    search = _Search(cured_without, most_tries)
    try:
        search.by_halves(tuple(dict.fromkeys(items)))
        search.leave_out_one_by_one()
    except _OutOfTries:
        return Cause(search.best, len(search.known), smallest=False)
    return Cause(search.best, len(search.known))


class _Search(Generic[T]):
    """The sets tried so far, and the smallest one that cures."""

    def __init__(self, cured: Callable[[frozenset[T]], bool | None], most: int) -> None:
        self._cured, self._most = cured, most
        self.known: dict[frozenset[T], bool | None] = {}
        self.best: frozenset[T] | None = None

    def by_halves(self, items: tuple[T, ...]) -> None:
        """Find the shortest beginning that cures, keep its last item, and go on before it."""
        needed: frozenset[T] = frozenset()
        if not items or not self._cures(frozenset(items)):
            return
        while items:
            fails, cures = 0, len(items)
            if needed and self._cures(needed):
                return
            while cures - fails > 1:
                middle = (fails + cures) // 2
                if self._cures(needed | frozenset(items[:middle])):
                    cures = middle
                else:
                    fails = middle
            needed |= {items[cures - 1]}
            items = items[: cures - 1]

    def leave_out_one_by_one(self) -> None:
        """For changes that must go together, or undo each other."""
        for item in sorted(self.best or (), key=str):
            if self.best is not None and len(self.best) > 1 and item in self.best:
                self._cures(self.best - {item})

    def _cures(self, back: frozenset[T]) -> bool:
        if back not in self.known:
            if len(self.known) >= self._most:
                raise _OutOfTries
            self.known[back] = self._cured(back)
        if self.known[back] and (self.best is None or len(back) < len(self.best)):
            self.best = back
        return self.known[back] is True
