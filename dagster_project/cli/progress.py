"""P11: a line on the terminal that says what an ask does, when it takes long enough to wonder."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO

from dagster_project.cli.console import cleaned

QUIET_SECONDS = 0.3
_REDRAW_SECONDS = 0.1
_CLEAR = "\r\x1b[2K"


class ProgressLine:
    """Call it with stage, message and elapsed time; it draws on stderr, and only on a terminal.

    Effects: clears its line at the end, so nothing of it stays.
    """

    def __init__(self, stream: TextIO | None = None, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._stream = stream or sys.stderr
        self._quiet_seconds = quiet_seconds
        self._ended = threading.Event()
        self._latest = "opening"
        self._since_seconds = 0.0
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._started = time.monotonic()
        if self._stream.isatty():
            self._thread = threading.Thread(target=self._draw, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def __call__(self, stage: str, message: str, elapsed_ms: float) -> None:
        self._latest = f"{stage}: {message}" if message else stage
        self._since_seconds = elapsed_ms / 1_000

    def _draw(self) -> None:
        if self._ended.wait(self._quiet_seconds):
            return
        while True:
            seconds = time.monotonic() - self._started
            here = max(0.0, seconds - self._since_seconds)
            text = f"… {seconds:.1f} s  {cleaned(self._latest)} ({here:.1f} s)"
            self._stream.write(_CLEAR + text)
            self._stream.flush()
            if self._ended.wait(_REDRAW_SECONDS):
                break
        self._stream.write(_CLEAR)
        self._stream.flush()
