"""The same question with another name of the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.planner.assets import PlannerAssets
from dagster_project.regression.generate_candidates import Candidate, candidate, examples
from dagster_project.resolver.index import EntityIndex, Mention
from dagster_project.resolver.normal_form import spellings
from dagster_project.resolver.particles import is_particle_tail

_TAIL = re.compile(r"[가-힣]+")
_PAIRS = (("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("으로", "로"), ("이랑", "랑"))
"""After a final consonant, after a vowel."""
_DIGITS_WITH_FINAL = "013678"
_LETTERS_WITH_FINAL = "lmnr"


def aliases(assets: PlannerAssets, release: Release) -> Iterator[Candidate]:
    """Each example that names one thing, with each other name that stands for it alone."""
    groups = alias_groups(release)
    for example in examples(assets):
        mentions = assets.index.find_whole(example.text)
        if len(mentions) != 1 or not _certain(mentions[0]):
            continue
        found = mentions[0]
        meant = found.candidates[0]
        for name in _names(assets.index, groups, meant.entity, meant.key):
            same_spelling = spellings(name)[0] == spellings(found.text)[0]
            if same_spelling or not stands_alone(assets.index, name, meant.entity, meant.key):
                continue
            question = renamed(example.text, found.start, found.end, name)
            yield candidate(
                "alias",
                example.query,
                example.language,
                question,
                "same_rows",
                example.text,
                (meant.key,),
            )


def alias_groups(release: Release) -> dict[tuple[str, str], tuple[str, ...]]:
    """(entity, key) to the aliases that resolvers give it."""
    groups: dict[tuple[str, str], tuple[str, ...]] = {}
    for version in release.by_kind.get("resolver", ()):
        spec = version.asset.spec
        for group in spec.alias_groups if isinstance(spec, ResolverSpec) else ():
            own = groups.get((group.entity, group.key), ())
            groups[group.entity, group.key] = (*own, *group.aliases)
    return groups


def stands_alone(index: EntityIndex, name: str, entity: str, key: str) -> bool:
    """Whether a name, by itself, is read whole and as this thing only."""
    mentions = index.find_whole(name)
    if len(mentions) != 1 or not _certain(mentions[0]):
        return False
    meant = mentions[0].candidates[0]
    whole = (mentions[0].start, mentions[0].end) == (0, len(name))
    return whole and (meant.entity, meant.key) == (entity, key)


def renamed(question: str, start: int, end: int, name: str) -> str:
    """The question with a name in place of [start, end); Korean particles follow the new sound."""
    before, after = question[:start], question[end:]
    tail = _TAIL.match(after)
    if tail is None:
        return before + name + after
    if not is_particle_tail(tail.group()):
        return f"{before}{name} {after}"
    return before + name + _fitting(tail.group(), name) + after[tail.end() :]


def _fitting(tail: str, name: str) -> str:
    """`은` and `는` as the name's last sound wants it; other tails stay."""
    final = ends_in_consonant(name)
    for with_final, without in _PAIRS:
        if tail in (with_final, without):
            lateral = with_final == "으로" and _ends_in_l(name)
            return with_final if final and not lateral else without
    return tail


def ends_in_consonant(name: str) -> bool:
    """Whether the last syllable, as it is read in Korean, has a final consonant."""
    last = name[-1].lower()
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28 != 0
    return last in _DIGITS_WITH_FINAL or last in _LETTERS_WITH_FINAL


def _ends_in_l(name: str) -> bool:
    last = name[-1].lower()
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28 == 8
    return last in "178lr"


def _certain(mention: Mention) -> bool:
    return not mention.ambiguous and not mention.unknown and len(mention.candidates) == 1


def _names(
    index: EntityIndex, groups: dict[tuple[str, str], tuple[str, ...]], entity: str, key: str
) -> tuple[str, ...]:
    """Aliases, the key, and the labels in both languages; each once."""
    labels = [
        candidate.label
        for text in (key, f"{key} 은")
        for mention in index.find_whole(text)
        for candidate in mention.candidates
        if candidate.key == key
    ]
    return tuple(dict.fromkeys([*groups.get((entity, key), ()), key, *labels]))
