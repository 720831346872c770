"""Nights as a small picture: five lines over the suite's last whole nights, red nights as dots.

Drawn by hand, because each night keeps its picture for ever: 6 kB, where a rendered one takes 130.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from dagster_project.contracts.night import Night

MOST_NIGHTS = 60
_WIDTH, _LEFT, _RIGHT = 640, 130, 60
_PANEL, _GAP = 40, 16
_LINE, _DOT, _TEXT, _FRAME = "#2e7d4f", "#c62828", "#333", "#d5dae0"


def nights_chart(past: Sequence[Night]) -> str:
    """Markdown of the picture; only whole nights count. Oldest on the left."""
    nights = sorted((n for n in past if not n.only), key=lambda night: night.seq)[-MOST_NIGHTS:]
    found = [night.summary for night in nights]
    panels: list[tuple[str, list[float], float | None]] = [
        ("pass rate", [s.pass_rate for s in found], 1.0),
        ("replans", [float(s.replans) for s in found], None),
        ("unexpected empties", [float(s.empties) for s in found], None),
        ("reference coverage", [s.reference_coverage for s in found], 1.0),
        ("p95 ms", [s.p95_ms for s in found], None),
    ]
    red = [place for place, night in enumerate(nights) if night.verdict.colour == "red"]
    drawn = "".join(
        _panel(place * (_PANEL + _GAP) + _GAP / 2, title, values, top, red)
        for place, (title, values, top) in enumerate(panels)
    )
    height = len(panels) * (_PANEL + _GAP) + 14
    days = f"{nights[0].day} to {nights[-1].day}" if nights else "no night yet"
    note = _text(_LEFT, height - 4, f"{len(nights)} nights, {days}; red nights are dots", "start")
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
        f' font-family="sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="#fff"/>{drawn}{note}</svg>'
    )
    return f"![nights](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def _panel(
    top_y: float, title: str, values: Sequence[float], top: float | None, red: Sequence[int]
) -> str:
    """One line in its frame, its name on the left and its last value on the right."""
    low = min([*values, 0.0]) if top is None else min([*values, top - 0.1])
    high = top if top is not None else max([*values, 1.0])
    width = _WIDTH - _LEFT - _RIGHT

    def x(place: int) -> float:
        return _LEFT + 4 + (width - 8) * (place / (len(values) - 1) if len(values) > 1 else 1)

    def y(value: float) -> float:
        return top_y + 3 + (_PANEL - 6) * (1 - (value - low) / (high - low))

    points = " ".join(f"{x(n):.0f},{y(value):.1f}" for n, value in enumerate(values))
    if not values:
        return ""
    last = f'<circle cx="{x(len(values) - 1):.0f}" cy="{y(values[-1]):.1f}" r="2" fill="{_LINE}"/>'
    dots = "".join(
        f'<circle cx="{x(n):.0f}" cy="{y(values[n]):.1f}" r="3" fill="{_DOT}"/>' for n in red
    )
    return (
        f'<rect x="{_LEFT}" y="{top_y}" width="{width}" height="{_PANEL}" fill="none"'
        f' stroke="{_FRAME}"/><polyline points="{points}" fill="none" stroke="{_LINE}"/>'
        f"{last}{dots}"
        f"{_text(_LEFT - 8, top_y + 24, title, 'end')}"
        f"{_text(_LEFT - 8, top_y + 36, f'{low:.4g} to {high:.4g}', 'end', 9)}"
        f"{_text(_WIDTH - _RIGHT + 6, top_y + 24, f'{values[-1]:.4g}', 'start')}"
    )


def _text(x: float, y: float, text: str, anchor: str, size: int = 11) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="{_TEXT}">'
        f"{escape(text)}</text>"
    )
