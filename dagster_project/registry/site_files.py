"""Which files a site has, and of which kind each must be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dagster_project.contracts.assets import FOLDERS, Kind
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.finding import Finding
from dagster_project.registry.problem import Problem, listed, nearest

ASSETS_FOLDER = "assets_config"
_KINDS: dict[str, Kind] = {folder: kind for kind, folder in FOLDERS.items()}


def asset_files(home: Path) -> tuple[list[tuple[Kind, str]], list[Finding]]:
    """(kind, path relative to the site) of every asset file, and what lies in the wrong place.

    Files lie in a kind's folder or in any folder under it; hidden ones are passed by.
    Raises: InvalidRequest when the site has no assets_config/.
    """
    root = home / ASSETS_FOLDER
    if not root.is_dir():
        raise InvalidRequest(
            f"{root} is not a folder.", "Point CANVAS_HOME at the folder that holds assets_config/."
        )
    found: list[tuple[Kind, str]] = []
    misplaced: list[Finding] = []
    for path in sorted(_files(str(root)), key=lambda name: (name.count("/"), name)):
        top, _, rest = path.partition("/")
        where = f"{ASSETS_FOLDER}/{path}"
        kind = _KINDS.get(top) if rest else None
        if kind is not None and path.endswith(".yaml"):
            found.append((kind, where))
        elif path.endswith((".yaml", ".yml", ".json")):
            misplaced.append(_misplaced(where, top, bool(rest), kind))
    return found, misplaced


def _files(folder: str, prefix: str = "") -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _files(entry.path, f"{prefix}{entry.name}/")
            else:
                yield prefix + entry.name


def _misplaced(where: str, folder: str, in_folder: bool, kind: Kind | None) -> Finding:
    if kind is not None:
        wrong = Problem("CFG008", (), "an asset file ends in .yaml", "the file renamed to .yaml")
    elif in_folder:
        near = nearest(folder, _KINDS)
        wrong = Problem("CFG008", (), f"no kind has the folder {folder!r}", listed(_KINDS), near)
    else:
        wrong = Problem("CFG008", (), "a file beside the kinds' folders", listed(_KINDS))
    return wrong.finding(where, None)
