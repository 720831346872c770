"""Blocks on a screen: order, folding, evidence, the status, and ways to go on."""

from __future__ import annotations

import shlex

import pytest
from click.testing import CliRunner

from dagster_project.canvas import Canvas
from dagster_project.contracts.answer import ScreenBlock
from pipeline.asking import ask, presented, rows


def laid(canvas: Canvas, question: str) -> tuple[ScreenBlock, ...]:
    return ask(canvas, question).answer.screen.blocks


def test_the_screens_order(lab: Canvas) -> None:
    """Blocks stand in the order of the screen's sections, whatever order they were made in."""
    order = ["notice", "number", "markdown", "timeseries", "chart", "table", "references"]
    for question in (
        "SC-01 고장과 수리",
        "심각도별 고장 건수",
        "OV-01 평균 온도",
        "최근 30일 고장 추이",
    ):
        places = [order.index(b.block.type) for b in laid(lab, question)]
        assert places == sorted(places)


def test_folding(lab: Canvas) -> None:
    """A folded section is folded, and so is what goes beyond its number of blocks."""
    blocks = laid(lab, "SC-01 고장과 수리")
    assert [b.folded for b in blocks if b.block.type == "table"] == [False, True]
    assert [b.folded for b in blocks if b.block.type == "references"] == [True]


def test_the_screen_of_a_mapping(lab: Canvas) -> None:
    """A screen that names the plan's mapping is used; here it hides the list of evidence."""
    trace = ask(lab, "profile of SC-01")
    assert trace.answer.screen.screen == "profile:1"
    assert [b.block.type for b in trace.answer.screen.blocks] == ["table", "markdown"]
    assert trace.references
    assert ask(lab, "faults of SC-01").answer.screen.screen == "default:1"


def test_every_block_is_on_the_screen_once(lab: Canvas) -> None:
    """No block is lost or doubled, listed in a section or not."""
    for question in ("SC-01 상태 점검", "list faults", "compare temperature of OV-01 and OV-02"):
        ids = [b.block.id for b in laid(lab, question)]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("question", "roles", "status"),
    [
        ("faults of SC-01", ("operator",), "success"),
        ("faults of SC-02", ("operator",), "success"),
        ("the little one faults", ("operator",), "partial"),
        ("check-up of SC-01", ("guest",), "partial"),
        ("full audit of SC-01", ("operator",), "partial"),
        ("faults of SC-01", ("stranger",), "failed"),
    ],
)
def test_status(lab: Canvas, question: str, roles: tuple[str, ...], status: str) -> None:
    """A zero is a success; a gap is partial; nothing at all has failed; gaps are named."""
    answer = ask(lab, question, roles=roles).answer
    assert answer.status == status
    assert answer.ok == (status != "failed")
    assert bool(answer.error) == (status == "failed")


@pytest.mark.parametrize(
    "question",
    [
        "hi",
        "faults last week",
        "SC-01 상태 점검",
        "심각도별 고장 건수",
        "the little one faults",
        "XX-99 faults",
        "delete it",
    ],
)
def test_every_action_can_be_sent_back(lab: Canvas, question: str) -> None:
    """Each way to go on is a question or a command; a command is what the command line takes."""
    actions = ask(lab, question).answer.next_actions
    assert actions
    assert [a for a in actions if not a.label or not (a.question or a.command)] == []
    for action in actions:
        if action.command and action.question:
            assert shlex.split(action.command) == ["canvas", "ask", action.question]


def test_commands_exist(lab: Canvas) -> None:
    """A command that an action offers is one that `canvas` has, with its options."""
    from dagster_project.cli import main

    for question in ("faults of SC-01", "hi"):
        for action in ask(lab, question).answer.next_actions:
            words = shlex.split(action.command or "")
            assert words[0] == "canvas"
            options = [w for w in words if w.startswith("-")]
            names = [w for w in words[1:3] if w in ("ask", "trace", "show", "rows", "export")]
            said = CliRunner().invoke(main, [*names, "--help"])
            assert said.exit_code == 0, action.command
            assert [o for o in options if o not in said.output] == [], action.command


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("faults last week", "widen_time"),
        ("지난주 고장", "widen_time"),
        ("faults last week", "narrow_time"),
    ],
)
def test_another_window_is_another_window(lab: Canvas, question: str, kind: str) -> None:
    """The wider question really holds the narrower one's rows; both are understood."""
    first = ask(lab, question)
    (action,) = (a for a in first.answer.next_actions if a.kind == kind)
    second = ask(lab, action.question or "")
    spans = [t.plan_raw.plan.time_range for t in (first, second) if t.plan_raw.plan]
    assert spans[0] is not None
    assert spans[1] is not None
    lengths = [s.end - s.start for s in spans if s]
    assert (lengths[1] > lengths[0]) == (kind == "widen_time")
    assert second.route == "orch"
    assert not second.plan_raw.plan or not second.plan_raw.plan.not_used
    if kind == "widen_time":
        assert len(rows(second)) >= len(rows(first))


def test_references_are_on_the_screen(lab: Canvas) -> None:
    """The list of evidence is a block like any other, with every reference of the answer."""
    trace = ask(lab, "SC-01 고장과 수리")
    (listed,) = (b.block for b in trace.answer.screen.blocks if b.block.type == "references")
    assert listed.items == trace.references  # pyright: ignore[reportAttributeAccessIssue]
    assert presented(trace).screen == trace.answer.screen
