"""What a graph plan's statement says, and which plans do not fit their catalog."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from dagster_project.catalog.graph.compile import CompileSettings, PlanMismatch, compile_graph_plan
from dagster_project.catalog.graph.compiled import CompiledGraph, GraphDialect, GraphTarget
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    GraphCollection,
    Relationship,
    SchemaCatalogSpec,
    ValueMeaning,
)
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.value import Language, Names
from sources.neo4j.guard import inspect_cypher

DIALECTS: tuple[GraphDialect, ...] = ("cypher", "sql")
CATALOG = SchemaCatalogSpec(
    source="site",
    graph_collections=(
        GraphCollection(
            label="Pump",
            key="tag",
            label_ko="ko",
            names=Names(ko=("펌프",), en=("pump",)),
            properties=(
                ColumnSpec(name="tag", type="text", names=Names(ko=("태그",))),
                ColumnSpec(name="ko", type="text"),
                ColumnSpec(
                    name="state",
                    type="text",
                    names=Names(ko=("상태",), en=("state",)),
                    values=(ValueMeaning(value="on", names=Names(ko=("가동",), en=("running",))),),
                ),
                ColumnSpec(name="power", type="number", unit="kW"),
                ColumnSpec(name="runs", type="boolean"),
                ColumnSpec(name="codes", type="json"),
                ColumnSpec(name="pin", type="text", masked=True),
                ColumnSpec(name="old", type="text", enabled=False),
            ),
            list_properties=("state", "pin", "power"),
        ),
        GraphCollection(
            label="Valve's `end` 100%",
            key="no",
            properties=(ColumnSpec(name="no", type="integer"),),
        ),
        GraphCollection(label="Gone", key="tag", enabled=False),
    ),
    relationships=(
        Relationship(name="feeds", names=Names(ko=("공급",), en=("feeds",))),
        Relationship(name="off", enabled=False),
        Relationship(name="of_tables", from_entity="a", to_entity="b"),
    ),
)
PUMP = {"label": "Pump", "keys": ["P-1"]}


def compiled(
    dialect: GraphDialect, language: Language = "en", catalog: Any = CATALOG, **plan: Any
) -> CompiledGraph:
    settings = CompileSettings(
        datetime(2026, 1, 1, tzinfo=UTC), "Asia/Seoul", "monday", language, 50
    )
    target = GraphTarget(dialect, schema="site", max_rows=50)
    view = CatalogView("site", catalog)
    return compile_graph_plan(view, GraphPlan.model_validate(plan), settings, target)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"operation": "find", "start": {"label": "Pmup"}}, "the nearest is Pump"),
        ({"operation": "find", "start": {"label": "Gone"}}, "no graph collection 'Gone'"),
        ({"operation": "reach", "start": PUMP, "relations": ["feed"]}, "the nearest is feeds"),
        ({"operation": "reach", "start": PUMP, "relations": ["off"]}, "no relation 'off'"),
        ({"operation": "reach", "start": PUMP, "relations": ["of_tables"]}, "no relation"),
        ({"operation": "find", "start": PUMP, "properties": ["State"]}, "the nearest is state"),
        ({"operation": "find", "start": PUMP, "properties": ["old"]}, "named 'old'"),
        ({"operation": "find", "start": PUMP, "properties": ["pin"]}, "'pin' is masked"),
        ({"operation": "find", "start": PUMP, "order": [{"by": "powr"}]}, "the nearest is power"),
        ({"operation": "find", "start": PUMP, "order": [{"by": "runs"}]}, "no column"),
        (
            {"operation": "aggregate", "start": PUMP, "group_by": ["stat"], "measures": [
                {"name": "n", "aggregate": "count"}]},
            "the nearest is state",
        ),
        (
            {"operation": "aggregate", "start": PUMP, "measures": [
                {"name": "n", "aggregate": "sum", "property": "state"}]},
            "it has no sum",
        ),
        (
            {"operation": "aggregate", "start": PUMP, "measures": [
                {"name": "n", "aggregate": "p95", "property": "power"}]},
            "no aggregate 'p95'",
        ),
        (
            {"operation": "aggregate", "start": PUMP, "group_by": ["codes"], "measures": [
                {"name": "n", "aggregate": "count"}]},
            "is a list",
        ),
        (
            {"operation": "path", "start": PUMP, "found": PUMP, "order": [{"by": "hop"}]},
            "a path has its own order",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit(dialect: GraphDialect, plan: dict[str, Any], said: str) -> None:
    """A name that the catalog does not know, or not so, is refused with the nearest ones."""
    with pytest.raises(PlanMismatch, match=said):
        compiled(dialect, **plan)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"property": "power", "op": ">", "values": ["much"]}, "'much' is no number"),
        ({"property": "power", "op": "between", "values": [1]}, "takes 2 value"),
        ({"property": "runs", "op": "<", "values": [True]}, "does not fit"),
        ({"property": "power", "op": "like", "values": ["1"]}, "does not fit"),
        ({"property": "codes", "op": "=", "values": ["1"]}, "does not fit"),
        ({"property": "presure", "op": "=", "values": ["1"]}, "no property of Pump named"),
    ],
)
def test_filters_that_do_not_fit(condition: dict[str, Any], said: str) -> None:
    """A filter's operator and values fit the type that the catalog gives the property."""
    with pytest.raises(PlanMismatch, match=said):
        compiled("sql", operation="find", start={"label": "Pump", "filters": [condition]})


