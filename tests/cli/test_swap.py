"""`canvas test` and `canvas replay`, as a person runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
import pytest
from click.testing import Result
from swap_lab import swap_settings

from cli.conftest import runner
from dagster_project.canvas import ReplayReport
from dagster_project.contracts.trace_diff import TraceDiff
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.find import TraceFilter, get, search

QUESTION = "profile of SC-01"
MAPPING = ("--override", "mapping:instrument_profile=instrument_profile:draft")
QUERY = ("--override", "query:instrument_profile=instrument_profile:2")


@dataclass(frozen=True)
class Lab:
    database: Database
    run: Callable[..., Result]

    @property
    def newest(self) -> str:
        return search(self.database, TraceFilter(test_mode=False, limit=1))[0].trace_id


@pytest.fixture(scope="module")
def lab(
    make_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    """Three real asks, two of them of the swapped query."""
    with swap_settings(make_settings, tmp_path_factory.mktemp("swap")) as settings:
        run = runner(settings)
        for question in (QUESTION, "list instruments", "profile of OV-01"):
            assert run("ask", question).exit_code == 0
        with open_database(settings) as database:
            yield Lab(database, run)


def test_a_test_prints_the_difference_in_a_few_lines(lab: Lab) -> None:
    """What differs, then how to see all of it; both traces can be compared by what is printed."""
    result = lab.run("test", QUESTION, *QUERY)

    assert result.exit_code == 0, result.output
    *said, command = result.stdout.splitlines()
    assert said[0] == "differs from execute on: execute, compose, present"
    assert len(said) == 5
    ids = command.split()[-2:]
    assert lab.run("trace", "diff", *ids).stdout.splitlines()[0] == said[0]


def test_a_test_as_json(lab: Lab) -> None:
    """One object: the verdict, both traces and the whole diff."""
    whole = orjson.loads(lab.run("test", QUESTION, *MAPPING, "--json").stdout)

    diff = TraceDiff.model_validate(whole["diff"])
    assert (whole["same"], diff.changed_stages) == (False, ("compose", "present"))
    assert whole["lines"][0] == whole["verdict"] == diff.verdict
    trace = get(lab.database, whole["trace_id"])
    assert trace.baseline_trace_id == whole["baseline_trace_id"] == diff.left
    assert trace.asset_overrides == whole["overrides"]


def test_one_stage_of_a_trace(lab: Lab) -> None:
    """`--trace` and `--stage` run one stage on what the trace holds; a link is an id too."""
    link = f"trace:{lab.newest}#instrument_profile"
    result = lab.run("test", "--trace", link, "--stage", "compose", *MAPPING)

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("only compose differs\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("test", *MAPPING), "a question or --trace"),
        (("test", QUESTION, "--trace", "X", *MAPPING), "a question or --trace"),
        (("test", QUESTION), "--override"),
        (("test", QUESTION, "--override", "mapping"), "kind:name=name:version"),
        (("test", QUESTION, "--stage", "present", *MAPPING), "read by compose"),
        (("replay", *MAPPING), "--from"),
        (("replay", "--from", "present", *MAPPING), "read by compose"),
        (("replay", "--from", "compose", "--since", "soon"), "--since"),
    ],
)
def test_wrong_arguments(lab: Lab, arguments: tuple[str, ...], message: str) -> None:
    """Exit code 2, and what is wrong."""
    result = lab.run(*arguments)

    assert result.exit_code == 2
    assert message in result.output


def test_a_replay_prints_its_table(lab: Lab) -> None:
    """One line per ask that changes, what in it changes, and the counts at the end."""
    result = lab.run("replay", "--from", "compose", *MAPPING, "--last", "3")

    assert result.exit_code == 0, result.output
    _, *rows, counts = result.stdout.splitlines()
    assert len(rows) == 2
    assert all("compose, present" in row and "was bought for" in row for row in rows)
    assert {row.split()[0] for row in rows} <= {
        found.trace_id for found in search(lab.database, TraceFilter(test_mode=False))
    }
    assert "3 asks from compose on" in counts
    assert counts.endswith("1 same, 2 changed, 0 failed")


def test_all_lists_what_stays_the_same_too(lab: Lab) -> None:
    """Without it only what changes is listed."""
    few = lab.run("replay", "--from", "present", "--last", "3", "--no-keep").stdout
    every = lab.run("replay", "--from", "present", "--last", "3", "--no-keep", "--all").stdout

    assert len(few.splitlines()) == 1
    assert len(every.splitlines()) == 5
    assert "list instruments" in every


def test_a_replay_as_json(lab: Lab) -> None:
    """The whole report; with `--no-keep` it leaves no trace."""
    before = search(lab.database, TraceFilter(limit=1))
    result = lab.run("replay", "--from", "execute", *QUERY, "--text", "profile", "--no-keep",
                     "--json")  # fmt: skip

    report = ReplayReport.model_validate_json(result.stdout)
    assert (report.stage, report.changed, report.same, report.failed) == ("execute", 2, 0, 0)
    assert search(lab.database, TraceFilter(limit=1)) == before


def test_a_failed_replay_is_told_by_the_exit_code(lab: Lab) -> None:
    """An ask that could not be replayed stands in the table with the reason."""
    assert lab.run("ask", "profile of CF-01", "--user", "broken").exit_code == 0
    with lab.database.pool.connection() as connection:
        connection.execute("update canvas.trace set body = '\\x00' where user_name = 'broken'")
    result = lab.run("replay", "--from", "compose", "--user", "broken")

    assert result.exit_code == 1
    assert "failed" in result.stdout
    assert "0 same, 0 changed, 1 failed" in result.stdout
