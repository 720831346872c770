"""What a run looks at, and what it may write down of it."""

from __future__ import annotations

from datetime import UTC, datetime

from dagster_project.contracts.asset_version import AssetVersion, ConfigAsset, Release
from dagster_project.contracts.assets import AssetHeader, PromptSpec
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.inspection.bench import without_secrets, working_copy
from dagster_project.inspection.inspection import Inspection, Observation, PreviewTable
from dagster_project.registry.digest import content_hash
from dagster_project.traces.redact import PROCESS_WALL

ASSET = AssetId("prompt:route")


def prompt(system: str) -> ConfigAsset:
    header = AssetHeader(kind="prompt", name="route", description="A prompt.")
    spec = PromptSpec(stage="route_plan", system=system, user="{{ question }}")
    return ConfigAsset(header=header, spec=spec, content_hash=content_hash(header, spec))


def release(asset: ConfigAsset) -> Release:
    version = AssetVersion(
        asset=asset,
        number=1,
        status="published",
        created_by="tests",
        created_at=datetime.now(UTC),
        reason="first",
    )
    return Release(id=ReleaseId("r-1"), versions={ASSET: version})


def test_files_that_say_what_is_in_force_change_nothing() -> None:
    """Without an edit the working copy is the release itself, by its own id."""
    in_force = release(prompt("plan"))
    assert working_copy(in_force, [prompt("plan")]) is in_force


def test_an_edited_file_is_laid_over_the_release_as_a_draft() -> None:
    """The working copy has an id of its own that follows from its content, and says what is new."""
    in_force = release(prompt("plan"))
    copy = working_copy(in_force, [prompt("plan better")])
    assert copy.versions[ASSET].ref == "route:draft"
    assert copy.id != in_force.id
    assert copy.id == working_copy(in_force, [prompt("plan better")]).id
    assert copy.id != working_copy(in_force, [prompt("plan worse")]).id
    assert copy.warnings == ("draft of prompt:route",)


def test_a_secret_is_not_written_into_a_log() -> None:
    """A known secret in a row, a message or a text is replaced before Dagster sees it."""
    secret = 's3cret-"quoted"-of-this-test'
    PROCESS_WALL.remember(secret)
    seen = without_secrets(
        Inspection(
            summary=f"connects with {secret}",
            findings=(Observation(name="run", status="error", detail=f"refused {secret}"),),
            table=PreviewTable(columns=("note",), rows=((secret,), (1,))),
        )
    )
    assert "s3cret" not in seen.model_dump_json()
    assert seen.table is not None
    assert seen.table.rows[1] == (1,)
