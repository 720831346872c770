"""Any JSON to the form of a reply: harmless slips are forgiven, all else is told."""

from __future__ import annotations

import math
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError

from dagster_project.contracts.plan_reply import (
    PlanReply,
    ReplyGroup,
    ReplyMissing,
    ReplyNodes,
    ReplyOrder,
    ReplyParam,
    ReplyStep,
)
from dagster_project.contracts.value import Value
from dagster_project.planner.reply.problems import Problems, shown

_LONGEST_LIST = 60
_LONGEST_TEXT = 2_000
_LONGEST_WHOLE = 10**15
_MISSING = object()
_BROKEN = object()
_SAME = {"==": "=", "<>": "!=", "≥": ">=", "≤": "<=", "mean": "avg", "average": "avg"}
_FROM_TEXT: dict[type[Value], str] = {ReplyGroup: "column", ReplyOrder: "by"}
_DEFAULTS: dict[tuple[type[Value], str], object] = {
    (PlanReply, "reasoning"): "",
    (ReplyMissing, "mention"): "",
    (ReplyStep, "id"): "",
}
_WITHOUT_EFFECT = {(PlanReply, "reasoning"), (PlanReply, "intent")}
"""Read by people in the record of the call, never by us."""


def shape_reply(parsed: Any, problems: Problems) -> PlanReply:
    """Missing nullable fields, one value for a list and unknown fields are harmless.

    Raises: OutOfContract.
    """
    fitted = _Fit(problems).model(PlanReply, parsed, "")
    problems.raise_any()
    try:
        return PlanReply.model_validate(fitted)
    except ValidationError as wrong:
        for error in wrong.errors(include_url=False, include_input=False)[:3]:
            place = ".".join(str(part) for part in error["loc"])
            problems.say(f"{place}: {error['msg']}")
    problems.raise_any()
    raise AssertionError("a reply that is not valid has problems")


class _Fit:
    """Walks along the form, never along the reply: what the form does not know has no effect."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def model(self, form: type[Value], given: Any, path: str) -> Any:
        key = _FROM_TEXT.get(form)
        if key is not None and isinstance(given, str):
            given = {key: given}
        if form is ReplyNodes and given is None:
            given = {}
        if not isinstance(given, dict):
            return self._wrong(path, given, "an object")
        fitted: dict[str, Any] = {}
        for name, field in form.model_fields.items():
            place = f"{path}.{name}" if path else name
            value = given.get(name, _MISSING)
            if (form, name) in _WITHOUT_EFFECT:
                fitted[name] = _DEFAULTS.get((form, name))
            elif value is _MISSING:
                fitted[name] = self._missing(form, name, field.annotation, place)
            else:
                fitted[name] = self.value(field.annotation, value, place)
        return fitted

    def value(self, form: Any, given: Any, path: str) -> Any:
        origin, inner = get_origin(form), get_args(form)
        if origin in (Union, UnionType):
            if given is None and type(None) in inner:
                return None
            kinds = [kind for kind in inner if kind is not type(None)]
            return (
                self._scalar(given, path) if len(kinds) > 1 else self.value(kinds[0], given, path)
            )
        if origin is list:
            return self._list(inner[0], given, path)
        if origin is Literal:
            return self._one_of(inner, given, path)
        if isinstance(form, type) and issubclass(form, Value):
            return self.model(form, given, path)
        readers = {bool: self._yes_or_no, int: self._whole, str: self._text}
        return readers[form](given, path)

    def _missing(self, form: type[Value], name: str, annotation: Any, path: str) -> Any:
        if (form, name) in _DEFAULTS:
            return _DEFAULTS[form, name]
        if get_origin(annotation) is list:
            return []
        if type(None) in get_args(annotation):
            return None
        if annotation is bool:
            return False
        if annotation is ReplyNodes:
            return self.model(ReplyNodes, None, path)
        self.problems.say(f"{path} is missing")
        return _BROKEN

    def _list(self, form: Any, given: Any, path: str) -> Any:
        if given is None:
            return []
        if form is ReplyParam and isinstance(given, dict) and "name" not in given:
            given = [{"name": name, "values": value} for name, value in given.items()]
        items = given if isinstance(given, list) else [given]
        if len(items) > _LONGEST_LIST:
            self.problems.say(f"{path} has {len(items)} entries, {_LONGEST_LIST} are the most")
            return []
        return [self.value(form, item, f"{path}[{place}]") for place, item in enumerate(items)]

    def _one_of(self, allowed: tuple[str, ...], given: Any, path: str) -> Any:
        text = given.strip().lower() if isinstance(given, str) else given
        text = _SAME.get(text, text) if isinstance(text, str) else text
        if isinstance(text, str) and text in allowed:
            return text
        return self._wrong(path, given, f"one of {', '.join(allowed)}")

    def _scalar(self, given: Any, path: str) -> Any:
        if isinstance(given, str):
            return self._text(given, path)
        if isinstance(given, bool) or (isinstance(given, int) and abs(given) < _LONGEST_WHOLE):
            return given
        if isinstance(given, float) and math.isfinite(given):
            return given
        return self._wrong(path, given, "a text, a number, true or false")

    def _yes_or_no(self, given: Any, path: str) -> Any:
        if given is None:
            return False
        return given if isinstance(given, bool) else self._wrong(path, given, "true or false")

    def _whole(self, given: Any, path: str) -> Any:
        if isinstance(given, str) and given.strip().isdecimal() and len(given) < 16:
            given = int(given)
        if isinstance(given, float) and math.isfinite(given) and given == int(given):
            given = int(given)
        if isinstance(given, int) and not isinstance(given, bool) and abs(given) < _LONGEST_WHOLE:
            return given
        return self._wrong(path, given, "a whole number")

    def _text(self, given: Any, path: str) -> Any:
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            given = self._scalar(given, path)
            return given if given is _BROKEN else str(given)
        if not isinstance(given, str):
            return self._wrong(path, given, "a text")
        if len(given) > _LONGEST_TEXT or (not given.isascii() and _has_half_letters(given)):
            return self._wrong(path, given, "a short readable text")
        return given

    def _wrong(self, path: str, given: Any, expected: str) -> Any:
        self.problems.say(f"{path or 'the reply'} is {shown(given)}; expected {expected}")
        return _BROKEN


def _has_half_letters(text: str) -> bool:
    """Halves of surrogate pairs, which no text of ours can hold."""
    return any("\ud800" <= c <= "\udfff" for c in text)
