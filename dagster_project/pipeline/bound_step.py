"""What will be sent for one step."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.contracts.stage import ResultColumn


@dataclass(frozen=True, slots=True)
class Picture:
    """The second statement of a graph step: the relations among what it found.

    `nodes` is added to its values once the rows are there. Shape of its rows: source, type, target.
    """

    text: str
    params: dict[str, object]
    max_edges: int
    relation_labels: dict[str, str]
    """Type to its name in the reader's language."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Asked when a graph step finds nothing: are the things that it starts from there at all?"""

    text: str
    params: dict[str, object]
    wanted: int
    """Rows that come when they are."""


@dataclass(frozen=True, slots=True)
class BoundStep:
    """One statement and its values. `columns` is empty where a template's schema names them."""

    text: str
    params: dict[str, object]
    columns: tuple[ResultColumn, ...]
    tables: tuple[str, ...]
    """Or graph collections, document collections, a path of an API."""
    max_rows: int
    count_text: str = ""
    """Counts all rows with the same values; empty where the source is not asked for that."""
    hidden: tuple[str, ...] = ()
    """Columns of the source that no result shows."""
    focus: tuple[str, ...] = ()
    picture: Picture | None = None
    probe: Probe | None = None
