"""Assets swapped on the laboratory: only the stages they shape change, and the lines say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab import SCHEMA, SITE, load_lab

from dagster_project.canvas import Canvas
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.trace_diff import TraceDiff
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.say import MOST_LINES, lines
from dagster_project.traces.find import get

EDITS = {
    "queries/instrument_profile.yaml": ("i.room, i.price", "i.room, i.price + 1 as price"),
    "queries/instrument_faults.yaml": ("f.severity, f.status", "f.severity, 'odd' as status"),
    "mappings/instrument_profile.yaml": ("cost {price}.", "is worth {price}."),
    "mappings/lab_explore.yaml": ("max_rows: 3", "max_rows: 2"),
    "screens/default.yaml": ("- {block: table, max_blocks: 1}", "- {block: table, folded: true}"),
    "policies/default.yaml": ("max_steps: 3", "max_steps: 4"),
}
"""File of the site to the words that its draft has otherwise."""


@pytest.fixture(scope="module")
def drafts(
    make_settings: Callable[..., Settings], open_folder: Callable[[str], Path]
) -> Iterator[Canvas]:
    """The laboratory with its files published, and a draft of each edited file."""
    home = open_folder("lab") / "site"
    shutil.copytree(SITE, home)
    settings = make_settings(home=home)
    with open_database(settings) as database, pytest.MonkeyPatch.context() as patch:
        load_lab(database.owner_url)
        database.grant_read(SCHEMA)
        patch.setenv("CANVAS_LAB_URL", database.reader_url)
        versions.sync(database, load_site(home).require_good(), by="test")
        versions.publish(database, None, by="test", reason="test")
        for file, (old, new) in EDITS.items():
            path = home / "assets_config" / file
            text = path.read_text()
            assert old in text
            path.write_text(text.replace(old, new))
        versions.sync(database, load_site(home).require_good(), by="test")
        with Canvas.open(settings) as canvas:
            yield canvas


def swapped(canvas: Canvas, question: str, asset: str) -> tuple[Trace, Trace, TraceDiff]:
    name = asset.partition(":")[2]
    left = canvas.ask(Ask(question=question))
    right = canvas.ask(Ask(question=question, asset_overrides={asset: f"{name}:draft"}))
    return left, right, diff_traces(left, right)


@pytest.mark.parametrize(
    ("question", "asset", "stages"),
    [
        ("profile of SC-01", "query:instrument_profile", ("execute", "compose", "present")),
        ("check-up of SC-01", "query:instrument_faults", ("execute", "compose", "present")),
        ("profile of SC-01", "mapping:instrument_profile", ("compose", "present")),
        ("list all instruments", "mapping:lab_explore", ("compose", "present")),
        ("list all instruments", "screen:default", ("present",)),
        ("profile of SC-01", "policy:default", ()),
        ("list all instruments", "mapping:instrument_profile", ()),
        ("hi", "query:instrument_profile", ()),
    ],
)
def test_a_swap_changes_its_stages(
    drafts: Canvas, question: str, asset: str, stages: tuple[str, ...]
) -> None:
    """The first stage that differs is the one the asset shapes; those before are the same."""
    *_, diff = swapped(drafts, question, asset)

    assert diff.changed_stages == stages, diff.model_dump_json(exclude_defaults=True)
    assert diff.same == (not stages)
    assert len(lines(diff)) <= MOST_LINES
    if stages:
        assert [change.asset for change in diff.assets] == [asset]
        assert any(asset in text for text in lines(diff))


def test_a_wrong_query_template_in_five_lines(drafts: Canvas) -> None:
    """Which asset, from which stage on, which cells, which blocks, and the two summaries."""
    left, right, diff = swapped(drafts, "profile of SC-01", "query:instrument_profile")

    assert lines(diff) == (
        "differs from execute on: execute, compose, present",
        "assets: query:instrument_profile 1 → 2 (read by execute)",
        "rows: instrument_profile +0 −0 ~1 (price)",
        f"summary: {left.answer.summary} → {right.answer.summary}",
    )
    (cell,) = diff.rows[0].cells
    assert (cell.column, cell.left, cell.right) == ("price", 1200.0, 1201.0)


def test_of_two_steps_the_changed_one_is_named(drafts: Canvas) -> None:
    """The step whose query was swapped has other cells; the other step is not listed."""
    *_, diff = swapped(drafts, "check-up of SC-01", "query:instrument_faults")

    (rows,) = diff.rows
    assert rows.step == "faults"
    assert rows.changed_columns == ("status",)
    assert rows.key == ("at",)
    assert diff.plan == ()


@pytest.mark.parametrize(
    "question",
    [
        "profile of SC-01",
        "how many faults last week?",
        "OV-01 온도 추이",
        "XX-99 faults",
        "delete it",
        "repairs of the instrument with the most faults",
    ],
)
def test_asked_twice_is_the_same(drafts: Canvas, question: str) -> None:
    """The same question again, kept and read back: nothing that matters changed."""
    first, second = (drafts.ask(Ask(question=question)) for _ in range(2))
    diff = diff_traces(first, get(drafts.database, second.trace_id))

    assert diff.same, diff.model_dump_json(exclude_defaults=True)
    assert diff.notes == ()


def test_another_question_differs_from_the_plan_on(drafts: Canvas) -> None:
    """Another instrument: the plan's parameter, other rows, and a note of the question."""
    left, right = (drafts.ask(Ask(question=f"profile of {name}")) for name in ("SC-01", "OV-01"))
    diff = diff_traces(left, right)

    assert diff.first_stage == "route_plan"
    assert "/steps/instrument_profile/params/instrument" in {change.path for change in diff.plan}
    assert "/question" in {note.path for note in diff.notes}
    assert diff.assets == ()
