"""A policy's word on graph plans: how far, which way, and which properties may shape the rows."""

from __future__ import annotations

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.policy import GraphLimits
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.graph_plan import GraphPlan, NodeFilter, Nodes
from dagster_project.contracts.plan import PlanStep
from dagster_project.pipeline.check_graph import check_graph

VIEW = CatalogView(
    "graph",
    SchemaCatalogSpec.model_validate(
        {"source": "g", "graph_collections": [{"label": "Server", "key": "id"}]}
    ),
)
STEP = PlanStep(id="s", query="q", purpose="impact", graph_view="impact")
LIMITS = GraphLimits(max_depth=3, directions=("in",))


def plan(**changes: object) -> GraphPlan:
    given = {"operation": "reach", "start": {"keys": ["A"]}, "direction": "in", "max_depth": 2}
    return GraphPlan.model_validate(given | changes)


def decided(given: GraphPlan, masked: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    found = check_graph(STEP, given, LIMITS, VIEW, masked, "default:1")
    return [(d.rule, d.decision) for d in found]


def test_within_the_limits_nothing_is_said() -> None:
    """An allowed plan passes unchanged."""
    assert decided(plan()) == []


def test_too_many_hops_are_cut_and_told() -> None:
    """The walk goes as far as the policy lets it."""
    assert decided(plan(max_depth=9)) == [("default:1#graph_views", "changed")]


def test_a_direction_that_is_not_allowed_is_refused() -> None:
    """Going the other way round would show what the view is not for."""
    assert decided(plan(direction="out")) == [("default:1#graph_views", "refused")]


def test_a_masked_property_shapes_nothing() -> None:
    """Filtering by what may not be seen would tell it."""
    by_ip = NodeFilter(property="ip", op="=", values=("10.0.0.1",))
    narrowed = plan().model_copy(update={"found": Nodes(filters=(by_ip,))})
    assert decided(narrowed, frozenset({"Server.ip"})) == [("default:1#masked_columns", "refused")]
    assert decided(narrowed, frozenset({"Switch.ip"})) == []
