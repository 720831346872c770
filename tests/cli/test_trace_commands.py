"""`canvas trace …` shows what is kept, and nothing of other tenants."""

from __future__ import annotations

import csv
from typing import get_args

import orjson
import pytest

from cli.conftest import Kept
from dagster_project.cli import trace as trace_cli
from dagster_project.contracts.plan import Route
from dagster_project.contracts.replan import Trigger
from dagster_project.contracts.stage import ExecuteResult
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import STAGES
from dagster_project.traces.find import TraceFilter, get, search


def test_options_are_the_contracts_words() -> None:
    """Choices of the options are exactly the contract's closed sets."""
    assert get_args(Route) == trace_cli.ROUTES
    assert get_args(Trigger) == trace_cli.TRIGGERS
    assert trace_cli.STAGES == STAGES


def test_list_as_json_is_one_object_with_pages(kept: Kept) -> None:
    """`--json` prints one object; going on from `next_before` reaches every trace once."""
    seen: list[str] = []
    more: list[str] = []
    while True:
        result = kept.run("trace", "list", "--limit", "4", "--json", *more)
        assert result.exit_code == 0, result.output
        page = orjson.loads(result.stdout)
        seen += [found["trace_id"] for found in page["traces"]]
        if page["next_before"] is None:
            break
        more = ["--before", page["next_before"]]

    assert len(seen) == len(set(seen)) == 11


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--route", "direct"], 1),
        (["--user", "operator-2"], 8),
        (["--trigger", "tool_error_retryable"], 1),
        (["--test-mode"], 1),
        (["--text", "안녕"], 1),
        (["--tenant", "other"], 1),
        (["--asset", "query:events_by_ci:5", "--status", "success"], 8),
        (["--since", "2026-01-15T00:01:40Z", "--until", "2026-01-15T00:01:41Z"], 1),
    ],
)
def test_list_filters(kept: Kept, options: list[str], count: int) -> None:
    """Each option reaches its filter."""
    result = kept.run("trace", "list", "--json", *options)

    assert len(orjson.loads(result.stdout)["traces"]) == count


def test_list_on_a_pipe_is_plain(kept: Kept) -> None:
    """Without a terminal a listing has one line per trace, no colour and no frame."""
    result = kept.run("trace", "list")

    rows = result.stdout.splitlines()
    assert len(rows) == 12
    assert "\x1b" not in result.stdout
    assert not set(result.stdout) & set("─│┃━╭╰")
    assert all(row == row.rstrip() for row in rows)


def test_show_as_json_is_the_trace(kept: Kept) -> None:
    """`--json` prints the whole trace, which parses back to the kept one."""
    name = search(kept.database, TraceFilter(test_mode=True))[0].trace_id

    result = kept.run("trace", "show", name, "--json")

    assert Trace.model_validate_json(result.stdout) == get(kept.database, name)


def test_show_takes_a_link(kept: Kept) -> None:
    """The link of a reference, and an id in small letters, open the trace."""
    trace = get(kept.database, search(kept.database, TraceFilter(user="operator-2"))[0].trace_id)

    by_link = kept.run("trace", "show", trace.references[0].link, "--json")
    by_small_letters = kept.run("trace", "show", trace.trace_id.lower(), "--json")

    assert by_link.stdout == by_small_letters.stdout
    assert orjson.loads(by_link.stdout)["trace_id"] == trace.trace_id


def test_show_is_readable(kept: Kept) -> None:
    """The record names stages, candidates, decisions, calls, replans, evidence and versions."""
    name = search(kept.database, TraceFilter(test_mode=True))[0].trace_id

    shown = kept.run("trace", "show", name).stdout

    for part in (
        *STAGES,
        "no machine",
        "default:4#limits",
        "SELECT",
        "tool_error_retryable → auto_retry",
        "plant.event, plant.ci",
        "query:events_by_ci:5",
        "query:events_by_ci → events_by_ci:4",
        "planner: built-in",
        "TOOL_TIMEOUT",
    ):
        assert part in shown


def test_show_stage(kept: Kept) -> None:
    """`--stage` gives each run of the stage, with what it went on from."""
    name = search(kept.database, TraceFilter(test_mode=True))[0].trace_id

    result = kept.run("trace", "show", name, "--stage", "execute", "--json")
    text = kept.run("trace", "show", name, "--stage", "execute").stdout

    found = orjson.loads(result.stdout)
    assert [run["output"]["stage"] for run in found["runs"]] == ["execute", "execute"]
    assert found["runs"][0]["input"]["prev_output"] == found["runs"][1]["input"]["prev_output"]
    assert "execute (run 2 of 2)" in text


def test_other_tenants_stay_unseen(kept: Kept) -> None:
    """A trace of another tenant is as unknown as one that never was; the id is not confirmed."""
    foreign = search(kept.database, TraceFilter(tenant="other"))[0].trace_id

    result = kept.run("trace", "show", foreign)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"There is no trace '{foreign}'" in result.stderr
    assert kept.run("trace", "show", foreign, "--tenant", "other").exit_code == 0


def test_stats(kept: Kept) -> None:
    """Counts are the tenant's; sizes are shown."""
    as_json = orjson.loads(kept.run("trace", "stats", "--json").stdout)
    text = kept.run("trace", "stats").stdout

    assert as_json["by_route"] == {"direct": 1, "orch": 9, "reject": 1}
    assert as_json["bytes_per_trace"] > 0
    assert "per trace" in text


def test_rows_can_be_taken_away(kept: Kept) -> None:
    """CSV and JSON hold every cell of the step that was shown first."""
    trace = get(kept.database, search(kept.database, TraceFilter(user="operator-2"))[0].trace_id)
    result = trace.stage_outputs[2].result
    assert isinstance(result, ExecuteResult)

    table = list(csv.reader(kept.run("trace", "rows", trace.trace_id, "--csv").stdout.splitlines()))
    whole = orjson.loads(kept.run("trace", "rows", trace.trace_id, "--json").stdout)

    assert table[0] == [column.name for column in result.steps[0].columns]
    assert table[1:] == [[str(cell) for cell in row] for row in result.steps[0].rows]
    assert whole["steps"][0]["rows"] == [list(row) for row in result.steps[0].rows]
    assert whole["steps"][0]["total_rows"] == 41


def test_rows_of_no_table_are_refused(kept: Kept) -> None:
    """A greeting has no rows, and an unknown step is answered with the known ones."""
    greeting = search(kept.database, TraceFilter(route="direct"))[0].trace_id
    table = search(kept.database, TraceFilter(user="operator-2"))[0].trace_id

    assert "no rows" in kept.run("trace", "rows", greeting).stderr
    unknown = kept.run("trace", "rows", table, "--step", "evnts")
    assert unknown.exit_code == 1
    assert "It has events." in unknown.stderr
