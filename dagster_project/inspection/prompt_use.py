"""What a prompt's calls came to in the last days, by version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dagster_project.contracts.block import CellValue
from dagster_project.inspection.inspection import Inspection, PreviewTable
from dagster_project.traces.costs import CostFilter, CostGroup, costs

if TYPE_CHECKING:
    from dagster_project.store.database import Database

DAYS = 7
_COLUMNS = ("version", "asks", "calls", "failed", "tokens in", "tokens out", "USD", "p50", "p95 ms")


def with_use(database: Database, ref: str, inspection: Inspection) -> Inspection:
    """The inspection of the prompt `name:version` with its calls, tokens, cost and p95 latency.

    Raises: StoreError.
    """
    since = datetime.now(UTC) - timedelta(days=DAYS)
    name = ref.partition(":")[0]
    groups = tuple(
        group
        for group in costs(database, "prompt", CostFilter(since=since)).groups
        if group.group.partition(":")[0] == name
    )
    own = next((group for group in groups if group.group == ref), None)
    facts: dict[str, CellValue] = {
        f"calls_{DAYS}_days": sum(group.calls or 0 for group in groups),
        f"failed_calls_{DAYS}_days": sum(group.failed_calls or 0 for group in groups),
        f"tokens_{DAYS}_days": sum(group.tokens for group in groups),
        f"cost_usd_{DAYS}_days": round(sum(group.cost_usd for group in groups), 6),
    }
    if own is not None and own.p95_ms is not None:
        facts["p95_ms_of_this_version"] = round(own.p95_ms, 1)
    table = inspection.table
    if groups and table is None:
        table = PreviewTable(columns=_COLUMNS, rows=tuple(map(_row, groups)))
    return inspection.model_copy(update={"facts": {**inspection.facts, **facts}, "table": table})


def _row(group: CostGroup) -> tuple[CellValue, ...]:
    return (
        group.group.rpartition(":")[2],
        group.asks,
        group.calls,
        group.failed_calls,
        group.tokens_in,
        group.tokens_out,
        round(group.cost_usd, 6),
        round(group.p50_ms or 0.0, 1),
        round(group.p95_ms or 0.0, 1),
    )
