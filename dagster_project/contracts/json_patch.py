"""A JSON Patch as people and shells hand it over: text."""

from __future__ import annotations

from pydantic_core import from_json

from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import JsonPatch

_EXAMPLE = 'Write a list, for example [{"op": "remove", "path": "/steps/1"}].'


def read_patch(text: str, where: str = "the patch") -> JsonPatch:
    """The operations; whether they fit a plan is not looked at. Raises: InvalidRequest."""
    try:
        read = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidRequest(f"{where} is no JSON: {error}.", _EXAMPLE) from None
    if not isinstance(read, list) or not all(isinstance(change, dict) for change in read):
        raise InvalidRequest(f"{where} is no list of operations.", _EXAMPLE)
    return tuple(read)
