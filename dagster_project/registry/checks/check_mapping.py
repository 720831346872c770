"""A mapping may only show columns that its query promises, and blocks that can be made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.contracts.assets.mapping import BlockRule, MappingSpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.value import Text
from dagster_project.registry.problem import Problem, listed, nearest
from dagster_project.registry.read_yaml import Path

_CELL = re.compile(r"\{([A-Za-z_]\w*)\}")
NODE = ("key", "label", "name")
WAY = ("path", "hop", *NODE, "relation", "direction")
PASSAGE = ("document", "title", "quote", "link")
_OF_A_SEARCH = frozenset((*PASSAGE, "headings", "score", "page", "collection"))
_NEEDS: dict[str, tuple[str, ...]] = {"graph": NODE, "path": WAY, "doc_link": PASSAGE}
_GIVEN_BY = {"graph": "a graph plan", "path": "a graph plan of a path", "doc_link": "a search"}


def check_mapping(spec: MappingSpec, query: QuerySpec) -> Iterator[Problem]:
    """Columns that only a plan or the catalog tells are not held to anything."""
    columns = _columns(query)
    for i, rule in enumerate(spec.rules):
        at = ("spec", "rules", i)
        if rule.summary is not None and columns:
            yield from _cells(rule.summary, columns, (*at, "summary"))
        for j, block in enumerate(rule.blocks):
            yield from _makeable(block, query, columns, (*at, "blocks", j))
            if columns:
                yield from _block(block, columns, (*at, "blocks", j))


def _columns(query: QuerySpec) -> set[str]:
    """Empty where they follow from a plan."""
    if query.form == "search":
        return set(_OF_A_SEARCH)
    walk = query.graph
    if walk is not None and walk.operation == "aggregate":
        return {*walk.group_by, *(measure.name for measure in walk.measures)}
    if walk is not None and walk.operation == "path":
        return {*WAY, *walk.properties, *(f"property_{name}" for name in walk.properties)}
    declared = {column.name for column in query.output_schema}
    return {*declared, *NODE, "depth"} if declared and query.form == "graph_plan" else declared


def _makeable(block: BlockRule, query: QuerySpec, columns: set[str], at: Path) -> Iterator[Problem]:
    needed = _NEEDS.get(block.type)
    if needed is None or query.form == "recipe":
        return
    if columns:
        missing = [name for name in needed if name not in columns]
    elif query.form == "graph_plan":
        walked = query.graph is not None
        missing = list(needed) if block.type == "doc_link" else []
        missing += [*needed[:2]] if block.type == "path" and walked else []
    else:
        missing = list(needed)
    if missing:
        wrong = f"a block {block.type!r} needs output columns that the query has not: "
        rows = f"{', '.join(needed)}: rows of {_GIVEN_BY[block.type]}, or a template that gives"
        yield Problem("CFG060", (*at, "type"), f"{wrong}{', '.join(missing)}", f"{rows} them", None)


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
