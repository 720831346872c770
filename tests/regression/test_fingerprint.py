"""Fingerprints of real answers: the same for the same answer, another for another one."""

from __future__ import annotations

import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.night import Fingerprint
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.regression.critics import criticise, weighted
from dagster_project.regression.fingerprint import fingerprint

QUESTIONS = (
    "GT-01 상태 알려줘",
    "지난주에 알람이 가장 많았던 설비 5대는?",
    "어제 SRV-014 CPU 추이 보여줘",
    "How many servers are there?",
    "안녕하세요",
    "GT-01 알람 지워줘",
    "status of GT-99",
)


def ask(canvas: Canvas, question: str) -> Trace:
    return canvas.ask(Ask(question=question, test_mode=True))


@pytest.mark.parametrize("question", QUESTIONS)
def test_asking_again_gives_the_same_fingerprint(plant: Canvas, question: str) -> None:
    """Ids, clocks and timings are not in it, and it comes back from JSON as it was."""
    found = fingerprint(ask(plant, question))
    assert fingerprint(ask(plant, question)) == found
    assert Fingerprint.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("question", QUESTIONS)
def test_critics_find_nothing_in_good_answers(plant: Canvas, question: str) -> None:
    """Every figure has a cell, every block a reference, every statement a reader."""
    trace = ask(plant, question)
    scores = criticise(trace, fingerprint(trace))
    assert scores == dict.fromkeys(scores, 1.0)


def test_one_question_in_two_languages_makes_one_plan(plant: Canvas) -> None:
    """The plan's digest does not depend on the language; the words on the screen may."""
    korean = fingerprint(ask(plant, "GT-01 상태 알려줘"))
    english = fingerprint(ask(plant, "how is GT-01"))
    assert korean.plan == english.plan
    assert korean.rows == english.rows
    other = fingerprint(ask(plant, "how is GT-02"))
    assert other.plan != korean.plan


def test_other_rows_units_or_blocks_are_another_fingerprint(plant: Canvas) -> None:
    """A cell, the order of rows, a unit and a folded block each show."""
    trace = ask(plant, "지난주에 알람이 가장 많았던 설비 5대는?")
    found = fingerprint(trace)
    execute = next(o for o in trace.stage_outputs if o.stage == "execute")
    (step,) = execute.result.steps
    turned = _with_step(trace, step.model_copy(update={"rows": step.rows[::-1]}))
    whole, in_order = found.rows[step.step].split("/")
    assert fingerprint(turned).rows[step.step].split("/") == [whole, _other_than(in_order, turned)]
    cut = _with_step(trace, step.model_copy(update={"rows": step.rows[1:]}))
    assert fingerprint(cut).rows[step.step].split("/")[0] != whole
    first, *rest = step.columns
    unit = (first.model_copy(update={"unit": "kW"}), *rest)
    assert fingerprint(_with_step(trace, step.model_copy(update={"columns": unit}))).columns != (
        found.columns
    )
    screen = trace.answer.screen
    folded = screen.model_copy(
        update={"blocks": tuple(b.model_copy(update={"folded": True}) for b in screen.blocks)}
    )
    answer = trace.answer.model_copy(update={"screen": folded})
    assert fingerprint(trace.model_copy(update={"answer": answer})).blocks != found.blocks


def test_critics_see_what_is_broken(plant: Canvas) -> None:
    """A figure without a cell, a block without a reference and a lost stage each cost a score."""
    trace = ask(plant, "지난주에 알람이 가장 많았던 설비 5대는?")
    outputs = tuple(
        o.model_copy(
            update={
                "result": o.result.model_copy(
                    update={"figures_checked": 4, "figures_unmatched": ("17",)}
                )
            }
        )
        if o.stage == "compose"
        else o
        for o in trace.stage_outputs
    )
    ungrounded = trace.model_copy(update={"stage_outputs": outputs})
    assert criticise(ungrounded, fingerprint(ungrounded))["groundedness"] == 0.75
    bare = fingerprint(trace).model_copy(update={"blocks_with_reference": 0})
    scores = criticise(trace, bare)
    assert scores["citation"] == 0.0
    assert weighted(scores, {"citation": 1.0, "compile": 3.0}) == 0.75
    lost = trace.model_copy(update={"stage_outputs": trace.stage_outputs[:-1]})
    assert criticise(lost, fingerprint(lost))["contract"] == 0.0


def _with_step(trace: Trace, step: object) -> Trace:
    outputs = tuple(
        o.model_copy(update={"result": o.result.model_copy(update={"steps": (step,)})})
        if o.stage == "execute"
        else o
        for o in trace.stage_outputs
    )
    return trace.model_copy(update={"stage_outputs": outputs})


def _other_than(in_order: str, trace: Trace) -> str:
    (rows,) = fingerprint(trace).rows.values()
    assert rows.split("/")[1] != in_order
    return rows.split("/")[1]
