"""A mapping's blocks must be such as its query's rows can make."""

from __future__ import annotations

import pytest

from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.pipeline.named_rows import NODE as NODE_ROWS
from dagster_project.pipeline.named_rows import PASSAGE as PASSAGE_ROWS
from dagster_project.pipeline.named_rows import WAY as WAY_ROWS
from dagster_project.registry.checks.check_mapping import NODE, PASSAGE, WAY, check_mapping
from dagster_project.registry.problem import Problem

START = {"start": {"keys": ["a"]}}
QUERIES: dict[str, dict[str, object]] = {
    "table plan": {"form": "table_plan", "catalog": "c"},
    "open walk": {"form": "graph_plan", "catalog": "c"},
    "walk": {"form": "graph_plan", "catalog": "c", "graph": {"operation": "reach", **START}},
    "path": {
        "form": "graph_plan",
        "catalog": "c",
        "graph": {"operation": "path", **START, "found": {"keys": ["b"]}},
    },
    "counted": {
        "form": "graph_plan",
        "catalog": "c",
        "graph": {
            "operation": "aggregate",
            "start": {},
            "group_by": ["label"],
            "measures": [{"name": "count", "aggregate": "count"}],
        },
    },
    "search": {"form": "search", "catalog": "c", "search": {"collections": ["d"]}},
    "template": {
        "form": "template",
        "text": "match (n) return n.key as key",
        "output_schema": [{"name": name, "type": "text"} for name in ("key", "label", "name")],
    },
}


def problems(query: str, block: dict[str, object], **rule: object) -> list[Problem]:
    spec = QuerySpec.model_validate({"source": "s", **QUERIES[query]})
    given = {"when": ["graph"], "blocks": [block], **rule}
    return list(check_mapping(MappingSpec.model_validate({"query": "q", "rules": [given]}), spec))


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("table plan", set()),
        ("open walk", {"graph", "path"}),
        ("walk", {"graph"}),
        ("path", {"graph", "path"}),
        ("counted", set()),
        ("search", {"doc_link"}),
        ("template", {"graph"}),
    ],
)
def test_which_blocks_fit_which_query(query: str, fits: set[str]) -> None:
    """Where the columns are known they decide, else the form of the query."""
    kinds = ("graph", "path", "doc_link")
    assert {kind for kind in kinds if not problems(query, {"type": kind})} == fits
    assert problems(query, {"type": "table"}) == []


def test_the_finding_says_what_would_fit() -> None:
    """Where, what is missing, and what gives such rows."""
    (found,) = problems("table plan", {"type": "doc_link"})
    assert found.code == "CFG060"
    assert found.at == ("spec", "rules", 0, "blocks", 0, "type")
    assert "document, title, quote, link" in found.message
    assert "a search" in found.expected


@pytest.mark.parametrize(
    ("query", "cell"), [("search", "quot"), ("path", "hops"), ("counted", "n")]
)
def test_cells_of_known_rows_are_held_to_them(query: str, cell: str) -> None:
    """A search, a path and a count give columns that are known without a schema."""
    summary = {"ko": f"{{{cell}}}", "en": "fine {rows}"}
    (found,) = problems(query, {"type": "table"}, summary=summary)
    assert found.at[-1] == "ko"
    assert cell in found.message


def test_the_columns_are_those_that_compose_reads() -> None:
    """The check and the maker of blocks mean the same rows."""
    assert (NODE, WAY, PASSAGE) == (NODE_ROWS, WAY_ROWS, PASSAGE_ROWS)
