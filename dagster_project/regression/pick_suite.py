"""One suite of a site by its name."""

from __future__ import annotations

from pathlib import Path

from dagster_project.contracts.errors import AssetNotFound, ConfigError
from dagster_project.contracts.golden import Suite
from dagster_project.registry.problem import nearest
from dagster_project.regression.golden_files import FOLDER, load_suites


def pick_suite(home: Path, name: str) -> Suite:
    """Raises: AssetNotFound naming the nearest, ConfigError when its file is refused."""
    found = load_suites(home)
    if name in found.suites:
        return found.suites[name]
    stems = (f"{FOLDER}/{name}.yaml", f"{FOLDER}/{name}.yml")
    if wrong := tuple(finding for finding in found.findings if finding.path in stems):
        raise ConfigError(wrong)
    near = nearest(name, found.suites)
    hint = f"Did you mean {near!r}?" if near else "See `canvas golden list`."
    raise AssetNotFound(f"There is no suite {name!r} in {home / FOLDER}.", hint)
