"""K1: what other programs read is what the published schemas say."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dagster_project.canvas import Canvas
from dagster_project.contracts.published import (
    CONTRACT_VERSION,
    CONTRACTS,
    FOLDER,
    contract_schema,
    stale_contracts,
    write_contracts,
)
from pipeline.asking import ask

REPOSITORY = Path(__file__).resolve().parents[2]
QUESTIONS = [
    "hi",
    "delete it",
    "what is the capital of France?",
    "XX-99 faults",
    "the little one faults",
    "SC-01 상태 점검",
    "심각도별 고장 건수",
    "어제 OV-01 온도 추이",
    "compare faults last week and this week",
    "repairs of the instrument with the most faults",
    "full audit of SC-01",
    "faults in January 2025",
    "list faults",
    "가격이 3000 넘는 장비",
]


@cache
def validator(name: str) -> Draft202012Validator:
    """Over the file as it is published, not over the code."""
    schema = json.loads((REPOSITORY / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def faults(name: str, value: Any) -> list[str]:
    return [f"{e.json_path}: {e.message[:200]}" for e in validator(name).iter_errors(value)]


def test_the_published_schemas_are_not_stale() -> None:
    """After a change of a contract: python -m dagster_project.contracts.published."""
    assert stale_contracts(REPOSITORY) == ()
    published = {path.stem for path in (REPOSITORY / FOLDER).glob("*.json")}
    assert published == set(CONTRACTS)


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_each_is_a_schema_with_its_version(name: str) -> None:
    """Valid JSON Schema, with an id and the version of the contract."""
    schema = contract_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["contract_version"] == CONTRACT_VERSION
    assert schema["$id"].endswith(f"v{CONTRACT_VERSION}/{name}")


@pytest.mark.parametrize("question", QUESTIONS)
def test_real_answers_validate(lab: Canvas, question: str) -> None:
    """Answer, trace and every part of them, on every route, are what the schemas say."""
    trace = json.loads(ask(lab, question).model_dump_json())
    answer = trace["answer"]
    assert faults("trace", trace) == []
    assert faults("answer", answer) == []
    assert faults("screen", answer["screen"]) == []
    parts = [
        *(("block", b["block"]) for b in answer["screen"]["blocks"]),
        *(("reference", r) for r in answer["references"]),
        *(("action", a) for a in answer["next_actions"]),
        *(("stage_input", i) for i in trace["stage_inputs"]),
        *(("stage_output", o) for o in trace["stage_outputs"]),
        *(("error", e) for o in trace["stage_outputs"] for e in o["diagnostics"]["errors"]),
    ]
    assert [fault for name, value in parts for fault in faults(name, value)] == []


@pytest.mark.parametrize(
    ("name", "break_it"),
    [
        ("answer", lambda a: a.pop("status")),
        ("answer", lambda a: a.update(status="fine")),
        ("answer", lambda a: a.update(extra=1)),
        ("answer", lambda a: a["screen"]["blocks"][0]["block"].update(type="poem")),
        ("answer", lambda a: a["references"][0].pop("row_count")),
        ("answer", lambda a: a.update(as_of=5)),
    ],
)
def test_a_broken_answer_does_not(lab: Canvas, name: str, break_it: Any) -> None:
    """A missing, unknown or wrong field is seen."""
    answer = json.loads(ask(lab, "faults of SC-01").answer.model_dump_json())
    break_it(answer)
    assert faults(name, answer)


def test_writing_is_idempotent(tmp_path: Path) -> None:
    """The first writing writes all, the second nothing."""
    assert len(write_contracts(tmp_path)) == len(CONTRACTS)
    assert write_contracts(tmp_path) == ()
    assert stale_contracts(tmp_path) == ()
