"""Names of entities, as their own tables hold them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dagster_project.contracts.assets.resolver import EntityMapping
from dagster_project.contracts.assets.schema_catalog import EntitySpec


@dataclass(frozen=True, slots=True)
class EntityName:
    """One thing of the data and everything it is called there."""

    entity: str
    key: str
    label_ko: str
    label_en: str
    names: tuple[str, ...] = ()
    """Further names; key and labels count as names too."""
    cls: str | None = None
    """Its sub-type: the value of the entity's class column."""

    def all_names(self) -> tuple[str, ...]:
        """Key, labels and names, each once."""
        return tuple(
            dict.fromkeys(filter(None, (self.key, self.label_ko, self.label_en, *self.names)))
        )

    def label(self, korean: bool) -> str:
        own, other = (self.label_ko, self.label_en) if korean else (self.label_en, self.label_ko)
        return own or other or self.key


def name_columns(mapping: EntityMapping, entity: EntitySpec) -> tuple[str, ...]:
    """Which columns of the entity's table to read, each once; `names_from_rows` takes the rows."""
    wanted = (
        entity.key,
        entity.label_ko,
        entity.label_en,
        entity.class_column,
        *mapping.alias_columns,
    )
    return tuple(dict.fromkeys(column for column in wanted if column))


def names_from_rows(
    mapping: EntityMapping,
    entity: EntitySpec,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> list[EntityName]:
    """Rows of `name_columns` as names. Rows without a key are skipped.

    Shape: `columns` names the cells of each row, with or without schema and table.
    Raises: KeyError when a wanted column is not among them.
    """
    place = {column.rsplit(".", 1)[-1]: n for n, column in enumerate(columns)}
    key, label_ko, label_en, cls = (
        place[column.rsplit(".", 1)[-1]] if column else None
        for column in (entity.key, entity.label_ko, entity.label_en, entity.class_column)
    )
    aliases = [place[column.rsplit(".", 1)[-1]] for column in mapping.alias_columns]
    found: list[EntityName] = []
    for row in rows:
        own_key = _text(row[key or 0])
        if not own_key:
            continue
        found.append(
            EntityName(
                entity=entity.name,
                key=own_key,
                label_ko=_text(row[label_ko]) if label_ko is not None else "",
                label_en=_text(row[label_en]) if label_en is not None else "",
                names=tuple(name for place_ in aliases for name in _several(row[place_])),
                cls=(_text(row[cls]) or None) if cls is not None else None,
            )
        )
    return found


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _several(cell: object) -> list[str]:
    """A text array, or text with `;` between names."""
    several = isinstance(cell, list | tuple)
    parts = [_text(part) for part in cell] if several else _text(cell).split(";")
    return [part.strip() for part in parts if part.strip()]
