"""Right replies to change one thing of, and what is said of a wrong one."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from functools import cache
from typing import Any

from model_server.as_reply import as_reply
from planner.reply.demo_planner import AS_OF, demo_planner
from planner.reply.offered_of import offered_of

from dagster_project.contracts.plan import Plan, PlanOutput
from dagster_project.llm.port import OutOfContract
from dagster_project.planner.offered import Offered
from dagster_project.planner.plan_question import plan_question
from dagster_project.planner.reply.read_plan_reply import read_plan_reply

Json = dict[str, Any]
TABLE: Json = {
    "table": "plant.event",
    "measures": [],
    "group_by": [],
    "columns": [],
    "filters": [],
    "related": [],
    "having": [],
    "search": None,
    "time": None,
    "order": [],
    "limit": None,
    "with_ties": False,
}
GRAPH: Json = {
    "view": "dependency",
    "operation": "reach",
    "start": {"label": None, "keys": ["SYS-ERP"], "filters": []},
    "found": {"label": None, "keys": [], "filters": []},
    "relations": [],
    "direction": None,
    "max_depth": None,
    "measures": [],
    "group_by": [],
    "limit": None,
}


@cache
def _right(question: str, as_of: datetime) -> str:
    assets = demo_planner()
    output = plan_question(question, assets, as_of)
    return json.dumps(as_reply(output, offered_of(question, assets, as_of), assets))


def right(question: str, as_of: datetime = AS_OF) -> Json:
    """What an honest model answers; a new one each time, to be changed."""
    return json.loads(_right(question, as_of))


def plan_reply(*steps: Json, **others: Any) -> Json:
    return {"kind": "plan", "steps": list(steps), **others}


def step(query: str, **parts: Any) -> Json:
    return {"id": "s1", "query": query, **parts}


def table(**parts: Any) -> Json:
    """A step over a table of the plant."""
    return step("plant_explore", table=copy.deepcopy(TABLE) | parts)


def graph(**parts: Any) -> Json:
    return step("graph_explore", graph=copy.deepcopy(GRAPH) | parts)


def read(question: str, reply: Any, offered: Offered | None = None) -> PlanOutput:
    assets = demo_planner()
    return read_plan_reply(reply, offered or offered_of(question, assets, AS_OF), assets)


def plan_of(question: str, reply: Any, offered: Offered | None = None) -> Plan:
    plan = read(question, reply, offered).plan
    assert plan is not None
    return plan


def problems(question: str, reply: Any, offered: Offered | None = None) -> tuple[str, ...]:
    """What is wrong with a reply; () for one that is taken."""
    try:
        read(question, reply, offered)
    except OutOfContract as wrong:
        return wrong.problems
    return ()
