"""Names that stand for several things: data checks of a resolver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import spellings


@dataclass(frozen=True, slots=True)
class Collision:
    """One name and the (entity, key) pairs it stands for."""

    name: str
    means: tuple[tuple[str, str], ...]


def alias_collisions(
    specs: Sequence[ResolverSpec], names: Sequence[EntityName], today: date | None = None
) -> tuple[Collision, ...]:
    """Names and aliases shared by several things, in the spelling the resolver compares.

    Expired alias groups do not count. Shape: sorted by name.
    """
    bearers: dict[str, dict[tuple[str, str], None]] = {}
    for name in names:
        for text in name.all_names():
            bearers.setdefault(spellings(text)[0], {})[name.entity, name.key] = None
    for spec in specs:
        for group in spec.alias_groups:
            if today is not None and group.expires is not None and group.expires < today:
                continue
            for alias in group.aliases:
                bearers.setdefault(spellings(alias)[0], {})[group.entity, group.key] = None
    return tuple(
        Collision(name, tuple(sorted(means)))
        for name, means in sorted(bearers.items())
        if len(means) > 1
    )
