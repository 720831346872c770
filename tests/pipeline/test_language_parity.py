"""B13: the Korean and the English form of a question give the same plan and the same rows."""

from __future__ import annotations

import re

import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.trace import Trace
from pipeline.asking import ask, executed

PAIRS = [
    ("고장 목록", "list faults"),
    ("지난주 고장 몇 건?", "how many faults last week?"),
    ("심각도별 고장 건수", "faults by severity"),
    ("장비별 고장 건수", "number of faults per instrument"),
    ("고장이 가장 많은 장비는?", "which instrument has the most faults?"),
    ("고장이 없는 장비", "instruments without faults"),
    ("가장 오래된 장비", "oldest instrument"),
    ("가장 뜨거운 장비", "hottest instrument"),
    ("어제 OV-01 평균 온도", "average temperature of OV-01 yesterday"),
    ("어제 OV-01 온도 추이", "temperature trend of OV-01 yesterday"),
    ("OV-01 현재 온도", "current temperature of OV-01"),
    ("OV-01과 OV-02 온도 비교", "compare temperature of OV-01 and OV-02"),
    ("지난주와 이번 주 고장 건수 비교", "compare number of faults last week and this week"),
    ("장비별 수리비 합계", "total repair cost per instrument"),
    ("고장이 2건 넘는 장비", "instruments with more than 2 faults"),
    ("미해결 고장 목록", "list unresolved faults"),
    ("가격이 3000 넘는 장비", "instruments with a price over 3000"),
    ("고장이 가장 많은 장비의 수리 이력", "repairs of the instrument with the most faults"),
    ("SC-01 고장과 수리", "faults and repairs of SC-01"),
    ("SC-01 상태 점검", "check-up of SC-01"),
    ("회화로 프로필", "profile of the ash furnace"),
    ("수리 메모에서 'heater' 검색", "search repair notes for 'heater'"),
    ("마지막 수리", "last repair"),
    ("방별 장비 수", "number of instruments per room"),
    ("SC-09 고장", "faults of SC-09"),
    ("안녕하세요", "hello"),
    ("고장 삭제", "delete faults"),
]


def plan_json(trace: Trace) -> str:
    """The plan without what is said in a language: texts, labels and which label column."""
    output = trace.plan_raw
    if output.plan is None:
        return output.kind
    unheard = len(output.plan.not_used)
    text = output.plan.model_dump_json(
        exclude={
            "language": True,
            "not_used": True,
            "steps": {"__all__": {"purpose"}},
            "entities": {"__all__": {"label", "mention"}},
            "open_slots": {"__all__": {"choices"}},
        }
    )
    text = re.sub(r'"text":"[^"]*"', '"text":""', text)
    return re.sub(r"name_(ko|en)", "name", text) + f" without {unheard}"


@pytest.mark.parametrize(("korean", "english"), PAIRS)
def test_the_same_plan(lab: Canvas, korean: str, english: str) -> None:
    """Only language and texts differ between the plans of a pair."""
    assert plan_json(ask(lab, korean)) == plan_json(ask(lab, english))


@pytest.mark.parametrize(("korean", "english"), [p for p in PAIRS if "SC-09" not in p[0]][:-2])
def test_the_same_rows(lab: Canvas, korean: str, english: str) -> None:
    """The rows agree but for the names of things, which are in the reader's language."""
    names = {"탁상 저울": "Bench scale", "바닥 저울": "Floor scale", "건조 오븐": "Drying oven",
             "회화로": "Ash furnace", "소형 회전기": "Mini spinner"}  # fmt: skip
    one, other = ask(lab, korean), ask(lab, english)
    assert (one.route, one.status) == (other.route, other.status)
    found = [
        [tuple(names.get(str(c), c) for c in row) for s in executed(t).steps for row in s.rows]
        for t in (one, other)
    ]
    assert found[0] == found[1]


def test_each_answers_in_its_own_language(lab: Canvas) -> None:
    """Same rows, other words: labels and sentences follow the question."""
    one, other = ask(lab, "지난주 고장 몇 건?"), ask(lab, "how many faults last week?")
    assert re.search("[가-힣]", one.answer.summary)
    assert not re.search("[가-힣]", other.answer.summary)
    assert not re.search("[가-힣]", other.answer.model_dump_json())
