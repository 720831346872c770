"""The shipped site with language models of this test's own in its policy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from demo_data import REPOSITORY
from model_server import ModelServer

NAMES = ("main", "spare", "third")
KEY = "sk-test-0123456789abcdef"


def site_with_models(
    folder: Path, servers: Sequence[ModelServer], timeout_seconds: float = 5.0, **models: Any
) -> Path:
    """A copy of the shipped assets; `models` is laid over the policy's part of that name.

    The first server is called main and is the one that prompts name, the second spare.
    Effects: writes below `folder`.
    """
    for name in ("assets_config", "golden_sets", "documents"):
        shutil.copytree(REPOSITORY / name, folder / name)
    (folder / "key").write_text(KEY)
    assets = folder / "assets_config"
    with _edited(assets / "policies" / "default.yaml") as policy:
        policy["models"] = _models(folder, servers, timeout_seconds) | models
    for prompt in ("route_plan", "compose"):
        with _edited(assets / "prompts" / f"{prompt}.yaml") as spec:
            spec["model"] = NAMES[0] if servers else None
    return folder


@contextmanager
def _edited(path: Path) -> Iterator[dict[str, Any]]:
    """The spec of an asset's file, written back."""
    asset = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    yield asset["spec"]
    path.write_text(yaml.safe_dump(asset, allow_unicode=True, sort_keys=False))


def _models(folder: Path, servers: Sequence[ModelServer], timeout_seconds: float) -> dict[str, Any]:
    named = list(zip(NAMES, servers, strict=False))
    return {
        "providers": [
            {"name": name, "base_url": server.base_url, "api_key_ref": f"file:{folder / 'key'}"}
            for name, server in named
        ],
        "models": [
            {
                "name": name,
                "provider": name,
                "model": f"{name}-1",
                "usd_per_million_in": 1.0,
                "usd_per_million_out": 4.0,
                "timeout_seconds": timeout_seconds,
            }
            for name, _ in named
        ],
        "plan_seconds": 10.0,
        "phrase_seconds": 5.0,
    }
