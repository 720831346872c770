"""The documentation is held to the code: nothing that exists is missing from it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from dagster_project.cli import main
from dagster_project.contracts.assets import FOLDERS
from dagster_project.registry.finding_codes import CODES

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *REPOSITORY.glob("*.md")])
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_FENCE = re.compile(r"```.*?```", re.DOTALL)


def commands(group: click.Group, above: str = "") -> list[str]:
    """Every command and subcommand, as it is typed after `canvas`."""
    found: list[str] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append(f"{above}{name}")
        if isinstance(command, click.Group):
            found += commands(command, f"{above}{name} ")
    return found


@pytest.mark.parametrize("command", commands(main))
def test_every_command_is_documented(command: str) -> None:
    """Each command of `canvas` stands on the page of the command line."""
    page = (DOCS / "command-line.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"canvas {command}" in page


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_finding_is_explained(code: str) -> None:
    """Each code of a finding has its place, with its title."""
    page = (DOCS / "findings.md").read_text(encoding="utf-8")
    assert code in page
    assert CODES[code].title in page


def test_no_finding_is_made_up() -> None:
    """The page names no code that the registry does not have."""
    page = (DOCS / "findings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bCFG\d{3}\b", page)) - set(CODES) == set()


@pytest.mark.parametrize("kind", sorted(FOLDERS))
def test_every_kind_is_documented(kind: str) -> None:
    """Each kind of config asset and its folder stand on their page."""
    page = (DOCS / "config-assets.md").read_text(encoding="utf-8")
    assert f"`{kind}`" in page
    assert FOLDERS[kind] in page  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link of a page is a file of the repository."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    links = [link for link in _LINK.findall(text) if "://" not in link and not link.startswith("#")]
    broken = [link for link in links if not (page.parent / link.partition("#")[0]).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_headings_that_are_linked_to_exist(page: Path) -> None:
    """A link to a heading finds it."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        target, _, anchor = link.partition("#")
        if anchor and "://" not in link:
            there = (page.parent / target) if target else page
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            made = [re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings]
            assert anchor in made, link


def test_the_modules_that_the_architecture_names_exist() -> None:
    """The table of functions names modules that are there."""
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE):
        path = REPOSITORY / "dagster_project" / name.replace(".", "/")
        assert path.with_suffix(".py").exists() or path.is_dir(), name


def test_commands_name_assets_that_are_shipped() -> None:
    """A command copied from the front page, a page on commands or `--help` names what is there."""
    context = click.Context(main)
    commands = [main.get_command(context, name) for name in main.list_commands(context)]
    texts = [command.help or "" for command in commands if command is not None]
    pages = ("command-line", "control-loop", "swap-tests")
    texts += [(DOCS / f"{page}.md").read_text(encoding="utf-8") for page in pages]
    texts.append((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    lines = [line for text in texts for line in text.splitlines() if "canvas " in line]
    named = {
        (kind, name)
        for line in lines
        for kind, name in re.findall(r"\b([a-z_]+):([a-z][a-z_0-9]*)\b", line)
        if kind in FOLDERS
    }
    assert ("mapping", "ci_profile") in named
    for kind, name in named:
        assert (REPOSITORY / "assets_config" / FOLDERS[kind] / f"{name}.yaml").exists(), (
            kind,
            name,
        )
