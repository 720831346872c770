"""Edits of the shipped site's assets: thirty that break an answer, ten that break nothing.

They were written from the assets alone, before any golden case was read, and each must be valid
enough to be published: what the registry refuses is no fault for a night to find.
"""

from faults.edit import Edit
from faults.harmless import HARMLESS
from faults.in_catalog import CATALOG_FAULTS
from faults.in_policy import POLICY_FAULTS
from faults.in_queries import QUERY_FAULTS
from faults.in_screens_and_names import NAME_FAULTS, SCREEN_FAULTS

FAULTS: tuple[Edit, ...] = (
    *QUERY_FAULTS,
    *CATALOG_FAULTS,
    *SCREEN_FAULTS,
    *POLICY_FAULTS,
    *NAME_FAULTS,
)

__all__ = ["FAULTS", "HARMLESS", "Edit"]
