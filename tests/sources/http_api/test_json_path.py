"""The part of JSONPath that is read, and how the rest is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.http_api.json_path import MISSING, JsonPathError, field_path, read_path

STORE = {
    "items": [{"id": 1, "tags": ["a", "b"]}, {"id": 2, "tags": []}, {"id": 3}],
    "page": {"next": None, "to tal": 3, "it's": 4, 'a"b': 5, "가": 6},
    "": 7,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [STORE]),
        ("$.items[0].id", [1]),
        ("$.items[-1].id", [3]),
        ("$.items[3].id", []),
        ("$.items[*].id", [1, 2, 3]),
        ("$['items'][*]['tags'][*]", ["a", "b"]),
        ("$.items[*].tags", [["a", "b"], []]),
        ("$.page.next", [None]),
        ("$.page['to tal']", [3]),
        ("$.page['it\\'s']", [4]),
        ('$.page["it\'s"]', [4]),
        ("$.page['a\"b']", [5]),
        ('$.page["a\\"b"]', [5]),
        ("$.page.가", [6]),
        ("$.page['\\uac00']", [6]),
        ("$['']", [7]),
        ("$.page[*]", [None, 3, 4, 5, 6]),
        ("$.items.id", []),
        ("$.page[0]", []),
    ],
)
def test_a_path_leads_where_the_standard_says(path: str, found: list[object]) -> None:
    """Names, quoted names, indexes from either end and `[*]` follow RFC 9535."""
    assert read_path(path).find(STORE) == found


@pytest.mark.parametrize(
    "path",
    ["", "items", ".items", "$.", "$..id", "$items", "$.items[", "$.items[]", "$.items[01]",
     "$.items[-0]", "$.items[1:2]", "$.items[?(@.id>1)]", "$.a-b", "$['a]", "$.items[*].*",
     "$.items[0] ", "$['\\x']", "$.1a", "$[99999999999999]", "$" + ".a" * 400],
)  # fmt: skip
def test_anything_else_is_refused(path: str) -> None:
    """A path out of the subset is an error that names the path or its length, never a guess."""
    with pytest.raises(JsonPathError, match=r"JSON path"):
        read_path(path)


def test_missing_is_not_null() -> None:
    """What is not there differs from null, and a path with `[*]` gives a list."""
    assert read_path("$.page.next").one(STORE) is None
    assert read_path("$.page.previous").one(STORE) is MISSING
    assert read_path("$.items[*].id").one(STORE) == [1, 2, 3]
    assert read_path("$.nothing[*]").one(STORE) == []


@given(st.text(max_size=60))
def test_every_field_name_has_a_path(name: str) -> None:
    """The path to a field finds it, and reads back as itself where JSON can write it."""
    assert field_path(name).one({name: 1}) == 1
    if all(character >= " " for character in name):
        assert read_path(field_path(name).text).one({name: 1}) == 1


@given(st.text(alphabet="$.[]'\"*\\ab01-?@", max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Any text is a path or a JsonPathError."""
    try:
        path = read_path(text)
    except JsonPathError:
        return
    path.find({"a": [{"b": 0}]})
