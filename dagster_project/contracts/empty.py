"""B1: an empty result says which kind of empty it is."""

from __future__ import annotations

from typing import Literal

EmptyReason = Literal[
    "no_such_entity",
    "not_permitted",
    "source_down",
    "source_stale",
    "filtered_out",
    "true_zero",
]
"""no_such_entity: a named thing does not exist · not_permitted: the caller may not see it ·
source_down: it could not be asked · source_stale: its newest row is older than the asked window ·
filtered_out: the window lies outside what the source holds, or a filter value does not exist ·
true_zero: it was asked, it covers the window, and there is none. A true zero is an answer."""
