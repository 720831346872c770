"""What is made of a release on first use and then kept with it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")
_MOST_OF_A_KIND = 32


class Kept:
    """Values by kind and key. Safe from many threads; each value is made once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[str, dict[Hashable, Any]] = {}

    def get(self, kind: str, key: Hashable, make: Callable[[], T]) -> T:
        """The value, made now if it is not there; of one kind the latest few stay."""
        found = self._made.get(kind, {}).get(key, _NOTHING)
        if found is _NOTHING:
            with self._lock:
                of_kind = self._made.setdefault(kind, {})
                found = of_kind.get(key, _NOTHING)
                if found is _NOTHING:
                    found = make()
                    if len(of_kind) >= _MOST_OF_A_KIND:
                        of_kind = {}
                    self._made[kind] = {**of_kind, key: found}
        return cast(T, found)


_NOTHING = object()
