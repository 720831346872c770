"""What differs between two traces: nothing that only time and ids change, and every cell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.contracts.block import ChartBlock
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.stage import (
    ComposeResult,
    PresentResult,
)
from dagster_project.contracts.trace import Trace
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.say import MOST_LINES, lines, verdict_of
from traces.changed_traces import TRACES, another_night, result_of, with_result, with_rows
from traces.rich_traces import rich_trace
from traces.short_traces import short_trace
from traces.trace_examples import table_trace


@settings(deadline=None)
@given(TRACES)
def test_a_trace_is_the_same_as_itself(trace: Trace) -> None:
    """No stage, row, block, flag or asset of a trace differs from itself."""
    diff = diff_traces(trace, trace)

    assert diff.same
    assert (diff.first_stage, diff.changed_stages, diff.assets, diff.notes) == (None, (), (), ())
    assert lines(diff) == ("nothing that matters changed",)


@settings(deadline=None)
@given(TRACES, st.floats(0.1, 1000), st.floats(0, 50))
def test_time_and_ids_make_no_difference(trace: Trace, hours: float, factor: float) -> None:
    """Another id (also in links and commands), other timings and event ids: the same."""
    diff = diff_traces(trace, another_night(trace, "0S99999999AAAAAAAAAAAAAAAA", hours, factor))

    assert diff.same, diff.model_dump_json(exclude_defaults=True)


@settings(deadline=None)
@given(TRACES, TRACES)
def test_looking_from_the_other_side(left: Trace, right: Trace) -> None:
    """Swapped, what was added was removed; the same stages differ, in as many cells."""
    there, back = diff_traces(left, right), diff_traces(right, left)

    assert there.same == back.same
    assert there.changed_stages == back.changed_stages
    assert {counts(r, turned=False) for r in there.rows} == {
        counts(r, turned=True) for r in back.rows
    }
    kinds = {"added": "removed", "removed": "added", "changed": "changed"}
    assert sorted(b.change for b in there.blocks) == sorted(kinds[b.change] for b in back.blocks)
    assert len(lines(there)) <= MOST_LINES


def counts(rows: Any, *, turned: bool) -> tuple[object, ...]:
    sides = (rows.added_rows, rows.removed_rows)
    return (rows.step, *(sides[::-1] if turned else sides), rows.changed_rows, rows.changed_cells)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_infinity=False),
    st.text(max_size=3),
)


@settings(deadline=None)
@given(st.data())
def test_any_changed_cell_is_found(data: st.DataObject) -> None:
    """Whatever the rows and whatever the new value: execute differs, and no other stage does."""
    row = st.tuples(*[VALUES] * 6)
    rows = data.draw(st.lists(row, min_size=1, max_size=6))
    place, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, 5))
    old, new = rows[place][column], data.draw(VALUES)
    kept_old, kept_new = (None if repr(value) == "nan" else value for value in (old, new))
    same = kept_old == kept_new and isinstance(old, bool) == isinstance(new, bool)
    changed = [list(r) for r in rows]
    changed[place][column] = new
    left = with_rows(table_trace(2), tuple(rows))
    right = with_rows(table_trace(2), tuple(map(tuple, changed)))

    diff = diff_traces(left, right)

    assert diff.same == same
    assert diff.changed_stages == (() if same else ("execute",))
    if not same:
        (found,) = diff.rows
        assert found.changed_cells or (found.added_rows and found.removed_rows)


def test_a_changed_cell_is_named_by_its_rows_key() -> None:
    """Key, column, value before and after; the other rows are not listed."""
    trace = table_trace(2)
    rows = result_of(trace, "execute").steps[0].rows
    changed = [*rows]
    changed[4] = (*rows[4][:3], "fatal", *rows[4][4:])

    (found,) = diff_traces(trace, with_rows(trace, tuple(changed))).rows

    assert found.key == ("event_id",)
    assert (found.added_rows, found.removed_rows, found.changed_rows) == (0, 0, 1)
    (cell,) = found.cells
    assert (cell.key, cell.column) == ((rows[4][0],), "severity")
    assert (cell.left, cell.right) == (rows[4][3], "fatal")


def test_rows_gone_come_and_moved() -> None:
    """Rows are followed by their key: one gone, one come, and an order turned round."""
    trace = table_trace(2)
    rows = result_of(trace, "execute").steps[0].rows
    come = (-1, *rows[0][1:])

    (found,) = diff_traces(trace, with_rows(trace, (*rows[1:], come))).rows
    assert (found.added, found.removed, found.cells) == ((come,), (rows[0],), ())
    assert not found.reordered
    (turned,) = diff_traces(trace, with_rows(trace, rows[::-1])).rows
    assert turned.reordered
    assert (turned.added_rows, turned.removed_rows, turned.changed_rows) == (0, 0, 0)


def test_rows_without_a_key_are_counted_whole() -> None:
    """Equal rows are a multiset: of three the same, one more is one added."""
    row = ("a", "b", "c", "d", "e", 1)
    left, right = (with_rows(table_trace(2), (row,) * n) for n in (3, 4))

    (found,) = diff_traces(left, right).rows

    assert (found.added, found.removed, found.key) == ((row,), (), ())


def test_long_lists_are_cut_and_counted_whole() -> None:
    """200 new rows are counted, and not all listed."""
    diff = diff_traces(table_trace(2, rows=200), table_trace(4, rows=200))

    (found,) = diff.rows
    assert (found.added_rows, found.removed_rows) == (200, 200)
    assert len(found.added) < 50
    assert len(diff.model_dump_json()) < 40_000


def test_other_blocks_leave_the_stages_before_alone() -> None:
    """What compose and present do otherwise is theirs alone; the title says which block."""
    trace = table_trace(2)
    composed: ComposeResult = result_of(trace, "compose")
    presented: PresentResult = result_of(trace, "present")
    block = composed.blocks[0].model_copy(update={"title": "Incidents"})
    laid = presented.screen.blocks
    screen = presented.screen.model_copy(
        update={"blocks": (laid[1], laid[0].model_copy(update={"block": block, "folded": True}))}
    )
    changed = with_result(
        trace, "compose", composed.model_copy(update={"blocks": (block, *composed.blocks[1:])})
    )
    changed = with_result(changed, "present", presented.model_copy(update={"screen": screen}))

    diff = diff_traces(trace, changed)

    assert diff.changed_stages == ("compose", "present")
    assert diff.first_stage == "compose"
    assert diff.verdict == "differs from compose on: compose, present"
    table = next(b for b in diff.blocks if b.type == "table")
    assert (table.change, table.title) == ("changed", "Incidents")
    assert {"title", "folded"} <= set(table.what)
    assert sum("place" in b.what for b in diff.blocks) == 1


def test_a_charts_drawing_and_its_points_are_told_apart() -> None:
    """The specification's places by path, the points by count."""
    trace = rich_trace(1, "en")
    composed: ComposeResult = result_of(trace, "compose")
    chart = next(b for b in composed.blocks if isinstance(b, ChartBlock))
    points: list[Any] = list(chart.vega_lite["data"]["values"])  # pyright: ignore[reportIndexIssue]
    spec = {**chart.vega_lite, "mark": "bar", "data": {"values": points[1:]}}
    blocks = tuple(
        b.model_copy(update={"vega_lite": spec}) if b is chart else b for b in composed.blocks
    )
    changed = with_result(trace, "compose", composed.model_copy(update={"blocks": blocks}))

    (found,) = diff_traces(trace, changed).stages[3].blocks

    assert {c.path: (c.left, c.right) for c in found.changes} == {
        "/chart/mark": ("line", "bar"),
        "/points": ("24", "23 (+0 −1)"),
    }


