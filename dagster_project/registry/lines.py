"""Where each value of a readable document stands; built only for files that have findings."""

from __future__ import annotations

from typing import Any

from yaml import CSafeLoader
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dagster_project.registry.read_yaml import NextEvent, Path, line_of


class Lines:
    """Where each value of a readable document stands; built only for files with findings."""

    def __init__(self, data: bytes) -> None:
        self._lines: dict[Path, int] = {}
        self._keys: dict[Path, int] = {}
        self._walk(CSafeLoader(data).get_event)

    def of(self, path: Path) -> int:
        """1-based line of the value at a path, or of its nearest parent that has one."""
        for length in range(len(path), -1, -1):
            if (line := self._lines.get(path[:length])) is not None:
                return line
        return 1

    def known(self, path: Path) -> Path:
        """The longest beginning of a path that exists in the document."""
        length = next(n for n in range(len(path), -1, -1) if path[:n] in self._lines or n == 0)
        return path[:length]

    def _walk(self, next_event: NextEvent) -> None:
        path: list[str | int | None] = []
        while (event := next_event()) is not None:
            if isinstance(event, MappingEndEvent | SequenceEndEvent):
                path.pop()
                _step_on(path)
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                self._note(path, event)
                path.append(None if isinstance(event, MappingStartEvent) else 0)
            elif isinstance(event, ScalarEvent | AliasEvent):
                if path and path[-1] is None:
                    path[-1] = event.value if isinstance(event, ScalarEvent) else ""
                    self._keys[tuple(path)] = line_of(event)  # pyright: ignore[reportArgumentType]
                else:
                    self._note(path, event)
                    _step_on(path)

    def _note(self, path: list[str | int | None], event: Any) -> None:
        where: Path = tuple(path)  # pyright: ignore[reportAssignmentType]
        self._lines[where] = self._keys.get(where, line_of(event))


def _step_on(path: list[str | int | None]) -> None:
    """After a value: the next index of a sequence, or a mapping's next key."""
    if path:
        last = path[-1]
        path[-1] = last + 1 if isinstance(last, int) else None
