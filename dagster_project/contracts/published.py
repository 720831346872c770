"""K1: the contracts that other programs read, published as versioned JSON Schemas.

`python -m dagster_project.contracts.published` writes them to docs/schemas/contracts/v1. A change
that a reader of version 1 would not understand needs a new version, in a folder beside it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from dagster_project.contracts.answer import Action, Answer, Screen
from dagster_project.contracts.block import Block
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.reference import Reference
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import StageInput, StageOutput
from dagster_project.contracts.trace import Trace

CONTRACT_VERSION = "1"
FOLDER = f"docs/schemas/contracts/v{CONTRACT_VERSION}"
CONTRACTS: dict[str, Any] = {
    "screen": Screen,
    "block": Block,
    "reference": Reference,
    "action": Action,
    "answer": Answer,
    "error": ErrorForm,
    "stage_input": StageInput,
    "stage_output": StageOutput,
    "replan_event": ReplanEvent,
    "trace": Trace,
}
"""Name to what it describes; what is written is what these say when they are sent as JSON."""


def contract_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one contract, as it is sent. Raises: KeyError."""
    described = TypeAdapter(CONTRACTS[name]).json_schema(mode="serialization")
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"ops-canvas:contracts/v{CONTRACT_VERSION}/{name}",
        "contract_version": CONTRACT_VERSION,
        "title": name,
        **{key: value for key, value in described.items() if key != "title"},
    }


def stale_contracts(home: Path) -> tuple[str, ...]:
    """Schema files that are missing or differ from the contracts; paths below `home`."""
    return tuple(path for name in CONTRACTS if _read(home / (path := _path(name))) != _text(name))


def write_contracts(home: Path) -> tuple[str, ...]:
    """Write the schemas; the paths that changed."""
    stale = stale_contracts(home)
    for name in CONTRACTS:
        if _path(name) in stale:
            file = home / _path(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_text(name), encoding="utf-8")
    return stale


def _path(name: str) -> str:
    return f"{FOLDER}/{name}.json"


def _text(name: str) -> str:
    return json.dumps(contract_schema(name), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    for written in write_contracts(Path(sys.argv[1] if len(sys.argv) > 1 else ".")):
        print(f"written: {written}")
