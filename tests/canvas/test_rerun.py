"""C5, C6: a choice, a patch or another question goes on from an earlier trace."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from lab import SCHEMA, SITE, load_lab
from lab.rows import FAULTS, seoul

from dagster_project.canvas import Canvas
from dagster_project.canvas.patched_plan import patched_plan
from dagster_project.contracts.block import TableBlock
from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.plan import JsonPatch
from dagster_project.contracts.stage import ExecuteResult
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.pipeline.control_loop import apply_patch
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.store.settings import Settings
from dagster_project.traces import find

CUT = "show faults"
"""Seven faults; the policy of this laboratory shows three rows."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = shutil.copytree(SITE, tmp_path_factory.mktemp("lab") / "site")
    limit_rows(site, 50, 3)
    return site


@pytest.fixture(scope="module")
def canvas(make_settings: Callable[..., Settings], site: Path) -> Iterator[Canvas]:
    """The laboratory on a database of this module's own, with three rows to a listing."""
    with Canvas.open(make_settings(site)) as canvas, pytest.MonkeyPatch.context() as patch:
        load_lab(canvas.database.owner_url)
        canvas.database.grant_read(SCHEMA)
        patch.setenv("CANVAS_LAB_URL", canvas.database.reader_url)
        publish(canvas, site)
        yield canvas


def limit_rows(site: Path, before: int, after: int) -> None:
    policy = site / "assets_config/policies/default.yaml"
    text = policy.read_text()
    assert f"max_rows: {before}" in text
    policy.write_text(text.replace(f"max_rows: {before}", f"max_rows: {after}"))


def publish(canvas: Canvas, site: Path) -> str:
    versions.sync(canvas.database, load_site(site).require_good(), by="test")
    return versions.publish(canvas.database, None, by="test", reason="test").id


def rows(trace: Trace) -> list[tuple[object, ...]]:
    executed = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    return [row for step in executed[-1].steps for row in step.rows]


def test_a_question_back_is_answered_by_its_number(canvas: Canvas) -> None:
    """The choice's question is asked as a child: same user, roles, language and moment."""
    given = {"user": "operator-1", "roles": ("guest",), "language": "ko", "as_of": seoul(3, 17)}
    parent = canvas.ask(Ask.model_validate({"question": "faults of XX-99", **given}))
    second = parent.answer.cards[0].choices[1]
    child = canvas.rerun(parent.trace_id, choose=second.number)
    assert child.question == second.question
    assert child.parent_trace_id == parent.trace_id
    assert (child.user, child.language, child.as_of) == ("operator-1", "ko", seoul(3, 17))
    assert child.stage_inputs[0].params["roles"] == ["guest"]
    assert child.status == "success"
    kept = find.get(canvas.database, child.trace_id)
    assert kept.answer == child.answer
    assert kept.parent_trace_id == parent.trace_id


def test_a_choice_with_a_patch_goes_through_the_same_loop(canvas: Canvas) -> None:
    """A cut listing offers counts; the chosen one runs as patched, and the event says by whom."""
    parent = canvas.ask(Ask(question=CUT))
    (card,) = parent.answer.cards
    assert card.trigger == "present_limit"
    child = canvas.rerun(parent.trace_id, choose=card.choices[0].number, reason="too long")
    visible = [fault for fault in FAULTS if fault[2] <= parent.as_of]
    assert sum(int(str(row[-1])) for row in rows(child)) == len(visible)
    event = child.replan_events[0]
    assert (event.by, event.decision, event.trigger) == ("person", "ask_user", "present_limit")
    assert event.patch == parent.replan_events[-1].choices[0].patch
    assert event.expected_impact == "too long"
    assert child.stage_inputs[0].params["reason"] == "too long"
    assert [o.stage for o in child.stage_outputs] == ["validate", "execute", "compose", "present"]


