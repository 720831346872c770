"""Charts in a terminal: a time series as sparklines, anything else as bars."""

from __future__ import annotations

from typing import NamedTuple

from rich.console import Console

from dagster_project.cli.cells import cell_text, number_text, sparkline
from dagster_project.cli.console import line, new_table, show_table, styled
from dagster_project.cli.words import word
from dagster_project.contracts.block import ChartBlock
from dagster_project.contracts.value import Language

_MOST_SERIES = 12
_MOST_BARS = 30
_LONGEST_BAR = 30


class Point(NamedTuple):
    series: str
    x: object
    y: float


def render_chart(block: ChartBlock, language: Language, console: Console) -> None:
    points = points_of(block)
    if not points:
        return
    if block.type == "timeseries":
        _sparklines(block, points, language, console)
    else:
        _bars(block, points, console)


def points_of(block: ChartBlock) -> list[Point]:
    """The chart's inline data, read by the fields that its own encoding names."""
    data = block.vega_lite.get("data")
    values = data.get("values") if isinstance(data, dict) else None
    x, y, color = (_field(block, channel) for channel in ("x", "y", "color"))
    return [
        Point(cell_text(value[color]) if color in value else "", value.get(x), number)
        for value in (values if isinstance(values, list) else ())
        if isinstance(number := value.get(y), int | float)
    ]


def _field(block: ChartBlock, channel: str) -> str | None:
    return _channel(block, channel, "field")


def _channel(block: ChartBlock, channel: str, key: str) -> str | None:
    encoding = block.vega_lite.get("encoding")
    found = encoding.get(channel) if isinstance(encoding, dict) else None
    text = found.get(key) if isinstance(found, dict) else None
    return text if isinstance(text, str) else None


def _measure(block: ChartBlock) -> str:
    return _channel(block, "y", "title") or _field(block, "y") or ""


def _sparklines(
    block: ChartBlock, points: list[Point], language: Language, console: Console
) -> None:
    series: dict[str, list[float]] = {}
    for point in points:
        series.setdefault(point.series or _measure(block), []).append(point.y)
    table = new_table(console, header=False)
    for label, values in list(series.items())[:_MOST_SERIES]:
        facts = (("minimum", min(values)), ("maximum", max(values)), ("last", values[-1]))
        table.add_row(
            styled(label),
            styled(sparkline(values, width=_spark_width(console)), "cyan"),
            styled("  ".join(f"{word(k, language)} {number_text(v)}" for k, v in facts)),
        )
    show_table(console, table, indent=2)
    _and_more(len(series) - _MOST_SERIES, console)


def _spark_width(console: Console) -> int:
    return max(12, min(60, console.width - 60))


def _bars(block: ChartBlock, points: list[Point], console: Console) -> None:
    highest = max(abs(point.y) for point in points) or 1
    if title := _measure(block):
        line(console, styled(title, "dim"), indent=2)
    table = new_table(console, header=False)
    for point in points[:_MOST_BARS]:
        length = round(abs(point.y) / highest * _LONGEST_BAR)
        name = " · ".join(part for part in (cell_text(point.x), point.series) if part)
        bar = styled("█" * length or "▏", "cyan")
        table.add_row(styled(name), bar, styled(number_text(point.y)))
    show_table(console, table, indent=2)
    _and_more(len(points) - _MOST_BARS, console)


def _and_more(count: int, console: Console) -> None:
    if count > 0:
        line(console, styled(f"… +{count}", "dim"), indent=2)
