"""The page on graph plans holds plans that compile over the demo plant."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from graph_cases.plant import plant

from dagster_project.catalog.graph.compile import CompileSettings, compile_graph_plan
from dagster_project.catalog.graph.compiled import GraphDialect, GraphTarget
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.graph_plan import GraphPlan

PAGE = Path(__file__).resolve().parents[3] / "docs" / "graph-plans.md"
BLOCKS = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.S)]


@pytest.mark.parametrize("dialect", ["cypher", "sql"])
@pytest.mark.parametrize("block", [b for b in BLOCKS if "operation" in b], ids=str)
def test_examples_compile(block: dict[str, Any], dialect: GraphDialect) -> None:
    """Each plan of the page fits the demo plant's catalog in both dialects."""
    settings = CompileSettings(datetime(2026, 1, 1, tzinfo=UTC), "Asia/Seoul", "monday", "en", 50)
    target = GraphTarget(dialect, schema="plant_graph")
    view = CatalogView("plant_graph", plant().catalog)
    assert compile_graph_plan(view, GraphPlan.model_validate(block), settings, target).text


def test_the_query_is_one() -> None:
    """The page's query asset is a query with a graph plan, and all operations are told of."""
    query = QuerySpec.model_validate(next(b for b in BLOCKS if "form" in b))
    assert query.graph is not None
    assert query.graph.max_depth == "$depth"
    page = PAGE.read_text()
    for operation in ("find", "neighbours", "reach", "path", "missing", "aggregate"):
        assert f"| `{operation}` |" in page
