"""The asset `replan_ledger`: how often answers were corrected, as a table and a small chart."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from pydantic import Field

from dagster_project.contracts.errors import CanvasError
from dagster_project.defs.ask import ANSWER_KEY
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.metadata import MetadataEntries, chart_markdown, markdown_table
from dagster_project.inspection.inspection import PreviewTable

if TYPE_CHECKING:
    from dagster_project.traces.ledger import Ledger, LedgerGroup

LEDGER_KEY = dg.AssetKey(["replan_ledger"])


class LedgerConfig(dg.Config):
    """Which traces are counted."""

    days: int = Field(default=30, ge=1, description="How many days back.")
    tenant: str = Field(default="default", description="Whose traces.")
    test_runs: bool = Field(default=False, description="Count test runs too.")


@dg.asset(
    key=LEDGER_KEY,
    deps=[ANSWER_KEY],
    group_name="ledger",
    kinds={"canvas"},
    description="What the control loop and people changed of plans: why, with what outcome, at"
    " what cost; by day, and by the asset versions that the asks read.",
)
def replan_ledger(
    config: LedgerConfig, canvas: dg.ResourceParam[CanvasResource]
) -> dg.MaterializeResult:
    from dagster_project.store.database import open_database
    from dagster_project.traces.ledger import LedgerFilter, ledger

    wanted = LedgerFilter(
        tenant=config.tenant,
        since=datetime.now(UTC) - timedelta(days=config.days),
        test_mode=None if config.test_runs else False,
    )
    try:
        with open_database(canvas.settings) as database:
            whole, days, assets = (ledger(database, wanted, by) for by in ("all", "day", "asset"))
    except CanvasError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    return dg.MaterializeResult(metadata=ledger_metadata(whole, days, assets))


def ledger_metadata(whole: "Ledger", days: "Ledger", assets: "Ledger") -> MetadataEntries:
    """Figures to plot over time, tables to read, and the days as a chart."""
    value = dg.MetadataValue
    entries: MetadataEntries = {
        "replans": value.md(markdown_table(replans_table(whole))),
        "by_day": value.md(markdown_table(groups_table(days.groups, "day"))),
        "by_asset_version": value.md(
            markdown_table(groups_table(_corrected(assets.groups), "asset version"))
        ),
    }
    for group in whole.groups:
        entries |= {
            "asks": value.int(group.asks),
            "replanned": value.int(group.replanned),
            "rounds_per_ask": value.float(round(group.rounds_per_ask, 4)),
            "extra_ms_per_ask": value.float(round(group.extra_ms_per_ask, 4)),
        }
    if any(group.rows for group in days.groups):
        entries["chart"] = value.md(chart_markdown(days_chart(days)))
    return entries


def _corrected(groups: "tuple[LedgerGroup, ...]") -> "tuple[LedgerGroup, ...]":
    return tuple(sorted((g for g in groups if g.replanned), key=lambda g: -g.replanned_share))


def replans_table(whole: "Ledger") -> PreviewTable:
    rows = tuple(
        (
            *(row.trigger, row.decision, row.by, row.count, row.improved, row.not_improved),
            *(row.open, row.stopped, round(row.extra_ms, 1)),
        )
        for group in whole.groups
        for row in group.rows
    )
    titles = ("trigger", "decision", "by", "count", "improved", "not improved", "open", "stopped")
    return PreviewTable(columns=(*titles, "extra ms"), rows=rows)


def groups_table(groups: "tuple[LedgerGroup, ...]", title: str) -> PreviewTable:
    rows = tuple(
        (
            *(group.group, group.asks, group.replanned, f"{group.replanned_share:.1%}"),
            *(round(group.rounds_per_ask, 2), _percent(group.improved_share)),
            round(group.extra_ms, 1),
        )
        for group in groups
    )
    titles = (title, "asks", "replanned", "share", "rounds per ask", "improved", "extra ms")
    return PreviewTable(columns=titles, rows=rows)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def days_chart(days: "Ledger") -> dict[str, object]:
    """Bars of replans per day, one colour per trigger."""
    values = [
        {"day": group.group, "trigger": row.trigger, "count": row.count}
        for group in days.groups
        for row in group.rows
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": values},
        "mark": "bar",
        "width": 420,
        "height": 140,
        "encoding": {
            "x": {"field": "day", "type": "ordinal", "title": None},
            "y": {"field": "count", "aggregate": "sum", "type": "quantitative", "title": "replans"},
            "color": {"field": "trigger", "type": "nominal"},
        },
    }


def refresh_ledger() -> UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        "refresh_ledger",
        selection=dg.AssetSelection.assets(LEDGER_KEY),
        description="Count the corrections of the last days anew.",
    )
