"""Results as a graph, a path and a search give them, and what compose makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from lab.rows import AS_OF

from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.block import CellValue, GraphEdge
from dagster_project.contracts.graph_plan import GraphPlan, Nodes
from dagster_project.contracts.plan import EntityMention, Plan, PlanStep
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    ResultColumn,
    StageInput,
    StepResult,
)
from dagster_project.contracts.value import Language, Text
from dagster_project.pipeline.compose import compose
from sources.protocol import ColumnType

LABELS = {"server": "서버", "app": "응용", "turbine": "터빈"}
RELATIONS = {"depends_on": "의존", "runs_on": "구동"}
IMPACT: tuple[tuple[CellValue, ...], ...] = (
    ("APP-01", "app", "ERP", 1),
    ("SRV-02", "server", "Historian", 1),
    ("SRV-03", "server", "Gateway 3", 2),
)
EDGES = (
    GraphEdge(source="APP-01", target="GT-01", type="depends_on", label="의존"),
    GraphEdge(source="GT-01", target="SRV-02", type="runs_on", label="구동"),
    GraphEdge(source="SRV-03", target="SRV-02", type="depends_on", label="의존"),
)
WAYS: tuple[tuple[CellValue, ...], ...] = (
    (1, 0, "SRV-02", "server", "Historian", None, None),
    (1, 1, "GT-01", "turbine", "Turbine 1", "runs_on", "in"),
    (1, 2, "APP-01", "app", "ERP", "depends_on", "in"),
    (2, 0, "SRV-02", "server", "Historian", None, None),
    (2, 1, "SRV-03", "server", "Gateway 3", "depends_on", "in"),
    (2, 2, "APP-01", "app", "ERP", "depends_on", "out"),
)
PASSAGES: tuple[tuple[CellValue, ...], ...] = (
    ("gt/trip.md", "GT-01 trip 7", '["GT-01 trip 7","Restart after 30 min"]', "Wait 30 min.\nGo.",
     "doc:runbooks/gt/trip.md#restart", 0.91, None, "runbooks"),
    ("gt/oil.pdf", "Oil", "[]", "Change the oil.", "doc:runbooks/gt/oil.pdf#p4", 0.5, 4,
     "runbooks"),
)  # fmt: skip


def columns(*given: tuple[str, ColumnType], **labels: dict[str, str]) -> tuple[ResultColumn, ...]:
    return tuple(
        ResultColumn(name=name, label=name, type=kind, value_labels=labels.get(name, {}))
        for name, kind in given
    )


NODE_COLUMNS = columns(
    ("key", "text"), ("label", "text"), ("name", "text"), ("depth", "integer"), label=LABELS
)
WAY_COLUMNS = columns(
    ("path", "integer"),
    ("hop", "integer"),
    ("key", "text"),
    ("label", "text"),
    ("name", "text"),
    ("relation", "text"),
    ("direction", "text"),
    label=LABELS,
    relation=RELATIONS,
)
PASSAGE_COLUMNS = columns(
    ("document", "text"),
    ("title", "text"),
    ("headings", "json"),
    ("quote", "text"),
    ("link", "text"),
    ("score", "number"),
    ("page", "integer"),
    ("collection", "text"),
)


def walk(rows: Sequence[tuple[CellValue, ...]] = IMPACT, **more: object) -> StepResult:
    given: dict[str, object] = {
        "step": "s1",
        "query": "impact:1",
        "columns": NODE_COLUMNS,
        "rows": rows,
        "total_rows": len(rows),
        "edges": EDGES,
        "focus": ("GT-01",),
        "references": ("r1",),
    }
    return StepResult.model_validate(given | more)


def ways(rows: Sequence[tuple[CellValue, ...]] = WAYS, **more: object) -> StepResult:
    given: dict[str, object] = {
        "step": "s1",
        "query": "way:1",
        "columns": WAY_COLUMNS,
        "rows": rows,
        "total_rows": len(rows),
        "references": ("r1",),
    }
    return StepResult.model_validate(given | more)


def search(rows: Sequence[tuple[CellValue, ...]] = PASSAGES, **more: object) -> StepResult:
    given: dict[str, object] = {
        "step": "s1",
        "query": "manuals:1",
        "columns": PASSAGE_COLUMNS,
        "rows": rows,
        "total_rows": len(rows),
        "references": ("r1",),
    }
    return StepResult.model_validate(given | more)


def passage(quote: str, title: str = "T", headings: Sequence[str] = ()) -> tuple[CellValue, ...]:
    told = orjson.dumps(list(headings)).decode()
    return ("d.md", title, told, quote, "doc:c/d.md#a", 0.5, None, "c")


def walk_plan(**more: object) -> GraphPlan:
    given: dict[str, object] = {
        "operation": "reach",
        "start": Nodes(label="turbine", keys=("GT-01",)),
        "direction": "in",
        "max_depth": 2,
    }
    return GraphPlan.model_validate(given | more)


def plan_of(
    *results: StepResult,
    language: Language = "en",
    purpose: str = "GT-01 impact",
    walked: GraphPlan | None = None,
) -> Plan:
    known = EntityMention(
        entity="ci", key="GT-01", label="Turbine 1", mention="GT-01", matched_by="name", score=1
    )
    steps = tuple(
        PlanStep(
            id=result.step,
            query=result.query.partition(":")[0],
            purpose=purpose,
            graph_plan=walked,
        )
        for result in results
    )
    return Plan(intent="expand", language=language, as_of=AS_OF, entities=(known,), steps=steps)


def compose_of(
    *results: StepResult,
    language: Language = "en",
    purpose: str = "GT-01 impact",
    mapping: MappingSpec | None = None,
    sources: dict[str, Text] | None = None,
    walked: GraphPlan | None = None,
) -> ComposeResult:
    """What the compose stage makes of these results."""
    output = compose(
        StageInput(stage="compose"),
        ExecuteResult(steps=results),
        plan_of(*results, language=language, purpose=purpose, walked=walked),
        {mapping.query: mapping} if mapping else {},
        sources or {},
    )
    assert isinstance(output.result, ComposeResult)
    return output.result