def test_versions_alone_are_listed_and_make_no_difference() -> None:
    """An asset that changed without any effect: same answer, and the asset is named."""
    trace = table_trace(2)
    text = trace.model_dump_json().replace("events_by_ci:5", "events_by_ci:6")
    newer = Trace.model_validate_json(text)
    newer = newer.model_copy(
        update={"applied_assets": trace.applied_assets | {"query:events_by_ci": "6"}}
    )

    diff = diff_traces(trace, newer)

    assert diff.same
    (asset,) = diff.assets
    assert (asset.asset, asset.left, asset.right) == ("query:events_by_ci", "5", "6")
    assert asset.stages == ("execute",)
    assert lines(diff)[1] == "assets: query:events_by_ci 5 → 6 (read by execute)"


def test_steps_are_the_same_under_another_name() -> None:
    """A step is found by its query when its id differs; so are its rows, blocks and references."""
    trace = table_trace(2)
    text = trace.model_dump_json().replace('"id":"events"', '"id":"s1"')
    text = text.replace('"step":"events"', '"step":"s1"').replace("#events", "#s1")
    text = text.replace('"r1"', '"r7"')

    assert diff_traces(trace, Trace.model_validate_json(text)).same


@pytest.mark.parametrize("path", ["limit", "ci"])
def test_a_plans_parameter_is_a_path(path: str) -> None:
    """What changed in the plan is named by step and parameter."""
    trace = table_trace(2)
    plan: Plan = result_of(trace, "validate").plan
    (step,) = plan.steps
    changed = plan.model_copy(
        update={"steps": (step.model_copy(update={"params": {**step.params, path: "7"}}),)}
    )
    other = with_result(
        trace, "validate", result_of(trace, "validate").model_copy(update={"plan": changed})
    ).model_copy(update={"plan_validated": changed})

    diff = diff_traces(trace, other)

    assert diff.changed_stages == ("validate",)
    (change,) = diff.plan
    assert change.path == f"/steps/events/params/{path}"
    assert (change.left, change.right) == (step.params[path], "7")


