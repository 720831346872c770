"""P12: a stage writes its own record; break one stage and only its record changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.block import TextBlock
from dagster_project.contracts.stage import StageOutput
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import ReleaseId, TraceId
from dagster_project.pipeline import run as pipeline
from dagster_project.pipeline.ask import answer
from pipeline.asking import stages

QUESTION = "profile of SC-01"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def records(trace: Trace) -> dict[str, dict[str, Any]]:
    """Each stage's record without its clock readings."""
    drop = {"duration_ms": True, "references": {"__all__": {"fetched_at"}}}
    found: dict[str, dict[str, Any]] = {}
    for output in trace.stage_outputs:
        record = output.model_dump(mode="json", exclude=drop)
        record["result"].pop("elapsed_ms", None)
        for call in record["result"].get("tool_calls", ()):
            call.pop("elapsed_ms")
        for laid in record["result"].get("screen", {}).get("blocks", ()):
            for item in laid["block"].get("items", ()):
                item.pop("fetched_at")
        found[output.stage] = record
    return found


def run(canvas: Canvas) -> Trace:
    desk = canvas.desk(canvas.release())
    return answer(Ask(question=QUESTION), desk, TraceId("t"), NOW)


def _warns(output: StageOutput) -> StageOutput:
    diagnostics = output.diagnostics.model_copy(
        update={"warnings": ("broken",), "status": "warning"}
    )
    return output.model_copy(update={"diagnostics": diagnostics})


@pytest.mark.parametrize("broken", ["route_plan", "validate", "execute", "compose", "present"])
def test_what_one_stage_says_of_itself_is_said_nowhere_else(
    lab: Canvas, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """A stage whose record goes wrong leaves the records of the four others as they were."""
    whole = records(run(lab))
    real: Callable[..., StageOutput] = getattr(pipeline, broken)
    monkeypatch.setattr(pipeline, broken, lambda *a, **k: _warns(real(*a, **k)))
    other = records(run(lab))
    assert [name for name in whole if whole[name] != other[name]] == [broken]


def test_a_stage_that_does_its_work_wrong(lab: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    """When compose makes other blocks, its record shows it, and those before it do not change."""
    whole = records(run(lab))
    real = pipeline.compose

    def compose(*args: Any, **more: Any) -> StageOutput:
        output = real(*args, **more)
        text = TextBlock(id="x", text="nonsense")
        return output.model_copy(
            update={"result": output.result.model_copy(update={"blocks": (text,)})}
        )

    monkeypatch.setattr(pipeline, "compose", compose)
    other = records(run(lab))
    changed = [name for name in whole if whole[name] != other[name]]
    assert changed == ["compose", "present"]  # present lays out what it is given
    assert whole["compose"]["diagnostics"] == other["compose"]["diagnostics"]


def test_a_source_that_fails_is_in_executes_record(
    lab: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan's record does not know what the source will do; the screen says what is missing."""
    whole = records(run(lab))
    release = lab.release()
    version = release.get("query", "instrument_profile")
    assert version is not None
    assert isinstance(version.asset.spec, QuerySpec)
    text = str(version.asset.spec.text).replace("where", "where 1 / (length(i.id) - 5) > 0 and")
    asset = version.asset.model_copy(
        update={"spec": version.asset.spec.model_copy(update={"text": text})}
    )
    versions = {**release.versions, version.asset.id: version.model_copy(update={"asset": asset})}
    broken = Release(id=ReleaseId("broken"), versions=versions)
    desk = lab.desk(broken)
    trace = answer(Ask(question=QUESTION), desk, TraceId("t"), NOW)
    other = records(trace)
    assert stages(trace) == list(whole)
    assert whole["route_plan"] == other["route_plan"]
    assert whole["validate"] == other["validate"]
    assert other["execute"]["diagnostics"]["status"] == "error"
    assert other["execute"]["diagnostics"]["errors"][0]["via"] == "execute/instrument_profile"
    assert trace.status == "failed"
