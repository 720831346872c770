"""The places where two records differ, as paths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from dagster_project.contracts.trace_diff import Change
from dagster_project.traces.diff.pairing import Pairing
from dagster_project.traces.diff.what_matters import (
    CELLS,
    ITEM_KEYS,
    NAMES,
    NO_FIELDS,
    VERSIONED,
    VOLATILE,
    without_version,
)

ABSENT: Any = object()
_COMPOUND = (BaseModel, Mapping, list, tuple)
SHOWN_CHARACTERS = 400
_CUT_LIST = 8
_EMPTY: tuple[Any, ...] = (None, [], {}, "")


def changes(
    left: object, right: object, pairing: Pairing, path: str = "", leave: Iterable[str] = ()
) -> list[Change]:
    """Every place that differs and matters. `leave` names fields that others compare."""
    walk = _Walk(pairing, frozenset(leave))
    walk.go(left, right, path)
    return walk.found


def same_cell(left: object, right: object) -> bool:
    """Equal as data: 1 is 1.0 but not true; what is no number is nothing, as the store keeps it."""
    if left == right:
        return left.__class__ is right.__class__ or bool not in (left.__class__, right.__class__)
    return is_nothing(left) and is_nothing(right)


def is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, float) and not isfinite(value))


class _Walk:
    def __init__(self, pairing: Pairing, leave: frozenset[str]) -> None:
        self.pairing = pairing
        self.leave = leave
        self.found: list[Change] = []

    def go(self, left: Any, right: Any, path: str) -> None:
        if isinstance(left, BaseModel) and left.__class__ is right.__class__:
            self._model(left, right, path)
        elif isinstance(left, Mapping) and isinstance(right, Mapping):
            for key in (*left, *(k for k in right if k not in left)):
                here = f"{path}/{key}"
                self.go(left.get(key, ABSENT), right.get(key, ABSENT), here)
        elif isinstance(left, list | tuple) and isinstance(right, list | tuple):
            self._items(left, right, path)
        elif not self._same(left, right):
            self.found.append(Change(path=path, left=_plain(left), right=_plain(right)))

    def _model(self, left: BaseModel, right: BaseModel, path: str) -> None:
        kind: Any = left.__class__
        volatile = VOLATILE.get(kind, NO_FIELDS) | self.leave
        versioned = VERSIONED.get(kind, NO_FIELDS)
        names = NAMES.get(kind, NO_FIELDS)
        cells = CELLS.get(kind, NO_FIELDS)
        others = right.__dict__
        for field, value in left.__dict__.items():
            if field in volatile:
                continue
            other, here = others[field], f"{path}/{field}"
            if field in versioned:
                self.go(without_version(value), without_version(other), here)
            elif field in names:
                self.go(value, self._named(other), here)
            elif field in cells:
                if not same_cell(value, other):
                    self.found.append(Change(path=here, left=value, right=other))
            else:
                self.go(value, other, here)

    def _named(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.pairing.name(value)
        if isinstance(value, Mapping):
            return {self.pairing.name(key): item for key, item in value.items()}
        return tuple(self.pairing.name(item) for item in value)

    def _items(self, left: Sequence[Any], right: Sequence[Any], path: str) -> None:
        if not any(isinstance(item, _COMPOUND) for item in (*left, *right)):
            self._scalars(left, right, path)
            return
        before = self._keyed(left, self.pairing.left_id)
        after = self._keyed(right, self.pairing.right_id, rename=True)
        renamed = before and after and len(left) == len(right) and not before.keys() & after.keys()
        if before is None or after is None or renamed:
            before = dict(enumerate(left))
            after = dict(enumerate(right))
        for key in (*before, *(k for k in after if k not in before)):
            self.go(before.get(key, ABSENT), after.get(key, ABSENT), f"{path}/{key}")
        shared = [key for key in before if key in after]
        moved = [key for key in after if key in before]
        if shared != moved:
            self.found.append(Change(path=f"{path}/order", left=shared, right=moved))

    def _scalars(self, left: Sequence[Any], right: Sequence[Any], path: str) -> None:
        """One change: what only the left has and what only the right has, or both as they stand."""
        if len(left) == len(right) and all(map(self._same, left, right)):
            return
        before, after = Counter(map(_typed, left)), Counter(map(_typed, right))
        gone = [value for _, value in (before - after).elements()]
        come = [value for _, value in (after - before).elements()]
        whole = not gone and not come
        self.found.append(
            Change(
                path=f"{path}/order" if whole else path,
                left=_plain(left if whole else gone),
                right=_plain(right if whole else come),
            )
        )

    def _keyed(
        self, items: Sequence[Any], own_id: str, *, rename: bool = False
    ) -> dict[Any, Any] | None:
        """Items by what names them; None when nothing does."""
        if not items:
            return {}
        first: Any = items[0]
        if not isinstance(first, BaseModel):
            return None
        kind: Any = first.__class__
        field = next((name for name in ITEM_KEYS if name in first.__dict__), None)
        if field is None:
            return None
        named = rename and field in NAMES.get(kind, NO_FIELDS)
        versioned = field in VERSIONED.get(kind, NO_FIELDS)
        keyed: dict[Any, Any] = {}
        for item in items:
            value = getattr(item, field, None)
            if not isinstance(value, str):
                return None
            value = self.pairing.name(value) if named else value.replace(own_id, "")
            keyed[without_version(value) if versioned else value] = item
        return keyed if len(keyed) == len(items) else None

    def _same(self, left: Any, right: Any) -> bool:
        if left is right:
            return True
        if isinstance(left, str) and isinstance(right, str):
            return self.pairing.same_text(left, right)
        if isinstance(left, datetime) and isinstance(right, datetime):
            return self.pairing.same_moment(left, right)
        if isinstance(left, str) or isinstance(right, str):
            # A free value that was a date or a decimal comes back from the store as text.
            left, right = (_as_kept(value) for value in (left, right))
            if isinstance(left, str) and isinstance(right, str):
                return self.pairing.same_text(left, right)
        return same_cell(left, right)


def _as_kept(value: Any) -> Any:
    return value if isinstance(value, str) or value is ABSENT else to_jsonable_python(value)


def _typed(value: Any) -> tuple[bool, Any]:
    return isinstance(value, bool), value


def _plain(value: Any) -> object:
    """A value as JSON has it, short enough to read."""
    if value is ABSENT:
        return None
    return _short(to_jsonable_python(value, inf_nan_mode="constants"))


def _short(plain: Any) -> object:
    if isinstance(plain, str):
        return plain if len(plain) <= SHOWN_CHARACTERS else f"{plain[:SHOWN_CHARACTERS]}…"
    if isinstance(plain, list):
        more = [f"… {len(plain) - _CUT_LIST} more"] if len(plain) > _CUT_LIST else []
        return [*map(_short, plain[:_CUT_LIST]), *more]
    if isinstance(plain, dict):
        return {key: _short(item) for key, item in plain.items() if item not in _EMPTY}
    return plain
