"""`canvas ledger`: how often answers were corrected, why, with what outcome, at what cost."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, cast

import click

from dagster_project.cli.question import parse_time
from dagster_project.cli.trace import TRIGGERS, json_option, tenant_option

if TYPE_CHECKING:
    from rich.console import Console

    from dagster_project.store.settings import Settings
    from dagster_project.traces.ledger import GroupBy, LedgerFilter, LedgerGroup


@click.command()
@click.option(
    "--by",
    type=click.Choice(("all", "day", "asset")),
    default="all",
    show_default=True,
    help="Count together, by day (UTC) or by the asset versions that were read.",
)
@click.option("--asset", metavar="KIND:NAME[:VERSION]", help="Asks that read this asset.")
@click.option("--trigger", type=click.Choice(TRIGGERS), help="Corrections because of it.")
@click.option("--since", metavar="TIME", help="ISO 8601; without an offset it is UTC.")
@click.option("--until", metavar="TIME", help="Before this time.")
@click.option("--test-mode/--no-test-mode", default=None, help="Only test runs, or none.")
@click.option(
    "--compare",
    nargs=2,
    metavar="VERSION VERSION",
    help="Two versions of --asset, beside each other.",
)
@tenant_option
@json_option
@click.pass_obj
def ledger(
    settings: Settings,
    *,
    by: str,
    compare: tuple[str, str] | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Show how often answers were corrected, why, and with what outcome.

    \b
    canvas ledger --by day --since 2026-01-01
    canvas ledger --asset query:ci_profile --compare 1 2
    """
    from dagster_project.store.database import open_database
    from dagster_project.traces.ledger import LedgerFilter, compare_versions
    from dagster_project.traces.ledger import ledger as read_ledger

    for option in ("since", "until"):
        moment = parse_time(f"--{option}", given[option])
        given[option] = moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    wanted = LedgerFilter(**given)
    if compare and wanted.asset is None:
        raise click.UsageError("--compare needs --asset KIND:NAME.")
    with open_database(settings) as database:
        if compare:
            assert wanted.asset is not None
            groups = compare_versions(database, wanted.asset, *compare, wanted)
        else:
            groups = read_ledger(database, wanted, cast("GroupBy", by)).groups
    if as_json:
        _print(groups, wanted, by="version" if compare else by)
    else:
        _show(groups, compared=bool(compare))


def _print(groups: tuple[LedgerGroup, ...], wanted: LedgerFilter, *, by: str) -> None:
    from pydantic_core import to_json

    click.echo(to_json({"by": by, "filter": wanted, "groups": groups}).decode())


def _show(groups: tuple[LedgerGroup, ...], *, compared: bool) -> None:
    from dagster_project.cli.console import line, open_console, styled

    console = open_console()
    if not groups:
        line(console, styled("no traces", "dim"))
    elif compared:
        _show_measures(groups, console)
    else:
        _show_groups(groups, console)


def _show_groups(groups: tuple[LedgerGroup, ...], console: Console) -> None:
    """A line per group, and below it one per kind of correction."""
    from dagster_project.cli.console import new_table, show_table, styled

    table = new_table(console)
    titles = ("asks", "replanned", "rounds/ask", "improved", "not", "open", "stopped", "extra ms")
    table.add_column("")
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    for group in groups:
        whole = (f"{group.asks:,}", f"{group.replanned:,}", f"{group.rounds_per_ask:.2f}")
        counts = [sum(column) for column in zip(*(_counts(row) for row in group.rows), strict=True)]
        cells = (*whole, *(f"{n:,}" for n in counts or (0, 0, 0, 0)), f"{group.extra_ms:,.1f}")
        table.add_row(*(styled(cell, "bold") for cell in (group.group, *cells)))
        for row in group.rows:
            name = f"  {row.trigger} → {row.decision}" + (" (person)" * (row.by == "person"))
            counted = (f"{n:,}" if n else "" for n in _counts(row))
            spent = f"{row.extra_ms:,.1f}" if row.extra_ms else ""
            cells = (name, f"{row.count:,} ×", f"{row.traces:,}", "", *counted, spent)
            table.add_row(*(styled(cell) for cell in cells))
    show_table(console, table)


def _counts(row: Any) -> tuple[int, int, int, int]:
    return row.improved, row.not_improved, row.open, row.stopped


def _show_measures(groups: tuple[LedgerGroup, ...], console: Console) -> None:
    """A line per measure, a column per version; counts as shares, so that they compare."""
    from dagster_project.cli.console import new_table, show_table, styled

    table = new_table(console)
    table.add_column("")
    for group in groups:
        table.add_column(group.group, justify="right", no_wrap=True)
    columns = [_measures(group) for group in groups]
    for name in dict.fromkeys(name for measures in columns for name in measures):
        table.add_row(styled(name), *(styled(measures.get(name, "–")) for measures in columns))
    show_table(console, table)


def _measures(group: LedgerGroup) -> dict[str, str]:
    improved = group.improved_share
    return {
        "asks": f"{group.asks:,}",
        "asks replanned": f"{group.replanned_share:.1%}",
        "rounds per ask": f"{group.rounds_per_ask:.2f}",
        "extra ms per ask": f"{group.extra_ms_per_ask:,.2f}",
        "corrections that improved": "–" if improved is None else f"{improved:.0%}",
        **{
            f"{row.trigger} → {row.decision}" + (" (person)" * (row.by == "person")): (
                f"{row.count / group.asks:.1%}"
            )
            for row in group.rows
        },
    }
