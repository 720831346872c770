"""A merged catalog into its file: only what changed is touched, to the letter.

Comments, order, anchors, quotes and line breaks of people stay as they are. Where an alias (`*x`)
would have to say something else than its anchor, it is written out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dagster_project.catalog.scan.yaml_places import Mark, Place, places
from dagster_project.catalog.scan.yaml_words import flow, item, pair
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.errors import InvalidRequest

_IDENTITY = ("name", "label", "id", "value", "many")
ReadSpec = Callable[[bytes], SchemaCatalogSpec]
"""The file's bytes as the registry reads them."""


def write_merged(
    path: Path, before: SchemaCatalogSpec, after: SchemaCatalogSpec, read: ReadSpec
) -> bool:
    """Whether the file changed. Effects: replaces it at once, after reading back what it will say.

    Raises: InvalidRequest when the file is not what `before` says, or would not be `after`.
    """
    data = path.read_bytes()
    if read(data) != before:
        raise InvalidRequest(
            f"{path.name} was edited since it was read;", "sync it again to merge the newer text"
        )
    text = merged_text(data.decode(), before, after).encode()
    if text == data:
        return False
    if read(text) != after:
        raise InvalidRequest(
            f"{path.name} cannot be written without changing what people wrote;",
            "write the facts by hand, as `canvas catalog drift` tells them",
        )
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_bytes(text)
    scratch.replace(path)
    return True


def merged_text(text: str, before: SchemaCatalogSpec, after: SchemaCatalogSpec) -> str:
    """The same text with the differences of the two laid in."""
    editor = _Editor(text)
    _, spec = places(text).pairs["spec"]
    editor.lay_map(spec, _plain(before), _plain(after))
    return editor.result()


def _plain(spec: SchemaCatalogSpec) -> dict[str, Any]:
    return spec.model_dump(mode="json", exclude_defaults=True)


