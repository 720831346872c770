"""Progress of an ask as lines of the run's log, written beside the ask and never in its way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread

from dagster_project.traces.redact import PROCESS_WALL

Tell = Callable[[str, str, float], None]
"""Called with stage, message and elapsed milliseconds."""


@contextmanager
def progress_log(write: Callable[[str], None]) -> Iterator[Tell]:
    """Lines reach `write` in order, while the ask goes on: a line is a round trip to Dagster's
    storage, which would otherwise count as the ask's own time. All are written at the end."""
    lines: SimpleQueue[str | None] = SimpleQueue()

    def drain() -> None:
        while (line := lines.get()) is not None:
            write(PROCESS_WALL.clean_text(line))

    writer = Thread(target=drain, name="progress-log")
    writer.start()
    try:
        yield lambda stage, message, ms: lines.put(f"{stage} at {ms:.1f} ms: {message}")
    finally:
        lines.put(None)
        writer.join()
