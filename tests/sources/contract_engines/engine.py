"""How the contract suite meets an engine: opened on nine machines, with a probe for each thing.

A probe is a query in the engine's own language for one thing the contract looks at. What an engine
cannot have, a probe or a part of a rule, is a gap, and a gap needs a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import pytest

from sources.protocol import BoundQuery, Cell, ColumnType, Source

FINDINGS = ("connection", "rights", "limits", "latency")
SECRET = "not-to-be-shown"
NOBODY = 9
"""A port of the loopback where nothing listens."""
EVERYTHING = frozenset("*")


@dataclass(frozen=True)
class Ready:
    """An engine with the nine machines in it."""

    source: Source
    narrow: Source
    """May read one part of it only."""
    barred: Source
    """Whose login may not read what the probe "no right" asks for."""
    slowed: Callable[[], AbstractContextManager[object]] = nullcontext
    """While it lasts, the probe "slow" is slow."""


@dataclass(frozen=True)
class Engine:
    """How the contract suite meets one engine."""

    name: str
    open: Callable[[pytest.FixtureRequest], AbstractContextManager[Ready]]
    open_dead: Callable[[], Source]
    """A source whose server does not answer."""
    probes: dict[str, BoundQuery]
    scanned: tuple[str, ...]
    """Names of what `source` finds in a scan, part by part."""
    narrowly: tuple[str, ...]
    """The same of `narrow`."""
    columns: tuple[tuple[str, ColumnType], ...] = (("id", "integer"), ("name", "text"))
    """Of the probe "by name"."""
    machine: Callable[[tuple[Cell, ...]], tuple[Cell, ...]] = tuple
    """A row of the probe "by name" as the machine's id and name."""
    named: Callable[[str], Mapping[str, object]] = lambda name: {"name": name}
    """Values of the probe "by name"."""
    findings: tuple[str, ...] = FINDINGS
    """What its health looks at; the four come first."""
    gaps: dict[str, str] = field(default_factory=dict)
    """Probe, or part of a rule, to the reason why this engine has none."""

    def has(self, what: str) -> bool:
        return what not in self.gaps

    def probe(self, name: str) -> BoundQuery:
        if not self.has(name):
            pytest.skip(f"{self.name} has no {name!r}: {self.gaps[name]}")
        return self.probes[name]


def nobodys_url() -> str:
    return f"postgresql://reader:{SECRET}@127.0.0.1:{NOBODY}/none"
