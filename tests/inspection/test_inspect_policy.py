"""A policy's quick rules are tried on their own examples, with the planner's own matcher."""

from __future__ import annotations

from dagster_project.contracts.assets.policy import PolicySpec, QuickRule
from dagster_project.contracts.value import Names, Text
from dagster_project.inspection.policy import inspect_policy

SAY = Text(ko="네", en="yes")


def rule(
    name: str, word: str, examples: tuple[str, ...], counter: tuple[str, ...] = ()
) -> QuickRule:
    return QuickRule(
        name=name,
        action="direct",
        match="contains",
        words=Names(en=(word,)),
        answer=SAY,
        examples=examples,
        counter_examples=counter,
    )


def test_rules_that_keep_their_examples_pass() -> None:
    """Every example is decided by its rule, every counter-example left alone, and counted."""
    spec = PolicySpec(
        out_of_scope=SAY, quick_rules=(rule("greeting", "hi", ("hi there",), ("which one?",)),)
    )
    inspection = inspect_policy(spec)
    assert inspection.ok, inspection.problems()
    assert inspection.facts["examples_tried"] == 2


def test_an_example_that_another_rule_decides_is_an_error() -> None:
    """A rule in the shadow of an earlier one is found by its own example."""
    spec = PolicySpec(
        out_of_scope=SAY,
        quick_rules=(rule("first", "hello", ("hello",)), rule("second", "world", ("hello world",))),
    )
    inspection = inspect_policy(spec)
    assert inspection.status == "error"
    assert "'hello world' of rule second is decided by first" in inspection.problems()[0].detail


def test_a_caught_counter_example_is_an_error() -> None:
    """A rule that catches what it must not is told with the question."""
    spec = PolicySpec(
        out_of_scope=SAY, quick_rules=(rule("drop", "drop", ("drop it",), ("pressure drop",)),)
    )
    assert [f.name for f in inspect_policy(spec).problems()] == ["counter_examples"]
