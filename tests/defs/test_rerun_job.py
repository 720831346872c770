"""The job `rerun` and the asset `replan_ledger`, on live data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from shop import load_shop

from dagster_project.canvas import Canvas
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.defs.ask import shown
from dagster_project.defs.location import code_location
from dagster_project.defs.rerun import RerunConfig
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.store.settings import Settings
from dagster_project.traces import find


@pytest.fixture
def settings(
    site: Path, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """The shop with its data, its first release published."""
    settings = make_settings(site)
    with Canvas.open(settings) as canvas:
        load_shop(canvas.database)
        monkeypatch.setenv("SHOP_READER_URL", canvas.database.reader_url)
        sync(canvas.database, load_site(site).require_good(), "tests")
        publish(canvas.database, None, "tests", "first")
    return settings


@pytest.fixture
def canvas(settings: Settings) -> Iterator[Canvas]:
    with Canvas.open(settings) as canvas:
        yield canvas


@pytest.fixture
def parent(canvas: Canvas) -> Trace:
    """An ask that asks back: there is no such pump."""
    trace = canvas.ask(Ask(question="status of P-9", user="operator-1"))
    assert trace.answer.cards
    return trace


def run(
    settings: Settings, config: dict[str, object], job: str = "rerun", op: str = "answer_again"
) -> tuple[dg.ExecuteInProcessResult, dict[str, object], dict[str, str]]:
    """The result of a job, its metadata and the tags that its run is left with."""
    with dg.instance_for_test() as instance:
        result = (
            code_location(settings)
            .resolve_job_def(job)
            .execute_in_process(
                run_config={"ops": {op: {"config": config}}},
                instance=instance,
                raise_on_error=False,
            )
        )
        events = result.get_asset_materialization_events()
        metadata = events[0].materialization.metadata if events else {}
        kept = instance.get_run_by_id(result.run_id)
        tags = dict(kept.tags) if kept else {}
        return result, {name: entry.value for name, entry in metadata.items()}, tags


def test_a_choice_is_answered_as_a_run(settings: Settings, canvas: Canvas, parent: Trace) -> None:
    """The child has all that an ask has, and names its parent in metadata and tags."""
    number = parent.answer.cards[0].choices[0].number
    result, metadata, tags = run(settings, {"trace_id": parent.trace_id, "choose": number})
    assert result.success
    assert metadata["parent_trace_id"] == parent.trace_id
    assert tags["canvas/parent_trace_id"] == parent.trace_id
    assert tags["canvas/trace_id"] == metadata["trace_id"]
    assert {"shown", "answer", "references", "stages", "assets"} <= metadata.keys()
    choice = parent.answer.cards[0].choices[0]
    assert f"- {choice.number}: {choice.label}" in shown(parent)
    child = find.get(canvas.database, str(metadata["trace_id"]))
    assert (child.parent_trace_id, child.user) == (parent.trace_id, "operator-1")
    assert child.question == parent.answer.cards[0].choices[0].question


def test_a_patch_is_text(settings: Settings, canvas: Canvas) -> None:
    """Operations come as JSON; who reran and why stands in the trace."""
    parent = canvas.ask(Ask(question="P-1 상태"))
    config = {"trace_id": parent.trace_id, "patch": "[]", "user": "lee", "reason": "once more"}
    result, metadata, _ = run(settings, config)
    assert result.success
    child = find.get(canvas.database, str(metadata["trace_id"]))
    assert child.replan_events[0].by == "person"
    assert child.stage_inputs[0].params["reason"] == "once more"
    assert child.user == "lee"


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"choose": 99}, "offers no choice 99"),
        ({"patch": "{"}, "the patch is no JSON"),
        ({"patch": '{"op": "remove"}'}, "no list of operations"),
        ({"patch": '[{"op": "remove", "path": "/steps/9"}]'}, "remove /steps/9"),
        ({"choose": 1, "tenant": "north"}, "There is no trace"),
        ({}, "one of a choice, a patch or a question"),
    ],
)
def test_what_cannot_be_rerun_fails_with_the_reason(
    settings: Settings, parent: Trace, config: dict[str, object], told: str
) -> None:
    """The run fails, once, and its message says what was wrong and what there is."""
    result, metadata, _ = run(settings, {"trace_id": parent.trace_id, **config})
    assert not result.success
    assert metadata == {}
    failures = [e for e in result.all_events if e.is_step_failure]
    assert told in str(failures[0].step_failure_data.error)


def test_what_is_left_out_is_the_traces() -> None:
    """Defaults of the config leave user, roles and overrides to the parent."""
    wish = RerunConfig(trace_id="t", question="q", roles=["guest"]).wish()
    assert wish["question"] == "q"
    assert (wish["user"], wish["overrides"], wish["patch"]) == (None, None, None)
    assert (wish["tenant"], wish["roles"]) == ("default", ("guest",))


def test_the_ledger_is_a_table_and_a_chart(
    settings: Settings, canvas: Canvas, parent: Trace
) -> None:
    """Materializing counts the kept traces; test runs only when asked for."""
    canvas.ask(Ask(question="status of P-8", test_mode=True))
    canvas.rerun(parent.trace_id, choose=1)
    result, metadata, _ = run(settings, {}, "refresh_ledger", "replan_ledger")
    assert result.success
    assert (metadata["asks"], metadata["replanned"]) == (2, 1)
    assert "| slot_missing | ask_user | loop | 1 | 1 |" in str(metadata["replans"])
    assert "policy:shop:1" in str(metadata["by_asset_version"])
    assert str(metadata["chart"]).startswith("![chart](data:image/png")
    _, everything, _ = run(settings, {"test_runs": True}, "refresh_ledger", "replan_ledger")
    assert everything["asks"] == 3


def test_a_ledger_of_nothing_is_no_failure(settings: Settings) -> None:
    """Before the first ask there is nothing to count, and the materialization says so."""
    result, metadata, _ = run(settings, {}, "refresh_ledger", "replan_ledger")
    assert result.success
    assert "chart" not in metadata
