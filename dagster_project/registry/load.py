"""A site's folder → every good asset typed, every bad one a list of findings (A15).

A bad file is refused whole; every other asset goes on. An asset that needs a refused one is kept
out with it and says so; one that merely mentions it stays, with a warning.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets import Kind
from dagster_project.contracts.errors import ConfigError
from dagster_project.contracts.finding import Finding
from dagster_project.contracts.value import AssetId
from dagster_project.registry.admit import admit
from dagster_project.registry.lines import Lines
from dagster_project.registry.parse_asset import ParsedFile, parse_asset
from dagster_project.registry.problem import Problem
from dagster_project.registry.read_yaml import MAX_FILE_BYTES
from dagster_project.registry.site_files import asset_files


@dataclass(frozen=True, slots=True)
class Site:
    """The config assets of one folder as they are on disk now."""

    home: Path
    assets: dict[AssetId, ConfigAsset]
    findings: tuple[Finding, ...]
    refused: frozenset[AssetId] = frozenset()
    """Assets whose file exists but may not be used."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    def require_good(self) -> Site:
        """Itself. Raises: ConfigError when any file was refused."""
        if self.errors:
            raise ConfigError(self.errors)
        return self


def load_site(home: Path | str, check_sql: bool = True) -> Site:
    """Every asset under `home/assets_config`, checked alone and against the others.

    `check_sql` False leaves the grammar of SQL templates to the sources' own walls.
    Raises: InvalidRequest when there is no such folder.
    """
    folder = Path(home)
    with _without_collector():
        listed, findings = asset_files(folder)
        files, doubles = _once_each([_read(folder, kind, path) for kind, path in listed])
        admitted, problems = admit(files, check_sql)
    for file in files:
        findings += _findings(file, (*file.problems, *problems.get(file.id, ())))
    findings += [found for file in doubles for found in _findings(file, file.problems)]
    findings.sort(key=lambda found: (found.path, found.line, found.code, found.field))
    refused = frozenset(file.id for file in files) - admitted.keys()
    return Site(folder, dict(sorted(admitted.items())), tuple(findings), refused)


def _read(home: Path, kind: Kind, path: str) -> ParsedFile:
    try:
        with open(f"{home}/{path}", "rb") as file:  # noqa: PTH123 - a third of Path.read_bytes
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        wrong = Problem("CFG009", (), f"it cannot be read: {error.strerror}", "a readable file")
        return ParsedFile(AssetId(f"{kind}:{Path(path).stem}"), path, b"", None, (wrong,))
    return parse_asset(path, data, kind)


def _once_each(files: list[ParsedFile]) -> tuple[list[ParsedFile], list[ParsedFile]]:
    """The first file of each asset, and the others with the problem that they are others."""
    first: dict[AssetId, ParsedFile] = {}
    doubles: list[ParsedFile] = []
    for file in files:
        kept = first.setdefault(file.id, file)
        if kept is not file:
            wrong = f"{file.id} is already in {kept.path}"
            problem = Problem("CFG013", (), wrong, "one file per asset: rename or remove one")
            doubles.append(replace(file, problems=(problem,)))
    return list(first.values()), doubles


def _findings(file: ParsedFile, problems: tuple[Problem, ...]) -> list[Finding]:
    if not problems:
        return []
    readable = all(problem.code > "CFG009" for problem in problems)
    lines = Lines(file.data) if readable else None
    return [problem.finding(file.path, lines) for problem in problems]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Many small values and no cycles among them: the collector would double the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
