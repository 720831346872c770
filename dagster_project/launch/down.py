"""Stops what runs for a state's folder, whoever started it."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.launch.parts import read_parts, stop_parts, stop_strays, write_parts
from dagster_project.launch.serve import parts_lock
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was running and is not any more."""

    parts: tuple[str, ...]
    strays: int
    """Processes that a killed part had left behind."""


def down(settings: Settings) -> Stopped:
    """Stop Dagster's processes, then the embedded Postgres; a database of the user's own stays.

    Effects: ends only processes that are recorded with their start time, or marked as ours.
    """
    with parts_lock(settings):
        recorded = read_parts(settings.state_dir)
        # An empty record tells a foreground `up` not to start anything again.
        write_parts(settings.state_dir, {})
        stopped: list[str] = [*stop_parts(recorded.values())]
        strays = stop_strays(settings.state_dir)
        if settings.database_url is None and EmbeddedPostgres(settings.embedded_dir).down():
            stopped.append("postgres")
    return Stopped(tuple(stopped), strays)
