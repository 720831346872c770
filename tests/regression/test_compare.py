"""Beside the baseline: what counts as worse, and what is only more or only other words."""

from __future__ import annotations

from typing import Any

import pytest

from dagster_project.contracts.night import Fingerprint
from dagster_project.regression.compare import worse

BASE = Fingerprint(
    route="orch",
    status="success",
    intent="list",
    plan="p1",
    queries=("ci_profile", "ci_recent_events"),
    rows={"profile": "a/b", "events": "c/d"},
    columns=("events.severity[]", "profile.rated_mw[MW]"),
    blocks=("table:profile#1", "table:events (folded)#2", "references:refs#3"),
    stages={"execute": "ok", "compose": "ok"},
    references=2,
    blocks_with_reference=2,
    blocks_of_facts=2,
)
FAULTS: dict[str, dict[str, Any]] = {
    "route": {"route": "direct"},
    "status": {"status": "partial"},
    "asks_back": {"asks_back": ("entity:ambiguous",)},
    "queries": {"queries": ("ci_profile",)},
    "rows": {"rows": {"profile": "a/b", "events": "x/y"}},
    "order": {"rows": {"profile": "a/b", "events": "c/turned"}},
    "columns": {"columns": ("events.severity[]", "profile.rated_mw[kW]")},
    "blocks": {"blocks": ("table:profile#1", "references:refs#3")},
    "block_order": {"blocks": ("table:events (folded)#2", "table:profile#1", "references:refs#3")},
    "block_content": {
        "blocks": ("table:profile#9", "table:events (folded)#2", "references:refs#3")
    },
    "stages": {"stages": {"execute": "error", "compose": "ok"}},
    "empties": {"empties": {"events": "true_zero"}},
    "replans": {"replans": 1, "triggers": ("empty_result → auto_retry",)},
    "references": {"references": 1, "blocks_with_reference": 1},
}


@pytest.mark.parametrize("facet", FAULTS)
def test_each_facet_is_told_alone(facet: str) -> None:
    """One facet that got worse gives one check that names it, with both sides."""
    found = BASE.model_copy(update=FAULTS[facet])
    (check,) = worse(BASE, found)
    assert check.name == f"baseline.{facet}"
    assert not check.passed
    assert check.expected != check.found


def test_the_same_is_not_worse() -> None:
    """Nothing is told of an answer that is its baseline's, nor of another plan with its rows."""
    assert worse(BASE, BASE) == ()
    other_plan = BASE.model_copy(update={"plan": "p2", "warnings": 1})
    assert worse(BASE, other_plan) == ()


@pytest.mark.parametrize(
    "more",
    [
        {"blocks": (*BASE.blocks, "chart:trend#4"), "blocks_of_facts": 3},
        {"columns": (*BASE.columns, "profile.zone[]")},
        {"rows": {**BASE.rows, "work": "e/f"}, "queries": (*BASE.queries, "ci_open_work")},
        {"references": 3, "stages": {"execute": "ok", "compose": "ok", "present": "ok"}},
    ],
    ids=["block", "column", "step", "reference"],
)
def test_more_is_not_worse(more: dict[str, Any]) -> None:
    """What a baseline lacked may be added, if it stands on evidence as well."""
    found = BASE.model_copy(update=more)
    names = [check.name for check in worse(BASE, found)]
    assert names == (["baseline.references"] if "blocks_of_facts" in more else [])


def test_an_answer_that_got_better_is_not_worse() -> None:
    """A gap that closed, an empty that filled, a replan that is no longer needed."""
    before = BASE.model_copy(
        update={
            "status": "partial",
            "empties": {"events": "source_down"},
            "triggers": ("empty_result → auto_retry",),
            "stages": {"execute": "error", "compose": "ok"},
        }
    )
    assert worse(before, BASE) == ()
