"""The composed product: asks are kept, releases and overrides hold, sources are walled."""

from __future__ import annotations

import pytest
from lab.rows import seoul

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.contracts.trace import Ask
from dagster_project.contracts.value import ReleaseId, TraceId
from dagster_project.traces import find


@pytest.mark.parametrize(
    "question", ["SC-01 상태 점검", "hi", "delete it", "XX-99 faults", "full audit of SC-01"]
)
def test_every_ask_is_kept(lab: Canvas, question: str) -> None:
    """When `ask` returns, the trace can be read back whole, on whatever route it was answered.

    Keeping adds one thing: what each stage was given, as the digest of the stage before.
    """
    trace = lab.ask(Ask(question=question))
    kept = find.get(lab.database, TraceId(trace.trace_id))
    given = [i.prev_output for i in kept.stage_inputs]
    assert given[0] is None
    assert all(given[1:])
    inputs = tuple(i.model_copy(update={"prev_output": None}) for i in kept.stage_inputs)
    assert kept.model_copy(update={"stage_inputs": inputs}) == trace


@pytest.mark.parametrize("question", ["", "   ", "\n", "x" * 2_001])
def test_what_is_no_question(lab: Canvas, question: str) -> None:
    """An empty or endless question is the caller's mistake, with a way out."""
    with pytest.raises(InvalidRequest, match=r"empty|characters"):
        lab.ask(Ask(question=question))


def test_an_explanation_runs_nothing(lab: Canvas) -> None:
    """The same plan and statements as the ask, `?` for what will be fed, and no trace."""
    question = "repairs of the instrument with the most faults"
    explained = lab.explain(Ask(question=question))
    trace = lab.ask(Ask(question=question))
    first, second = explained.steps
    assert first.statement == trace.tool_calls[0].statement
    assert ["?"] in second.params.values()
    assert second.depends_on == ("s1",)
    without_time = explained.output.model_dump(exclude={"elapsed_ms"})
    assert without_time == trace.plan_raw.model_dump(exclude={"elapsed_ms"})


def test_run_query_takes_the_same_walls(lab: Canvas) -> None:
    """A preview binds, clips and explains like an ask."""
    found = lab.run_query(lab.release(), "instrument_profile", {"instrument": "SC-01"})
    assert found.rows[0][:2] == ("SC-01", "Bench scale")
    plan = TablePlan(table="lab.fault", columns=("lab.fault.id",))
    early = lab.run_query(lab.release(), "lab_explore", plan=plan, as_of=seoul(3, 1))
    assert early.rows == ((7,),)
    unfilled = lab.run_query(lab.release(), "instrument_profile")
    assert unfilled.error is not None
    assert "instrument" in unfilled.error.error


def test_a_release_that_is_not_there(lab: Canvas) -> None:
    """An unknown release or override names what is unknown."""
    with pytest.raises(AssetNotFound, match="r-none"):
        lab.ask(Ask(question="hi", release_id=ReleaseId("r-none")))
    with pytest.raises(AssetNotFound, match="instrument_profile"):
        lab.ask(
            Ask(question="hi", asset_overrides={"query:instrument_profile": "instrument_profile:9"})
        )


def test_an_override_makes_a_test_run(lab: Canvas) -> None:
    """The trace says which versions were swapped, though they are the same here."""
    overrides = {"query:instrument_profile": "instrument_profile:1"}
    trace = lab.ask(Ask(question="profile of SC-01", asset_overrides=overrides))
    assert trace.test_mode
    assert trace.asset_overrides == overrides
    assert trace.status == "success"


def test_a_release_is_made_ready_once(lab: Canvas) -> None:
    """The desk of a release is kept: the second ask does not read the names again."""
    release = lab.release()
    assert lab.desk(release) is lab.desk(release)
    assert lab.source("lab_db") is lab.source("lab_db", release)


def test_an_unknown_source(lab: Canvas) -> None:
    """A source that the release does not have is named with those it has."""
    with pytest.raises(AssetNotFound, match=r"no source 'plant_db'.*lab_db, mirror_db"):
        lab.source("plant_db")


def test_names_are_read_from_the_data(lab: Canvas) -> None:
    """Entities are known by key, by both labels and by their aliases."""
    index = lab.desk(lab.release()).planner.index
    for text in ("OV-02", "회화로", "Ash furnace", "ov 2"):
        (mention,) = index.find(text)
        assert [c.key for c in mention.candidates] == ["OV-02"]