class _Editor:
    """Collects edits by place, and makes them from the last to the first."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._text = text
        self._edits: list[tuple[int, int, str]] = []
        self._laid: dict[int, object] = {}

    def result(self) -> str:
        text = self._text
        # At one place what was collected first stands first.
        for start, end, new in reversed(sorted(self._edits, key=lambda e: e[:2])):
            text = text[:start] + new + text[end:]
        return text

    def lay_map(self, place: Place, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Keys that went, keys that changed, keys that are new."""
        self._laid[id(place)] = after
        for key in before.keys() - after.keys():
            if key in place.pairs:
                self._remove_pair(place, key)
        fresh: dict[str, object] = {}
        for key, value in after.items():
            if key in before and before[key] == value:
                if key in place.pairs:
                    self._keep(place.pairs[key][1], value)
            elif key in place.pairs:
                self._lay(place.pairs[key][1], before.get(key), value)
            else:
                fresh[key] = value
        if fresh:
            self._add_pairs(place, fresh)

    def _lay(self, place: Place, before: object, after: object) -> None:
        if place.kind == "map" and isinstance(before, dict) and isinstance(after, dict):
            self.lay_map(place, before, after)
        elif place.kind == "list" and _records(before) and _records(after) and place.items:
            assert isinstance(before, list)
            assert isinstance(after, list)
            self._lay_list(place, before, after)
        elif place.kind == "alias" and self._laid.get(id(place.target)) == after:
            return
        else:
            self._replace(place, after)

    def _keep(self, place: Place, value: Any) -> None:
        """What does not change stays, but an alias whose anchor changed is written out."""
        if place.kind == "alias":
            if self._laid.get(id(place.target), value) != value:
                self._replace(place, value)
            return
        if isinstance(value, dict):
            for key, (_, inner) in place.pairs.items():
                if key in value:
                    self._keep(inner, value[key])
        elif isinstance(value, list) and len(value) == len(place.items):
            for inner, one in zip(place.items, value, strict=True):
                self._keep(inner, one)

    def _lay_list(self, place: Place, before: list[Any], after: list[Any]) -> None:
        """Items by what names them; one that is renamed in its place stays there."""
        self._laid[id(place)] = after
        had, has = [_identity(one) for one in before], [_identity(one) for one in after]
        stays: list[tuple[Place, Any, Any]] = []
        left = list(zip(has, after, strict=True))
        for where, name, old in zip(place.items, had, before, strict=True):
            if name in has:
                new = next(one for identity, one in left if identity == name)
                left.remove((name, new))
            elif left and len(stays) < len(has) and has[len(stays)] not in had:
                new = after[len(stays)]
                left.remove((has[len(stays)], new))
            else:
                self._remove_item(where)
                continue
            stays.append((where, old, new))
        for where, old, new in stays:
            if old != new:
                self._lay(where, old, new)
            else:
                self._keep(where, new)
        if left:
            self._append(place, [one for _, one in left])

    # -- edits

    def _at(self, mark: Mark) -> int:
        return self._starts[mark[0]] + mark[1]

    def _line_end(self, mark: Mark) -> int:
        """Where the line ends on which something ends; a block scalar ends on the line before."""
        line = mark[0] - 1 if mark[1] == 0 and mark[0] else mark[0]
        return self._starts[line] + len(self._lines[line].rstrip("\r\n"))

    def _replace(self, place: Place, value: object) -> None:
        self._laid[id(place)] = value
        start, end = self._at(place.start), self._at(place.end)
        gap = " " if start and self._text[start - 1] == ":" else ""
        self._edits.append((start, end, gap + flow(value)))

    def _add_pairs(self, place: Place, fresh: Mapping[str, object]) -> None:
        if place.flow:
            last = [value for _, value in place.pairs.values()]
            words = [f"{flow(key)}: {flow(value)}" for key, value in fresh.items()]
            at = self._at(last[-1].end) if last else self._at(place.start) + 1
            self._edits.append((at, at, (", " if last else "") + ", ".join(words)))
            return
        anchor = self._anchor(place)
        lines = [line for k, v in fresh.items() for line in pair(k, v, place.start[1])]
        self._insert_lines(anchor, lines)

    def _anchor(self, place: Place) -> Mark:
        """Short fields stand together, before the first list of records."""
        end = place.start
        for _, value in place.pairs.values():
            if not value.flow and value.kind != "scalar":
                break
            end = value.end
        if end == place.start:
            end = next(iter(place.pairs.values()))[1].end
        return end

    def _append(self, place: Place, items: list[object]) -> None:
        if place.flow:
            at = self._at(place.items[-1].end)
            self._edits.append((at, at, "".join(f", {flow(one)}" for one in items)))
        else:
            lines = [line for one in items for line in item(one, place.start[1])]
            self._insert_lines(place.end, lines)

    def _insert_lines(self, after: Mark, lines: list[str]) -> None:
        at = self._line_end(after)
        self._edits.append((at, at, "".join(f"\n{line}" for line in lines)))

    def _remove_pair(self, place: Place, key: str) -> None:
        name, value = place.pairs[key]
        if not place.flow:
            self._edits.append((self._starts[name.start[0]], self._line_end(value.end) + 1, ""))
            return
        start, end = self._at(name.start), self._at(value.end)
        before = self._text[:start].rstrip()
        if before.endswith(","):
            start = len(before) - 1
        else:
            rest = self._text[end:]
            if rest.lstrip().startswith(","):
                end += len(rest) - len(rest.lstrip()) + 1
        self._edits.append((start, end, ""))

    def _remove_item(self, place: Place) -> None:
        self._edits.append((self._starts[place.start[0]], self._line_end(place.end) + 1, ""))


def _records(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _identity(record: Mapping[str, Any]) -> object:
    if "many" in record:
        return record["many"], record.get("one")
    return next((record[key] for key in _IDENTITY if key in record), None)
