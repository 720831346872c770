"""What to run again after a red night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.regression import nights

if TYPE_CHECKING:
    from dagster_project.store.database import Database


def failed_cases(database: Database, suite: str) -> tuple[str, ...]:
    """Cases that did not pass in the suite's newest night; none when it never ran.

    Raises: StoreError.
    """
    newest = nights.newest_nights(database, suite, 1)
    if not newest:
        return ()
    found = nights.results(database, newest[0].id, ("failed", "error", "timed_out", "stale"))
    return tuple(result.case_id for result in found)
