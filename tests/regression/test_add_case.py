"""A right answer becomes a case that passes, and a suite's file stays as people wrote it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.golden import Expectation, Fact, GoldenCase
from dagster_project.contracts.trace import Ask
from dagster_project.regression.add_case import append_case, case_from_trace
from dagster_project.regression.golden_files import load_suites
from regression.judged import judged

WRITTEN = """\
# Kept by the operations team.
suite: mine
title: {ko: 내 것, en: Mine}
source: plant_db
cases:
  # the first
  - id: one
    question: how is GT-01   # as people say it
    expect:
      facts:
        - sql: |
            select 1 as m_one
              -- indented
            from plant.ci
{after}"""
ROWS = (("2026-02-04", 5, None, True), ("5", 1.5, "yes", False))
CASE = GoldenCase(
    id="new",
    question="왜: '이것' #1?",
    tags=("ko", "007"),
    expect=Expectation(entities=("GT-01",), facts=(Fact(rows=ROWS, columns=("a", "b", "c", "d")),)),
)


@pytest.mark.parametrize(
    ("question", "roles"),
    [
        ("GT-01 상태 알려줘", ("operator",)),
        ("GT-01 상태 알려줘", ("viewer",)),
        ("SW-07 미완료 작업 있어?", ("viewer",)),
        ("어제 SRV-014 CPU 평균 사용률은?", ("operator",)),
        ("compare average power output of GT-01 and GT-02 yesterday", ("operator",)),
        ("number of machines per zone", ("operator",)),
        ("작년에 SRV-014 보안 경보 몇 건이었어?", ("operator",)),
        ("GEN-06 알람", ("operator",)),
        ("events of GT-01 in 2023", ("operator",)),
        ("CPU usage of SRV-014 per minute in the last 30 days", ("operator",)),
        ("status of the main server", ("operator",)),
        ("GT-99 상태 어때?", ("operator",)),
        ("안녕하세요", ("operator",)),
        ("who wrote Don Quixote?", ("operator",)),
        ("SRV-014 재시작해줘", ("operator",)),
    ],
)
def test_a_case_of_a_trace_passes_and_comes_back_from_its_file(
    plant: Canvas, tmp_path: Path, question: str, roles: tuple[str, ...]
) -> None:
    """Every route, trigger and empty: what the trace shows is what the case holds."""
    case = case_from_trace(plant.ask(Ask(question=question, roles=roles)), "new")
    append_case(tmp_path, "fresh", case)
    found = load_suites(tmp_path)
    assert found.findings == ()
    assert found.suites["fresh"].cases == (case,)
    assert case.roles == roles
    assert judged(plant, found.suites["fresh"], case) == ()


def test_a_case_of_a_trace_holds_what_it_shows(plant: Canvas) -> None:
    """One number is typed with its unit; another answer to the question would fail."""
    trace = plant.ask(Ask(question="average CPU usage of SRV-014 yesterday"))
    expect = case_from_trace(trace, "cpu").expect
    (fact,) = expect.facts
    assert (fact.match, fact.unit, fact.columns) == ("value", "%", ("m_avg_cpu_usage",))
    assert (expect.route, expect.intent, expect.entities) == ("orch", "aggregate", ("SRV-014",))
    assert expect.queries == ("plant_explore",)
    assert expect.blocks == ("number", "references")
    assert (expect.triggers, expect.min_references) == ((), 1)


def test_the_rule_that_decides_is_held(plant: Canvas) -> None:
    """A refusal by another rule is another answer."""
    refused = case_from_trace(plant.ask(Ask(question="SRV-014 재시작해줘")), "r").expect
    greeted = case_from_trace(plant.ask(Ask(question="안녕하세요")), "g").expect
    assert (refused.rule, refused.triggers) == ("forbidden_control", ("policy_blocked",))
    assert (greeted.rule, greeted.route) == ("greeting", "direct")


def test_a_clock_that_says_now_is_stopped(plant: Canvas) -> None:
    """Rows of a moment are asked again as of that moment, if the policy does not fix one."""
    trace = plant.ask(Ask(question="number of machines per zone"))
    assert case_from_trace(trace, "c").as_of is None
    moment = datetime(2026, 2, 4, tzinfo=UTC)
    live = trace.model_copy(update={"as_of": moment, "created_at": moment})
    assert case_from_trace(live, "c").as_of == moment


@pytest.mark.parametrize(
    "after",
    [
        "",
        "\n\n",
        "  # the last word\n",
        "generate: {aliases: 2}\n",
        "\n# limits\ngenerate: {aliases: 2}\n",
        "  - {id: two, question: 'in {braces}'}\n",
        "  - id: two\n    question: q\n    tags:\n      - a\n",
    ],
    ids=["end", "blank", "comment", "key", "comment and key", "flow", "list"],
)
def test_a_case_is_put_after_the_last_one(tmp_path: Path, after: str) -> None:
    """Comments, order and the form of the others stay; the case reads as it was."""
    path = tmp_path / "golden_sets" / "mine.yaml"
    path.parent.mkdir()
    before = WRITTEN.replace("{after}", after)
    path.write_text(before, encoding="utf-8")
    old = load_suites(tmp_path).suites["mine"]
    assert append_case(tmp_path, "mine", CASE) == path
    suite = load_suites(tmp_path).suites["mine"]
    assert suite == old.model_copy(update={"cases": (*old.cases, CASE)})
    text = path.read_text(encoding="utf-8")
    added = text.splitlines()
    assert [line for line in before.splitlines() if line not in added] == []
    assert [path.name for path in path.parent.iterdir()] == ["mine.yaml"]


def test_two_cases_one_after_the_other(tmp_path: Path) -> None:
    """A file that was made by the first takes the second; rows stand on one line."""
    append_case(tmp_path, "fresh", CASE)
    path = append_case(tmp_path, "fresh", CASE.model_copy(update={"id": "newer"}))
    text = path.read_text(encoding="utf-8")
    assert "- ['2026-02-04', 5, null, true]" in text
    assert [c.id for c in load_suites(tmp_path).suites["fresh"].cases] == ["new", "newer"]


def test_an_id_is_given_once(tmp_path: Path) -> None:
    """The second case of an id is refused, and the file is as it was."""
    path = append_case(tmp_path, "fresh", CASE)
    before = path.read_bytes()
    with pytest.raises(InvalidRequest, match=r"'fresh' has a case 'new' already; give the new one"):
        append_case(tmp_path, "fresh", CASE)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("suite: other\ntitle: {ko: a, en: b}\n", "CFG012"),
        ("suite: mine\ntitle: {ko: a, en: b}\ncases: [{id: a, question: b}]\n", "in brackets"),
    ],
)
def test_a_file_that_cannot_take_it_is_left_alone(tmp_path: Path, text: str, told: str) -> None:
    """A refused suite and cases in brackets are for a person to mend."""
    path = tmp_path / "golden_sets" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(InvalidRequest, match=told):
        append_case(tmp_path, "mine", CASE)
    assert path.read_text() == text


def test_a_suite_without_cases_takes_its_first(tmp_path: Path) -> None:
    """Where there is no key `cases`, it is made."""
    path = tmp_path / "golden_sets" / "mine.yaml"
    path.parent.mkdir()
    path.write_text("suite: mine\ntitle: {ko: a, en: b}")
    append_case(tmp_path, "mine", CASE)
    assert load_suites(tmp_path).suites["mine"].cases == (CASE,)
