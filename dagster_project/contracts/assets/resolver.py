"""A8: how mentions become entities: names from the data, aliases, patterns, typos, ambiguity."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from dagster_project.contracts.assets.schema_catalog import ExpectationSuite
from dagster_project.contracts.value import Value


class EntityMapping(Value):
    """Read keys and names of an entity from its own table, cached for `cache_ttl_seconds`."""

    entity: str
    catalog: str
    alias_columns: tuple[str, ...] = ()
    """Columns with further names; a text array or `;`-separated text counts as several."""


class AliasGroup(Value):
    entity: str
    key: str
    aliases: tuple[str, ...]
    owner: str | None = None
    expires: date | None = None


class PatternRule(Value):
    """A regular expression over a mention and the key it means: `(?i)gt-?(\\d+)` to `GT-{1:02d}`.

    `{1:02d}` formats group 1 as an integer; `{1}` is its text, upper-cased."""

    entity: str
    pattern: str
    key: str


class ResolverSpec(Value):
    entity_mappings: tuple[EntityMapping, ...] = ()
    alias_groups: tuple[AliasGroup, ...] = ()
    pattern_rules: tuple[PatternRule, ...] = ()
    ambiguity_policy: Literal["ask_user", "first_match", "top_k"] = "ask_user"
    max_candidates: int = Field(default=5, ge=1)
    cache_ttl_seconds: int = Field(default=3600, ge=0)
    expectation_suites: tuple[ExpectationSuite, ...] = ()
    """On the alias table: columns `alias`, `entity`, `key`, `origin`, `owner`, `expires`."""
