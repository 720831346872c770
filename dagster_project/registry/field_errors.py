"""pydantic's errors → problems in the words of someone who writes YAML."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dagster_project.registry.problem import CREDENTIALS, Problem, listed, nearest, shown
from dagster_project.registry.read_yaml import Path

_SECRET_NAME = re.compile(r"(?i)(password|passwd|pwd|secret|token|api_?key|credential)")
_REFERENCE = "a reference, never the secret: `password_ref: env:NAME` or `file:/path`"
_EXPECTED = {
    "string_type": "a text; put quotes around it",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "datetime_from_date_parsing": "a time such as 2026-01-05T09:00:00+09:00",
    "datetime_parsing": "a time such as 2026-01-05T09:00:00+09:00",
    "datetime_type": "a time such as 2026-01-05T09:00:00+09:00",
    "date_from_datetime_parsing": "a date such as 2026-01-05",
    "date_parsing": "a date such as 2026-01-05",
}


def field_problems(
    error: ValidationError, model: type[BaseModel], document: object, prefix: Path
) -> list[Problem]:
    """One problem per place, in the document's order. `document` is what `model` refused."""
    by_place: dict[Path, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        beyond = 1 if detail["type"] == "missing" else 0
        place = _in_document(detail["loc"], document, beyond)
        by_place.setdefault(place, []).append(detail)
    return [_problem(place, details, model, prefix + place) for place, details in by_place.items()]


def _in_document(loc: tuple[int | str, ...], document: object, beyond: int) -> Path:
    """The part of pydantic's location that is in the document; union members are left out."""
    place: list[int | str] = []
    current: Any = document
    for step in loc[: len(loc) - beyond]:
        if _leads_on(current, step):
            current = current[step]
            place.append(step)
    return (*place, *loc[len(loc) - beyond :])


def _leads_on(document: object, step: int | str) -> bool:
    if isinstance(document, list):
        return isinstance(step, int)
    return isinstance(document, dict) and step in document


def _problem(place: Path, details: list[ErrorDetails], model: type[BaseModel], at: Path) -> Problem:
    detail, kind = details[0], details[0]["type"]
    if len(details) > 1:
        expected = " or ".join(dict.fromkeys(_expected(d) for d in details))
        return Problem("CFG022", at, f"{shown(detail['input'])} has the wrong type", expected)
    if kind == "missing":
        return Problem("CFG021", at, f"{place[-1]!r} is missing", f"a field {place[-1]!r} here")
    if kind == "extra_forbidden":
        return _unknown_field(place, model, at)
    if kind == "value_error":
        return Problem("CFG025", at, detail["msg"].removeprefix("Value error, "), "its payload")
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
        wrong = f"{shown(detail['input'])} is not allowed"
        return Problem("CFG023", at, wrong, listed(allowed, 20), nearest(detail["input"], allowed))
    if kind in _EXPECTED or kind.endswith(("_type", "_parsing")):
        wrong = f"{shown(detail['input'])} has the wrong type"
        return Problem("CFG022", at, wrong, _expected(detail))
    return _wrong_form(place, detail, at)


def _wrong_form(place: Path, detail: ErrorDetails, at: Path) -> Problem:
    value = detail["input"]
    if str(place[-1]).endswith("_ref") or (isinstance(value, str) and CREDENTIALS.search(value)):
        return Problem("CFG026", at, "a secret may not stand in a file", _REFERENCE)
    wrong = f"{shown(value)} does not fit"
    return Problem("CFG024", at, wrong, _expected(detail))


def _expected(detail: ErrorDetails) -> str:
    said = _EXPECTED.get(detail["type"])
    if said:
        return said
    message = detail["msg"].removeprefix("Input should be ").removeprefix("String should ")
    return message[0].lower() + message[1:]


def _unknown_field(place: Path, model: type[BaseModel], at: Path) -> Problem:
    name = str(place[-1])
    if _SECRET_NAME.search(name):
        return Problem("CFG026", at, f"{name!r} may not stand in a file", _REFERENCE)
    names = fields_at(model, place[:-1])
    return Problem(
        "CFG020", at, f"unknown field {name!r}", f"one of {listed(names, 20)}", nearest(name, names)
    )


def fields_at(model: type[BaseModel], place: Path) -> tuple[str, ...]:
    """The field names a mapping at this place may have; empty when it is not a record."""
    current: list[Any] = [model]
    for step in place:
        current = [inner for annotation in current for inner in _inside(annotation, step)]
    models = [a for a in current if isinstance(a, type) and issubclass(a, BaseModel)]
    return tuple(sorted({name for found in models for name in found.model_fields}))


def _inside(annotation: Any, step: int | str) -> Iterable[Any]:
    """The types that one key or index leads to."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(str(step))
        return _members(field.annotation) if field else ()
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple and isinstance(step, int):
        return _members(arguments[0])
    if get_origin(annotation) is dict:
        return _members(arguments[1])
    return ()


def _members(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in (Union, types.UnionType):
        return get_args(annotation)
    return (annotation,)
