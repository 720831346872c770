"""Descriptions of real APIs are read in full; broken ones as far as they go."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.facts import OperationFacts
from sources.http_api.openapi import (
    ApiFacts,
    UnreadableDescription,
    parse_description,
    read_openapi,
)

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "openapi"
REAL_FILES = {
    "petstore.openapi.yaml": 8,
    "alertmanager-v2.swagger.yaml": 6,
    "opsgenie.swagger.json": 65,
}


def real(name: str) -> dict[str, Any]:
    if not (REAL / name).exists():
        pytest.skip(f"{REAL / name} is not here")
    return yaml.safe_load((REAL / name).read_text())


def by_path(facts: ApiFacts) -> dict[str, OperationFacts]:
    return {operation.path: operation for operation in facts.operations}


def describe(schema: object, path: str = "/orders", **operation: object) -> OperationFacts:
    content = {"application/json": {"schema": schema}}
    get = {"responses": {"200": {"content": content}}} | operation
    (found,) = read_openapi({"openapi": "3.1.0", "paths": {path: {"get": get}}}).operations
    return found


@pytest.mark.parametrize("name", REAL_FILES)
def test_every_get_of_real_documents_is_found(name: str) -> None:
    """Paths, path parameters and success fields equal a count made straight from the document."""
    document = real(name)
    gets = {path: item["get"] for path, item in document["paths"].items() if "get" in item}
    facts = read_openapi(parse_description((REAL / name).read_bytes()))
    assert len(gets) == REAL_FILES[name]
    assert set(by_path(facts)) == set(gets)
    assert len({operation.id for operation in facts.operations}) == len(gets)
    for path, get in gets.items():
        listed = [*document["paths"][path].get("parameters", []), *get.get("parameters", [])]
        followed = [_follow(document, one) for one in listed]
        wanted = {(p["name"], p["in"]) for p in followed}
        assert {(p.name, p.place) for p in by_path(facts)[path].params} == wanted
        assert by_path(facts)[path].comment


@pytest.mark.parametrize("name", REAL_FILES)
def test_columns_of_real_documents_are_fields_of_their_rows(name: str) -> None:
    """Where an answer is a plain list or object of a named schema, its fields are the columns."""
    document = real(name)
    facts, checked = by_path(read_openapi(document)), 0
    for path, operation in facts.items():
        schema = _answer_schema(document, path)
        if operation.rows != "$" or schema is None:
            continue
        row = _follow(document, schema)
        row = _follow(document, row["items"]) if row.get("type") == "array" else row
        if "allOf" not in row:
            assert [c.name for c in operation.columns] == list(row.get("properties", {}))
            checked += 1
    assert checked >= 1


def test_envelopes_of_real_documents_are_opened() -> None:
    """OpsGenie puts every answer in `data`, lists and single things; a pet's tags are no rows."""
    opsgenie = by_path(read_openapi(real("opsgenie.swagger.json")))
    assert opsgenie["/v2/alerts"].rows == "$.data"
    assert {"id", "tinyId", "message"} <= {c.name for c in opsgenie["/v2/alerts"].columns}
    assert opsgenie["/v2/alerts/{identifier}"].rows == "$.data"
    assert opsgenie["/v2/heartbeats"].rows == "$.data.heartbeats"
    petstore = by_path(read_openapi(real("petstore.openapi.yaml")))
    assert petstore["/pet/{petId}"].rows == "$"
    alerts = by_path(read_openapi(real("alertmanager-v2.swagger.yaml")))["/alerts"]
    types = {c.name: c.type for c in alerts.columns}
    assert types["startsAt"] == "timestamp"
    assert types["labels"] == "json"
    assert {p.name: p.type for p in alerts.params}["active"] == "boolean"


