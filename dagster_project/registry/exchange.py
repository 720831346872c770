"""Assets between sites: import files into one, export a release out of one (A16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets import FOLDERS, Kind
from dagster_project.contracts.errors import ConfigError, InvalidRequest
from dagster_project.contracts.finding import Finding
from dagster_project.contracts.value import AssetId
from dagster_project.registry.lines import Lines
from dagster_project.registry.parse_asset import parse_asset
from dagster_project.registry.problem import Problem, listed, nearest
from dagster_project.registry.read_yaml import YamlProblem, read_yaml
from dagster_project.registry.site_files import ASSETS_FOLDER
from dagster_project.registry.write_yaml import to_yaml


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import put into a site, by asset."""

    written: tuple[AssetId, ...]
    unchanged: tuple[AssetId, ...]


def import_files(home: Path, source: Path, replace: bool = False) -> Imported:
    """Copy asset files, comments and all, into the folder of their kind.

    All or nothing: a file that is wrong by itself, or would overwrite other content without
    `replace`, stops the import before anything is written. References are checked by `load_site`.
    Raises: ConfigError, InvalidRequest.
    """
    files = _sources(source)
    read = [(path, path.read_bytes()) for path in files]
    parsed = [(path, data, *_parsed(path, data)) for path, data in read]
    findings = tuple(finding for *_, found in parsed for finding in found)
    if findings:
        raise ConfigError(findings)
    targets = {asset_id: (home / _place(asset_id), data) for _, data, asset_id, _ in parsed}
    changed = {i: t for i, t in targets.items() if not t[0].exists() or t[0].read_bytes() != t[1]}
    taken = [asset_id for asset_id, (target, _) in changed.items() if target.exists()]
    if taken and not replace:
        raise InvalidRequest(
            f"{listed(taken)}: the site holds other content under this name.",
            "Import with --replace; the version before stays in the registry.",
        )
    for target, data in changed.values():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return Imported(tuple(changed), tuple(i for i in targets if i not in changed))


def export_release(release: Release, folder: Path, ids: Iterable[AssetId] = ()) -> tuple[str, ...]:
    """Write a release (or some assets of it) as canonical YAML, ready to be imported or loaded.

    Raises: InvalidRequest when the folder already holds assets, or an asset is not in the release.
    """
    wanted = list(ids) or sorted(release.versions)
    for asset_id in wanted:
        if asset_id not in release.versions:
            near = nearest(asset_id, release.versions)
            hint = f"Did you mean {near!r}?" if near else "See `canvas assets list`."
            raise InvalidRequest(f"{asset_id!r} is not in release {release.id}.", hint)
    if (folder / ASSETS_FOLDER).exists():
        raise InvalidRequest(
            f"{folder / ASSETS_FOLDER} exists already.", "Name a folder that holds no site."
        )
    paths: list[str] = []
    for asset_id in wanted:
        path = _place(asset_id)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(to_yaml(release.versions[asset_id].asset), encoding="utf-8")
        paths.append(path)
    return tuple(paths)


def _place(asset_id: AssetId) -> str:
    kind, _, name = asset_id.partition(":")
    return f"{ASSETS_FOLDER}/{FOLDERS[cast('Kind', kind)]}/{name}.yaml"


def _sources(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    found = [
        path
        for path in sorted(source.rglob("*.yaml"))
        if not any(part.startswith(".") for part in path.relative_to(source).parts)
    ]
    if not found:
        raise InvalidRequest(
            f"{source} holds no .yaml file.", "Name an asset file or a folder of them."
        )
    return found


def _parsed(path: Path, data: bytes) -> tuple[AssetId, tuple[Finding, ...]]:
    kind = _kind_of(data)
    if kind is None:
        wrong = Problem("CFG010", ("kind",), "the file names no known kind", listed(FOLDERS))
        return AssetId(f"?:{path.stem}"), (wrong.finding(str(path), None),)
    file = parse_asset(str(path), data, kind)
    readable = all(problem.code > "CFG009" for problem in file.problems)
    lines = Lines(data) if file.problems and readable else None
    return file.id, tuple(problem.finding(str(path), lines) for problem in file.problems)


def _kind_of(data: bytes) -> Kind | None:
    """The kind a file says it has; for an unreadable file any, so that its problem is told."""
    try:
        document = read_yaml(data)
    except YamlProblem:
        return "source"
    kind = document.get("kind") if isinstance(document, dict) else "source"
    return cast("Kind", kind) if kind in list(FOLDERS) else None
