"""Where commands print: rich on a terminal, plain lines on a pipe."""

from __future__ import annotations

import sys
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 100_000
"""On a pipe no line is ever wrapped or cut."""
# Data must not steer the terminal: control characters are shown as a replacement.
_CONTROL = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}


def open_console(file: TextIO | None = None) -> Console:
    stream = file or sys.stdout
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    if stream.isatty():
        return Console(file=stream, highlight=False, markup=False, emoji=False)
    return plain_console(stream)


def plain_console(file: TextIO) -> Console:
    return Console(
        file=file,
        width=PLAIN_WIDTH,
        color_system=None,
        force_terminal=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def cleaned(text: str) -> str:
    return text.translate(_CONTROL)


def styled(text: str, style: str = "") -> Text:
    """Text as data gave it: no markup is read in it, no control character obeyed."""
    return Text(cleaned(text), style=style)


def line(console: Console, *parts: Text | str, indent: int = 0) -> None:
    """One line of parts, wrapped only where a terminal's edge demands it."""
    joined = Text.assemble(" " * indent, *(p if isinstance(p, Text) else styled(p) for p in parts))
    if console.is_terminal:
        console.print(joined)
    else:
        console.file.write(joined.plain.rstrip() + "\n")


def heading(console: Console, text: str) -> None:
    line(console, "")
    line(console, styled(text, "bold"))


def show_table(console: Console, table: Table, indent: int = 0) -> None:
    """A table; on a pipe without frame, and without blanks at the ends of lines."""
    if console.is_terminal:
        from rich.padding import Padding

        console.print(Padding(table, (0, 0, 0, indent)))
        return
    with console.capture() as captured:
        console.print(table)
    for row in captured.get().splitlines():
        console.file.write(" " * indent + row.rstrip() + "\n")


def new_table(console: Console, *, header: bool = True) -> Table:
    from rich import box

    frame = box.SIMPLE_HEAD if console.is_terminal else None
    return Table(box=frame, show_header=header, pad_edge=False, padding=(0, 2, 0, 0))