def test_a_window_that_moved_with_the_clock_is_the_same() -> None:
    """Asked a night later, the last 24 hours are other hours and the same plan; a shorter window
    is another one."""

    def at(days: int, hours: float) -> Trace:
        trace = table_trace(2)
        text = trace.model_dump_json()
        for day, shift in (("14", hours), ("15", 0)):
            moment = trace.as_of.replace(day=int(day)) + timedelta(days=days, hours=shift)
            text = text.replace(f"2026-01-{day}T00:00:00Z", f"{moment:%Y-%m-%dT%H:%M:%S}.0Z")
        return Trace.model_validate_json(text)

    assert diff_traces(at(0, 0), at(1, 0)).plan == ()
    assert {c.path.rpartition("/")[2] for c in diff_traces(at(0, 0), at(1, 6)).plan} == {"start"}
    assert {c.path.rpartition("/")[2] for c in diff_traces(at(0, 0), at(0, 6)).plan} == {"start"}


def test_routes_that_differ() -> None:
    """Direct against a plan: the stages only one has differ, and every part is a value."""
    diff = diff_traces(short_trace(3), table_trace(2))

    assert diff.changed_stages == ("route_plan", "validate", "execute", "compose", "present")
    assert [c.path for c in diff.outcome] == ["/route"]
    assert [(s.left_runs, s.right_runs) for s in diff.stages[2:]] == [(0, 1), (0, 1), (1, 1)]
    (rows,) = diff.rows
    assert (rows.left_rows, rows.right_rows) == (None, 20)
    assert diff.summary is not None


def test_rounds_replans_and_flags() -> None:
    """The last run of each stage counts; rounds, triggers and kinds of empty are told."""
    diff = diff_traces(table_trace(2), rich_trace(1, "en"))

    executed = diff.stages[2]
    assert (executed.left_runs, executed.right_runs) == (1, 2)
    assert (executed.left_status, executed.right_status) == ("ok", "warning")
    assert diff.replans.right == ("tool_error_retryable → auto_retry (execute)",)
    assert "/execute/empty_flags/work" in {c.path for c in diff.flags}
    assert "status success → degraded" in diff.verdict
    assert "replans 0 → 1" in diff.verdict


def test_a_fallback_alone_is_a_difference() -> None:
    """All stages may agree though something stood in; the verdict says what differs."""
    trace = table_trace(2)
    diff = diff_traces(trace, trace.model_copy(update={"fallbacks": ()}))

    assert not diff.same
    assert diff.first_stage is None
    assert diff.verdict.startswith("all stages are the same, but not the fallbacks")
    assert "대체 수단" in verdict_of(diff, "ko")
