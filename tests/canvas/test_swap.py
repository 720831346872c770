"""X1 to X4, B6: what another version of an asset changes in one answer, and in the last asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from swap_lab import EXPLORE, MAPPING, QUERY, SCREEN, swap_canvas

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import AssetNotFound, CanvasError, ConfigError, InvalidRequest
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import STAGES, Stage
from dagster_project.store.settings import Settings
from dagster_project.traces import find
from dagster_project.traces.diff.say import lines
from dagster_project.traces.find import TraceFilter

QUESTION = "profile of SC-01"
ASKS = (
    QUESTION,
    "profile of OV-01",
    "list instruments",
    "how many faults by severity",
    "repairs of the instrument with the most faults",
)


@pytest.fixture(scope="module")
def canvas(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Canvas]:
    with swap_canvas(make_settings, tmp_path_factory.mktemp("swap")) as canvas:
        yield canvas


def versions_read(trace: Trace, asset: str) -> dict[str, str]:
    """Stage to the version of the asset that it was given."""
    given = ((i.stage, i.applied_assets.get(asset)) for i in trace.stage_inputs)
    return {stage: version for stage, version in given if version is not None}


@pytest.mark.parametrize(
    ("overrides", "stages"),
    [
        (QUERY, ("execute", "compose", "present")),
        (MAPPING, ("compose", "present")),
        (SCREEN, ("present",)),
        ({"query:instrument_profile": "instrument_profile:1"}, ()),
        ({"mapping:instrument_profile": "instrument_profile:1"}, ()),
        (EXPLORE, ()),  # this question does not use it
    ],
)
def test_a_swap_changes_the_stages_it_should(
    canvas: Canvas, overrides: dict[str, str], stages: tuple[Stage, ...]
) -> None:
    """From the stage that reads it on, and nothing before; the same content changes nothing."""
    found = canvas.test_overrides(QUESTION, overrides=overrides)
    assert found.diff.changed_stages == stages
    assert found.diff.same is (not stages)


def test_a_wrong_query_is_told_in_five_lines(canvas: Canvas) -> None:
    """Which stages, which asset, which rows, which blocks, which sentence."""
    found = canvas.test_overrides(QUESTION, overrides=QUERY)
    said = lines(found.diff)
    assert len(said) == 5
    assert said[0] == "differs from execute on: execute, compose, present"
    assert "query:instrument_profile 1 → 2 (read by execute)" in said[1]
    assert "+4 −1" in said[2]
    assert "table" in said[3]
    assert "Bench scale (SC-01) cost 1,200 USD. → " in said[4]


def test_both_runs_are_kept_as_test_runs(canvas: Canvas) -> None:
    """A test leaves two traces, and neither counts as something a person asked."""
    found = canvas.test_overrides(Ask(question=QUESTION, user="lee"), overrides=MAPPING)
    trace = find.get(canvas.database, found.trace.trace_id)
    baseline = find.get(canvas.database, found.baseline.trace_id)
    assert (trace.test_mode, baseline.test_mode) == (True, True)
    assert (trace.asset_overrides, baseline.asset_overrides) == (MAPPING, {})
    assert (trace.baseline_trace_id, trace.user) == (baseline.trace_id, "lee")
    assert trace.release_id.startswith(f"{baseline.release_id}+")
    assert trace.answer.warnings == (
        "mapping:instrument_profile is overridden by instrument_profile:2",
    )


def test_a_kept_ask_is_the_baseline(canvas: Canvas) -> None:
    """Given a trace, nothing is asked for the baseline; it stays as it was."""
    asked = canvas.ask(Ask(question=QUESTION))
    found = canvas.test_overrides(trace_id=asked.trace_id, overrides=MAPPING)
    assert found.baseline == find.get(canvas.database, asked.trace_id)
    assert found.trace.baseline_trace_id == asked.trace_id
    assert found.diff.changed_stages == ("compose", "present")


@pytest.mark.parametrize(
    ("stage", "overrides", "calls"),
    [("execute", QUERY, 1), ("compose", MAPPING, 0), ("present", SCREEN, 0)],
)
def test_one_stage_alone(
    canvas: Canvas, stage: Stage, overrides: dict[str, str], calls: int
) -> None:
    """Only its own output differs, whatever would come of it."""
    asked = canvas.ask(Ask(question=QUESTION))
    found = canvas.test_stage(asked.trace_id, stage, overrides)
    assert found.diff.changed_stages == (stage,)
    assert len(found.trace.tool_calls) == calls
    assert find.get(canvas.database, found.trace.trace_id).test_mode
    from_question = canvas.test_overrides(
        QUESTION, overrides=overrides, test_type="isolated_stage", target_stage=stage
    )
    assert from_question.diff.changed_stages == (stage,)


@pytest.mark.parametrize(
    ("key", "version", "readers"),
    [
        ("execute:query:instrument_profile", "instrument_profile:2", {"execute": "2"}),
        ("compose:mapping:instrument_profile", "instrument_profile:2", {"compose": "2"}),
        ("route_plan:policy:default", "default:1", {"route_plan": "1", "validate": "1"}),
    ],
)
def test_an_override_of_one_stage(
    canvas: Canvas, key: str, version: str, readers: dict[str, str]
) -> None:
    """`stage:kind:name` is given to that stage; the trace says who read what, with its content."""
    asset = key.partition(":")[2]
    found = canvas.test_overrides(QUESTION, overrides={key: version})
    assert versions_read(found.trace, asset) == readers
    kind, _, name = asset.partition(":")
    swapped = canvas.release(None, {asset: version}).get(kind, name)  # pyright: ignore[reportArgumentType]
    assert swapped is not None
    assert found.trace.asset_versions[asset] == swapped.asset.content_hash
    assert any(warning.startswith(key.partition(":")[0]) for warning in found.trace.answer.warnings)


def test_an_ask_takes_overrides_of_one_stage_too(canvas: Canvas) -> None:
    """With two stages overridden each has its own; what both would read stays apart."""
    overrides = {
        "execute:query:instrument_profile": "instrument_profile:2",
        "present:screen:profile": "profile:2",
        **MAPPING,
    }
    trace = canvas.ask(Ask(question=QUESTION, asset_overrides=overrides))
    assert versions_read(trace, "query:instrument_profile") == {"execute": "2"}
    assert versions_read(trace, "screen:profile") == {"present": "2"}
    assert versions_read(trace, "mapping:instrument_profile") == {"compose": "2"}
    assert trace.answer.screen.screen == "profile:2"
    assert find.get(canvas.database, trace.trace_id).answer == trace.answer


def test_an_explanation_shows_what_the_overridden_stage_would_send(canvas: Canvas) -> None:
    """The statement is that of the version which execute is given."""
    overrides = {"execute:query:instrument_profile": "instrument_profile:2"}
    (step,) = canvas.explain(Ask(question=QUESTION, asset_overrides=overrides)).steps
    assert "i.id <> %(" in step.statement
    (sent,) = canvas.ask(Ask(question=QUESTION, asset_overrides=overrides)).tool_calls
    assert sent.statement == step.statement


def test_a_desk_without_names_does_not_take_the_place_of_one_with(canvas: Canvas) -> None:
    """After a stage was tested alone, the same versions still know every name in a whole ask."""
    asked = canvas.ask(Ask(question=QUESTION))
    overrides = {"mapping:lab_explore": "lab_explore:2", **MAPPING}
    assert not canvas.test_stage(asked.trace_id, "compose", overrides).diff.same
    whole = canvas.ask(Ask(question=QUESTION, asset_overrides=overrides))
    assert whole.plan_validated is not None
    assert [e.key for e in whole.plan_validated.entities] == ["SC-01"]


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ({"overrides": MAPPING}, InvalidRequest, "a question or a trace"),
        ({"question": QUESTION, "overrides": MAPPING, "trace_id": "x"}, InvalidRequest, "one of"),
        (
            {"question": QUESTION, "overrides": MAPPING, "test_type": "isolated_stage"},
            InvalidRequest,
            "target_stage",
        ),
        (
            {"question": QUESTION, "overrides": MAPPING, "target_stage": "compose"},
            InvalidRequest,
            "full_pipeline",
        ),
        ({"trace_id": "0" * 26, "overrides": MAPPING}, AssetNotFound, "no trace"),
        ({"question": QUESTION, "overrides": {"mapping:nope": "nope:1"}}, AssetNotFound, "nope"),
        (
            {"question": QUESTION, "overrides": {"cook:mapping:lab_explore": "lab_explore:1"}},
            InvalidRequest,
            "no stage 'cook'",
        ),
    ],
)
def test_a_wrong_test_is_refused(
    canvas: Canvas, more: dict[str, object], error: type[CanvasError], message: str
) -> None:
    """With what is wrong and what to give instead; nothing is run."""
    before = find.search(canvas.database, TraceFilter(limit=1))
    with pytest.raises(error, match=message):
        canvas.test_overrides(**more)  # pyright: ignore[reportArgumentType]
    assert find.search(canvas.database, TraceFilter(limit=1)) == before


def test_an_override_that_nothing_would_read_is_refused(canvas: Canvas) -> None:
    """A stage that does not read the asset would make the test a silent nothing."""
    asked = canvas.ask(Ask(question=QUESTION))
    with pytest.raises(InvalidRequest, match="read by compose"):
        canvas.test_stage(asked.trace_id, "present", MAPPING)
    with pytest.raises(InvalidRequest, match="read by execute"):
        canvas.replay("compose", QUERY)


def test_a_draft_is_what_the_file_says_now(canvas: Canvas) -> None:
    """An edit is tested as it stands, and recorded; a file with an error is refused with where."""
    path = canvas.settings.home / "assets_config" / "screens" / "default.yaml"
    text = path.read_text()
    overrides = {"present:screen:default": "default:draft"}
    try:
        path.write_text(text.replace("max_blocks: 1", "folded: true"))
        found = canvas.test_overrides("list instruments", overrides=overrides)
        assert found.trace.answer.screen.screen == "default:2"
        assert found.diff.changed_stages == ("present",)
        path.write_text(text.replace("max_blocks: 1", "max_block: 1"))
        with pytest.raises(ConfigError, match=r"screens/default\.yaml"):
            canvas.test_overrides("list instruments", overrides=overrides)
    finally:
        path.write_text(text)


def test_an_ask_of_another_tenant_is_unknown(canvas: Canvas) -> None:
    """Its trace can neither be tested nor replayed."""
    asked = canvas.ask(Ask(question="list instruments", tenant="other"))
    with pytest.raises(AssetNotFound, match="no trace"):
        canvas.test_stage(asked.trace_id, "compose", EXPLORE)
    report = canvas.replay("compose", EXPLORE, 50, keep_traces=False)
    assert asked.trace_id not in {ask.trace_id for ask in report.asks}


# -- many


@pytest.fixture(scope="module")
def two_hundred(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Canvas]:
    """Two hundred real asks, forty of each question, and some that are none."""
    with swap_canvas(make_settings, tmp_path_factory.mktemp("swap")) as canvas:
        for number in range(200):
            canvas.ask(Ask(question=ASKS[number % 5], user=f"u{number % 2}"))
        canvas.ask(Ask(question="hi"))
        canvas.ask(Ask(question=QUESTION, test_mode=True))
        yield canvas


def test_two_hundred_asks_with_another_mapping(two_hundred: Canvas) -> None:
    """Each ask of the swapped mapping's query changes, from compose on, and no other does."""
    report = two_hundred.replay("compose", MAPPING, 200)
    assert (report.same, report.changed, report.failed) == (120, 80, 0)
    changed = [ask for ask in report.asks if ask.outcome == "changed"]
    assert {ask.question for ask in changed} == {QUESTION, "profile of OV-01"}
    assert {ask.changed_stages for ask in changed} == {("compose", "present")}
    assert all("was bought for" in ask.lines[-1] for ask in changed)
    kept = find.get(two_hundred.database, changed[0].test_trace_id or "")
    assert kept.baseline_trace_id == changed[0].trace_id
    assert kept.tool_calls == ()


