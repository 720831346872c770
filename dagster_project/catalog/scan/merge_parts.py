"""Labels, relations, document collections and API operations under what people wrote of them."""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.catalog.scan.merge_columns import FactsOfColumn, merge_column, new_column
from dagster_project.contracts.assets.schema_catalog import (
    ApiOperation,
    ApiParam,
    ColumnSpec,
    DocumentCollection,
    GraphCollection,
    Relationship,
)
from sources.facts import (
    CollectionFacts,
    ColumnFacts,
    LabelFacts,
    OperationFacts,
    ParamFacts,
    RelationFacts,
)


def _columns(
    declared: Sequence[ColumnSpec], found: Sequence[ColumnFacts], *, enabled: bool = False
) -> tuple[ColumnSpec, ...]:
    live = {column.name: column for column in found}
    names = {column.name for column in declared}
    return (
        *(merge_column(c, FactsOfColumn(live[c.name])) if c.name in live else c for c in declared),
        *(
            new_column(FactsOfColumn(column), enabled=enabled)
            for name, column in live.items()
            if name not in names
        ),
    )


def merge_label(collection: GraphCollection, found: LabelFacts) -> GraphCollection:
    return collection.model_copy(
        update={
            "properties": _columns(collection.properties, found.properties),
            "row_estimate": _known(found.row_estimate, collection.row_estimate),
        }
    )


def new_label(found: LabelFacts, enabled: bool) -> GraphCollection:
    """Its key is a unique property of its own, else the first that is called so."""
    unique = [k.columns[0] for k in found.keys if len(k.columns) == 1 and k.kind != "foreign"]
    names = [column.name for column in found.properties]
    likely = [name for name in ("id", "key", "name") if name in names]
    return GraphCollection(
        label=found.label,
        key=[*unique, *likely, *names, "id"][0],
        properties=_columns((), found.properties, enabled=True),
        row_estimate=found.row_estimate,
        enabled=enabled,
    )


def merge_relation(relation: Relationship, found: RelationFacts) -> Relationship:
    return relation.model_copy(
        update={
            "from_labels": found.from_labels,
            "to_labels": found.to_labels,
            "properties": _columns(relation.properties, found.properties),
            "row_estimate": _known(found.row_estimate, relation.row_estimate),
        }
    )


def new_relation(found: RelationFacts, enabled: bool) -> Relationship:
    return Relationship(
        name=found.type,
        from_labels=found.from_labels,
        to_labels=found.to_labels,
        properties=_columns((), found.properties, enabled=True),
        row_estimate=found.row_estimate,
        enabled=enabled,
    )


def merge_collection(collection: DocumentCollection, found: CollectionFacts) -> DocumentCollection:
    return collection.model_copy(update={"document_estimate": found.documents})


def merge_operation(operation: ApiOperation, found: OperationFacts) -> ApiOperation:
    told = {param.name: param.description for param in operation.params}
    return operation.model_copy(
        update={
            "path": found.path,
            "params": tuple(_param(param, told.get(param.name, "")) for param in found.params),
            "columns": _columns(operation.columns, found.columns),
            "description": operation.description or found.comment,
        }
    )


def new_operation(found: OperationFacts, enabled: bool) -> ApiOperation:
    return ApiOperation(
        id=found.id,
        path=found.path,
        description=found.comment,
        params=tuple(_param(param) for param in found.params),
        columns=_columns((), found.columns, enabled=True),
        rows=found.rows,
        enabled=enabled,
    )


def _param(found: ParamFacts, written: str = "") -> ApiParam:
    return ApiParam(
        name=found.name,
        place=found.place,
        type=found.type,
        required=found.required,
        values=found.values,
        description=written or found.comment,
    )


def _known(found: int | None, kept: int | None) -> int | None:
    return kept if found is None else found
