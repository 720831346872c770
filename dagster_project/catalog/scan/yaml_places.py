"""Where everything stands in a YAML text: lines and columns of each mapping, list and scalar."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from yaml import CSafeLoader
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

Mark = tuple[int, int]
"""Line and column, from 0."""


@dataclass(slots=True)
class Place:
    """One node. `end` of a block is where its last inner node ends."""

    kind: Literal["map", "list", "scalar", "alias"]
    start: Mark
    end: Mark
    flow: bool = True
    pairs: dict[str, tuple[Place, Place]] = field(default_factory=dict)
    items: list[Place] = field(default_factory=list)
    target: Place | None = None
    """What an alias stands for."""


def places(text: str) -> Place:
    """The one document of a text that our own reader has accepted."""
    next_event = CSafeLoader(text.encode()).get_event
    event: Any = next_event()
    while isinstance(event, StreamStartEvent | DocumentStartEvent):
        event = next_event()
    return _Reader(next_event).node(event)


class _Reader:
    def __init__(self, next_event: Any) -> None:
        self._next = next_event
        self._anchors: dict[str, Place] = {}

    def node(self, event: Any) -> Place:
        start, end = _mark(event.start_mark), _mark(event.end_mark)
        if isinstance(event, AliasEvent):
            return Place("alias", start, end, target=self._anchors[str(event.anchor)])
        if isinstance(event, ScalarEvent):
            place = Place("scalar", start, end, flow=event.style not in ("|", ">"))
        elif isinstance(event, MappingStartEvent):
            place = self._map(Place("map", start, end, bool(event.flow_style)))
        else:
            assert isinstance(event, SequenceStartEvent)
            place = self._list(Place("list", start, end, bool(event.flow_style)))
        if event.anchor is not None:
            self._anchors[event.anchor] = place
        return place

    def _map(self, place: Place) -> Place:
        while isinstance(event := self._next(), ScalarEvent):
            key = self.node(event)
            value = self.node(self._next())
            place.pairs[event.value] = (key, value)
            place.end = value.end
        if place.flow:
            place.end = _mark(event.end_mark)
        return place

    def _list(self, place: Place) -> Place:
        while not type(event := self._next()).__name__.endswith("EndEvent"):
            item = self.node(event)
            place.items.append(item)
            place.end = item.end
        if place.flow:
            place.end = _mark(event.end_mark)
        return place


def _mark(mark: Any) -> Mark:
    return mark.line, mark.column