def test_what_a_person_decided_asks_nothing_back(canvas: Canvas) -> None:
    """The child's cards are the loop's own questions, numbered from one."""
    parent = canvas.ask(Ask(question=CUT))
    child = canvas.rerun(parent.trace_id, patch=())
    assert [card.event_id for card in child.answer.cards] == ["e2"]
    assert child.answer.cards[0].choices[0].number == 1
    grandchild = canvas.rerun(child.trace_id, choose=1)
    assert grandchild.parent_trace_id == child.trace_id
    assert grandchild.answer.cards == ()


def test_a_patch_by_hand_changes_the_plan(canvas: Canvas) -> None:
    """RFC 6902 operations on the plan that ran; the child keeps the patched plan."""
    parent = canvas.ask(Ask(question=CUT))
    patch: JsonPatch = (
        {"op": "replace", "path": "/steps/0/table_plan/columns", "value": ["lab.fault.id"]},
        {"op": "add", "path": "/steps/0/table_plan/limit", "value": 1},
    )
    child = canvas.rerun(parent.trace_id, patch=patch)
    assert [len(row) for row in rows(child)] == [1]
    assert child.plan_raw.plan is not None
    assert child.plan_raw.plan.steps[0].table_plan is not None
    assert child.plan_raw.plan.steps[0].table_plan.limit == 1
    assert child.plan_raw.routing_reasoning.startswith(f"rerun of {parent.trace_id}")


def test_the_loop_goes_on_from_a_persons_patch(canvas: Canvas) -> None:
    """After the patch the loop's own rounds: its patches on the raw plan give what was answered."""
    parent = canvas.ask(Ask(question="repairs about heater coil"))
    words = ["heater", "zebra"]
    patch: JsonPatch = (
        {"op": "replace", "path": "/steps/0/table_plan/search/words", "value": words},
    )
    child = canvas.rerun(parent.trace_id, patch=patch)
    assert [(e.by, e.decision) for e in child.replan_events] == [
        ("person", "ask_user"),
        ("loop", "auto_retry"),
    ]
    assert child.plan_raw.plan is not None
    search = child.plan_raw.plan.steps[0].table_plan
    assert search is not None
    assert search.search is not None
    assert list(search.search.words) == words
    assert apply_patch(child.plan_raw.plan, child.replan_events[1].patch) == child.plan_validated


def test_another_question_from_the_same_place(canvas: Canvas) -> None:
    """A question of one's own is a child at the parent's moment."""
    parent = canvas.ask(Ask(question=CUT, as_of=seoul(3, 12)))
    child = canvas.rerun(parent.trace_id, question="repairs of OV-01")
    assert (child.parent_trace_id, child.as_of) == (parent.trace_id, parent.as_of)
    assert child.question == "repairs of OV-01"


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        ([{"op": "remove", "path": "/steps/7"}], r"operation 1 \(remove /steps/7\)"),
        (
            [{"op": "remove", "path": "/steps/0"}, {"op": "replace", "path": "/no", "value": 1}],
            r"operation 2 \(replace /no\)",
        ),
        ([{"op": "jump", "path": "/steps"}], r"operation 1 \(jump /steps\)"),
        ([{"op": "add", "path": "steps", "value": 1}], r"operation 1"),
        ([{"path": "/steps"}], r"operation 1"),
        ([{"op": "add", "path": 3, "value": 1}], r"operation 1"),
        ([{"op": "add", "path": "/stepz", "value": []}], r"at /stepz"),
        ([{"op": "replace", "path": "/intent", "value": "guess"}], r"at /intent.*'guess'"),
        (
            [{"op": "add", "path": "/steps/0/table_plan/limit", "value": "all"}],
            r"at /steps/0/table_plan/limit.*'all'",
        ),
        (
            [{"op": "add", "path": "/steps/0/depends_on", "value": ["s9"]}],
            r"at /steps/0.*'s9', which is not there",
        ),
        ([{"op": "add", "path": "/steps/0/depends_on", "value": ["s1"]}], r"s1 → s1 is a circle"),
        ([{"op": "copy", "from": "/steps/0", "path": "/steps/1"}], r"at /steps/1/id.*another"),
        (
            [
                {"op": "copy", "from": "/steps/0", "path": "/steps/1"},
                {"op": "replace", "path": "/steps/1/id", "value": "s2"},
                {
                    "op": "add",
                    "path": "/steps/1/feeds",
                    "value": [{"step": "s1", "column": "id", "filter_column": "lab.fault.id"}],
                },
            ],
            r"at /steps/1/depends_on.*'s1'",
        ),
        ([{"op": "replace", "path": "", "value": []}], r"makes no plan"),
    ],
)
def test_a_patch_that_makes_no_plan_is_told_with_its_path(
    canvas: Canvas, patch: list[dict[str, object]], told: str
) -> None:
    """What does not apply, is no plan or would wait for itself is refused before anything runs."""
    plan = canvas.plan(Ask(question=CUT)).plan
    assert plan is not None
    with pytest.raises(InvalidRequest, match=told):
        patched_plan(plan, tuple(patch))


