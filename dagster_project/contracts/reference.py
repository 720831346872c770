"""P7: where a fact came from."""

from __future__ import annotations

from datetime import datetime

from dagster_project.contracts.value import Value


class Reference(Value):
    id: str
    """Stable within the answer: `r1`, `r2` ..."""
    step: str
    source: str
    """Source asset, `name:version`."""
    query: str
    """Query asset, `name:version`."""
    params: dict[str, object] = {}
    """Bound values, without masked ones."""
    tables: tuple[str, ...] = ()
    """Or graph collections, document collections, paths of an API."""
    statement: str = ""
    """What was sent, without its values."""
    row_count: int
    fetched_at: datetime
    observed_at: datetime | None = None
    """Newest time among the rows, where they carry one."""
    link: str
    """Opens the fact: `trace:<trace_id>#<step>`."""
