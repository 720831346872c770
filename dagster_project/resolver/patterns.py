"""Names by their shape: pattern rules of the asset, and ids like the keys the data really has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dagster_project.contracts.assets.resolver import PatternRule
from dagster_project.resolver.exact import ends_name
from dagster_project.resolver.key_shapes import KeyShapes, joined
from dagster_project.resolver.normal_form import NormalText

_FIELD = re.compile(r"\{(\d+)(?::0?(\d+)d|:d)?\}")
_ID = re.compile(
    r"(?=[A-Za-z_-]*\d)([A-Za-z]+(?:[-_][A-Za-z]+)*)([-_ ]?)(\d{1,9}(?:[-_]\d{1,9})*)(?![0-9])"
)
_FOLLOWED_BY_PLURAL = re.compile(r"\s+[a-z]+s\b")


@dataclass(frozen=True, slots=True)
class Shaped:
    """A piece of a question that has the shape of an id. `key` None: no entity has it."""

    start: int
    end: int
    entity: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class NearlyId:
    """A piece of a question that is no id, and the (entity, key) pairs that it may mean."""

    start: int
    end: int
    near: tuple[tuple[str, str], ...]


def format_key(template: str, match: re.Match[str]) -> str | None:
    """`GT-{1:02d}` over the groups of a match; None when a group that must be a number is not."""
    failed = False

    def fill(found: re.Match[str]) -> str:
        nonlocal failed
        text = match.group(int(found.group(1))) or ""
        if ":" not in found.group():
            return text.upper()
        if not text.isdigit():
            failed = True
            return ""
        return str(int(text)).zfill(int(found.group(2) or 0))

    filled = _FIELD.sub(fill, template)
    return None if failed else filled


class PatternNames:
    """Pattern rules and learnt shapes over the keys of the data."""

    def __init__(self, rules: Iterable[PatternRule], keys: KeyShapes) -> None:
        self._rules = [(re.compile(rule.pattern), rule) for rule in rules]
        self._keys = keys

    def find(self, question: str, text: NormalText, starts: Sequence[int]) -> list[Shaped]:
        """Everything in the question that has the shape of an id. Shape: may overlap."""
        if "d" not in text.kinds:
            return []
        found: list[Shaped] = []
        for start in starts:
            if "d" not in text.kinds[start : start + 24]:
                continue
            found.extend(self._by_rule(question, text.kinds, start))
            learnt = self._learnt(question, text.kinds, start)
            if learnt is not None:
                found.append(learnt)
        return found

    def _by_rule(self, question: str, kinds: str, start: int) -> Iterable[Shaped]:
        for pattern, rule in self._rules:
            match = pattern.match(question, start)
            if match is None or match.end() == start:
                continue
            end = match.end()
            if not ends_name(question, kinds, start, end):
                continue
            key = format_key(rule.key, match)
            if key is None:
                continue
            held = self._keys.held(rule.entity, key.upper())
            if held is None and _counts(question, match.group(), end):
                continue
            yield Shaped(start, end, rule.entity, held)

    def _learnt(self, question: str, kinds: str, start: int) -> Shaped | None:
        match = _ID.match(question, start)
        if match is None or not ends_name(question, kinds, start, match.end()):
            return None
        written, separator, number = match.groups()
        prefix, end = joined(written), match.end()
        if not number.isdigit():  # GT-01-2: a longer id than any key
            known = self._keys.has_prefix(prefix)
            return Shaped(start, end, None, None) if known else None
        same = self._keys.numbered(prefix, int(number))
        if len(same) == 1:
            return Shaped(start, end, *same[0])
        if same:
            return None
        widths = self._keys.code_widths
        code = written.isupper() and separator == "-" and len(number) in widths
        if self._keys.has_prefix(prefix):
            loose = separator == " " and not written.isupper()
            if loose or _counts(question, match.group(), end):
                return None
            return Shaped(start, end, None, None)
        return Shaped(start, end, None, None) if code and 2 <= len(written) <= 6 else None

    def nearly(self, question: str, text: NormalText, starts: Sequence[int]) -> list[NearlyId]:
        """Ids whose prefix is one letter off, written in one piece: SW-01 as SrW-01."""
        found: list[NearlyId] = []
        for start in starts if "d" in text.kinds else ():
            match = _ID.match(question, start)
            if match is None or match.group(2) == " " or not match.group(3).isdigit():
                continue
            prefix, number = joined(match.group(1)), match.group(3)
            if len(number) < 2 or not ends_name(question, text.kinds, start, match.end()):
                continue
            near = tuple(
                key
                for other in self._keys.prefixes_near(prefix)
                for key in self._keys.numbered(other, int(number))
            )
            if near and not self._keys.numbered(prefix, int(number)):
                found.append(NearlyId(start, match.end(), near))
        return found


def _counts(question: str, mention: str, end: int) -> bool:
    """`server 5 days`: the number belongs to what follows."""
    return " " in mention and _FOLLOWED_BY_PLURAL.match(question, end) is not None
