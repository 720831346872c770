"""Rows become blocks and a summary whose every figure is a cell (B9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab.rows import AS_OF

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.block import CellValue, MarkdownBlock, NumberBlock, TableBlock
from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    ResultColumn,
    StageInput,
    StageOutput,
    StepResult,
)
from dagster_project.contracts.value import ReleaseId
from dagster_project.pipeline.compose import compose
from dagster_project.pipeline.figures import known_figures, unmatched_figures
from pipeline.asking import ask, blocks, composed, rows, stage, step

QUESTIONS = [
    "심각도별 고장 건수",
    "faults by severity",
    "how many faults last week?",
    "SC-01 상태 점검",
    "profile of the ash furnace",
    "장비별 수리비 합계",
    "compare faults last week and this week",
    "어제 OV-01 온도 추이",
    "average temperature of OV-01 yesterday",
    "instruments without faults",
    "price of the ovens",
    "SC-01 고장과 수리",
    "최근 7일 OV-01 온도",
]
COLUMNS = (
    ResultColumn(name="id", label="id", type="text"),
    ResultColumn(name="n", label="faults", type="integer"),
    ResultColumn(name="cost", label="cost", type="number", unit="USD"),
)


def made(
    template: str, text: str = "", row: tuple[CellValue, ...] = ("SC-01", 7, 1270.75)
) -> StageOutput:
    """The compose stage on one row, with a mapping of one's own."""
    blocks_ = [{"type": "table"}]
    if text:
        blocks_.append({"type": "markdown", "text": {"ko": text, "en": text}})  # pyright: ignore[reportArgumentType]
    mapping = MappingSpec.model_validate(
        {
            "query": "q",
            "rules": [
                {"when": ["record"], "summary": {"ko": template, "en": template}, "blocks": blocks_}
            ],
        }
    )
    plan = Plan(
        intent="lookup",
        language="en",
        as_of=AS_OF,
        steps=(PlanStep(id="s1", query="q", purpose="look"),),
    )
    result = StepResult(
        step="s1",
        query="q:1",
        columns=COLUMNS,
        rows=(row,),
        total_rows=1,
        references=("r1",),
    )
    return compose(
        StageInput(stage="compose"), ExecuteResult(steps=(result,)), plan, {"q": mapping}
    )


def result(output: StageOutput) -> ComposeResult:
    assert isinstance(output.result, ComposeResult)
    return output.result


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_figure_is_a_cell(lab: Canvas, question: str) -> None:
    """What the summary and the texts say in numbers stands in the rows."""
    found = composed(ask(lab, question))
    assert found.figures_unmatched == ()
    assert found.summary
    assert "None" not in found.summary
    assert "{" not in found.summary


@given(figure=st.decimals(min_value=-99999, max_value=99999, places=2))
def test_an_invented_figure_is_caught(figure: object) -> None:
    """A template that says a number no cell has loses its sentence, and the trace says so."""
    said = f"{float(figure):,.2f}".rstrip("0").rstrip(".")  # pyright: ignore[reportArgumentType]
    cells = {"7", "1,270.75", "1", "-0", "0"}
    output = made(f"{{id}} had {said} faults", f"about {said} of them")
    if said in cells:
        return
    found = result(output)
    assert said.lstrip("-") not in found.summary
    assert said in found.figures_unmatched
    assert not any(isinstance(b, MarkdownBlock) for b in found.blocks)
    assert output.diagnostics.status == "warning"
    assert any(said in w for w in output.diagnostics.warnings)


@given(n=st.integers(-(10**6), 10**6), cost=st.floats(-1e6, 1e6, allow_nan=False))
def test_a_figure_of_a_cell_is_never_caught(n: int, cost: float) -> None:
    """However a cell is written in a sentence, it is found again."""
    found = result(made("{id}: {n} faults, {cost}; {rows} row", "{n} / {cost}", ("SC-01", n, cost)))
    assert found.figures_unmatched == ()
    assert found.figures_checked >= 3
    assert any(isinstance(b, MarkdownBlock) for b in found.blocks)


def test_a_mutated_summary_is_caught(lab: Canvas) -> None:
    """Take a real answer's summary and change one digit: the check sees it."""
    trace = ask(lab, "how many faults last week?")
    known = known_figures([step(trace)])
    assert unmatched_figures(trace.answer.summary, known, ["last week"])[1] == ()
    wrong = trace.answer.summary.replace("2", "3")
    assert wrong != trace.answer.summary
    assert unmatched_figures(wrong, known, ["last week"])[1] == ("3",)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("SC-01 and R2", 0),
        ("on 2026-03-18 at 12:30", 0),
        ("v1.2.3", 0),
        ("costs 1,270.75 USD", 1),
        ("−7 degrees", 1),
        ("고장 7건, 수리 3회", 2),
        ("95% of 12", 2),
    ],
)
def test_what_counts_as_a_figure(text: str, figures: int) -> None:
    """Numbers count; digits in names, dates and versions do not."""
    assert unmatched_figures(text, frozenset(), [])[0] == figures


