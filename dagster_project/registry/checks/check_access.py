"""What a policy names must exist: a misspelt masked column would be shown to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.registry.checks.catalog_names import CatalogNames
from dagster_project.registry.problem import Problem, listed, nearest


def check_access(
    spec: PolicySpec, sources: set[str], queries: set[str], names: CatalogNames | None
) -> Iterator[Problem]:
    """`names` is None where no catalog can be held against it."""
    for i, rule in enumerate(spec.access):
        at = ("spec", "access", i)
        for field, known in (("sources", sources), ("queries", queries)):
            for j, name in enumerate(getattr(rule, field)):
                if name != "*" and name not in known:
                    near = nearest(name, known)
                    wrong = f"{name!r} is in no file under {field}/"
                    yield Problem("CFG075", (*at, field, j), wrong, listed(known), near)
        for j, column in enumerate(rule.masked_columns if names else ()):
            if names and not _is_property(column, names):
                yield from names.column(column, (*at, "masked_columns", j))


def _is_property(column: str, names: CatalogNames) -> bool:
    """`Label.property` of a graph collection."""
    label, _, name = column.partition(".")
    return name in names.labels.get(label, ())
