"""JSON Schemas for editors: completion and red squiggles while a YAML file is typed.

They live in the site, `assets_config/.schemas/<kind>.json` and `golden_sets/.schemas/suite.json`,
so that a relative line at the top of a file
(`# yaml-language-server: $schema=../.schemas/query.json`) works wherever the site is.
"""

from __future__ import annotations

import ast
import inspect
import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from dagster_project.contracts.assets import FOLDERS, SPEC_TYPES, AssetHeader, Kind
from dagster_project.contracts.golden import Suite
from dagster_project.contracts.value import Value
from dagster_project.registry.site_files import ASSETS_FOLDER

SCHEMAS_FOLDER = f"{ASSETS_FOLDER}/.schemas"
SUITE_SCHEMA = "golden_sets/.schemas/suite.json"


def schema_path(kind: Kind) -> str:
    """Relative to the site's folder."""
    return f"{SCHEMAS_FOLDER}/{kind}.json"


def editor_schema(kind: Kind) -> dict[str, Any]:
    """The schema of one asset file; descriptions are the docstrings of the contract's fields."""
    spec_type = SPEC_TYPES[kind]
    header, spec = AssetHeader.model_json_schema(), spec_type.model_json_schema()
    definitions: dict[str, Any] = {**header.pop("$defs", {}), **spec.pop("$defs", {})}
    definitions[spec_type.__name__] = spec
    _describe(header, AssetHeader)
    _describe_all(definitions)
    reference = {"$ref": f"#/$defs/{spec_type.__name__}"}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"{kind} asset: {FOLDERS[kind]}/<name>.yaml",
        "description": inspect.getdoc(spec_type) or "",
        "type": "object",
        "additionalProperties": False,
        "required": [*header["required"], "spec"],
        "properties": {**header["properties"], "kind": {"const": kind}, "spec": reference},
        "$defs": dict(sorted(definitions.items())),
    }


def suite_schema() -> dict[str, Any]:
    """The schema of one golden set."""
    suite = Suite.model_json_schema()
    definitions: dict[str, Any] = suite.pop("$defs", {})
    _describe(suite, Suite)
    _describe_all(definitions)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **suite,
        "title": "golden set: golden_sets/<suite>.yaml",
        "$defs": dict(sorted(definitions.items())),
    }


def write_schemas(home: Path) -> tuple[str, ...]:
    """Write the schemas of all kinds and of golden sets into a site; the paths that changed."""
    stale = stale_schemas(home)
    texts = _texts()
    for place in stale:
        path = home / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[place], encoding="utf-8")
    return stale


def stale_schemas(home: Path) -> tuple[str, ...]:
    """Schema files of a site that are missing or differ from the contracts."""
    return tuple(place for place, text in _texts().items() if _read(home / place) != text)


def _texts() -> dict[str, str]:
    """Path in a site to the schema that belongs there."""
    schemas = {schema_path(kind): editor_schema(kind) for kind in FOLDERS}
    schemas[SUITE_SCHEMA] = suite_schema()
    return {
        place: json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        for place, schema in schemas.items()
    }


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _describe_all(definitions: dict[str, Any]) -> None:
    described = {model.__name__: model for model in _values(Value)}
    for name, definition in definitions.items():
        if name in described:
            _describe(definition, described[name])


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Effects: adds `description` to the properties and drops titles that only repeat names."""
    for owner in reversed(model.__mro__):
        for name, text in _field_docs(owner).items() if issubclass(owner, BaseModel) else ():
            if name in schema.get("properties", {}):
                schema["properties"][name]["description"] = text
    for field in schema.get("properties", {}).values():
        field.pop("title", None)


@cache
def _field_docs(model: type) -> dict[str, str]:
    """Field → the string under it in the class's source."""
    if model.__module__.startswith("pydantic"):
        return {}
    tree = ast.parse(inspect.getsource(inspect.getmodule(model) or model))
    body = next(
        node.body
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == model.__name__
    )
    docs: dict[str, str] = {}
    for field, after in pairwise(body):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                value=ast.Constant(value=str(text))
            ):
                docs[name] = inspect.cleandoc(text)
            case _:
                pass
    return docs


def _values(model: type[Value]) -> list[type[Value]]:
    found = [model]
    for child in model.__subclasses__():
        found += _values(child)
    return found
