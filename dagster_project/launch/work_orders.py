"""The demo plant's work-order service as a part of `up`: when it is wanted, and where it is."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.store.ports import becomes_free, free_port
from dagster_project.store.settings import Settings
from dagster_project.store.small_files import write_json
from sources.embedded.work_orders.attach import RECORD, SEED, answers, kept_port

__all__ = ["answers", "choose_port", "command", "forget", "is_wanted", "known_port"]

_PORTS = (20_000, 29_999)
_PATIENCE_SECONDS = 2.0
"""A killed service may hold its port for a moment longer."""


def is_wanted(assets: Iterable[ConfigAsset]) -> bool:
    """Whether a mock source of the site names this service as its seed."""
    return any(
        isinstance(asset.spec, SourceSpec)
        and asset.spec.engine == "http_api"
        and asset.spec.environment == "mock"
        and asset.spec.seed == SEED
        for asset in assets
    )


def command(port: int) -> list[str]:
    return [sys.executable, "-m", "sources.embedded.work_orders", "--port", str(port)]


def known_port(settings: Settings) -> int | None:
    """Its port, as last used; None where the site has not wanted it."""
    return kept_port(settings.state_dir)


def choose_port(settings: Settings) -> int:
    """The port as last used, where it is free; else another. Effects: kept for the next time."""
    port = known_port(settings)
    if port is None or not becomes_free(port, _PATIENCE_SECONDS):
        port = free_port(*_PORTS)
        write_json(settings.state_dir / RECORD, {"port": port})
    return port


def forget(settings: Settings) -> None:
    """The site wants it no more."""
    (settings.state_dir / RECORD).unlink(missing_ok=True)
