"""A release made ready to answer: lexicon, entity names, mappings; built once, kept for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from threading import Lock

from dagster_project.canvas.alias_tables import entity_index
from dagster_project.canvas.open_sources import OpenSources, allowed_tables, read_watermark
from dagster_project.canvas.read_names import read_names
from dagster_project.catalog.glossary import Glossary
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.model_call import ModelMode
from dagster_project.llm.port import Models
from dagster_project.pipeline.applied_assets import AppliedAssets
from dagster_project.pipeline.compose import mappings_by_query
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.join_honesty import sources_by_query
from dagster_project.pipeline.prompts import prompts_by_stage
from dagster_project.planner.assets import policy_of, prepare
from dagster_project.resolver.names import EntityName
from sources.errors import SourceError

_KEPT_DESKS = 8
_MOMENT_SECONDS = 2.0
_RETRY_SECONDS = 5.0
"""Names that could not be read are tried again after this, not after the whole cache time."""


@dataclass(frozen=True, slots=True)
class _Kept:
    desk: Desk
    fresh_until: float


class Desks:
    """Desks by release. Names of entities are read again when their cache time is over."""

    def __init__(
        self,
        opened: OpenSources,
        quarantined: Callable[[Release], frozenset[str]],
        state_dir: Path,
        models: Callable[[PolicySpec, ModelMode], Models | None],
    ) -> None:
        self._opened = opened
        self._models = models
        self._state_dir = state_dir
        self._quarantined = quarantined
        self._kept: dict[str, _Kept] = {}
        self._last_names: dict[tuple[str, str], list[EntityName]] = {}
        """By catalog and entity: known names outlive a source that is down for a while."""
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="step")

    def get(self, release: Release, *, names: bool = True) -> Desk:
        """Without names no source is asked: enough for all stages after route_plan."""
        key = release.id if names else f"{release.id} without names"
        kept = self._fresh(release.id) or self._fresh(key)
        if kept is not None:
            return kept.desk
        with self._lock:
            kept = self._fresh(key)
            if kept is None:
                kept = self._build(release, names=names)
                self._kept[key] = kept
                while len(self._kept) > _KEPT_DESKS:
                    del self._kept[next(iter(self._kept))]
            return kept.desk

    def _fresh(self, key: str) -> _Kept | None:
        kept = self._kept.get(key)
        return kept if kept is not None and kept.fresh_until > time.monotonic() else None

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _build(self, release: Release, *, names: bool) -> _Kept:
        views = {
            version.asset.header.name: CatalogView(version.asset.header.name, version.asset.spec)
            for version in release.by_kind.get("schema_catalog", ())
            if isinstance(version.asset.spec, SchemaCatalogSpec)
        }
        specs = {
            version.asset.header.name: version.asset.spec
            for version in release.by_kind.get("resolver", ())
            if isinstance(version.asset.spec, ResolverSpec)
        }
        policy = policy_of(release).asset.spec
        assert isinstance(policy, PolicySpec)
        now = datetime.now(UTC)
        as_of = now if policy.calendar.as_of == "now" else policy.calendar.as_of
        found: list[EntityName] = []
        complete = True
        for mapping in (m for s in specs.values() if names for m in s.entity_mappings):
            place = (mapping.catalog, mapping.entity)
            try:
                view = views[mapping.catalog]
                source = self._opened.get(view.spec.source, release)
                read = read_names(mapping, view, release, source)
                self._last_names[place] = read
            except SourceError:
                complete = False  # a source that is down must not keep the others from answering
            found += self._last_names.get(place, ())
        index = entity_index(
            self._state_dir,
            specs,
            found,
            typo_score=policy.planner.typo_score,
            today=now.date(),
        )
        seconds = min((spec.cache_ttl_seconds for spec in specs.values()), default=3600)
        desk = Desk(
            release=release,
            planner=prepare(release, index, as_of),
            views=views,
            mappings=mappings_by_query(release),
            applied=AppliedAssets(release),
            source=lambda name: self._opened.get(name, release),
            allowed_tables=lambda name: allowed_tables(name, release),
            watermark=lambda table, column, seconds: self._watermark(
                table, column, seconds, views, release
            ),
            pool=self._pool,
            quarantined=_for_a_moment(lambda: self._quarantined(release)),
            source_titles=sources_by_query(release),
            prompts=prompts_by_stage(release),
            models=partial(self._models, policy),
            also=_lazy_glossary(views),
        )
        fresh = max(seconds, 1) if complete else _RETRY_SECONDS
        return _Kept(desk, time.monotonic() + fresh)

    def _watermark(
        self,
        table: str,
        column: str,
        timeout_seconds: float,
        views: dict[str, CatalogView],
        release: Release,
    ) -> tuple[datetime, datetime] | None:
        view = next((v for v in views.values() if table in v.tables), None)
        if view is None:
            return None
        source = self._opened.get(view.spec.source, release)
        allowed = allowed_tables(view.spec.source, release)
        return read_watermark(source, allowed, table, column, min(5.0, timeout_seconds))


def _for_a_moment(read: Callable[[], frozenset[str]]) -> Callable[[], frozenset[str]]:
    """The value as it was at most `_MOMENT_SECONDS` ago."""
    kept: tuple[float, frozenset[str]] = (float("-inf"), frozenset())

    def recent() -> frozenset[str]:
        nonlocal kept
        if time.monotonic() - kept[0] >= _MOMENT_SECONDS:
            kept = (time.monotonic(), read())
        return kept[1]

    return recent


def _lazy_glossary(views: dict[str, CatalogView]) -> Callable[[str], tuple[str, ...]]:
    """Made when the first search needs it; a site without documents never does."""

    @cache
    def glossary() -> Glossary:
        return Glossary.of(view.spec for view in views.values())

    return lambda text: glossary().also(text)
