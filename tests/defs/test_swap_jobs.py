"""The jobs `override_test` and `stage_test`: a diff and both traces are left with the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg
import pytest
from swap_lab import MAPPING, QUERY, swap_settings

from dagster_project.canvas import Canvas
from dagster_project.contracts.trace import Ask
from dagster_project.defs.location import code_location
from dagster_project.defs.swap import SWAP_KEY
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.find import get

QUESTION = "profile of SC-01"


@pytest.fixture(scope="module")
def settings(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    with swap_settings(make_settings, tmp_path_factory.mktemp("swap")) as settings:
        yield settings


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


def launch(
    settings: Settings, instance: dg.DagsterInstance, job: str, op: str, config: dict[str, Any]
) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Metadata and tags of a run of the job, as the code location has it."""
    result = (
        code_location(settings)
        .resolve_job_def(job)
        .execute_in_process(
            run_config={"ops": {op: {"config": config}}}, instance=instance, raise_on_error=False
        )
    )
    if not result.success:
        (failure,) = result.get_step_failure_events()
        raise RuntimeError(str(failure.step_failure_data.error))
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    (event,) = result.get_asset_materialization_events()
    assert event.asset_key == SWAP_KEY
    metadata = {name: value.value for name, value in event.materialization.metadata.items()}
    return metadata, run.tags


def test_a_question_with_overrides(settings: Settings, instance: dg.DagsterInstance) -> None:
    """The diff as Markdown, the verdict and both ids; the tags find the run."""
    config = {"question": QUESTION, "overrides": QUERY, "user": "lee"}
    left, tags = launch(settings, instance, "override_test", "test_with_overrides", config)
    assert left["verdict"] == "differs from execute on: execute, compose, present"
    assert left["diff"].startswith(f"**{left['verdict']}**")
    assert (left["same"], left["rows_added"], left["rows_removed"]) == (False, 4, 1)
    assert left["overrides"] == QUERY
    with open_database(settings) as database:
        trace = get(database, left["trace_id"])
    assert (trace.user, trace.baseline_trace_id) == ("lee", left["baseline_trace_id"])
    assert left["answer"]["summary"] == trace.answer.summary
    assert tags["canvas/trace_id"] == left["trace_id"]
    assert tags["canvas/baseline_trace_id"] == left["baseline_trace_id"]
    assert tags["canvas/same"] == "false"
    assert trace.release_id.startswith(f"{tags['canvas/release']}+")


def test_an_ask_with_overrides_can_be_run_again_from_its_tags(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    """Its release tag names the stored release; the config of the run adds the overrides again."""
    job = code_location(settings).resolve_job_def("ask")
    config = {"ops": {"answer": {"config": {"question": QUESTION, "overrides": QUERY}}}}

    def found(tags: Mapping[str, str]) -> tuple[str, str]:
        result = job.execute_in_process(run_config=config, instance=instance, tags=dict(tags))
        (event,) = result.get_asset_materialization_events()
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        return run.tags["canvas/release"], str(event.materialization.metadata["release"].value)

    tagged, answered_with = found({})
    assert answered_with.startswith(f"{tagged}+")
    assert found({"canvas/release": tagged}) == (tagged, answered_with)


def test_one_stage_and_a_whole_trace(settings: Settings, instance: dg.DagsterInstance) -> None:
    """A kept ask is the baseline: one stage of it alone, or all of it again."""
    with Canvas.open(settings) as canvas:
        asked = canvas.ask(Ask(question=QUESTION))
    config: dict[str, Any] = {"trace_id": asked.trace_id, "overrides": MAPPING}
    alone, _ = launch(
        settings, instance, "stage_test", "test_one_stage", {**config, "stage": "compose"}
    )
    whole, _ = launch(settings, instance, "override_test", "test_with_overrides", config)
    assert alone["changed_stages"] == "compose"
    assert whole["changed_stages"] == "compose, present"
    assert alone["baseline_trace_id"] == whole["baseline_trace_id"] == asked.trace_id


@pytest.mark.parametrize(
    ("job", "op", "config", "message"),
    [
        ("override_test", "test_with_overrides", {"overrides": MAPPING}, "one of them"),
        (
            "override_test",
            "test_with_overrides",
            {"question": QUESTION, "overrides": {"mapping:nope": "nope:1"}},
            "nope",
        ),
        (
            "stage_test",
            "test_one_stage",
            {"trace_id": "0" * 26, "stage": "compose", "overrides": MAPPING},
            "no trace",
        ),
    ],
)
def test_what_cannot_be_tested_fails_the_run(
    settings: Settings,
    instance: dg.DagsterInstance,
    job: str,
    op: str,
    config: dict[str, Any],
    message: str,
) -> None:
    """With the reason; nothing is retried."""
    with pytest.raises(RuntimeError, match=message):
        launch(settings, instance, job, op, config)
