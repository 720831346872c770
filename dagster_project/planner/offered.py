"""What a prompt lists for one question, and so all that a model's reply may name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dagster_project.contracts.assets.policy import QuickRule
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.table_plan import TimeRange
from dagster_project.contracts.value import Language
from dagster_project.planner.link import Linked

DEFAULT_TIME = "default"


@dataclass(frozen=True, slots=True)
class Offered:
    """The closed world of one reply."""

    question: str
    """Normalised."""
    linked: Linked
    as_of: datetime
    language: Language
    queries: frozenset[str]
    """Listed, and allowed to the caller: verified ones, open plans, searches."""
    ranked: tuple[tuple[str, float], ...]
    """Verified queries with their retrieval scores, best first; those listed come first (B4)."""
    times: dict[str, TimeRange]
    """`t1`, `t2` ... as read from the question, and `default` for the policy's window."""
    entities: dict[str, EntityMention]
    """By key: the things that the question names."""
    rules: dict[str, QuickRule]
    """Direct answers and rejects that the policy has a text for."""
    masked: frozenset[str]
    """Columns that the caller may not see; none of them is listed."""
