"""Tables, labels, relations, collections and operations in one form, so that one rule compares."""

from __future__ import annotations

from dataclasses import dataclass, field

from dagster_project.catalog.scan.change import Part
from sources.facts import (
    ColumnFacts,
    ColumnStatistics,
    IndexFacts,
    KeyFacts,
    OperationFacts,
    SourceFacts,
    TableFacts,
)


@dataclass(frozen=True, slots=True)
class Thing:
    """A table, or what other engines have in its place."""

    part: Part
    name: str
    kind: str = ""
    columns: tuple[ColumnFacts, ...] = ()
    keys: tuple[KeyFacts, ...] = ()
    indexes: tuple[IndexFacts, ...] = ()
    comment: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    breaking_settings: frozenset[str] = frozenset()
    statistics: dict[str, ColumnStatistics] = field(default_factory=dict)

    @property
    def object(self) -> str:
        return object_name(self.part, self.name)


def object_name(part: Part, name: str) -> str:
    return name if part == "table" else f"{part}:{name}"


def things_of(facts: SourceFacts) -> dict[tuple[Part, str], Thing]:
    found = [
        *map(_table, facts.tables),
        *(
            Thing("label", label.label, "", label.properties, label.keys, label.indexes)
            for label in facts.labels
        ),
        *(
            Thing(
                "relation",
                relation.type,
                columns=relation.properties,
                settings=(
                    ("from", ", ".join(relation.from_labels)),
                    ("to", ", ".join(relation.to_labels)),
                ),
            )
            for relation in facts.relations
        ),
        *(
            Thing(
                "collection",
                one.name,
                settings=(("embedder", one.embedder), ("dimension", str(one.dimension))),
            )
            for one in facts.collections
        ),
        *map(_operation, facts.operations),
    ]
    return {(thing.part, thing.name): thing for thing in found}


def _table(table: TableFacts) -> Thing:
    settings = [("partition key", table.partition_key)]
    if table.time is not None:
        settings += [
            ("time column", table.time.column),
            ("chunk interval", table.time.chunk_interval),
            ("compressed", str(table.time.compressed).lower()),
            ("made from", table.time.materialized_from),
        ]
    return Thing(
        "table",
        table.name,
        table.kind,
        table.columns,
        table.keys,
        table.indexes,
        table.comment,
        tuple(settings),
        statistics=dict(table.statistics),
    )


def _operation(operation: OperationFacts) -> Thing:
    settings = [("path", operation.path), ("rows", operation.rows)]
    for param in operation.params:
        needed = "required" if param.required else "optional"
        told = f"{param.type} in {param.place}, {needed}"
        if param.values:
            told += f", one of {', '.join(param.values)}"
        settings.append((f"param {param.name}", told))
    return Thing(
        "operation",
        operation.id,
        columns=operation.columns,
        comment=operation.comment,
        settings=tuple(settings),
        breaking_settings=frozenset(name for name, _ in settings),
    )