def test_a_catalog_without_a_graph() -> None:
    """A plan over a catalog that has no collections says so."""
    with pytest.raises(PlanMismatch, match="no graph collections"):
        compiled("sql", catalog=SchemaCatalogSpec(source="s"), operation="find", start={})


@pytest.mark.parametrize("dialect", DIALECTS)
def test_columns_are_the_catalogs(dialect: GraphDialect) -> None:
    """Columns bear the reader's words, units and names of values; masked ones are not listed."""
    found = compiled(dialect, "ko", operation="reach", start=PUMP, found={"label": "Pump"})
    columns = {column.name: column for column in found.columns}
    assert list(columns) == ["key", "label", "name", "state", "power", "depth"]
    assert columns["key"].label == "태그"
    assert columns["state"].label == "상태"
    assert columns["state"].value_labels == {"on": "가동"}
    assert columns["label"].value_labels["Pump"] == "펌프"
    assert (columns["power"].unit, columns["power"].type) == ("kW", "number")
    assert columns["depth"].type == "integer"
    assert found.labels == ("Pump",)
    assert found.focus == ("P-1",)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_never_reach_the_text(dialect: GraphDialect) -> None:
    """What people typed stands among the parameters and nowhere in the statement."""
    evil = "x' OR 1=1 //"
    filters = [
        {"property": "state", "op": op, "values": [evil]} for op in ("=", "!=", "in", "like")
    ]
    plan = {"label": "Pump", "keys": [evil], "filters": filters}
    found = compiled(dialect, operation="neighbours", start=plan, found=plan)
    for text in (found.text, found.count_text, found.edges_text):
        assert text
        assert "1=1" not in text
    assert evil in str(found.params)


def test_names_are_quoted() -> None:
    """Names of the catalog keep their quotes and signs in either dialect."""
    odd = {"label": "Valve's `end` 100%", "keys": [7]}
    sql = compiled("sql", operation="find", start=odd).text
    assert "'Valve''s `end` 100%%'" in sql
    cypher = compiled("cypher", operation="find", start=odd).text
    assert "`Valve's ``end`` 100%`" in cypher
    assert "'Valve\\'s `end` 100%'" in cypher


def test_a_name_that_cypher_would_read_anew() -> None:
    """A name with a unicode escape never reaches Cypher, which reads it before its quotes."""
    catalog = SchemaCatalogSpec(
        source="s", graph_collections=(GraphCollection(label="A\\u0060", key="k"),)
    )
    with pytest.raises(PlanMismatch, match="holds an escape"):
        compiled("cypher", catalog=catalog, operation="find", start={})


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("limit", "given"), [(None, 51), (5, 5), (50, 50), (80, 51)])
def test_one_more_than_shown(dialect: GraphDialect, limit: int | None, given: int) -> None:
    """A statement gives one row more than is shown, unless fewer were asked for."""
    text = compiled(dialect, operation="find", start={}, limit=limit).text
    assert text.lower().endswith(f"limit {given}")


@pytest.mark.parametrize(
    "plan",
    [
        {"operation": "find", "start": PUMP},
        {"operation": "neighbours", "start": PUMP, "found": {"label": "Pump"}},
        {"operation": "reach", "start": PUMP},
        {"operation": "path", "start": PUMP, "found": {"keys": ["P-2"]}},
        {"operation": "missing", "start": {"label": "Pump"}},
        {"operation": "missing", "start": {}, "found": {"label": "Pump"}, "direction": "both"},
        {
            "operation": "aggregate",
            "start": {},
            "group_by": ["label"],
            "measures": [{"name": "n", "aggregate": "count"}],
        },
    ],
)
def test_cypher_passes_the_walls_of_some_labels(plan: dict[str, Any]) -> None:
    """Where a source allows the catalog's labels and no others, every statement still passes."""
    found = compiled("cypher", **plan)
    for text in (found.text, found.count_text, found.edges_text):
        if text:
            inspect_cypher(text, ["Pump", "Valve's `end` 100%"])


@pytest.mark.parametrize(
    ("operation", "direction", "depth"),
    [("neighbours", "both", 1), ("reach", "out", 20), ("path", "out", 20), ("missing", "out", 1)],
)
def test_what_is_not_written(operation: str, direction: str, depth: int) -> None:
    """Direction and depth that a plan leaves out are what its operation usually means."""
    start = {"keys": ["P-1"]}
    plan = GraphPlan.model_validate({"operation": operation, "start": start, "found": start})
    assert (plan.direction, plan.max_depth) == (direction, depth)


def test_parameters_stand_for_values() -> None:
    """A depth may be a parameter's name; any other text is refused."""
    plan = {"operation": "reach", "start": {"keys": ["$ci"]}, "max_depth": "$depth"}
    assert GraphPlan.model_validate(plan).max_depth == "$depth"
    with pytest.raises(ValidationError):
        GraphPlan.model_validate(plan | {"max_depth": "deep"})
