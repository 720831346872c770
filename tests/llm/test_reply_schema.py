"""The strict JSON Schema that a model is given for its reply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pytest

from dagster_project.contracts.plan_reply import PlanReply, ReplyFilter, SummaryReply
from dagster_project.contracts.value import Value
from dagster_project.llm.reply_schema import reply_schema
from tests.model_server import example_of


class Inner(Value):
    """One. Two."""

    title: str
    """What it is called."""
    default: int | None = 3


class Outer(Value):
    inner: Inner
    """Not beside a reference."""
    many: tuple[Inner, ...] = ()
    kind: Literal["a", "b"]


class Free(Value):
    mapping: dict[str, str]


class Anything(Value):
    value: Any


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema."""
    if isinstance(schema, dict):
        yield schema
        for key in ("properties", "$defs"):
            for one in schema.get(key, {}).values():
                yield from nodes(one)
        yield from nodes(schema.get("items"))
        for one in schema.get("anyOf", []):
            yield from nodes(one)


@pytest.mark.parametrize("model", [PlanReply, SummaryReply, Outer])
def test_every_object_is_closed(model: type[Value]) -> None:
    """Strict: each object has all its properties required and takes no other."""
    found = list(nodes(reply_schema(model).schema))
    objects = [one for one in found if one.get("type") == "object"]
    assert objects
    for one in objects:
        assert one["required"] == list(one["properties"])
        assert one["additionalProperties"] is False
    known = {"type", "enum", "const", "anyOf", "items", "properties", "required", "$ref", "$defs"}
    assert {key for one in found for key in one} <= known | {"description", "additionalProperties"}


@pytest.mark.parametrize("model", [PlanReply, SummaryReply, Outer])
def test_what_fits_the_schema_fits_the_model(model: type[Value]) -> None:
    """An instance of the schema is read by the model, and has a field for each of the model's."""
    example = example_of(reply_schema(model).schema)
    assert set(example) == set(model.model_fields)
    model.model_validate(example)


def test_docstrings_describe() -> None:
    """Docstrings of models and fields are the descriptions; names like `title` stay properties."""
    schema = reply_schema(Outer).schema
    inner = schema["$defs"]["Inner"]
    assert inner["description"] == "One. Two."
    assert inner["properties"]["title"] == {"type": "string", "description": "What it is called."}
    assert "default" not in inner["properties"]["default"]
    assert schema["properties"]["inner"] == {"$ref": "#/$defs/Inner"}
    described = reply_schema(PlanReply).schema["$defs"]["ReplyFilter"]["properties"]["column"]
    assert described["description"].startswith("`schema.table.column`")
    assert ReplyFilter.model_fields["column"].description is None


def test_it_is_made_once() -> None:
    """The same model has the same schema object, under a name that endpoints take."""
    assert reply_schema(PlanReply) is reply_schema(PlanReply)
    assert reply_schema(PlanReply).name == "plan_reply"


@pytest.mark.parametrize("model", [Free, Anything])
def test_a_free_form_is_refused(model: type[Value]) -> None:
    """A mapping of any names, or anything at all, has no strict schema: it says where."""
    with pytest.raises(TypeError, match=model.__name__):
        reply_schema(model)
