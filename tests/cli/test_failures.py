"""A command that fails says so in one line, or with --json in the one error form."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import click
import orjson
import pytest
from click.testing import CliRunner, Result

from cli.conftest import Kept, runner
from dagster_project.cli import COMMANDS, LazyGroup, main
from dagster_project.contracts.error import ErrorForm
from dagster_project.contracts.errors import ConfigError, StoreError
from dagster_project.contracts.finding import Finding
from dagster_project.store.settings import Settings
from dagster_project.traces.redact import PROCESS_WALL
from sources.errors import SourceTimeout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code", "says"),
    [
        (["ask", " "], 2, "INVALID_PARAMS", "empty"),
        (["ask", "상태", "--as-of", "yesterday"], 2, "INVALID_PARAMS", "ISO 8601"),
        (["ask", "상태", "--override", "ci_status"], 2, "INVALID_PARAMS", "kind:name=name:version"),
        (["ask", "상태", "--language", "fr"], 2, "INVALID_PARAMS", "ko"),
        (["ask"], 2, "INVALID_PARAMS", "QUESTION"),
        (["ask", "x", "--trace", "--via", "http://h"], 2, "INVALID_PARAMS", "--via"),
        (["ask", "x", "--via", "http://127.0.0.1:9"], 1, "UPSTREAM_UNAVAILABLE", "127.0.0.1:9"),
        (["trace", "show", "NOSUCH"], 1, "DATA_NOT_FOUND", "NOSUCH"),
        (["trace", "list", "--asset", "events"], 2, "INVALID_PARAMS", "kind:name"),
        (["trace", "list", "--nonsense"], 2, "INVALID_PARAMS", "--nonsense"),
        (["nonsense"], 2, "INVALID_PARAMS", "nonsense"),
    ],
)
def test_each_failure_has_a_line_and_a_form(
    kept: Kept, arguments: list[str], exit_code: int, code: str, says: str
) -> None:
    """Plain: a message on stderr. With --json: one error form on stdout. The same exit code."""
    plain = kept.run(*arguments)
    as_json = kept.run(*arguments, "--json")

    assert (plain.exit_code, as_json.exit_code) == (exit_code, exit_code)
    assert plain.stdout == ""
    assert says in plain.stderr
    assert "Traceback" not in plain.output
    form = ErrorForm.model_validate_json(as_json.stdout)
    assert form.code == code
    assert says in form.error
    assert form.via == f"cli/{arguments[0]}"


def failing(error: Exception) -> Callable[..., Result]:
    """Runs a command that raises `error`, within the frame that all commands have."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def ask(*, as_json: bool) -> None:
        raise error

    class Frame(LazyGroup):
        get_command = click.Group.get_command

    group = Frame(commands={"ask": ask})
    return lambda *arguments: CliRunner().invoke(group, ["ask", *arguments])


@pytest.mark.parametrize(
    ("error", "exit_code", "code"),
    [
        (StoreError("The database does not answer.", "Start it."), 1, "UPSTREAM_UNAVAILABLE"),
        (SourceTimeout("plant_db", "ran past 5 s."), 1, "TOOL_TIMEOUT"),
        (
            ConfigError(
                (
                    Finding(
                        code="CFG001",
                        severity="error",
                        path="q.yaml",
                        line=3,
                        field="spec",
                        message="m",
                    ),
                )
            ),
            2,
            "INVALID_PARAMS",
        ),
        (ZeroDivisionError("a bug"), 1, "INTERNAL_ERROR"),
        (FileNotFoundError(2, "gone", "x.yaml"), 1, "INTERNAL_ERROR"),
    ],
)
def test_exit_codes_follow_the_error(error: Exception, exit_code: int, code: str) -> None:
    """Wrong arguments or config end with 2, everything else with 1; never with a traceback."""
    run = failing(error)

    plain, as_json = run(), run("--json")

    assert plain.exit_code == as_json.exit_code == exit_code
    assert plain.stderr.startswith("canvas: ")
    assert "Traceback" not in plain.output
    assert orjson.loads(as_json.stdout)["code"] == code


def test_a_message_never_shows_a_secret() -> None:
    """A driver's message that repeats a known password is printed without it."""
    PROCESS_WALL.remember("s3cret-of-this-test")
    run = failing(StoreError("cannot log in with s3cret-of-this-test"))

    assert "s3cret-of-this-test" not in run().output + run("--json").output


def test_a_wrong_home_is_said(settings: Settings, tmp_path) -> None:
    """A folder that is no site is refused before anything starts."""
    result = runner(settings)("--home", str(tmp_path), "trace", "list", "--json")

    assert result.exit_code == 2
    assert "assets_config" in orjson.loads(result.stdout)["error"]


def test_every_command_of_the_table_loads() -> None:
    """Each command that the help lists exists under that name, with a help of its own."""
    listed = main.list_commands(click.Context(main))
    assert {"ask", "explain", "trace"} <= set(listed) <= set(COMMANDS)
    for name in listed:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        assert command.name == name
        assert command.help


def test_help_imports_nothing_heavy() -> None:
    """`canvas --help` reads no contract, no database driver and no Dagster."""
    program = (
        "import sys; from dagster_project.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'psycopg', 'sqlalchemy', 'dagster', 'rich', 'zstandard', 'httpx2'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stderr.strip() == "[]"
    assert "trace" in done.stdout
