"""The columns of a graph plan's rows: their reads, and what people read above them."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.catalog.graph.reads import Read, Reader
from dagster_project.catalog.joined_columns import PlanMismatch
from dagster_project.catalog.sql_parts import AGGREGATES
from dagster_project.contracts.assets.schema_catalog import ColumnSpec
from dagster_project.contracts.graph_plan import GraphMeasure, GraphPlan
from dagster_project.contracts.stage import ResultColumn
from dagster_project.contracts.value import Language
from sources.protocol import ColumnType

_HEADS: dict[str, tuple[str, str, ColumnType]] = {
    "key": ("번호", "key", "text"),
    "label": ("종류", "kind", "text"),
    "name": ("이름", "name", "text"),
    "depth": ("단계", "hops away", "integer"),
    "path": ("경로", "path", "integer"),
    "hop": ("순서", "hop", "integer"),
    "relation": ("관계", "relation", "text"),
    "direction": ("방향", "direction", "text"),
}
RESERVED = frozenset(_HEADS) | {"node_id"}
_DIRECTIONS = {"out": ("정방향", "along it"), "in": ("역방향", "against it")}
_MEASURED: dict[str, tuple[ColumnType, ...]] = {
    "sum": ("integer", "number"),
    "avg": ("integer", "number"),
    "min": ("integer", "number", "text", "timestamp", "date"),
    "max": ("integer", "number", "text", "timestamp", "date"),
    "count_distinct": ("integer", "number", "text", "timestamp", "date", "boolean"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A property that is shown or grouped by; `read` is None for the node's collection."""

    column: ResultColumn
    read: Read | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure; `read` is None where rows are counted."""

    column: ResultColumn
    aggregate: str
    read: Read | None


class Columns:
    """Makes the columns of one plan."""

    def __init__(self, reader: Reader, language: Language) -> None:
        self.reader = reader
        self.schema = reader.schema
        self.language: Language = language

    def head(self, name: str, labels: tuple[str, ...] = ()) -> ResultColumn:
        """One of the columns that the operation itself gives."""
        korean, english, kind = _HEADS[name]
        shown = korean if self.language == "ko" else english
        values: dict[str, str] = {}
        if name == "key":
            kind = self.reader.key(labels).type
            if len(labels) == 1:
                shown = self.schema.key(labels[0]).names.shown(self.language, shown)
        elif name == "label":
            values = self.schema.label_names(self.language)
        elif name == "relation":
            values = self.schema.relation_names(self.language)
        elif name == "direction":
            place = 0 if self.language == "ko" else 1
            values = {way: names[place] for way, names in _DIRECTIONS.items()}
        return ResultColumn(name=name, label=shown, type=kind, value_labels=values)

    def properties(self, plan: GraphPlan, labels: tuple[str, ...]) -> tuple[Shown, ...]:
        """Raises: PlanMismatch."""
        listed = () if plan.operation == "path" else self.schema.listed(labels)
        names = dict.fromkeys(plan.properties or listed)
        return tuple(self._property(labels, name) for name in names)

    def groups(self, plan: GraphPlan, labels: tuple[str, ...]) -> tuple[Shown, ...]:
        """Raises: PlanMismatch."""
        found: list[Shown] = []
        for name in dict.fromkeys(plan.group_by):
            if name == "label":
                found.append(Shown(self.head("label"), None))
                continue
            shown = self._property(labels, name)
            if shown.column.type == "json":
                raise PlanMismatch(f"property {name!r} is a list: rows are not grouped by it;")
            column = shown.column.model_copy(update={"name": name})
            found.append(Shown(column, shown.read))
        return tuple(found)

    def measures(self, plan: GraphPlan, labels: tuple[str, ...]) -> tuple[Measured, ...]:
        """Raises: PlanMismatch."""
        taken = set(plan.group_by)
        found: list[Measured] = []
        for measure in plan.measures:
            if measure.name in taken:
                raise PlanMismatch(f"two columns are named {measure.name!r};", "rename one")
            taken.add(measure.name)
            found.append(self._measure(measure, labels))
        return tuple(found)

    def _property(self, labels: tuple[str, ...], name: str) -> Shown:
        read = self.reader.shown_property(labels, name)
        shown = f"property_{name}" if name in RESERVED else name
        return Shown(self._described(shown, read, self.reader.specs(labels, name)), read)

    def _described(self, name: str, read: Read, specs: tuple[ColumnSpec, ...]) -> ResultColumn:
        units = {spec.unit for spec in specs}
        values: dict[str, str] = {}
        for spec in specs:
            for value in spec.values:
                names = value.names.ko if self.language == "ko" else value.names.en
                if names:
                    values.setdefault(str(value.value), names[0])
        return ResultColumn(
            name=name,
            label=specs[0].names.shown(self.language, specs[0].name),
            type=read.type,
            unit=units.pop() if len(units) == 1 else None,
            value_labels=values,
            free_text=any(spec.role == "text" for spec in specs),
        )

    def _measure(self, measure: GraphMeasure, labels: tuple[str, ...]) -> Measured:
        aggregate, name = measure.aggregate, measure.property
        what = AGGREGATES.label(aggregate, self.language)
        if aggregate == "count":
            if name is not None:
                raise PlanMismatch(f"measure {measure.name!r}: count takes no property;")
            column = ResultColumn(name=measure.name, label=what, type="integer")
            return Measured(column, aggregate, None)
        if aggregate not in _MEASURED:
            known = ", ".join(("count", *_MEASURED))
            raise PlanMismatch(f"a graph plan has no aggregate {aggregate!r};", f"it has {known}")
        if name is None:
            raise PlanMismatch(f"measure {measure.name!r}: {aggregate} needs a property;")
        read = self.reader.shown_property(labels, name)
        if read.type not in _MEASURED[aggregate]:
            raise PlanMismatch(f"property {name!r} is {read.type}: it has no {aggregate};")
        described = self._described(measure.name, read, self.reader.specs(labels, name))
        counted = aggregate == "count_distinct"
        kind: ColumnType = "integer" if counted else "number" if aggregate == "avg" else read.type
        changes = {
            "label": f"{described.label} {what}",
            "type": kind,
            "unit": None if counted else described.unit,
            "value_labels": {} if counted else described.value_labels,
        }
        return Measured(described.model_copy(update=changes), aggregate, read)
