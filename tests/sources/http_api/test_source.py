"""A request document in, typed rows out; what the API holds is scanned."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sources.errors import (
    QueryFailed,
    SourceUnavailable,
)
from sources.http_api.source import open_http_api
from sources.protocol import Column

from .certificates import Authority
from .scripted import Answer, answer, request, serving, source_of

TYPES = {
    "id": "text",
    "n": "integer",
    "x": "number",
    "ok": "boolean",
    "at": "timestamp",
    "on": "date",
    "all": "json",
}


def test_cells_are_typed() -> None:
    """Every type comes as its Python value; a field that is absent or null is None."""
    at = datetime(2026, 2, 4, tzinfo=UTC)
    rows = [
        {"id": 7, "n": "12", "x": 3, "ok": True, "at": "2026-02-04T09:00:00+09:00",
         "on": "2026-02-04T23:59:00Z", "all": {"a": [1]}},
        {"id": "A", "n": 4.0, "x": "1.5e3", "ok": "false", "at": 1_770_163_200, "on": "2026-02-04"},
        {"id": True, "n": None, "x": 0.25, "at": 1_770_163_200_000, "all": []},
        {"at": "2026-02-04 00:00:00"},
        {"at": "2026-02-04T00:00:00.123456789Z"},
    ]  # fmt: skip
    with serving(lambda _: answer({"items": rows})) as server:
        found = source_of(server).run(request(rows="$.items", types=TYPES))
    assert found.columns == tuple(Column(name, kind) for name, kind in TYPES.items())
    on = date(2026, 2, 4)
    assert found.rows == (
        ("7", 12, 3, True, at, on, {"a": [1]}),
        ("A", 4, 1500.0, False, at, on, None),
        ("true", None, 0.25, None, at, None, []),
        (None, None, None, None, at, None, None),
        (None, None, None, None, at.replace(microsecond=123456), None, None),
    )
    assert not found.truncated
    assert found.fetched_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", {"a": 1}), ("id", [1]), ("n", 1.5), ("n", "1.0"), ("n", True), ("n", "x"),
        ("x", "NaN"), ("x", "1,5"), ("x", True), ("ok", 1), ("ok", "yes"), ("at", "yesterday"),
        ("at", True), ("at", 1e300), ("on", 20260204), ("on", "2026-13-01"), ("on", "2026-02-04x"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named(column: str, value: object) -> None:
    """The error names row, column, value and type; nothing is guessed."""
    with (
        serving(lambda _: answer([{}, {column: value}])) as server,
        pytest.raises(QueryFailed) as error,
    ):
        source_of(server).run(request(types=TYPES))
    said = str(error.value)
    assert f"row 2, column {column!r}" in said
    assert TYPES[column] in said
    assert json.dumps(value)[:20] in said


@pytest.mark.parametrize(
    ("body", "rows", "found"),
    [
        ([{"id": 1}], "$", ((1,),)),
        ({"id": 1}, "$", ((1,),)),
        ({"a": {"b": [{"id": 1}, {"id": 2}]}}, "$.a.b", ((1,), (2,))),
        ({"a": [{"b": {"id": 1}}, {"b": {"id": 2}}]}, "$.a[*].b", ((1,), (2,))),
        ({"a": None}, "$.a", ()),
        (None, "$", ()),
        ([], "$", ()),
    ],
)
def test_where_rows_are(body: object, rows: str, found: tuple[object, ...]) -> None:
    """A list, a list within, one object, or nothing."""
    with serving(lambda _: answer(body)) as server:
        assert source_of(server).run(request(rows=rows, types={"id": "integer"})).rows == found


def test_columns_come_from_paths_within_the_row() -> None:
    """Nested fields, first elements and whole lists become columns; plain values too."""
    row = {"id": 1, "crew": {"name": "a"}, "tags": [{"t": "x"}, {"t": "y"}], "odd-name": 5}
    columns = {"crew": "$.crew.name", "first": "$.tags[0].t", "tags": "$.tags[*].t", "self": "$"}
    types = {"odd-name": "integer", "first": "text", "crew": "text"}
    with serving(lambda asked: answer([row] if asked.path == "/rows" else ["a", "b"])) as server:
        source = source_of(server)
        found = source.run(request(columns=columns, types=types))
        plain = source.run(request("/names", columns={"name": "$"}, types={"name": "text"}))
        undeclared = source.run(request("/names"))
    assert [c.name for c in found.columns] == ["odd-name", "first", "crew", "tags", "self"]
    assert found.rows == ((5, "x", "a", ["x", "y"], row),)
    assert plain.rows == undeclared.rows == (("a",), ("b",))


def test_without_columns_the_fields_are_the_columns() -> None:
    """All fields in order of appearance, with the type their values share."""
    rows = [{"a": 1, "b": "x", "c": 1}, {"b": None, "c": 1.5, "d": [1]}, {"a": 2, "e": None}]
    with serving(lambda _: answer(rows)) as server:
        found = source_of(server).run(request())
    kinds = [(c.name, c.type) for c in found.columns]
    assert kinds == [("a", "integer"), ("b", "text"), ("c", "number"), ("d", "json"), ("e", "json")]
    assert found.rows == ((1, "x", 1, None, None), (None, None, 1.5, [1], None), (2,) + (None,) * 4)


def test_a_wrong_rows_path_says_what_is_there() -> None:
    """An answer without the rows is an error with the fields that it has."""
    with (
        serving(lambda _: answer({"results": [], "count": 0})) as server,
        pytest.raises(QueryFailed, match="results, count"),
    ):
        source_of(server).run(request(rows="$.items"))


# ------------------------------------------------------------------------------------------------


def test_the_description_may_be_a_file_of_the_site(tmp_path: Path) -> None:
    """A scan of a file asks nobody; what is not allowed is left out and counted."""
    get = {"responses": {"200": {"description": "ok"}}}
    (tmp_path / "api.json").write_text(
        json.dumps(
            {"swagger": "2.0", "basePath": "/v2", "paths": {"/a": {"get": get}, "/b": {"get": get}}}
        )
    )

    def scanned(base_url: str, *allowed: str) -> list[str]:
        source = open_http_api(
            "cmms", base_url=base_url, openapi="api.json", site_folder=tmp_path,
            allowed_paths=allowed,
        )  # fmt: skip
        facts = source.scan()
        assert any("not allowed" in note for note in facts.notes) is (len(facts.operations) < 2)
        return [operation.path for operation in facts.operations]

    assert scanned("http://127.0.0.1:9", "*") == ["/v2/a", "/v2/b"]
    assert scanned("http://127.0.0.1:9/v2", "*") == ["/a", "/b"]
    assert scanned("http://127.0.0.1:9/gate/v2/", "/b") == ["/b"]
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        open_http_api("x", base_url="http://a", openapi="no.json", site_folder=tmp_path).scan()
    with pytest.raises(QueryFailed, match="no description"):
        open_http_api("x", base_url="http://a").scan()
    with pytest.raises(SourceUnavailable, match="ca_file"):
        open_http_api("x", base_url="http://a", ca_file="no.pem", site_folder=tmp_path)


def test_the_description_may_be_served_by_the_api() -> None:
    """YAML of any content type is read; a wrong one is an error that names the path."""
    text = b"openapi: 3.0.0\npaths:\n  /a:\n    get: {operationId: listA}\n"
    answers = {"/api.yaml": Answer(200, text, {"content-type": "application/octet-stream"}),
               "/no": answer({"message": "gone"}, 404),
               "/html": Answer(200, b"<html>", {"content-type": "text/html"})}  # fmt: skip
    with serving(lambda asked: answers[asked.path]) as server:

        def scan(path: str):
            return open_http_api(
                "cmms", base_url=server.url, openapi=path, allowed_paths=["/a"]
            ).scan()  # fmt: skip

        assert [operation.id for operation in scan("/api.yaml").operations] == ["listA"]
        with pytest.raises(QueryFailed, match="404"):
            scan("/no")
        with pytest.raises(QueryFailed, match="no API description"):
            scan("/html")


def test_a_ca_file_of_the_site_is_trusted(tmp_path: Path) -> None:
    """TLS by the site's own authority answers; without it the issuer is unknown."""
    authority = Authority(tmp_path)
    with serving(lambda _: answer([{"id": 1}]), authority.server_context()) as server:
        trusted = open_http_api(
            "cmms", base_url=server.url, ca_file=authority.ca_file.name, site_folder=tmp_path,
            allowed_paths=["*"],
        )  # fmt: skip
        assert trusted.run(request()).rows == ((1,),)
        with pytest.raises(SourceUnavailable, match="unknown issuer"):
            source_of(server).run(request())
