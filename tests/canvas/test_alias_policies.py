"""What a name that several things bear leads to, and how long names are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

import pytest
from lab.planning import planner, spec
from lab.rows import AS_OF, INSTRUMENTS

from dagster_project.canvas import Canvas, desks
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.plan import Plan
from dagster_project.planner.plan_question import plan_question
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName

QUESTION = "how many faults does the little one have?"
Policy = Literal["ask_user", "first_match", "top_k"]


def planned(policy: Policy, **more: object) -> Plan:
    own = cast(ResolverSpec, spec("resolver", "lab"))
    names = [EntityName("instrument", key, ko, en, cls=cls) for key, en, ko, cls, *_ in INSTRUMENTS]
    changed = own.model_copy(update={"ambiguity_policy": policy, **more})
    index = EntityIndex.build([changed], names, today=AS_OF.date())
    output = plan_question(QUESTION, replace(planner(), index=index), AS_OF, "en")
    assert output.plan is not None
    return output.plan


def asked_for(plan: Plan) -> set[object]:
    """Keys in the steps' filters."""
    plans = [step.table_plan for step in plan.steps if step.table_plan]
    return {value for table in plans for f in table.filters for value in f.values}


def test_ask_user_asks_which() -> None:
    """Nothing runs; both things are offered."""
    plan = planned("ask_user")
    assert plan.steps == ()
    (slot,) = plan.open_slots
    assert (slot.reason, slot.mention) == ("ambiguous", "the little one")
    assert {c.label.split(" ")[0] for c in slot.choices} == {"SC-01", "CF-01"}


def test_first_match_takes_one_and_says_so() -> None:
    """The first stands for the name, and the plan tells that it was assumed."""
    plan = planned("first_match")
    assert [a.key for a in plan.assumed] == ["CF-01"]
    assert asked_for(plan) & {"SC-01", "CF-01"} == {"CF-01"}


def test_top_k_takes_all_and_says_so() -> None:
    """Everything that bears the name is asked for, up to the asset's limit."""
    plan = planned("top_k")
    assert {a.key for a in plan.assumed} == {"SC-01", "CF-01"}
    assert asked_for(plan) & {"SC-01", "CF-01"} == {"SC-01", "CF-01"}
    assert [a.key for a in planned("top_k", max_candidates=1).assumed] == ["CF-01"]


def test_names_are_kept_for_the_cache_time(lab: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within `cache_ttl_seconds` the same names answer; after it they are read again."""
    release = lab.release()
    ttl = cast(ResolverSpec, spec("resolver", "lab")).cache_ttl_seconds
    kept = lab.desk(release)
    start = desks.time.monotonic()
    monkeypatch.setattr(desks.time, "monotonic", lambda: start + ttl - 5)
    assert lab.desk(release) is kept
    monkeypatch.setattr(desks.time, "monotonic", lambda: start + ttl + 5)
    again = lab.desk(release)
    assert again is not kept
    assert again.planner.index is not kept.planner.index
    monkeypatch.undo()
