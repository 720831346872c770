"""Resolver: the alias table and its data checks: shared names, strangers, expiry, patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from dagster_project.contracts.assets.resolver import PatternRule, ResolverSpec
from dagster_project.inspection.inspection import (
    Inspection,
    Observation,
    PreviewTable,
    observed,
)
from dagster_project.resolver.collisions import Collision, alias_collisions
from dagster_project.resolver.names import EntityName

MAX_NAMED = 8


def inspect_resolver(
    spec: ResolverSpec, names: Sequence[EntityName] | None = None, today: date | None = None
) -> Inspection:
    """Check the alias table. `names` are what the mapped entities' tables hold; without them
    nothing is said about aliases of things that do not exist."""
    day = today or date.today()
    shared = alias_collisions((spec,), names or (), day)
    aliases = sum(len(group.aliases) for group in spec.alias_groups)
    return Inspection(
        summary=f"{aliases} aliases of {len(spec.alias_groups)} things beside"
        f" {len(names or ())} names in the data; {len(shared)} names are shared",
        findings=(
            shared_names(spec, shared),
            taken_names(shared),
            strangers(spec, names),
            expired_groups(spec, day),
            _patterns(spec.pattern_rules),
        ),
        facts={
            "aliases": aliases,
            "things_with_aliases": len(spec.alias_groups),
            "things_in_the_data": None if names is None else len(names),
            "shared_names": len(shared),
            "patterns": len(spec.pattern_rules),
            "ambiguity_policy": spec.ambiguity_policy,
        },
        table=PreviewTable(
            columns=("entity", "key", "aliases", "owner", "expires"),
            rows=tuple(
                (g.entity, g.key, ", ".join(g.aliases), g.owner, str(g.expires or ""))
                for g in spec.alias_groups
            ),
        ),
        document=shared_document(shared) if shared else None,
    )


def shared_document(shared: Sequence[Collision]) -> str:
    lines = [f"- `{one.name}`: {', '.join(key for _, key in one.means)}" for one in shared]
    return "**Names of several things**\n\n" + "\n".join(lines[:100])


def shared_names(spec: ResolverSpec, shared: Sequence[Collision]) -> Observation:
    """A shared name is fine where people are asked which they mean, else it is a guess."""
    named = "; ".join(
        f"{one.name!r} means {', '.join(key for _, key in one.means[:3])}"
        for one in shared[:MAX_NAMED]
    )
    guessed = bool(shared) and spec.ambiguity_policy == "first_match"
    return observed(
        "collisions",
        f"{named}; ambiguity_policy first_match picks one silently" if guessed else None,
        f"{len(shared)} shared, each asked about: {named}" if shared else "no name is shared",
        level="warn",
    )


def taken_names(shared: Sequence[Collision]) -> Observation:
    """An alias that is another thing's own name or key takes its name away: never fine."""
    taken = [one for one in shared if one.taken]
    named = "; ".join(
        f"{one.name!r} means {', '.join(key for _, key in one.means[:3])}"
        for one in taken[:MAX_NAMED]
    )
    return observed(
        "taken",
        f"{len(taken)} aliases are another thing's own name or key: {named}" if taken else None,
        "no alias is another thing's own name or key",
    )


def strangers(spec: ResolverSpec, names: Sequence[EntityName] | None) -> Observation:
    if names is None:
        return Observation(name="keys", status="warn", detail="the source did not give its names")
    mapped = {mapping.entity for mapping in spec.entity_mappings}
    known = {(name.entity, name.key) for name in names}
    strangers = [
        f"{group.entity}:{group.key}"
        for group in spec.alias_groups
        if group.entity in mapped and (group.entity, group.key) not in known
    ]
    return observed(
        "keys",
        f"{len(strangers)} aliased keys are not in the source: {', '.join(strangers[:MAX_NAMED])}"
        if strangers
        else None,
        f"every aliased key is one of the {len(known)} in the source",
    )


def expired_groups(spec: ResolverSpec, day: date) -> Observation:
    expired = sorted(g.key for g in spec.alias_groups if g.expires is not None and g.expires < day)
    return observed(
        "expiry",
        f"{len(expired)} alias groups have expired: {', '.join(expired[:MAX_NAMED])}"
        if expired
        else None,
        "no alias group has expired",
        level="warn",
    )


def _patterns(rules: tuple[PatternRule, ...]) -> Observation:
    problems: list[str] = []
    for rule in rules:
        try:
            groups = re.compile(rule.pattern).groups
        except re.error as error:
            problems.append(f"{rule.pattern!r} is not a regular expression: {error}")
            continue
        asked = {int(n) for n in re.findall(r"\{(\d+)", rule.key)}
        if asked and max(asked) > groups:
            problems.append(f"{rule.key!r} uses group {max(asked)}; {rule.pattern!r} has {groups}")
    return observed(
        "patterns", "; ".join(problems) or None, f"{len(rules)} patterns compile and fill their key"
    )
