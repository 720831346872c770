"""The documents and generated files say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dagster_project.contracts.assets import FOLDERS, Kind
from dagster_project.registry.editor_schemas import editor_schema, stale_schemas, write_schemas
from dagster_project.registry.finding_codes import CODES
from registry.broken_files import BROKEN

REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_code_is_documented() -> None:
    """docs/findings.md has one row per code, with its severity and title, in order."""
    text = (REPOSITORY / "docs/findings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (CFG\d+) \| (\w+) \| ([^|]+?) \|", text, re.MULTILINE)
    assert rows == [(code, known.severity, known.title) for code, known in CODES.items()]


def test_every_code_is_raised_by_a_broken_file() -> None:
    """No code without a test: those of several files are in tests of their own."""
    of_several_files = {"CFG008", "CFG009", "CFG013", "CFG031", "CFG033", "CFG075"}
    of_golden_sets = {"CFG080", "CFG081"}
    of_models = {"CFG091", "CFG092", "CFG093", "CFG094", "CFG095"}
    covered = {broken.code for broken in BROKEN} | of_several_files | of_golden_sets | of_models
    assert covered == set(CODES)


def test_the_shipped_editor_schemas_are_fresh() -> None:
    """After a change of a contract: canvas assets schemas."""
    assert stale_schemas(REPOSITORY) == ()


def test_schemas_are_written_once(tmp_path: Path) -> None:
    """A stale file is rewritten and named; a fresh one is left alone."""
    assert len(write_schemas(tmp_path)) == len(FOLDERS) + 1  # and of golden sets
    assert write_schemas(tmp_path) == ()
    path = tmp_path / "assets_config/.schemas/query.json"
    path.write_text("{}")
    assert stale_schemas(tmp_path) == ("assets_config/.schemas/query.json",)


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_schema_describes_its_fields(kind: Kind) -> None:
    """The docstrings under the fields reach the editor, and unknown fields are refused there."""
    schema = editor_schema(kind)
    assert schema["properties"]["kind"] == {"const": kind}
    assert "Dagster owner" in schema["properties"]["owner"]["description"]
    assert schema["additionalProperties"] is False
    for definition in schema["$defs"].values():
        if definition.get("type") == "object" and "properties" in definition:
            assert definition["additionalProperties"] is False


def test_a_query_schema_explains_parameters() -> None:
    """One description word for word, so that the extraction itself is held."""
    param = editor_schema("query")["$defs"]["ParamSpec"]["properties"]
    assert param["many"]["description"] == "Takes a list; in SQL `= any(%(name)s)`."
