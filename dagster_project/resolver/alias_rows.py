"""The alias table of a resolver as rows: everything that stands for something, and since when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple

from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import spellings

Origin = Literal["name", "alias_column", "alias_group", "accepted_proposal"]
COLUMNS = ("alias", "entity", "key", "origin", "owner", "expires", "language")


class Alias(NamedTuple):
    """One row. `expires` is an ISO date, as `owner` empty for what the data itself says."""

    alias: str
    entity: str
    key: str
    origin: Origin
    owner: str | None
    expires: str | None
    language: Literal["ko", "en"]


Accepted = Collection[tuple[str, str, str]]
"""(normal form, entity, key) of proposals that people accepted."""


def alias_rows(
    spec: ResolverSpec, names: Iterable[EntityName], accepted: Accepted = ()
) -> tuple[tuple[str, ...], list[Alias]]:
    """Columns and rows of the alias table: the data's names, then the asset's alias groups."""
    return COLUMNS, list(iter_aliases(spec, names, accepted))


def iter_aliases(
    spec: ResolverSpec, names: Iterable[EntityName], accepted: Accepted = ()
) -> Iterator[Alias]:
    """The same rows, one at a time."""
    for name in names:
        own = {name.key, name.label_ko, name.label_en}
        for text in name.all_names():
            origin: Origin = "name" if text in own else "alias_column"
            yield Alias(text, name.entity, name.key, origin, None, None, language_of(text))
    for group in spec.alias_groups:
        expires = group.expires.isoformat() if group.expires else None
        for text in group.aliases:
            proposed = (spellings(text)[0], group.entity, group.key) in accepted
            origin = "accepted_proposal" if proposed else "alias_group"
            lang = language_of(text)
            yield Alias(text, group.entity, group.key, origin, group.owner, expires, lang)


def language_of(text: str) -> Literal["ko", "en"]:
    return "ko" if any("가" <= c <= "힣" for c in text) else "en"
