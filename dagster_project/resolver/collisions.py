"""Names that stand for several things: data checks of a resolver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from dagster_project.contracts.assets.resolver import AliasGroup, ResolverSpec
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import spellings

Thing = tuple[str, str]
"""(entity, key)."""


@dataclass(frozen=True, slots=True)
class Collision:
    """One name and the (entity, key) pairs it stands for."""

    name: str
    means: tuple[Thing, ...]
    taken: bool = False
    """An alias of one thing is another's own name or key: its name would no longer be its own."""


def alias_collisions(
    specs: Sequence[ResolverSpec], names: Sequence[EntityName], today: date | None = None
) -> tuple[Collision, ...]:
    """Names and aliases shared by several things, in the spelling the resolver compares.

    Expired alias groups do not count. Shape: sorted by name.
    """
    first: dict[str, Thing] = {}
    shared: dict[str, set[Thing]] = {}
    for spelling, thing in _bearers(specs, names, today):
        held = first.setdefault(spelling, thing)
        if held != thing:
            shared.setdefault(spelling, {held}).add(thing)
    owners = _own_names(names, shared)
    added = _added(specs, today)
    return tuple(
        Collision(name, tuple(sorted(means)), taken=_taken(name, owners, added))
        for name, means in sorted(shared.items())
    )


def in_force(group: AliasGroup, today: date | None) -> bool:
    """Whether the group has not expired: it holds until the day it names."""
    return today is None or group.expires is None or group.expires >= today


def _bearers(
    specs: Sequence[ResolverSpec], names: Sequence[EntityName], today: date | None
) -> Iterator[tuple[str, Thing]]:
    for name in names:
        for text in name.all_names():
            yield spellings(text)[0], (name.entity, name.key)
    for spelling, things in _added(specs, today).items():
        for thing in things:
            yield spelling, thing


def _added(specs: Sequence[ResolverSpec], today: date | None) -> dict[str, set[Thing]]:
    """What alias groups add: spelling to the things."""
    added: dict[str, set[Thing]] = {}
    for spec in specs:
        for group in spec.alias_groups:
            for alias in group.aliases if in_force(group, today) else ():
                added.setdefault(spellings(alias)[0], set()).add((group.entity, group.key))
    return added


def _own_names(names: Sequence[EntityName], wanted: dict[str, set[Thing]]) -> dict[str, set[Thing]]:
    """Those spellings that are a key or label, and whose."""
    owners: dict[str, set[Thing]] = {}
    for name in names if wanted else ():
        for text in filter(None, (name.key, name.label_ko, name.label_en)):
            spelling = spellings(text)[0]
            if spelling in wanted:
                owners.setdefault(spelling, set()).add((name.entity, name.key))
    return owners


def _taken(name: str, owners: dict[str, set[Thing]], added: dict[str, set[Thing]]) -> bool:
    own = owners.get(name, set())
    return bool(own) and any(thing not in own for thing in added.get(name, ()))
