"""`canvas rerun` and `canvas ledger`, as a person runs them on the laboratory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import Result
from lab.fixtures import lab_settings

from cli.conftest import runner
from dagster_project.contracts.answer import Answer
from dagster_project.contracts.trace import Trace
from dagster_project.store.settings import Settings

__all__ = ["lab_settings"]
UNKNOWN = "faults of XX-99"


@pytest.fixture(scope="module")
def run(lab_settings: Settings) -> Callable[..., Result]:
    return runner(lab_settings)


def asked(run: Callable[..., Result], question: str, *more: str) -> Answer:
    return Answer.model_validate_json(run("ask", question, "--json", *more).stdout)


def test_cards_are_drawn_with_their_commands(run: Callable[..., Result]) -> None:
    """Each choice stands once, with its number and the command that sends it back."""
    text = run("ask", UNKNOWN).stdout
    lines = [line.strip() for line in text.splitlines()]
    trace_id = next(line for line in lines if line.startswith("trace ")).split()[1]
    numbered = [line for line in lines if f"canvas rerun {trace_id} --choose" in line]
    assert len(numbered) > 1
    assert all(line.startswith(f"{n} ") for n, line in enumerate(numbered, start=1))
    assert all(line.endswith(f"--choose {n}") for n, line in enumerate(numbered, start=1))
    assert "canvas ask" not in text
    assert "canvas trace show" in text


def test_the_printed_command_answers(run: Callable[..., Result]) -> None:
    """What a card prints can be run as it stands, and its trace names the parent."""
    parent = asked(run, UNKNOWN)
    choice = parent.cards[0].choices[1]
    program, *arguments = choice.command.split()
    assert program == "canvas"
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    child = Trace.model_validate_json(run(*arguments, "--json", "--trace").stdout)
    assert (child.parent_trace_id, child.question) == (parent.trace_id, choice.question)
    assert f"rerun of  {parent.trace_id}" in run("trace", "show", child.trace_id).stdout


def test_a_patch_comes_from_a_file_or_a_pipe(run: Callable[..., Result], tmp_path: Path) -> None:
    """RFC 6902 operations; what they change is shown as a person's in the time line."""
    parent = asked(run, "show faults")
    patch = [{"op": "add", "path": "/steps/0/table_plan/limit", "value": 1}]
    file = tmp_path / "patch.json"
    file.write_bytes(orjson.dumps(patch))
    arguments = ("rerun", parent.trace_id, "--patch", str(file), "--reason", "only the newest")
    result = run(*arguments, "--json", "--trace")
    child = Trace.model_validate_json(result.stdout)
    assert child.replan_events[0].patch == tuple(patch)
    shown = run("trace", "show", child.trace_id).stdout
    assert "● person" in shown
    assert "only the newest" in shown
    assert "add /steps/0/table_plan/limit 1" in shown
    assert shown.index("● person") < shown.index("validate")


def test_rounds_are_shown_in_order(run: Callable[..., Result]) -> None:
    """Stage outputs of round 1, the event, stage outputs of round 2; the loop's own told apart."""
    answer = asked(run, "repairs about heater coil burnt zebra")
    shown = run("trace", "show", answer.trace_id).stdout
    parts = ["round 1", "route_plan", "↻ loop  empty_result → auto_retry", "round 2", "compose"]
    places = [shown.index(part) for part in parts]
    assert places == sorted(places)
    assert "● person" not in shown


def test_options_reach_the_child(run: Callable[..., Result]) -> None:
    """Another user, role, release and overrides, or the parent's."""
    override = "query:lab_explore=lab_explore:1"
    parent = asked(
        run, "show faults", "--user", "operator-1", "--role", "guest", "--override", override
    )
    rerun = ("rerun", parent.trace_id, "--question", "faults of SC-01", "--json", "--trace")
    same = Trace.model_validate_json(run(*rerun, "--same-release").stdout)
    assert (same.user, same.stage_inputs[0].params["roles"]) == ("operator-1", ["guest"])
    assert same.test_mode
    other = Trace.model_validate_json(
        run(*rerun, "--user", "lee", "--role", "operator", "--no-overrides").stdout
    )
    assert (other.user, other.test_mode) == ("lee", False)
    again = run(*rerun, "--override", "policy:default=default:1")
    assert Trace.model_validate_json(again.stdout).asset_overrides == {
        "policy:default": "default:1"
    }


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--choose", "99"), 2, "offers no choice 99. It offers: 1 ("),
        ((), 2, "0 are given"),
        (("--choose", "1", "--question", "hi"), 2, "2 are given"),
        (("--choose", "1", "--tenant", "north"), 1, "There is no trace"),
        (("--choose", "0"), 2, "0 is not in the range"),
        (("--choose", "1", "--via", "http://127.0.0.1:1", "--trace"), 2, "--via"),
        (("--choose", "1", "--via", "http://127.0.0.1:1"), 1, "127.0.0.1:1"),
    ],
)
def test_what_cannot_be_rerun_is_told_in_one_line(
    run: Callable[..., Result], arguments: tuple[str, ...], code: int, told: str
) -> None:
    """No traceback; the exit code tells wrong arguments from things that are not there."""
    parent = asked(run, UNKNOWN)
    result = run("rerun", parent.trace_id, *arguments)
    assert result.exit_code == code
    assert told in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("text", ["{", '{"op": "remove"}', "[1]", "", "[NaN]"])
def test_a_patch_that_is_none_is_refused(
    run: Callable[..., Result], tmp_path: Path, text: str
) -> None:
    """What is no JSON list of operations is told with the file and an example."""
    parent = asked(run, "show faults")
    file = tmp_path / "patch.json"
    file.write_text(text)
    result = run("rerun", parent.trace_id, "--patch", str(file))
    assert result.exit_code == 2
    assert f"--patch {file}" in result.output
    assert '"op": "remove"' in result.output


def test_the_ledger_is_a_table_or_one_json(run: Callable[..., Result]) -> None:
    """Totals first, a line for each kind of correction; the JSON holds the same counts."""
    parent = asked(run, UNKNOWN, "--tenant", "ledger")
    run("rerun", parent.trace_id, "--choose", "1", "--tenant", "ledger")
    text = run("ledger", "--tenant", "ledger").stdout
    # asks, replanned, rounds per ask, improved
    assert text.splitlines()[1].split()[:5] == ["all", "2", "1", "1.00", "1"]
    assert "slot_missing → ask_user" in text
    whole = orjson.loads(run("ledger", "--tenant", "ledger", "--json").stdout)
    assert [group["asks"] for group in whole["groups"]] == [2]
    days = orjson.loads(run("ledger", "--tenant", "ledger", "--by", "day", "--json").stdout)
    assert sum(group["asks"] for group in days["groups"]) == 2
    assert "no traces" in run("ledger", "--tenant", "nobody").stdout


def test_versions_are_compared(run: Callable[..., Result]) -> None:
    """A column per version; a version nobody read and a missing asset are told."""
    asked(run, "show faults")
    ledger = ("ledger", "--asset", "query:lab_explore")
    text = run(*ledger, "--compare", "1", "1").stdout
    assert text.count("query:lab_explore:1") == 2
    assert "rounds per ask" in text
    assert run("ledger", "--compare", "1", "2").exit_code == 2
    missing = run(*ledger, "--compare", "1", "7")
    assert missing.exit_code == 1
    assert "query:lab_explore:7" in missing.output
