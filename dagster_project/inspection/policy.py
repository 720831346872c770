"""Policy: its quick rules against their own examples and counter-examples."""

from __future__ import annotations

from dagster_project.contracts.assets.policy import PolicySpec, QuickRule
from dagster_project.inspection.inspection import (
    Inspection,
    Observation,
    PreviewTable,
    observed,
)
from dagster_project.planner.quick_rules import fits, match_rule

Trial = tuple[str, str, str, str, bool]
"""Rule, question, expected, what happens, whether that is as it should be."""


def inspect_policy(spec: PolicySpec) -> Inspection:
    """Try every example of every rule, as an ask would decide it."""
    trials = [trial for rule in spec.quick_rules for trial in _trials(rule, spec.quick_rules)]
    bare = sorted(rule.name for rule in spec.quick_rules if not rule.examples)
    return Inspection(
        summary=f"{len(spec.quick_rules)} quick rules, {len(trials)} examples,"
        f" {sum(not fine for *_, fine in trials)} wrong",
        findings=(
            _told("examples", [t for t in trials if t[2] == t[0]], "every example is decided"),
            _told(
                "counter_examples",
                [t for t in trials if t[2] != t[0]],
                "no counter-example is caught",
            ),
            observed(
                "coverage",
                f"rules without an example: {', '.join(bare)}" if bare else None,
                "every rule has an example",
                level="warn",
            ),
        ),
        facts={
            "quick_rules": len(spec.quick_rules),
            "examples_tried": len(trials),
            "max_rows": spec.limits.max_rows,
            "max_steps": spec.limits.max_steps,
            "ask_timeout_seconds": spec.limits.ask_timeout_seconds,
            "time_zone": spec.calendar.time_zone,
            "as_of": str(spec.calendar.as_of),
        },
        table=PreviewTable(
            columns=("rule", "question", "expected", "decided by", "as it should be"),
            rows=tuple(trials),
        ),
    )


def _trials(rule: QuickRule, rules: tuple[QuickRule, ...]) -> list[Trial]:
    """An example must be decided by its own rule; a counter-example only must not fit it."""
    trials: list[Trial] = []
    for question in rule.examples:
        met = match_rule(question, rules)
        name = met.name if met else "no rule"
        trials.append((rule.name, question, rule.name, name, name == rule.name))
    for question in rule.counter_examples:
        caught = fits(question, rule)
        decided = rule.name if caught else "not this rule"
        trials.append((rule.name, question, "not this rule", decided, not caught))
    return trials


def _told(name: str, trials: list[Trial], fine: str) -> Observation:
    wrong = [f"{t[1]!r} of rule {t[0]} is decided by {t[3]}" for t in trials if not t[4]]
    return observed(name, "; ".join(wrong) or None, f"{fine} ({len(trials)})")