def test_newest_first_and_real_asks_only(two_hundred: Canvas) -> None:
    """Test runs, greetings and what an earlier replay kept are not replayed."""
    report = two_hundred.replay("present", {}, 300, keep_traces=False)
    listed = find.search(
        two_hundred.database, TraceFilter(route="orch", test_mode=False, limit=300)
    )
    assert [ask.trace_id for ask in report.asks] == [found.trace_id for found in listed]
    assert (len(report.asks), report.same) == (200, 200)
    assert {ask.test_trace_id for ask in report.asks} == {None}


def test_more_asks_than_a_page_holds(two_hundred: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are joined: each ask once, newest first."""
    whole = two_hundred.replay("present", {}, 20, keep_traces=False)
    monkeypatch.setattr("dagster_project.canvas.replay.MAX_LISTED", 7)
    paged = two_hundred.replay("present", {}, 20, keep_traces=False)
    assert [ask.trace_id for ask in paged.asks] == [ask.trace_id for ask in whole.asks]


def test_a_filter_narrows_the_asks(two_hundred: Canvas) -> None:
    """User, asset and text hold as they do for a listing of traces."""
    asset = "query:instrument_profile"
    report = two_hundred.replay(
        "execute", QUERY, 7, TraceFilter(user="u1", asset=asset), keep_traces=False
    )
    assert (len(report.asks), report.changed) == (7, 7)
    assert {ask.first_stage for ask in report.asks} == {"execute"}
    nothing = two_hundred.replay("compose", MAPPING, 7, TraceFilter(user="nobody"))
    assert nothing.asks == ()
    assert nothing.notes == ("no real ask fits the filter",)


@pytest.mark.parametrize("stage", STAGES)
def test_the_same_versions_change_nothing_from_any_stage(two_hundred: Canvas, stage: Stage) -> None:
    """Data and config unchanged, each kind of ask comes out as it was."""
    report = two_hundred.replay(stage, {}, 10, keep_traces=False)
    assert (report.same, report.changed, report.failed) == (10, 0, 0)


def test_one_ask_that_cannot_be_replayed_costs_no_other(two_hundred: Canvas) -> None:
    """A trace with a part gone is told as failed, with the reason; the others are replayed."""
    broken = two_hundred.ask(Ask(question="profile of CF-01", user="broken"))
    two_hundred.ask(Ask(question=QUESTION, user="broken"))
    with two_hundred.database.pool.connection() as connection:
        connection.execute(
            "update canvas.trace set body = '\\x00' where trace_id = %s", (broken.trace_id,)
        )
    report = two_hundred.replay("compose", MAPPING, 9, TraceFilter(user="broken"))
    assert (report.changed, report.failed) == (1, 1)
    (failed,) = (ask for ask in report.asks if ask.outcome == "failed")
    assert failed.trace_id == broken.trace_id
    assert failed.verdict
    assert two_hundred.replay("compose", {}, 1, TraceFilter(user="u0")).same == 1


def test_progress_counts_up(two_hundred: Canvas) -> None:
    """Whoever waits sees how many are done."""
    told: list[str] = []
    two_hundred.replay(
        "present",
        {},
        5,
        TraceFilter(user="u0"),
        keep_traces=False,
        progress=lambda _stage, message, _ms: told.append(message),
    )
    assert told == ["1/5", "2/5", "3/5", "4/5", "5/5"]
