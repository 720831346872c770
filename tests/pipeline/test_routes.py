"""Which stages run on which route, and what each says of itself."""

from __future__ import annotations

import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.stage import RESULT_TYPES
from dagster_project.contracts.trace import Ask
from pipeline.asking import ask, presented, stage, stages

ALL = ["route_plan", "validate", "execute", "compose", "present"]


@pytest.mark.parametrize(
    ("question", "route", "expected"),
    [
        ("hi", "direct", ["route_plan", "validate", "present"]),
        ("what is the capital of France?", "direct", ["route_plan", "validate", "present"]),
        ("delete the faults", "reject", ["route_plan", "validate"]),
        ("SC-01 고장", "orch", ALL),
        ("SC-01 상태 점검", "orch", ALL),
        ("XX-99 faults", "orch", ALL),
    ],
)
def test_the_stages_of_a_route(lab: Canvas, question: str, route: str, expected: list[str]) -> None:
    """A direct answer skips execute and compose, a reject ends after validate, a plan runs all."""
    trace = ask(lab, question)
    assert trace.route == trace.answer.route == route
    assert stages(trace) == expected
    assert [i.stage for i in trace.stage_inputs] == expected
    assert [s.name for s in trace.flow_spans] == expected


@pytest.mark.parametrize("question", ["hi", "delete it", "SC-01 상태 점검", "XX-99 faults"])
def test_every_stage_leaves_its_own_kind_of_result(lab: Canvas, question: str) -> None:
    """A record has its stage's result, a duration, references and diagnostics, even when empty."""
    for output in ask(lab, question).stage_outputs:
        assert isinstance(output.result, RESULT_TYPES[output.stage])
        assert output.duration_ms >= 0
        assert output.diagnostics.status in ("ok", "warning", "error")
        assert isinstance(output.references, tuple)


def test_what_an_ask_read_is_named_with_versions(lab: Canvas) -> None:
    """Applied assets are those the stages were given: from execute on, only what the plan names."""
    trace = ask(lab, "profile of SC-01")
    by_stage = {i.stage: set(i.applied_assets) for i in trace.stage_inputs}
    assert by_stage["route_plan"] == {
        "policy:default", "schema_catalog:lab", "resolver:lab",
    }  # fmt: skip
    assert by_stage["validate"] == {"policy:default", "schema_catalog:lab"}
    assert by_stage["execute"] == {"query:instrument_profile", "source:lab_db"}
    assert by_stage["compose"] == {"mapping:instrument_profile"}
    assert all(kind.startswith("screen:") for kind in by_stage["present"])
    assert set(trace.asset_versions) == set(trace.applied_assets)
    assert set(trace.applied_assets.values()) == {"1"}


def test_a_reject_says_why_and_what_to_do(lab: Canvas) -> None:
    """The refusal is an answer with the policy's words, an error form, and nothing was asked."""
    trace = ask(lab, "delete the faults")
    assert (trace.status, trace.answer.ok) == ("failed", False)
    assert trace.answer.summary == "This system only reads."
    assert trace.answer.error is not None
    assert trace.answer.error.code == "POLICY_DENY"
    assert trace.tool_calls == ()
    decisions = stage(trace, "validate").result.policy_decisions  # pyright: ignore[reportAttributeAccessIssue]
    assert [(d.rule, d.decision) for d in decisions] == [("default:1#writes", "refused")]


def test_a_direct_answer_is_a_success(lab: Canvas) -> None:
    """A greeting is an answer like any other: a text, a way to its trace, no source asked."""
    trace = ask(lab, "hi")
    assert (trace.status, trace.answer.ok, trace.answer.error) == ("success", True, None)
    assert presented(trace).summary == "Hello. Ask about the instruments."
    assert trace.tool_calls == ()
    assert trace.references == ()


def test_asking_back_runs_nothing(lab: Canvas) -> None:
    """An open slot is a partial answer: a question, its choices, and no tool call."""
    trace = ask(lab, "the little one faults")
    assert (trace.status, trace.answer.ok) == ("partial", True)
    assert trace.tool_calls == ()
    choices = [a for a in trace.answer.next_actions if a.kind == "choose"]
    assert sorted(a.question or "" for a in choices) == ["CF-01 faults", "SC-01 faults"]
    chosen = ask(lab, choices[0].question or "", parent_trace_id=trace.trace_id)
    assert (chosen.status, chosen.parent_trace_id) == ("success", trace.trace_id)


def test_progress_is_told_stage_by_stage(lab: Canvas) -> None:
    """Who waits is told each stage as it begins and each step as it ends, with the time so far."""
    told: list[tuple[str, str, float]] = []
    lab.ask(Ask(question="check-up of SC-01"), lambda *said: told.append(said))
    names = [name for name, _, _ in told]
    assert [n for i, n in enumerate(names) if i == 0 or names[i - 1] != n] == ALL
    assert any(message == "Recent faults: 2" for _, message, _ in told)
    assert [at for _, _, at in told] == sorted(at for _, _, at in told)


def test_stages_are_digestible_inputs(lab: Canvas) -> None:
    """The first stage's input has question, language, user and clock: what no stage gives."""
    trace = ask(lab, "SC-01 고장", user="u1", roles=("operator",))
    params = trace.stage_inputs[0].params
    assert params["question"] == "SC-01 고장"
    assert params["language"] == "ko"
    assert params["user"] == "u1"
    assert params["as_of"] == "2026-03-18T03:00:00+00:00"
