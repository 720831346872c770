"""Reads and conditions of a node in SQL, over the embedded graph's tables and functions."""

from __future__ import annotations

from dagster_project.catalog.graph.reads import Case, Picked, Read, Test
from dagster_project.catalog.graph.view import GraphSchema
from dagster_project.catalog.sql_parts import Parameters
from sources.protocol import ColumnType

SQL_TYPES: dict[ColumnType, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "float8",
    "boolean": "boolean",
    "timestamp": "timestamptz",
    "date": "date",
    "json": "jsonb",
}


def quote(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def literal(value: str) -> str:
    return "'" + value.replace("'", "''").replace("%", "%%") + "'"


class SqlReads:
    """Writes expressions over an alias of the node table; values become parameters."""

    def __init__(self, schema: GraphSchema) -> None:
        self.schema = schema
        self.values = Parameters()

    def conditions(self, name: str, picked: Picked) -> list[str]:
        found = [self._belongs(name, picked.labels)]
        if picked.keys is not None:
            parts: list[str] = []
            for case in picked.keys:
                keys = self.values.add([_key_text(value) for value in case.values])
                alone = len(picked.keys) == 1
                has = f"{name}.key = any({keys}::text[])"
                parts.append(has if alone else f"({self._belongs(name, case.labels)} and {has})")
            found.append(f"({' or '.join(parts)})" if len(parts) > 1 else parts[0])
        return [*found, *(self._test(name, picked, test) for test in picked.tests)]

    def collection(self, name: str, known: str) -> str:
        """A join that gives the collection which a node belongs to as `known.label`."""
        cases = (f"when {self._bears(name, (o,))} then {literal(o)}" for o in self.schema.labels)
        return f" cross join lateral (select case {' '.join(cases)} end as label) {known}"

    def read(self, name: str, read: Read, labels: tuple[str, ...], known: str = "") -> str:
        """`labels` are what the node can be of; `known` is where its collection already stands."""
        if len(read.cases) == 1 and set(labels) <= set(read.cases[0].labels):
            return _converted(name, read.cases[0], read.type)
        parts: list[str] = []
        for case in read.cases:
            of = f"{known} = any({self.text_array(case.labels)})" if known else ""
            of = of or self._belongs(name, case.labels)
            parts.append(f"when {of} then {_converted(name, case, read.type)}")
        return f"case {' '.join(parts)} end"

    def _belongs(self, name: str, labels: tuple[str, ...]) -> str:
        if labels == self.schema.labels[: len(labels)]:
            return self._bears(name, labels)
        parts: list[str] = []
        for label in labels:
            earlier = tuple(o for o in self.schema.before(label) if o not in labels)
            own = self._bears(name, (label,))
            without = f" and not {self._bears(name, earlier)}" if earlier else ""
            parts.append(f"({own}{without})")
        return f"({' or '.join(parts)})" if len(parts) > 1 else parts[0]

    def _bears(self, name: str, labels: tuple[str, ...]) -> str:
        return f"{name}.labels && {self.text_array(labels)}"

    def text_array(self, values: tuple[str, ...]) -> str:
        return f"{self.values.add(list(values))}::text[]"

    def _test(self, name: str, picked: Picked, test: Test) -> str:
        read, values = self.read(name, test.read, picked.labels), test.values
        add = self.values.add
        if test.read.type == "text":
            read = f'{read} collate "C"'
        match test.op:
            case "is_null" | "not_null":
                return f"{read} is {'not ' if test.op == 'not_null' else ''}null"
            case "in":
                return f"{read} = any({add(list(values))}::{SQL_TYPES[test.read.type]}[])"
            case "between":
                ends = "<" if test.open_end else "<="
                return f"({read} >= {add(values[0])} and {read} {ends} {add(values[1])})"
            case "like":
                return f"strpos(lower({read}), lower({add(values[0])}::text)) > 0"
            case "!=":
                return f"{read} is distinct from {add(values[0])}"
            case _:
                return f"{read} {test.op} {add(values[0])}"


def _key_text(value: object) -> str:
    """As the embedded graph writes keys."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _converted(name: str, case: Case, wanted: ColumnType) -> str:
    own = f"{name}.properties, {literal(case.property)}"
    if case.type == wanted == "json":
        return f"{name}.properties -> {literal(case.property)}"
    if case.type != wanted and wanted == "text":
        return f"graph_raw({own})"
    if case.type == "integer" and wanted == "number":
        return f"graph_integer({own})::float8"
    return f"graph_{case.type}({own})"