def _follow(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        found: Any = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def _answer_schema(document: dict[str, Any], path: str) -> dict[str, Any] | None:
    responses = document["paths"][path]["get"]["responses"]
    good = _follow(document, responses.get("200", responses.get(200, {})))
    content = good.get("content", {}).get("application/json", {})
    return good.get("schema", content.get("schema"))


# ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "kind", "nullable"),
    [
        ({"type": "string"}, "text", True),
        ({"type": ["string", "null"], "format": "date-time"}, "timestamp", True),
        ({"type": "string", "format": "date"}, "date", True),
        ({"type": "integer", "format": "int64"}, "integer", True),
        ({"type": ["integer", "number"]}, "number", True),
        ({"enum": ["a", "b"]}, "text", True),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer", True),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, "json", True),
        ({"allOf": [{"type": "string"}, {"format": "date"}]}, "text", True),
        ({"type": "array", "items": {"type": "string"}}, "json", True),
        ({}, "json", True),
        (True, "json", True),
    ],
)
def test_types(schema: object, kind: str, nullable: bool) -> None:
    """Types of all three generations become the seven column types."""
    row = {"type": "object", "properties": {"field": schema}}
    (column,) = describe({"type": "array", "items": row}).columns
    assert (column.type, column.nullable) == (kind, nullable)


def test_required_fields_are_not_nullable_and_parts_are_put_together() -> None:
    """allOf gathers properties and what is required; oneOf requires only what all require."""
    base = {"properties": {"id": {"type": "string"}}, "required": ["id"]}
    more = {"properties": {"cost": {"type": "number"}}, "required": ["cost"]}
    both = describe({"allOf": [base, more]})
    assert [(c.name, c.nullable) for c in both.columns] == [("id", False), ("cost", False)]
    either = describe({"oneOf": [base, more]})
    assert [(c.name, c.nullable) for c in either.columns] == [("id", True), ("cost", True)]


@pytest.mark.parametrize(
    ("properties", "rows"),
    [
        ({"items": "list", "total": "integer"}, "$.items"),
        ({"orders": "list", "page": "integer"}, "$.orders"),
        ({"anything": "list", "next_cursor": "string"}, "$.anything"),
        ({"data": "list", "included": "list", "meta": "object"}, "$.data"),
        ({"id": "string", "items": "list", "total": "number"}, "$"),
        ({"name": "string", "tags": "list"}, "$"),
        ({"odd-name": "list", "total": "integer"}, '$["odd-name"]'),
    ],
)
def test_where_the_rows_are(properties: dict[str, str], rows: str) -> None:
    """An envelope's list is found; a list among a thing's own fields is not taken for it."""
    things = {"type": "array", "items": {"type": "object", "properties": {"x": {}}}}
    fields = {n: things if kind == "list" else {"type": kind} for n, kind in properties.items()}
    assert describe({"type": "object", "properties": fields}).rows == rows


def test_references_that_lead_nowhere_or_round_are_notes() -> None:
    """Cycles, foreign files and missing targets cost their part of the answer, no more."""
    node = {"properties": {"child": {"$ref": "#/components/schemas/Node"}, "id": {}}}
    facts = read_openapi(
        {
            "openapi": "3.0.3",
            "paths": {
                "/a": {"get": {"responses": {"200": {"$ref": "#/components/responses/gone"}}}},
                "/b": {"get": {"parameters": [{"$ref": "other.yaml#/p"}]}},
                "/c": {"$ref": "#/paths/~1c"},
                "/d/{id}": _get({"$ref": "#/components/schemas/Node"}),
                "/e": _get({"$ref": "#/components/schemas/Ring"}),
                "no slash": {},
            },
            "components": {
                "schemas": {
                    "Node": node,
                    "Ring": {"allOf": [{"$ref": "#/components/schemas/Ring"}, node]},
                }
            },
        }
    )
    found = by_path(facts)
    assert set(found) == {"/a", "/b", "/d/{id}", "/e"}
    assert [c.name for c in found["/d/{id}"].columns] == ["child", "id"]
    assert [c.name for c in found["/e"].columns] == ["child", "id"]
    notes = "\n".join(facts.notes)
    for said in ("leads nowhere", "other.yaml", "circle", "no slash", "{id} is not described"):
        assert said in notes


