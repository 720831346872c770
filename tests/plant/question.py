"""A question on the demo plant and its gold.

Gold SQL is written from the question alone, with times computed by hand: the site is in Seoul and
"now" is Wednesday 2026-02-04 09:00 there. Weeks begin on Monday.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dagster_project.contracts.value import Language

Match = Literal["rows", "ranking", "newest"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and what a right answer holds."""

    id: str
    language: Language
    text: str
    covers: str
    """The intent or difficulty it is there for."""
    golds: tuple[str, ...] = ()
    """SQL; each must be equal to the rows of some step. A column `m_...` is a measure."""
    match: Match = "rows"
    """`rows`: the same rows · `ranking`: and in the order of the last column · `newest`: as many
    rows as were found, from the top, at least three or all."""
    route: Literal["orch", "direct", "reject"] = "orch"
    rule: str = ""
    """The quick rule that decides; empty for an out-of-scope answer."""
    slot: str = ""
    """Reason of the open slot: nothing may then be executed."""
    offered: tuple[str, ...] = ()
    """Keys of machines that the choices must name."""
