"""One file's bytes → one typed asset, or the problems that refuse it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets import FOLDERS, SPEC_TYPES, AssetHeader, AssetSpec, Kind
from dagster_project.contracts.value import AssetId
from dagster_project.registry.digest import NotStorable, content_hash, finite
from dagster_project.registry.field_errors import field_problems
from dagster_project.registry.problem import CREDENTIALS, Problem, listed, nearest, shown
from dagster_project.registry.read_yaml import YamlProblem, read_yaml

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file after reading: an asset, or problems, or (warnings) both."""

    id: AssetId
    """By folder and file name: known also of a file that cannot be read."""
    path: str
    data: bytes
    asset: ConfigAsset | None
    problems: tuple[Problem, ...] = ()


def parse_asset(path: str, data: bytes, folder_kind: Kind) -> ParsedFile:
    """The asset of one file under the folder of `folder_kind`. Never raises."""
    found = _parsed(path, data, folder_kind)
    asset_id = AssetId(f"{folder_kind}:{FilePath(path).stem}")
    if isinstance(found, ConfigAsset):
        return ParsedFile(asset_id, path, data, found)
    return ParsedFile(asset_id, path, data, None, found)


def _parsed(path: str, data: bytes, folder_kind: Kind) -> ConfigAsset | tuple[Problem, ...]:
    try:
        document = read_yaml(data)
    except YamlProblem as wrong:
        return (Problem(wrong.code, (), wrong.message, wrong.expected, line=wrong.line),)
    if not isinstance(document, dict):
        return (Problem("CFG007", (), f"{shown(document)} at the top", "`kind:`, `name:` ..."),)
    problems = _header_problems(path, document, folder_kind)
    kind = document.get("kind")
    header, wrong_header = _validated(AssetHeader, _header_fields(document), ())
    spec, wrong_spec = _spec(kind if kind in list(FOLDERS) else folder_kind, document)
    placed = {problem.at for problem in problems}
    problems += [p for p in (*wrong_header, *wrong_spec) if p.at not in placed]
    problems += _secret_problems(data, problems)
    if problems or header is None or spec is None:
        return tuple(problems)
    try:
        if not finite(document):
            raise NotStorable("a number beyond any range")
        digest = content_hash(header, spec)
    except NotStorable as error:
        return (Problem("CFG027", (), f"it holds {error}", "text and finite numbers"),)
    return ConfigAsset.model_construct(header=header, spec=spec, content_hash=digest, path=path)


def _header_fields(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name != "spec"}


def _header_problems(path: str, fields: dict[str, object], folder_kind: Kind) -> list[Problem]:
    problems: list[Problem] = []
    kind, name, stem = fields.get("kind"), fields.get("name"), FilePath(path).stem
    if kind is not None and kind not in list(FOLDERS):
        near = nearest(kind, FOLDERS)
        problems.append(
            Problem("CFG010", ("kind",), f"unknown kind {shown(kind)}", listed(FOLDERS), near)
        )
    elif kind is not None and kind != folder_kind:
        wrong = f"kind {kind!r} in the folder {FOLDERS[folder_kind]!r}"
        expected = f"`kind: {folder_kind}`, or the file under {FOLDERS[cast('Kind', kind)]}/"
        problems.append(Problem("CFG011", ("kind",), wrong, expected, folder_kind))
    if isinstance(name, str) and name != stem:
        wrong = f"name {name!r} in the file {stem!r}"
        expected = f"`name: {stem}`, or the file named {name}.yaml"
        problems.append(Problem("CFG012", ("name",), wrong, expected, stem))
    return problems


def _spec(kind: Kind, fields: dict[str, object]) -> tuple[AssetSpec | None, list[Problem]]:
    if "spec" not in fields:
        expected = "`spec:` with the fields of its kind under it"
        return None, [Problem("CFG021", ("spec",), "'spec' is missing", expected)]
    return _validated(SPEC_TYPES[kind], fields["spec"], ("spec",))


def _validated(
    model: type[M], document: object, prefix: tuple[str, ...]
) -> tuple[M | None, list[Problem]]:
    try:
        return model.model_validate(document), []
    except ValidationError as error:
        return None, field_problems(error, model, document, prefix)


def _secret_problems(data: bytes, known: list[Problem]) -> list[Problem]:
    """A URL with a password in it, anywhere in the file, comments too."""
    if b"://" not in data or any(problem.code == "CFG026" for problem in known):
        return []
    found = CREDENTIALS.search(data.decode())
    if found is None:
        return []
    line = data.decode().count("\n", 0, found.start()) + 1
    expected = "a reference: `url_ref: env:NAME` or `file:/path`"
    return [Problem("CFG026", (), "a URL with a password in it", expected, line=line)]
