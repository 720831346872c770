"""Graph plans, searches and requests are bound to what their sources take."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from dagster_project.catalog.compile_table_plan import CompileSettings
from dagster_project.contracts.assets.policy import GraphLimits
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import PlanStep
from dagster_project.pipeline.bind_document import bind_request, bind_search
from dagster_project.pipeline.bind_graph import filled_plan, limits_of

SETTINGS = CompileSettings(
    as_of=datetime(2026, 2, 4, tzinfo=UTC),
    time_zone="Asia/Seoul",
    week_start="monday",
    language="en",
    max_rows=50,
    graph_views={"impact": GraphLimits(max_depth=3)},
)
IMPACT = QuerySpec.model_validate(
    {
        "form": "graph_plan",
        "source": "graph",
        "catalog": "graph",
        "graph": {
            "operation": "reach",
            "start": {"keys": ["$ci"]},
            "found": {"filters": [{"property": "kind", "op": "in", "values": ["$kind"]}]},
            "direction": "in",
            "max_depth": "$depth",
        },
        "params": [
            {"name": "ci", "type": "entity", "entity": "ci"},
            {"name": "depth", "type": "number", "required": False, "default": 4},
            {"name": "kind", "type": "enum", "required": False, "many": True, "values": ["a"]},
        ],
    }
)
ORDERS = QuerySpec.model_validate(
    {
        "form": "http",
        "source": "api",
        "http": {
            "path": "/orders/{team}",
            "query": {"ci": "$ci", "waiting": "$waiting", "status": ["open"]},
            "rows": "$.items",
            "columns": {"crew": "$.crew.name"},
        },
        "params": [
            {"name": "team", "type": "text"},
            {"name": "ci", "type": "entity", "many": True},
            {"name": "waiting", "type": "boolean", "required": False},
        ],
        "output_schema": [{"name": "id", "type": "text"}, {"name": "crew", "type": "text"}],
    }
)
SEARCH = QuerySpec.model_validate(
    {
        "form": "search",
        "source": "docs",
        "catalog": "docs",
        "search": {
            "collections": ["runbooks"],
            "top_k": 3,
            "weights": {"vector": 0.3, "text": 0.7},
        },
        "params": [{"name": "text", "type": "text", "many": True}],
    }
)


def step(query: str, **params: object) -> PlanStep:
    return PlanStep.model_validate({"id": "s", "query": query, "purpose": "p", "params": params})


def test_parameters_take_their_places_in_a_graph_plan() -> None:
    """Keys, depth and filters get their values; a filter whose parameter is empty is no filter."""
    plan = filled_plan(step("impact", ci="SW-07"), IMPACT, SETTINGS, {})
    assert (plan.start.keys, plan.max_depth, plan.found.filters) == (("SW-07",), 4, ())
    narrowed = filled_plan(step("impact", ci="SW-07", kind=("a", "b")), IMPACT, SETTINGS, {})
    assert narrowed.found.filters[0].values == ("a", "b")
    assert limits_of(step("impact"), plan, SETTINGS).max_depth == 3


def test_what_an_earlier_step_gives_starts_a_walk() -> None:
    """A feed of the start replaces its keys."""
    plan = filled_plan(step("impact", ci="SW-07"), IMPACT, SETTINGS, {"start": ["A", "B"]})
    assert plan.start.keys == ("A", "B")


def test_a_walk_from_nowhere_is_refused() -> None:
    """Without a value for its start a plan would walk from every node."""
    with pytest.raises(InvalidRequest, match="nothing to start from"):
        filled_plan(step("impact"), IMPACT, SETTINGS, {})


def test_a_request_sends_what_was_given_and_nothing_else() -> None:
    """A parameter without a value is left out, an empty list is one; columns keep their order."""
    bound = bind_request(step("orders", team="it", ci=()), ORDERS, None, SETTINGS, {})
    sent = orjson.loads(bound.text)
    assert sent["query"] == {"ci": "$ci", "status": ["open"]}
    assert bound.params["ci"] == []
    assert list(sent["columns"]) == ["id", "crew"]
    assert sent["columns"]["crew"] == "$.crew.name"
    assert sent["types"] == {"id": "text", "crew": "text"}
    assert bound.tables == ("/orders/{team}",)


def test_a_search_looks_for_words_and_for_what_means_the_same() -> None:
    """Several words are one text; the glossary's are beside them, never among them."""
    bound = bind_search(
        step("search"), SEARCH, SETTINGS, {"text": ["LOP-LO", "VIB-HI"]}, lambda _: ("oil",)
    )
    assert bound.params == {"words": "LOP-LO VIB-HI", "also": ["oil"]}
    assert orjson.loads(bound.text)["weights"] == {"vector": 0.3, "text": 0.7}
    assert [c.name for c in bound.columns][:2] == ["document", "title"]
    assert bound.max_rows == 3


def test_a_search_for_nothing_is_refused() -> None:
    """No words would rank every passage alike."""
    with pytest.raises(InvalidRequest, match="no words"):
        bind_search(step("search", text=(" ",)), SEARCH, SETTINGS, {}, lambda _: ())
