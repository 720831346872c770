"""What a plan reads of a node and what it asks of it, resolved over the catalog, in no dialect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dagster_project.catalog.graph.values import DoesNotFit, day_after, typed
from dagster_project.catalog.graph.view import GraphSchema, unknown
from dagster_project.catalog.joined_columns import PlanMismatch
from dagster_project.contracts.assets.schema_catalog import ColumnSpec
from dagster_project.contracts.graph_plan import NodeFilter, Nodes
from dagster_project.contracts.table_plan import FilterOp
from dagster_project.contracts.value import Language
from sources.protocol import ColumnType

_VALUES_TAKEN: dict[FilterOp, int] = {"between": 2, "is_null": 0, "not_null": 0}
_COMPARED = frozenset(("<", "<=", ">", ">=", "between"))


@dataclass(frozen=True, slots=True)
class Case:
    """The property that nodes of these collections are read by. A value of another type is null."""

    labels: tuple[str, ...]
    property: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Read:
    """One value of a node. Collections without a case have none."""

    type: ColumnType
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on a read. `open_end`: a `between` leaves its end out."""

    read: Read
    op: FilterOp
    values: tuple[object, ...]
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class KeyCase:
    """Keys as the nodes of these collections hold them."""

    labels: tuple[str, ...]
    property: str
    type: ColumnType
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """Nodes of a plan: of these collections, with one of these keys, that pass the tests."""

    labels: tuple[str, ...]
    keys: tuple[KeyCase, ...] | None
    """None: whatever the key."""
    tests: tuple[Test, ...]


class Reader:
    """Resolves the names of one plan."""

    def __init__(self, schema: GraphSchema, zone: ZoneInfo) -> None:
        self.schema = schema
        self.zone = zone

    def picked(self, nodes: Nodes) -> Picked:
        """Raises: PlanMismatch."""
        labels = self.schema.known_labels(nodes.label)
        return Picked(
            labels,
            self._keys(nodes, labels) if nodes.keys else None,
            tuple(self._test(labels, condition) for condition in nodes.filters),
        )

    def property(self, labels: tuple[str, ...], name: str) -> Read:
        """Raises: PlanMismatch."""
        found = [(label, self.schema.property(label, name)) for label in labels]
        declared = [(label, spec) for label, spec in found if spec is not None]
        if not declared:
            known = self.schema.property_names(labels)
            of = f"property of {', '.join(labels)} named"
            raise unknown(self.schema.name, of, name, known)
        return _read(declared)

    def shown_property(self, labels: tuple[str, ...], name: str) -> Read:
        """One whose values leave the source. Raises: PlanMismatch."""
        read = self.property(labels, name)
        if any(spec.masked for spec in self.specs(labels, name)):
            raise PlanMismatch(f"property {name!r} is masked;", "leave it out")
        return read

    def specs(self, labels: tuple[str, ...], name: str) -> tuple[ColumnSpec, ...]:
        found = (self.schema.property(label, name) for label in labels)
        return tuple(spec for spec in found if spec is not None)

    def key(self, labels: tuple[str, ...]) -> Read:
        return _read([(label, self.schema.key(label)) for label in labels])

    def names(self, labels: tuple[str, ...], language: Language) -> Read | None:
        """Of the nodes that have one beside their key."""
        found = [(label, self.schema.shown_name(label, language)) for label in labels]
        named = [(label, spec) for label, spec in found if spec is not None]
        return as_text(_read(named)) if named else None

    def _keys(self, nodes: Nodes, labels: tuple[str, ...]) -> tuple[KeyCase, ...]:
        cases = self.key(labels).cases
        return tuple(
            KeyCase(case.labels, case.property, case.type, self._fitting(nodes.keys, case.type))
            for case in cases
        )

    def _fitting(self, values: Iterable[object], kind: ColumnType) -> tuple[object, ...]:
        """A key that no node of the collection can have is left out: it finds nothing."""
        found: list[object] = []
        for value in values:
            try:
                found.append(typed(value, kind, self.zone))
            except DoesNotFit:
                continue
        return tuple(dict.fromkeys(found))

    def _test(self, labels: tuple[str, ...], condition: NodeFilter) -> Test:
        read, op = self.property(labels, condition.property), condition.op
        name, values = condition.property, condition.values
        taken = _VALUES_TAKEN.get(op, 1)
        if op != "in" and len(values) != taken:
            raise PlanMismatch(f"filter {name!r} {op} takes {taken} value(s), not {len(values)};")
        refused = (op == "like" and read.type != "text") or (
            op in _COMPARED and read.type == "boolean"
        )
        if refused or (read.type == "json" and taken):
            raise PlanMismatch(f"property {name!r} is {read.type}: {op!r} does not fit it;")
        given = [value for value in values if op != "in" or value is not None]
        if op in ("=", "!=") and given == [None]:
            return Test(read, "is_null" if op == "=" else "not_null", ())
        try:
            if op == "between" and isinstance(values[1], datetime) and read.type == "date":
                start = typed(values[0], "date", self.zone)
                return Test(read, op, (start, day_after(values[1], self.zone)), open_end=True)
            read_values = tuple(typed(value, read.type, self.zone) for value in given)
        except DoesNotFit as error:
            raise PlanMismatch(
                f"filter {name!r} {op}: {error};", f"the catalog says {read.type}"
            ) from error
        return Test(read, op, read_values, open_end=read.type == "timestamp")


def as_text(read: Read) -> Read:
    return Read("text", read.cases)


def _read(found: list[tuple[str, ColumnSpec]]) -> Read:
    grouped: dict[tuple[str, ColumnType], list[str]] = {}
    for label, spec in found:
        grouped.setdefault((spec.name, spec.type), []).append(label)
    cases = tuple(Case(tuple(labels), name, kind) for (name, kind), labels in grouped.items())
    return Read(_merged({case.type for case in cases}), cases)


def _merged(kinds: set[ColumnType]) -> ColumnType:
    """One type for all of them; text where they have none in common."""
    if len(kinds) == 1:
        return next(iter(kinds))
    return "number" if kinds == {"integer", "number"} else "text"