_STEP = st.sampled_from(("", "/id", "/table_plan/limit", "/as_of", "/depends_on/-", "/feeds"))
_PATHS = _STEP.map("/steps/0{}".format) | st.sampled_from(
    ("", "/", "/steps", "/steps/-", "/as_of", "/intent", "/~2", "steps", "/é/0", "/time_range")
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
_OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "x"]) | _VALUES,
        "path": _PATHS | _VALUES,
        "from": _PATHS | _VALUES,
        "value": _VALUES,
    },
)


@settings_of_hypothesis(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(patch=st.lists(_OPERATIONS, max_size=4))
def test_any_patch_makes_a_plan_or_is_refused(canvas: Canvas, patch: list[dict]) -> None:
    """Whatever JSON is given as a patch: a whole plan, or InvalidRequest, and nothing else."""
    plan = canvas.plan(Ask(question="repairs of the instrument with the most faults")).plan
    assert plan is not None
    with contextlib.suppress(InvalidRequest):
        patched = patched_plan(plan, tuple(patch))
        ids = [step.id for step in patched.steps]
        assert len(ids) == len(set(ids))
        assert all(set(step.depends_on) <= set(ids) for step in patched.steps)


def test_wrong_wishes_say_what_there_is(canvas: Canvas) -> None:
    """A wrong number names the choices; a trace without plan or choices says so."""
    parent = canvas.ask(Ask(question="faults of XX-99"))
    offered = parent.answer.cards[0].choices
    with pytest.raises(InvalidRequest, match=r"no choice 99.*1 \(.*\), 2 \(") as caught:
        canvas.rerun(parent.trace_id, choose=99)
    assert all(choice.label in str(caught.value) for choice in offered)
    greeting = canvas.ask(Ask(question="hi"))
    with pytest.raises(InvalidRequest, match="offers none"):
        canvas.rerun(greeting.trace_id, choose=1)
    with pytest.raises(InvalidRequest, match="no plan to patch: its route is direct"):
        canvas.rerun(greeting.trace_id, patch=())
    with pytest.raises(InvalidRequest, match="one of a choice, a patch or a question; 0"):
        canvas.rerun(parent.trace_id)
    with pytest.raises(InvalidRequest, match="one of a choice, a patch or a question; 2"):
        canvas.rerun(parent.trace_id, choose=1, question="hi")
    with pytest.raises(InvalidRequest, match="empty"):
        canvas.rerun(parent.trace_id, question=" ")


def test_a_tenant_reruns_its_own_traces_only(canvas: Canvas) -> None:
    """Another tenant's trace is as unknown as one that never was; the child stays with its own."""
    parent = canvas.ask(Ask(question=CUT, tenant="north"))
    with pytest.raises(AssetNotFound, match="no trace"):
        canvas.rerun(parent.trace_id, patch=())
    with pytest.raises(AssetNotFound, match="no trace 'T-NONE'"):
        canvas.rerun("T-NONE", choose=1)
    assert canvas.rerun(parent.trace_id, patch=(), tenant="north").tenant == "north"


def test_rights_are_those_of_who_reruns(canvas: Canvas) -> None:
    """A masked column cannot be patched in, whoever was allowed it before; the same user keeps
    the roles of the parent, another user gets those of an ask."""
    price = "lab.instrument.price"
    parent = canvas.ask(Ask(question="list the instruments", user="operator-1"))
    patch: JsonPatch = (
        {"op": "add", "path": "/steps/0/table_plan/columns/-", "value": price},
        {"op": "add", "path": "/steps/0/table_plan/order", "value": [{"by": price}]},
    )
    open_ = canvas.rerun(parent.trace_id, patch=patch)
    assert len(rows(open_)) == 3
    closed = canvas.rerun(parent.trace_id, patch=patch, roles=("guest",))
    assert closed.status == "failed"
    assert rows(closed) == []
    assert ("policy_blocked", "loop") in [(e.trigger, e.by) for e in closed.replan_events]
    again = canvas.rerun(closed.trace_id, question="hi")
    assert again.stage_inputs[0].params["roles"] == ["guest"]
    other = canvas.rerun(closed.trace_id, question="hi", user="lee")
    assert other.stage_inputs[0].params["roles"] == ["operator"]


def test_a_reject_stays_a_reject(canvas: Canvas) -> None:
    """A rejected trace has no plan to patch, and its question is rejected again."""
    rejected = canvas.ask(Ask(question="delete the faults"))
    with pytest.raises(InvalidRequest, match="its route is reject"):
        canvas.rerun(rejected.trace_id, patch=())
    assert canvas.rerun(rejected.trace_id, question="delete them all").route == "reject"


def test_a_query_that_is_not_in_the_release_does_not_run(canvas: Canvas) -> None:
    """Whatever a patch names is checked against the release like a plan of our own."""
    parent = canvas.ask(Ask(question=CUT))
    patch: JsonPatch = ({"op": "replace", "path": "/steps/0/query", "value": "payroll"},)
    child = canvas.rerun(parent.trace_id, patch=patch)
    assert child.status == "failed"
    assert child.tool_calls == ()
    assert "payroll" in str(child.answer.error)


def test_overrides_are_inherited_unless_said(canvas: Canvas) -> None:
    """A rerun of a test run is one too, unless it is told to run without its overrides."""
    overrides = {"query:lab_explore": "lab_explore:1"}
    parent = canvas.ask(Ask(question=CUT, asset_overrides=overrides))
    child = canvas.rerun(parent.trace_id, patch=())
    assert (child.asset_overrides, child.test_mode) == (overrides, True)
    real = canvas.rerun(parent.trace_id, patch=(), overrides={})
    assert (real.asset_overrides, real.test_mode) == ({}, False)
    same = canvas.rerun(parent.trace_id, patch=(), same_release=True)
    assert same.release_id == parent.release_id


def test_the_release_in_force_answers_unless_the_parents_is_asked_for(
    canvas: Canvas, site: Path
) -> None:
    """Between parent and rerun a policy with two rows is published: it counts, or the old one."""
    parent = canvas.ask(Ask(question=CUT))
    limit_rows(site, 3, 2)
    try:
        new = publish(canvas, site)
        now = canvas.rerun(parent.trace_id, patch=())
        then = canvas.rerun(parent.trace_id, patch=(), same_release=True)
        assert (now.release_id, len(rows(now))) == (new, 2)
        assert (then.release_id, len(rows(then))) == (parent.release_id, 3)
    finally:
        limit_rows(site, 2, 3)
        publish(canvas, site)


def test_a_cut_answer_shows_its_table(canvas: Canvas) -> None:
    """A rerun with nothing changed answers as its parent did."""
    parent = canvas.ask(Ask(question=CUT))
    child = canvas.rerun(parent.trace_id, patch=())
    tables = [
        [b.block.rows for b in trace.answer.screen.blocks if isinstance(b.block, TableBlock)]
        for trace in (parent, child)
    ]
    assert tables[0] == tables[1] != []
    assert child.answer.summary == parent.answer.summary
