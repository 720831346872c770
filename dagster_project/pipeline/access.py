"""Who may use what: a policy's access rules for one caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dagster_project.contracts.assets.policy import AccessRule, PolicySpec
from dagster_project.contracts.assets.query import QuerySpec


@dataclass(frozen=True, slots=True)
class Caller:
    user: str
    tenant: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """What the rules give a caller: the union of the rules that match."""

    rules: tuple[AccessRule, ...]

    @classmethod
    def of(cls, caller: Caller, policy: PolicySpec) -> Access:
        return cls(
            tuple(
                rule
                for rule in policy.access
                if _matches(rule.tenants, (caller.tenant,)) and _matches(rule.roles, caller.roles)
            )
        )

    def allows(self, source: str, query: str) -> bool:
        return any(
            _matches(rule.sources, (source,)) and _matches(rule.queries, (query,))
            for rule in self.rules
        )

    @property
    def masked_columns(self) -> frozenset[str]:
        """Columns that every matching rule hides: one role that may see them is enough."""
        if not self.rules:
            return frozenset()
        return frozenset.intersection(*(frozenset(rule.masked_columns) for rule in self.rules))


def may_use(access: Access, queries: Mapping[str, QuerySpec], query: str) -> bool:
    """A recipe may be used when every step that it needs may be."""
    spec = queries.get(query)
    if spec is None:
        return False
    if spec.form == "recipe":
        return all(step.optional or may_use(access, queries, step.query) for step in spec.steps)
    return access.allows(spec.source or "", query)


def _matches(allowed: tuple[str, ...], given: tuple[str, ...]) -> bool:
    return "*" in allowed or any(name in allowed for name in given)
