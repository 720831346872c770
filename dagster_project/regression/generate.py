"""Cases made from the assets themselves, anew each night: nobody has to write them (R8, B13, B15).

generate_names     another name of the same thing → the same rows
generate_examples  another example of the same query → the same rows; a wider window → more rows
generate_parts     counted by each dimension → adds up to the whole

Which of many candidates are taken depends on each alone and on the seed: a new alias or example
moves at most one case out of a suite, never the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.planner.assets import policy_of, prepare
from dagster_project.regression.generate_candidates import Candidate
from dagster_project.regression.generate_examples import paraphrases, wider_times
from dagster_project.regression.generate_names import aliases
from dagster_project.regression.generate_parts import parts
from dagster_project.resolver.index import EntityIndex

_ANY_NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""Stands in for a policy's "now": which cases are made may not change with the hour."""


def generated_cases(suite: Suite, release: Release, names: EntityIndex) -> tuple[GoldenCase, ...]:
    """As many of each kind as the suite asks for at most, spread over queries and languages.

    `names`: the release's resolver. The same suite, assets and names give the same cases.
    """
    wanted = suite.generate
    if not any((wanted.aliases, wanted.paraphrases, wanted.wider_times, wanted.parts)):
        return ()
    as_of = _clock(release)
    assets = prepare(release, names, as_of)
    kinds = (
        (wanted.aliases, aliases(assets, release)),
        (wanted.paraphrases, paraphrases(assets, as_of)),
        (wanted.wider_times, wider_times(assets, as_of)),
        (wanted.parts, parts(assets)),
    )
    made = [c for most, every in kinds for c in spread(every, most, wanted.seed)]
    taken = {case.id for case in suite.cases}
    return tuple(c.case for c in made if c.case.id not in taken)


def spread(candidates: Iterable[Candidate], most: int, seed: int) -> list[Candidate]:
    """At most so many, one of each group after the other; within a group by the seed's order."""
    groups: dict[tuple[str, str], dict[str, Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.group, {}).setdefault(candidate.case.id, candidate)
    ordered = sorted(groups, key=lambda group: _place(seed, *group))
    queues = [
        sorted(groups[group].values(), key=lambda c: _place(seed, c.case.id)) for group in ordered
    ]
    longest = max((len(queue) for queue in queues), default=0)
    turns = [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]
    return turns[:most]


def _place(seed: int, *names: str) -> bytes:
    return blake2b("\n".join((str(seed), *names)).encode(), digest_size=8).digest()


def _clock(release: Release) -> datetime:
    spec = policy_of(release).asset.spec
    assert isinstance(spec, PolicySpec)
    as_of = spec.calendar.as_of
    return _ANY_NOW if as_of == "now" else as_of
