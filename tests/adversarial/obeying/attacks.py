"""The attack texts: all logged prompts, and the study's worked examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from adversarial.prompts import DATA

FOLDER = DATA / "p2sql-attacks"
_BLOCK = re.compile(
    r"^## (?:User input|Malicious prompt)\s+```text\n(.*?)\n```", re.MULTILINE | re.DOTALL
)
_RUN = 24
"""Characters by which a text is known again, also where it was cut."""
_MOST_OF_A_NAME = 1_500
"""A unique index takes no longer ones."""
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Attack:
    id: str
    kind: str
    """RD1: write · RD2: another user's rows · RI1, RI2: planted in the data · U1 to U3: no wall."""
    text: str

    @property
    def name(self) -> str:
        """As long as a name may be."""
        return self.text[:_MOST_OF_A_NAME].strip()

    @property
    def short(self) -> str:
        """What fits where people write names."""
        return " ".join(self.text.split())[:_SHORT].strip()


@cache
def logged() -> tuple[Attack, ...]:
    """All 361 prompts, harmless carriers included."""
    lines = (FOLDER / "prompts.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return tuple(Attack(str(one["id"]), one["attack_type"], one["prompt"]) for one in found)


@cache
def worked() -> tuple[Attack, ...]:
    """What the worked examples type or plant."""
    found: list[Attack] = []
    for file in sorted((FOLDER / "attack-docs").glob("*.md")):
        texts = _BLOCK.findall(file.read_text(encoding="utf-8"))
        found += [Attack(f"{file.stem}.{at}", file.stem, text) for at, text in enumerate(texts, 1)]
    return tuple(found)


@cache
def planted() -> tuple[Attack, ...]:
    """Everything logged or worked that is long enough to be known again, each text once."""
    seen: dict[str, Attack] = {}
    for attack in (*worked(), *logged()):
        if len(plain(attack.text)) >= _RUN:
            seen.setdefault(plain(attack.name), attack)
    return tuple(seen.values())


def plain(text: str) -> str:
    """One spelling, whether or not it was written as JSON."""
    unescaped = text.replace("\\n", " ").replace("\\t", " ").replace('\\"', '"')
    return " ".join(unescaped.casefold().split())


class Known:
    """Finds planted texts in other texts by any run of their characters."""

    def __init__(self, attacks: Iterable[Attack], but: Iterable[str] = ()) -> None:
        """`but`: texts that are there anyway, whose runs tell nothing."""
        usual = {run for text in but for run in _runs(text)}
        self._of: dict[str, Attack] = {}
        for attack in attacks:
            for run in _runs(attack.text):
                if run not in usual:
                    self._of.setdefault(run, attack)

    def first_in(self, text: str) -> Attack | None:
        return next((self._of[run] for run in _runs(text) if run in self._of), None)

    def run_in(self, text: str) -> str | None:
        """The run itself, for a test to show."""
        return next((run for run in _runs(text) if run in self._of), None)


def _runs(text: str) -> Iterable[str]:
    spelt = plain(text)
    return (spelt[at : at + _RUN] for at in range(len(spelt) - _RUN + 1))
