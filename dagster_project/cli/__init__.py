"""The command line: `canvas ask "GT-01 상태 알려줘"`. Arguments in, one call, a rendered value out.

Commands are loaded when they are run, so that `canvas --help` and `canvas ask` stay quick.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from dagster_project.cli.failure import end_with_message

COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("server", "Start the database, Dagster's webserver and daemon."),
    "down": ("server", "Stop what `up` started."),
    "status": ("server", "Show what runs, and where."),
    "ask": ("ask", "Ask a question; get an answer with its evidence."),
    "rerun": ("rerun", "Go on from an answer: with a choice, a patch or another question."),
    "explain": ("explain", "Show how a question would be answered, without asking."),
    "trace": ("trace", "Look into the records of asks."),
    "test": ("swap", "Show what another version of an asset changes in one answer."),
    "replay": ("swap", "Run the last asks again with another version; show which answers change."),
    "models": ("models", "Show which language models can be asked, and why; try them."),
    "keys": ("keys", "Register, check and retire keys of model endpoints, by reference."),
    "cost": ("cost", "Show what language models cost: by day, user, model, version, night."),
    "ledger": ("ledger", "Show how often answers were corrected, why, and with what outcome."),
    "golden": ("golden", "Run golden suites; show their nights, verdicts and culprits."),
    "publish": ("publish", "Publish drafts if the golden questions they touch stay right."),
    "requests": ("requests", "Approve or decline requests to roll back."),
    "audit": ("requests", "Show who changed what, and why."),
    "catalog": ("catalog", "Scan sources; show drift, approve it, bring facts into the files."),
    "prune": ("prune", "Delete traces that are older than the policy keeps them."),
    "aliases": ("aliases", "List names; decide on proposed ones; check for collisions."),
    "assets": ("assets", "List, check, compare, publish and roll back config assets."),
}
"""Command to its module in this package, and the line that the help shows."""


class LazyGroup(click.Group):
    """Imports a command's module only when that command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [name for name in COMMANDS if self._module_exists(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        return getattr(import_module(self._module_name(cmd_name)), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        with end_with_message(ctx):
            return super().invoke(ctx)

    @staticmethod
    def _module_name(command: str) -> str:
        return f"{__name__}.{COMMANDS[command][0]}"

    def _module_exists(self, command: str) -> bool:
        return find_spec(self._module_name(command)) is not None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    metavar="FOLDER",
    help="The site: the folder with assets_config/ and golden_sets/ [CANVAS_HOME].",
)
@click.version_option(package_name="ops-canvas", prog_name="canvas")
@click.pass_context
def main(ctx: click.Context, home: str | None) -> None:
    """Ask operations questions in Korean or English; get an answer with its evidence."""
    from dagster_project.store.settings import load_settings

    ctx.obj = load_settings(home)
