"""The base of every contract, and the names of its ids."""

from __future__ import annotations

from typing import Literal, NewType

from pydantic import BaseModel, ConfigDict

TraceId = NewType("TraceId", str)
ReleaseId = NewType("ReleaseId", str)
"""With overrides on top it is the stored release's and `+<hash>`: see `base_release_id`."""
AssetId = NewType("AssetId", str)
"""`kind:name`, for example `query:ci_status`."""
AssetRef = NewType("AssetRef", str)
"""`name:version`, for example `ci_status:3`; the version is `draft` for an unpublished one."""

Language = Literal["ko", "en"]
Stage = Literal["route_plan", "validate", "execute", "compose", "present"]
STAGES: tuple[Stage, ...] = ("route_plan", "validate", "execute", "compose", "present")
Intent = Literal["lookup", "search", "list", "aggregate", "expand", "path", "document"]
GraphView = Literal["summary", "composition", "dependency", "impact", "path", "neighbors"]

AggregateName = Literal[
    "count",
    "count_distinct",
    "sum",
    "min",
    "max",
    "avg",
    "p50",
    "p90",
    "p95",
    "p99",
    "latest",
]


def base_release_id(release_id: str) -> ReleaseId:
    """The stored release below one with overrides; any other id stays as it is."""
    return ReleaseId(release_id.partition("+")[0])


class Value(BaseModel):
    """A frozen record; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(Value):
    """What people call a thing, per language. The first of each is the one shown."""

    ko: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        return self.ko + self.en

    def shown(self, language: Language, fallback: str) -> str:
        own, other = (self.ko, self.en) if language == "ko" else (self.en, self.ko)
        return (own or other or (fallback,))[0]


class Text(Value):
    """One text in two languages."""

    ko: str
    en: str

    def shown(self, language: Language) -> str:
        return self.ko if language == "ko" else self.en