def test_a_template_for_a_column_that_is_not_there(lab: Canvas) -> None:
    """The shape's own sentence stands in; braces are never shown."""
    found = result(made("{weight} kg"))
    assert "{" not in found.summary
    assert found.summary


def test_a_mappings_blocks(lab: Canvas) -> None:
    """The mapping's text, columns and sentence, in the question's language."""
    english, korean = ask(lab, "profile of OV-02"), ask(lab, "OV-02 프로필")
    assert english.answer.summary == "Ash furnace (OV-02) cost 9,100 USD."
    assert korean.answer.summary == "회화로(OV-02)의 가격은 9,100 USD입니다."
    (text,) = blocks(english, "markdown")
    assert text.markdown == "**Ash furnace** in R2"  # pyright: ignore[reportAttributeAccessIssue]
    (table,) = blocks(english, "table")
    assert isinstance(table, TableBlock)
    assert [c.name for c in table.columns] == ["id", "class", "room"]
    assert table.title == "Instrument"


def test_a_table_says_how_much_of_it_is_shown(lab: Canvas) -> None:
    """Three of seven rows: the whole count is known, the cut is said."""
    trace = ask(lab, "list faults")
    (table,) = blocks(trace, "table")
    assert isinstance(table, TableBlock)
    assert (table.total_rows, table.shown_rows, table.truncated) == (7, 3, True)
    assert len(table.rows) == 3
    assert any("3" in b.text and "7" in b.text for b in blocks(trace, "notice"))  # pyright: ignore[reportAttributeAccessIssue]
    whole = ask(lab, "faults of SC-01")
    (table,) = blocks(whole, "table")
    assert isinstance(table, TableBlock)
    assert (table.total_rows, table.shown_rows, table.truncated) == (3, 3, False)


def test_a_count_beyond_the_cap_is_counted_at_the_source(lab: Canvas) -> None:
    """Rows are capped by the policy; how many there are is not."""
    release = lab.release()
    policy = release.get("policy", "default")
    assert policy is not None
    limits = policy.asset.spec.limits.model_copy(update={"max_rows": 2})  # pyright: ignore[reportAttributeAccessIssue]
    spec = policy.asset.spec.model_copy(update={"limits": limits})
    asset = policy.asset.model_copy(update={"spec": spec})
    versions = {**release.versions, asset.id: policy.model_copy(update={"asset": asset})}
    small = Release(id=ReleaseId("small"), versions=versions)
    found = lab.run_query(
        small,
        "lab_explore",
        plan=PlanStep.model_validate(
            {
                "id": "x",
                "query": "lab_explore",
                "purpose": "x",
                "table_plan": {"table": "lab.fault"},
            }
        ).table_plan,
    )
    assert (len(found.rows), found.total_rows, found.truncated) == (2, 7, True)


def test_a_count_is_a_number(lab: Canvas) -> None:
    """How many is one number block with its evidence, not a table of one cell."""
    trace = ask(lab, "how many faults last week?")
    (number,) = blocks(trace, "number")
    assert isinstance(number, NumberBlock)
    assert (number.value, number.references) == (2, ("r1",))


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_block_of_facts_has_its_evidence(lab: Canvas, question: str) -> None:
    """A table, number or chart names the references it stands on."""
    trace = ask(lab, question)
    known = {r.id for r in trace.references}
    facts = [
        b for k in ("table", "number", "chart", "timeseries", "markdown") for b in blocks(trace, k)
    ]
    assert facts
    assert all(b.references and set(b.references) <= known for b in facts)
    assert stage(trace, "present").diagnostics.counts["without_reference"] == 0


def test_a_chart_has_its_points(lab: Canvas) -> None:
    """A trend is a line over time whose points are the rows, told apart by unit and label."""
    trace = ask(lab, "어제 OV-01 온도 추이")
    (chart,) = blocks(trace, "timeseries")
    values = chart.vega_lite["data"]["values"]  # pyright: ignore[reportAttributeAccessIssue,reportIndexIssue]
    assert [(p["x"], p["y"]) for p in values] == [
        ("2026-03-17T10:00:00+09:00", 100.0),
        ("2026-03-17T14:00:00+09:00", 120.0),
    ]
    assert chart.shown_points == chart.total_points == 2  # pyright: ignore[reportAttributeAccessIssue]


def test_compared_periods_say_the_change(lab: Canvas) -> None:
    """Both figures and their difference, later first."""
    trace = ask(lab, "compare faults last week and this week")
    assert rows(trace) == [(4, 2, 2)]
    assert trace.answer.summary.count("2") >= 2
    assert "4" in trace.answer.summary


def test_an_assumed_window_is_said(lab: Canvas) -> None:
    """A metric without a time is read over the policy's window, and the answer says which."""
    korean, english = ask(lab, "OV-01 평균 온도"), ask(lab, "average temperature of OV-01")
    assert any("24시간" in b.text for b in blocks(korean, "notice"))  # pyright: ignore[reportAttributeAccessIssue]
    assert any("No time was given" in b.text for b in blocks(english, "notice"))  # pyright: ignore[reportAttributeAccessIssue]
    assert blocks(ask(lab, "average temperature of OV-01 yesterday"), "notice") == []
