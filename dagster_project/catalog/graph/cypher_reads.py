"""Reads and conditions of a node in Cypher."""

from __future__ import annotations

from dagster_project.catalog.graph.reads import Case, Picked, Read, Test
from dagster_project.catalog.graph.view import GraphSchema
from dagster_project.catalog.joined_columns import PlanMismatch
from dagster_project.catalog.sql_parts import Parameters
from sources.protocol import ColumnType

_TYPES: dict[ColumnType, str] = {
    "text": "STRING",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "date": "DATE",
}
_SOUGHT = frozenset(("=", "in", "<", "<=", ">", ">=", "between"))


def quote(name: str) -> str:
    """Raises: PlanMismatch for a name that Cypher would read anew."""
    if "\\u" in name:
        raise PlanMismatch(f"the name {name!r} holds an escape;", "rename it in the graph")
    return "`" + name.replace("`", "``") + "`"


def text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


class CypherReads:
    """Writes expressions over a node's variable; values become parameters."""

    def __init__(self, schema: GraphSchema) -> None:
        self.schema = schema
        self.values = Parameters("${}")

    def node(self, name: str, labels: tuple[str, ...] = ()) -> str:
        """A node in a pattern, of these collections or any of the catalog's."""
        return f"({name}:{'|'.join(quote(label) for label in labels or self.schema.labels)})"

    def conditions(self, name: str, picked: Picked) -> list[str]:
        """What holds of a node that its pattern does not say."""
        found = [self._belongs(name, picked.labels)] if self._is_part(picked.labels) else []
        if picked.keys is not None:
            parts: list[str] = []
            for case in picked.keys:
                has = f"{name}.{quote(case.property)} IN {self.values.add(list(case.values))}"
                alone = len(picked.keys) == 1
                parts.append(has if alone else f"({self._bears(name, case.labels)} AND {has})")
            found.append(f"({' OR '.join(parts)})" if len(parts) > 1 else parts[0])
        return [*found, *(self._test(name, picked, test) for test in picked.tests)]

    def collection(self, name: str) -> str:
        """The collection that a node belongs to."""
        cases = (f"WHEN {name}:{quote(o)} THEN {text(o)}" for o in self.schema.labels)
        return f"CASE {' '.join(cases)} END"

    def read(self, name: str, read: Read, labels: tuple[str, ...], known: str = "") -> str:
        """`labels` are what the node can be of; `known` is where its collection already stands."""
        if len(read.cases) == 1 and set(labels) <= set(read.cases[0].labels):
            return _converted(name, read.cases[0], read.type)
        parts: list[str] = []
        for case in read.cases:
            of = f"{known} IN {self.values.add(list(case.labels))}" if known else ""
            of = of or self._belongs(name, case.labels)
            parts.append(f"WHEN {of} THEN {_converted(name, case, read.type)}")
        return f"CASE {' '.join(parts)} END"

    def _is_part(self, labels: tuple[str, ...]) -> bool:
        """Bearing one of the labels does not yet say to which collection a node belongs."""
        return labels != self.schema.labels[: len(labels)]

    def _belongs(self, name: str, labels: tuple[str, ...]) -> str:
        if not self._is_part(labels):
            return self._bears(name, labels)
        parts: list[str] = []
        for label in labels:
            earlier = tuple(o for o in self.schema.before(label) if o not in labels)
            own = self._bears(name, (label,))
            without = f" AND NOT {self._bears(name, earlier)}" if earlier else ""
            parts.append(f"({own}{without})" if without else own)
        return f"({' OR '.join(parts)})" if len(parts) > 1 else parts[0]

    def _bears(self, name: str, labels: tuple[str, ...]) -> str:
        return f"{name}:{'|'.join(quote(label) for label in labels)}"

    def _test(self, name: str, picked: Picked, test: Test) -> str:
        read = self.read(name, test.read, picked.labels)
        if test.op in ("is_null", "not_null"):
            return f"{read} IS {'NOT ' if test.op == 'not_null' else ''}NULL"
        if test.op == "!=":
            return f"coalesce({read} <> {self.values.add(test.values[0])}, true)"
        plain = _sought(name, picked, test)
        if plain is None:
            return self._compared(read, test)
        return f"{self._compared(plain, test)} AND {_is_of(plain, test.read.type)}"

    def _compared(self, read: str, test: Test) -> str:
        if test.op == "in":
            return f"{read} IN {self.values.add(list(test.values))}"
        if test.op == "between":
            low, high = (self.values.add(value) for value in test.values)
            return f"{low} <= {read} {'<' if test.open_end else '<='} {high}"
        value = self.values.add(test.values[0])
        if test.op == "like":
            return f"toLower({read}) CONTAINS toLower({value})"
        return f"{read} {test.op} {value}"


def _sought(name: str, picked: Picked, test: Test) -> str | None:
    """The bare property where an index can find it; the type is then asked for apart."""
    case = test.read.cases[0]
    simple = len(test.read.cases) == 1 and case.type in ("text", "integer", "number", "date")
    everywhere = set(picked.labels) <= set(case.labels)
    return (
        f"{name}.{quote(case.property)}" if simple and everywhere and test.op in _SOUGHT else None
    )


def _is_of(sql: str, kind: ColumnType) -> str:
    if kind == "number":
        return f"({sql} IS :: INTEGER NOT NULL OR {sql} IS :: FLOAT NOT NULL)"
    return f"{sql} IS :: {_TYPES[kind]} NOT NULL"


def _converted(name: str, case: Case, wanted: ColumnType) -> str:
    own = f"{name}.{quote(case.property)}"
    if case.type != wanted and wanted == "text":
        return f"toStringOrNull({own})"
    if case.type == "integer" and wanted == "number":
        return f"CASE WHEN {own} IS :: INTEGER THEN toFloat({own}) END"
    if case.type == "number":
        return f"CASE WHEN {_is_of(own, 'number')} THEN toFloat({own}) END"
    if case.type == "timestamp":
        local = f"datetime({{datetime: {own}, timezone: 'UTC'}})"
        return (
            f"CASE WHEN {own} IS :: ZONED DATETIME THEN {own}"
            f" WHEN {own} IS :: LOCAL DATETIME THEN {local} END"
        )
    if case.type == "json":
        return own
    return f"CASE WHEN {own} IS :: {_TYPES[case.type]} THEN {own} END"
