"""What a graph plan means, worked out in Python over a graph in memory, one node at a time."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from functools import cached_property
from typing import Any

from dagster_project.contracts.assets.schema_catalog import ColumnSpec
from dagster_project.contracts.graph_plan import GraphMeasure, GraphPlan, NodeFilter, Nodes
from graph_cases.case_graph import CaseGraph

Record = dict[str, Any]
Way = tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]
"""Node ids, relations and directions of a path."""
_TYPES = {"text": str, "integer": int, "boolean": bool, "timestamp": datetime, "json": object}


class Reference:
    """Answers plans over one graph. `rows` has the rows by column, without `node_id`."""

    def __init__(self, graph: CaseGraph, language: str = "en", max_paths: int = 3) -> None:
        self.graph = graph
        self.language = language
        self.max_paths = max_paths
        self.nodes = {node.id: node for node in graph.nodes}
        self.collections = [one for one in graph.catalog.graph_collections if one.enabled]
        self.relations = [one.name for one in graph.catalog.relationships if one.enabled]

    def rows(self, plan: GraphPlan) -> list[Record]:
        """All rows in order, cut at the plan's own limit."""
        if plan.operation == "path":
            return self._path(plan)
        found = getattr(self, f"_{plan.operation}")(plan)
        return self._ordered(plan, found)[: plan.limit]

    def edges(self, plan: GraphPlan, rows: list[Record]) -> set[tuple[Any, str, Any]]:
        """Of a picture: relations among the start and what was found, as keys."""
        chosen = self._picked(plan.start) | {row["node_id"] for row in rows}
        kinds = self._kinds(plan)
        merged = [*self._labelled(plan.start), *self._labelled(plan.found)]
        as_text = len({self._kind(o, o.key) for o in merged}) > 1
        return {
            (self._key(e.source, as_text), e.type, self._key(e.target, as_text))
            for e in self.graph.edges
            if e.type in kinds and e.source in chosen and e.target in chosen
        }

    # -- nodes

    def _of(self, number: int) -> Any:
        """The node's collection: the first listed whose label it bears."""
        labels = self.nodes[number].labels
        return next((one for one in self.collections if one.label in labels), None)

    def _picked(self, nodes: Nodes) -> set[int]:
        return {number for number in self.nodes if self._fits(number, nodes)}

    def _fits(self, number: int, nodes: Nodes) -> bool:
        own = self._of(number)
        if own is None or nodes.label not in (None, own.label):
            return False
        if nodes.keys:
            key = self._value(number, own.key)
            if key is None or str(key) not in [str(wanted) for wanted in nodes.keys]:
                return False
        return all(self._holds(number, f) for f in nodes.filters)

    def _kind(self, own: Any, name: str) -> str:
        spec = next((p for p in own.properties if p.name == name and p.enabled), None)
        return spec.type if spec is not None else "text"

    def _spec(self, own: Any, name: str) -> ColumnSpec | None:
        return next((p for p in own.properties if p.name == name and p.enabled), None)

    def _value(self, number: int, name: str) -> Any:
        """As its collection's catalog says; of another type or unknown is None."""
        own = self._of(number)
        spec = self._spec(own, name)
        if spec is None and name not in (own.key, own.label_ko, own.label_en):
            return None
        value, kind = self.nodes[number].properties.get(name), self._kind(own, name)
        if kind == "number":
            numeric = isinstance(value, int | float) and not isinstance(value, bool)
            return float(value) if numeric else None  # pyright: ignore[reportArgumentType]
        if kind == "date":
            return value if isinstance(value, date) and not isinstance(value, datetime) else None
        if kind == "integer" and isinstance(value, bool):
            return None
        return value if isinstance(value, _TYPES[kind]) else None

    def _holds(self, number: int, condition: NodeFilter) -> bool:
        value, wanted, op = self._value(number, condition.property), condition.values, condition.op
        if op in ("is_null", "not_null"):
            return (value is None) == (op == "is_null")
        if value is None:
            return op == "!="
        wanted = tuple(_as(one, value) for one in wanted)
        if op == "in":
            return value in wanted
        if op == "like":
            return str(wanted[0]).lower() in value.lower()
        if op == "between":
            low, high = wanted
            is_open = isinstance(value, datetime)
            return low <= value and (value < high if is_open else value <= high)
        return {
            "=": value == wanted[0],
            "!=": value != wanted[0],
            "<": op == "<" and value < wanted[0],
            "<=": op == "<=" and value <= wanted[0],
            ">": op == ">" and value > wanted[0],
            ">=": op == ">=" and value >= wanted[0],
        }[op]

    def _key(self, number: int, as_text: bool = False) -> Any:
        own = self._of(number)
        if own is None:
            return None
        value = self._value(number, own.key)
        return _text(value) if as_text and value is not None else value

    def _record(self, number: int, plan: GraphPlan, labels: list[Any]) -> Record:
        own = self._of(number)
        as_text = len({self._kind(one, one.key) for one in labels}) > 1
        record: Record = {"key": self._key(number, as_text), "label": None, "name": None}
        if own is not None:
            named = own.label_ko if self.language == "ko" else own.label_en
            name = self._value(number, named) if named else None
            name = name if name is not None else self._key(number)
            record |= {"label": own.label, "name": _text(name) if name is not None else None}
        for name in self._shown(plan, labels):
            column = f"property_{name}" if name in _RESERVED else name
            record[column] = self._shared(number, name, labels)
        return record

    def _shared(self, number: int, name: str, labels: list[Any]) -> Any:
        """A property as the type that it has in all of these collections."""
        kinds = {self._kind(one, name) for one in labels if self._spec(one, name)}
        value = self._value(number, name) if self._of(number) is not None else None
        if len(kinds) == 1 or value is None:
            return value
        return float(value) if kinds == {"integer", "number"} else _text(value)

    def _shown(self, plan: GraphPlan, labels: list[Any]) -> list[str]:
        if plan.properties or plan.operation == "path":
            return list(dict.fromkeys(plan.properties))
        return list(dict.fromkeys(name for one in labels for name in one.list_properties))

    def _labelled(self, nodes: Nodes) -> list[Any]:
        return [one for one in self.collections if nodes.label in (None, one.label)]

    # -- operations

    def _find(self, plan: GraphPlan) -> list[Record]:
        labels = self._labelled(plan.start)
        return [self._record(number, plan, labels) for number in self._picked(plan.start)]

    def _missing(self, plan: GraphPlan) -> list[Record]:
        led_to, labels = self._picked(plan.found), self._labelled(plan.start)
        return [
            self._record(number, plan, labels)
            for number in self._picked(plan.start)
            if not any(there in led_to for there, _, _ in self._steps(number, plan))
        ]

    def _neighbours(self, plan: GraphPlan) -> list[Record]:
        starts, labels = self._picked(plan.start), self._labelled(plan.found)
        depths = self._depths(starts, plan)
        return [
            {**self._record(number, plan, labels), "depth": depth, "node_id": number}
            for number, depth in depths.items()
            if number not in starts and self._fits(number, plan.found)
        ]

    _reach = _neighbours

    def _depths(self, starts: set[int], plan: GraphPlan) -> dict[int, int]:
        depths = dict.fromkeys(starts, 0)
        front = list(starts)
        for depth in range(1, int(plan.max_depth) + 1):
            led = {there for here in front for there, _, _ in self._steps(here, plan)}
            front = [number for number in led if number not in depths]
            depths.update(dict.fromkeys(front, depth))
        return depths

    def _path(self, plan: GraphPlan) -> list[Record]:
        starts = self._picked(plan.start)
        ends = self._picked(plan.found) - starts
        depths = self._depths(starts, plan)
        least = min((depths[end] for end in ends if end in depths), default=None)
        if least is None:
            return []
        ways: set[Way] = {((start,), (), ()) for start in starts}
        for depth in range(1, least + 1):
            ways = {
                ((*ids, there), (*kinds, kind), (*dirs, way))
                for ids, kinds, dirs in ways
                for there, kind, way in self._steps(ids[-1], plan)
                if depths.get(there) == depth
            }
        arrived = [way for way in ways if way[0][-1] in ends]
        keys = {way: [_text(self._key(i)) for i in way[0]] for way in arrived}
        arrived.sort(key=lambda way: (keys[way], way[1], way[2]))
        most = min(plan.limit or self.max_paths, self.max_paths)
        return [
            {"path": place, "hop": hop}
            | self._record(number, plan, self.collections)
            | {
                "relation": kinds[hop - 1] if hop else None,
                "direction": dirs[hop - 1] if hop else None,
            }
            for place, (ids, kinds, dirs) in enumerate(arrived[:most], start=1)
            for hop, number in enumerate(ids)
        ]

    def _aggregate(self, plan: GraphPlan) -> list[Record]:
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        labels = self._labelled(plan.start)
        if not plan.group_by:
            groups[()] = []
        for number in self._picked(plan.start):
            own = self._of(number)
            groups[
                tuple(
                    own.label if name == "label" else self._shared(number, name, labels)
                    for name in plan.group_by
                )
            ].append(number)
        return [
            dict(zip(plan.group_by, group, strict=True))
            | {m.name: self._measured(numbers, m, labels) for m in plan.measures}
            for group, numbers in groups.items()
        ]

    def _measured(self, numbers: list[int], measure: GraphMeasure, labels: list[Any]) -> Any:
        if measure.property is None:
            return len(numbers)
        found = (self._shared(number, measure.property, labels) for number in numbers)
        values = [value for value in found if value is not None]
        if measure.aggregate == "count_distinct":
            return len(set(values))
        if not values:
            return None
        if measure.aggregate == "avg":
            return float(sum(values)) / len(values)
        return {"sum": sum, "min": min, "max": max}[measure.aggregate](values)

    # -- walking and ordering

    def _kinds(self, plan: GraphPlan) -> tuple[str, ...]:
        return plan.relations or tuple(self.relations)

    @cached_property
    def _around(self) -> dict[int, list[tuple[int, str, str]]]:
        around: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for edge in self.graph.edges:
            around[edge.source].append((edge.target, edge.type, "out"))
            around[edge.target].append((edge.source, edge.type, "in"))
        return around

    def _steps(self, number: int, plan: GraphPlan) -> list[tuple[int, str, str]]:
        kinds = self._kinds(plan)
        return [
            step
            for step in self._around[number]
            if step[1] in kinds and plan.direction in (step[2], "both")
        ]

    def _ordered(self, plan: GraphPlan, rows: list[Record]) -> list[Record]:
        if not rows:
            return rows
        names = [n for n in rows[0] if n != "node_id" and not _is_list(rows, n)]
        asked = {order.by: order.descending for order in reversed(plan.order)}
        usual = [n for n in ("depth", "label", "key") if n in names]
        if plan.operation == "aggregate":
            usual = []
        order = dict.fromkeys((*(o.by for o in plan.order), *usual, *names))
        for name in reversed(list(order)):
            present = [row for row in rows if row[name] is not None]
            absent = [row for row in rows if row[name] is None]
            present.sort(key=lambda row, n=name: row[n], reverse=asked.get(name, False))
            rows = present + absent
        return rows


_RESERVED = ("key", "label", "name", "depth", "path", "hop", "relation", "direction", "node_id")


def _as(wanted: Any, value: Any) -> Any:
    """A day that the plan writes as text."""
    is_day = type(value) is date and isinstance(wanted, str)
    return date.fromisoformat(wanted) if is_day else wanted


def _is_list(rows: list[Record], name: str) -> bool:
    return any(isinstance(row[name], list) for row in rows)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
