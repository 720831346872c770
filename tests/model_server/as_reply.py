"""A built-in PlanOutput as the reply of an honest model: what a good brain would answer.

brain = lambda question: json.dumps(as_reply(plan_question(question, ...), offered, assets))
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.graph_plan import GraphPlan, Nodes
from dagster_project.contracts.plan import Plan, PlanOutput, PlanStep
from dagster_project.contracts.table_plan import (
    Dimension,
    Filter,
    Measure,
    Order,
    Scalar,
    TablePlan,
    TimeRange,
)
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.offered import DEFAULT_TIME, Offered
from dagster_project.planner.reply.listing import listing_columns, usual_order

_RULE = re.compile(r"quick rule '([^']+)'")
Json = dict[str, Any]


def as_reply(output: PlanOutput, offered: Offered, assets: PlannerAssets) -> Json:
    """The JSON of a PlanReply that says the same. What the planner adds by itself is left out."""
    reply: Json = {
        "reasoning": "it says the same",
        "kind": output.kind,
        "rule": None,
        "intent": None,
        "steps": [],
        "missing": [],
        "not_used": [],
    }
    plan = output.plan
    if plan is None:
        rule = _RULE.match(output.routing_reasoning)
        return reply | {"rule": rule.group(1) if rule else "out_of_scope"}
    chosen = [c.query for c in output.candidates if c.chosen]
    verified = next((q for q in chosen if q in _verified(assets)), None)
    reply |= {"intent": plan.intent, "not_used": list(plan.not_used)}
    writer = _Writer(plan, offered, assets)
    if verified is not None:
        spec = assets.queries[verified]
        missing = [{"param": p.name, "mention": ""} for p in spec.params if _is_open(p, plan)]
        return reply | {"steps": [writer.of_query(verified, spec)], "missing": missing}
    return reply | {"steps": [writer.of_step(step) for step in plan.steps]}


def _verified(assets: PlannerAssets) -> set[str]:
    filled = {*assets.open_queries.values(), *assets.open_graphs.values(), *assets.searches}
    return set(assets.queries) - filled


def _is_open(param: Any, plan: Plan) -> bool:
    return any(slot.slot in (param.name, *param.names.all()) for slot in plan.open_slots)


class _Writer:
    def __init__(self, plan: Plan, offered: Offered, assets: PlannerAssets) -> None:
        self.plan, self.offered, self.assets = plan, offered, assets

    def of_query(self, query: str, spec: QuerySpec) -> Json:
        """A recipe's parameters are found again in its steps."""
        given: dict[str, Any] = {}
        if spec.form == "recipe":
            steps = {step.id: step for step in self.plan.steps}
            for step in spec.steps:
                for name, value in step.params.items():
                    own = steps[step.id].params.get(name) if step.id in steps else None
                    if isinstance(value, str) and own is not None:
                        given.setdefault(value.removeprefix("$"), own)
        elif self.plan.steps:
            given = dict(self.plan.steps[0].params)
        defaults = {p.name: p.default for p in spec.params}
        params = [
            {"name": name, "values": values}
            for name, value in given.items()
            if name in defaults and value != defaults[name] and (values := self._values(value))
        ]
        return self._step("s1", query, params=params)

    def of_step(self, step: PlanStep) -> Json:
        feeds = [
            {
                "from_step": f.step,
                "column": f.column,
                "param": f.param,
                "filter_column": f.filter_column,
            }
            for f in step.feeds
        ]
        if step.table_plan is not None:
            view = self._view(step.query)
            return self._step(
                step.id, step.query, table=self._table(step.table_plan, view), feeds=feeds
            )
        if step.graph_plan is not None:
            return self._step(step.id, step.query, graph=_graph(step.graph_plan, step))
        words = " ".join(str(v) for v in step.params.values())
        return self._step(step.id, step.query, words=words or None, feeds=feeds)

    @staticmethod
    def _step(own: str, query: str, **parts: Any) -> Json:
        nothing: Json = {"params": [], "table": None, "graph": None, "words": None, "feeds": []}
        return {"id": own, "query": query, **nothing, **parts}

    def _view(self, query: str) -> CatalogView:
        catalog = self.assets.queries[query].catalog
        return next(v for v in self.assets.views if v.name == catalog)

    # -- tables

    def _table(self, plan: TablePlan, view: CatalogView) -> Json:
        language = self.plan.language
        things = sum(len(f.values) for f in plan.filters if f.column in view.keys)
        dimensions = _without_labels(plan.dimensions, view, plan.table)
        order = [self._order(o, plan) for o in plan.order]
        if not plan.measures and plan.order == usual_order(view, plan.table):
            order = []
        columns: list[str] = list(plan.columns)
        for end in range(len(columns) + 1):  # the fewest that bring all of them
            asked = plan.columns[:end]
            same = listing_columns(
                view, plan.table, asked, plan.filters, plan.order, language, things
            )
            if same == plan.columns:
                columns = list(asked)
                break
        return {
            "table": plan.table,
            "measures": [self._measure(m) for m in plan.measures],
            "group_by": [{"column": d.column, "bucket": d.bucket} for d in dimensions],
            "columns": columns,
            "filters": [self._filter(f) for f in plan.filters],
            "related": [
                {
                    "table": r.table,
                    "negated": r.negated,
                    "filters": [self._filter(f) for f in r.filters],
                    "time": self._time(r.time),
                }
                for r in plan.related
            ],
            "having": [
                {
                    "measure": [m.name for m in plan.measures].index(h.measure),
                    "op": h.op,
                    "values": list(h.values),
                }
                for h in plan.having
            ],
            "search": (
                {"columns": list(plan.search.columns), "words": list(plan.search.words)}
                if plan.search
                else None
            ),
            "time": self._time(plan.time) if not self.plan.time_assumed else None,
            "order": order,
            "limit": plan.limit,
            "with_ties": plan.with_ties,
        }

    def _measure(self, measure: Measure) -> Json:
        return {
            "aggregate": measure.aggregate,
            "metric": measure.metric,
            "column": measure.column,
            "time": self._time(measure.time),
        }

    def _order(self, order: Order, plan: TablePlan) -> Json:
        by = order.by
        for kind, named in (("measure", plan.measures), ("difference", plan.differences)):
            for place, one in enumerate(named):
                by = f"{kind}:{place}" if one.name == order.by else by
        by = next((d.column for d in plan.dimensions if d.name == by), by)
        return {"by": by, "descending": order.descending}

    def _filter(self, condition: Filter) -> Json:
        values = [self._value(v) for v in condition.values]
        return {"column": condition.column, "op": condition.op, "values": values}

    def _value(self, value: Scalar) -> Scalar:
        if isinstance(value, datetime):
            years = (self.offered.as_of - value).days / 365.25
            return f"{round(years)}y"
        return value

    def _values(self, value: Any) -> list[Any]:
        """None where a default will do."""
        if isinstance(value, TimeRange):
            name = self._time(value)
            return [] if name in (None, DEFAULT_TIME) else [name]
        return list(value) if isinstance(value, tuple) else [value]

    def _time(self, span: TimeRange | None) -> str | None:
        if span is None:
            return None
        return next((name for name, t in self.offered.times.items() if t == span), None)


def _without_labels(
    dimensions: tuple[Dimension, ...], view: CatalogView, table: str
) -> list[Dimension]:
    """A thing's name comes along with its key."""
    columns = {d.column for d in dimensions}
    labels = {
        f"{e.table}.{label}"
        for e in view.spec.entities
        if view.entity_column(table, e) in columns
        for label in (e.label_ko, e.label_en)
        if label
    }
    return [d for d in dimensions if d.column not in labels]


def _graph(plan: GraphPlan, step: PlanStep) -> Json:
    return {
        "view": step.graph_view,
        "operation": plan.operation,
        "start": _nodes(plan.start),
        "found": _nodes(plan.found),
        "relations": list(plan.relations),
        "direction": plan.direction,
        "max_depth": plan.max_depth,
        "measures": [],
        "group_by": list(plan.group_by),
        "limit": plan.limit,
    }


def _nodes(nodes: Nodes) -> Json:
    return {
        "label": nodes.label,
        "keys": list(nodes.keys),
        "filters": [
            {"column": f.property, "op": f.op, "values": list(f.values)} for f in nodes.filters
        ],
    }