def test_aliases_that_grow_without_end_do_not() -> None:
    """YAML aliases that stand for billions of values cost no time and no memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    text = "\n".join([*lines, "openapi: *a11", "paths: {/a: {get: *a11}, /b: *a11}"])
    facts = read_openapi(parse_description(text.encode()))
    assert facts.notes
    assert all(len(note) < 2_000 for note in facts.notes)


def test_parts_upon_parts_take_no_more_time_than_there_are_parts() -> None:
    """allOf of fifty references to a schema of fifty references, many deep, is read at once."""
    schemas = {
        f"S{n}": {"allOf": [{"$ref": f"#/components/schemas/S{n + 1}"}] * 50} for n in range(15)
    }
    schemas["S15"] = {"properties": {"id": {"type": "string"}}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/a": _get({"$ref": "#/components/schemas/S0"})},
        "components": {"schemas": schemas},
    }
    (operation,) = read_openapi(document).operations
    assert [c.name for c in operation.columns] == ["id"]


@pytest.mark.parametrize(
    "text", [b"", b"[1]", b"a: [", b"\xff\xfe\x00", b"<html></html>", b"a: b: c"]
)
def test_what_is_no_description_says_so(text: bytes) -> None:
    """Text that is neither JSON nor YAML, or no object, is one clear error."""
    with pytest.raises(UnreadableDescription):
        parse_description(text)


def _get(schema: object) -> dict[str, Any]:
    return {"get": {"responses": {200: {"content": {"application/json": {"schema": schema}}}}}}


# ------------------------------------------------------------------------------------------------

_JUNK = st.sampled_from(
    [None, True, 0, -1, 3.5, "", "x", [], {}, [None], {"$ref": "#/nowhere"}, {"$ref": 7},
     {"$ref": "#"}, {"$ref": "#/paths"}, {"type": ["a", 1]}, {"allOf": 3}, {1: 2}]
)  # fmt: skip


def _places(value: object, trail: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    below: list[tuple[object, ...]] = []
    pairs = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
    for name, child in pairs:
        below.append((*trail, name))
        if isinstance(child, dict | list):
            below += _places(child, (*trail, name))
    return below


@pytest.mark.parametrize("name", ["petstore.openapi.yaml", "alertmanager-v2.swagger.yaml"])
def test_a_mutilated_document_never_raises(name: str) -> None:
    """Any part replaced by nonsense or taken out: facts and notes still come."""
    whole = real(name)
    places = _places(whole)

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(places), st.none() | _JUNK), min_size=1, max_size=6))
    def mutilate(cuts: list[tuple[tuple[object, ...], object]]) -> None:
        document: Any = copy.deepcopy(whole)
        for trail, put in cuts:
            _replace(document, trail, put)
        facts = read_openapi(document)
        assert isinstance(facts, ApiFacts)
        assert len(facts.notes) <= 200
        json.dumps([note for note in facts.notes])
        assert [o.id for o in facts.operations] == sorted({o.id for o in facts.operations})

    mutilate()


def _replace(document: Any, trail: tuple[object, ...], put: object) -> None:
    at = document
    for part in trail[:-1]:
        try:
            at = at[part]
        except (KeyError, IndexError, TypeError):
            return
    last = trail[-1]
    if isinstance(at, dict) and put is None:
        at.pop(last, None)
    elif isinstance(at, dict) or (
        isinstance(at, list) and isinstance(last, int) and last < len(at)
    ):
        at[last] = put


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8),
                    lambda x: st.lists(x, max_size=4) | st.dictionaries(
                        st.sampled_from(["paths", "/a", "get", "responses", "200", "content",
                                         "application/json", "schema", "parameters", "in", "name",
                                         "type", "items", "allOf", "$ref", "properties"]), x,
                        max_size=4), max_leaves=30))  # fmt: skip
def test_any_value_at_all_is_read(value: object) -> None:
    """Whatever is given for a description, the answer is facts."""
    assert isinstance(read_openapi(value), ApiFacts)
