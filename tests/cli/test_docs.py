"""The documentation of the command line is the command line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from dagster_project.cli import main

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "command-line.md").read_text()

NAMES = ("ask", "cost", "explain", "ledger", "rerun")
GROUPS = ("keys", "models", "trace")


def commands() -> dict[str, click.Command]:
    context = click.Context(main)
    whole = {name: main.get_command(context, name) for name in NAMES}
    for name in GROUPS:
        group = main.get_command(context, name)
        assert isinstance(group, click.Group)
        whole |= {f"{name} {own}": command for own, command in group.commands.items()}
        if group.invoke_without_command:
            whole[name] = group
    return {name: command for name, command in whole.items() if command is not None}


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_option_is_documented(name: str) -> None:
    """Each option of a command stands on the page."""
    options = [
        text
        for option in commands()[name].params
        if isinstance(option, click.Option)
        for text in (*option.opts, *option.secondary_opts)
    ]

    assert "--json" in options
    assert [option for option in options if f"`{option}" not in PAGE] == []
    assert f"canvas {name}" in PAGE.replace("\n", " ")
