"""A mapping may only show columns that its query promises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.contracts.assets.mapping import BlockRule, MappingSpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.value import Text
from dagster_project.registry.problem import Problem, listed, nearest
from dagster_project.registry.read_yaml import Path

_CELL = re.compile(r"\{([A-Za-z_]\w*)\}")


def check_mapping(spec: MappingSpec, query: QuerySpec) -> Iterator[Problem]:
    """Nothing to hold it to when the query's columns follow from the plan."""
    columns = {column.name for column in query.output_schema}
    if not columns:
        return
    for i, rule in enumerate(spec.rules):
        at = ("spec", "rules", i)
        if rule.summary is not None:
            yield from _cells(rule.summary, columns, (*at, "summary"))
        for j, block in enumerate(rule.blocks):
            yield from _block(block, columns, (*at, "blocks", j))


def _block(block: BlockRule, columns: set[str], at: Path) -> Iterator[Problem]:
    for field in ("columns", "y"):
        for i, name in enumerate(getattr(block, field)):
            yield from _column(name, columns, (*at, field, i))
    for field in ("x", "series"):
        name = getattr(block, field)
        if name is not None:
            yield from _column(name, columns, (*at, field))
    if block.text is not None:
        yield from _cells(block.text, columns, (*at, "text"))


def _cells(text: Text, columns: set[str], at: Path) -> Iterator[Problem]:
    for language in ("ko", "en"):
        for found in _CELL.finditer(getattr(text, language)):
            yield from _column(found[1], columns | {"rows"}, (*at, language))


def _column(name: str, columns: set[str], at: Path) -> Iterator[Problem]:
    if name not in columns:
        near = nearest(name, columns)
        yield Problem("CFG060", at, f"no output column {name!r}", listed(columns), near)
