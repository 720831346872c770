"""What a listing shows and in what order, where a reply leaves it open: as the built-in planner."""

from __future__ import annotations

from collections.abc import Iterable

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import EntitySpec
from dagster_project.contracts.table_plan import Filter, Order
from dagster_project.contracts.value import Language


def listing_columns(
    view: CatalogView,
    table: str,
    asked: Iterable[str],
    filters: tuple[Filter, ...],
    order: tuple[Order, ...],
    language: Language,
    things: int,
) -> tuple[str, ...]:
    """Who it is, what was asked for, and the table's own listing columns.

    `things`: how many things the rows are narrowed to; of a thing's own table only what was asked
    for is shown then.
    """
    wanted = list(asked)
    entity = view.entity_at(table)
    lead: list[str] = []
    if entity is not None:
        label = _label(entity, language)
        lead = [f"{entity.table}.{entity.key}", *([f"{entity.table}.{label}"] if label else [])]
    elif (owner := only_thing(view, table)) is not None:
        key, label = view.entity_column(table, owner), _label(owner, language)
        lead = [key] if key else []
        if label and things != 1:
            lead.append(f"{owner.table}.{label}")
    alone = bool(wanted) and entity is not None and things > 0
    always = () if alone else view.list_columns(table)
    compared = [f.column for f in filters if f.op not in ("=", "in")]
    ordered = [o.by for o in order if o.by.count(".") == 2]
    return tuple(
        ref
        for ref in dict.fromkeys([*lead, *wanted, *compared, *always, *ordered])
        if (column := view.column(ref)) is not None and not column.masked
    )


def usual_order(view: CatalogView, table: str) -> tuple[Order, ...]:
    """Happenings newest first, things by their key."""
    time, entity = view.time_column(table), view.entity_at(table)
    if time is not None and entity is None:
        return (Order(by=time, descending=True),)
    return (Order(by=f"{entity.table}.{entity.key}"),) if entity is not None else ()


def only_thing(view: CatalogView, table: str) -> EntitySpec | None:
    """The entity that rows of a table belong to, where there is just one."""
    found = [e for e in view.spec.entities if view.entity_column(table, e) is not None]
    return found[0] if len(found) == 1 else None


def _label(entity: EntitySpec, language: Language) -> str | None:
    return entity.label_ko if language == "ko" else entity.label_en
