"""Equal answers stay equal whichever model was asked; who planned and what stood in is told."""

from __future__ import annotations

from dagster_project.contracts.model_call import ModelCall
from dagster_project.contracts.trace import Trace
from dagster_project.traces.diff.diff_traces import diff_traces
from dagster_project.traces.diff.facts import diff_markdown, diff_metadata
from dagster_project.traces.diff.say import lines
from dagster_project.traces.ids import new_trace_id
from traces.asked_models import model_call, with_calls
from traces.trace_examples import table_trace


def told(*calls: ModelCall, fallbacks: tuple[str, ...] = ()) -> Trace:
    """Seed 3's answer as another ask, planned with these calls."""
    first = table_trace(3)
    text = first.model_dump_json().replace(first.trace_id, new_trace_id(first.created_at))
    bare = Trace.model_validate_json(text).model_copy(update={"fallbacks": ()})
    return with_calls(bare, *calls, fallbacks=fallbacks)


def test_prompts_tokens_and_times_make_no_difference() -> None:
    """Another prompt, reply, routing and other tokens, cost and time with the same plan: nothing
    changed, and what they cost is a note."""
    left = told(model_call(1))
    right = told(model_call(2, user="Question: other words", elapsed_ms=9.0, tokens=4_000))

    diff = diff_traces(left, right)

    assert diff.same
    assert diff.verdict == "nothing that matters changed"
    assert not diff.models
    assert {note.path for note in diff.notes} == {"/tokens", "/cost_usd"}


def test_another_model_is_told_and_changes_nothing() -> None:
    """The spare model's equal plan is the same answer; the verdict names both, in each language."""
    diff = diff_traces(told(model_call(1)), told(model_call(1, model="spare")))

    assert diff.same
    assert diff.verdict == ("nothing that matters changed; model of route_plan main → spare")
    assert lines(diff, "ko") == ("달라진 것이 없습니다; route_plan 모델 main → spare",)
    assert diff_metadata(diff)["models_changed"] == "route_plan"
    assert "### models" in diff_markdown(diff)


def test_a_fallback_is_a_difference_and_says_who_planned() -> None:
    """The built-in planner in place of a model: no stage's result differs, the fallback is told
    with its reason, and who planned is told with it."""
    fell = told(
        model_call(1, outcome="timed_out"),
        fallbacks=("planner: built-in (main timed out after 8 s)",),
    )
    first, *rest = fell.stage_outputs
    result = first.result.model_copy(update={"planned_by": "built-in"})
    outputs = (first.model_copy(update={"result": result}), *rest)
    fell = fell.model_copy(update={"stage_outputs": outputs, "plan_raw": result})

    diff = diff_traces(told(model_call(1)), fell)

    assert not diff.same
    assert diff.changed_stages == ()
    assert diff.verdict == (
        "all stages are the same, but not the fallbacks;"
        " fallbacks none → planner: built-in (main timed out after 8 s);"
        " planned by model → built-in; model of route_plan main → none"
    )
    assert ("main ok", "main timed_out") in {(note.left, note.right) for note in diff.notes}


def test_how_long_a_model_was_waited_for_makes_no_difference() -> None:
    """Two fallbacks for one reason are equal, however long each took; another reason is not."""
    lines_ = (
        "planner: spare (main timed out after 7.4 s)",
        "planner: spare (main timed out after 812 ms)",
        "planner: spare (main answered 500)",
    )
    one, other, reason = (told(model_call(1, model="spare"), fallbacks=(line,)) for line in lines_)

    assert diff_traces(one, other).same
    assert not diff_traces(one, reason).same
