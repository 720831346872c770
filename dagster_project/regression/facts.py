"""R1: is a fact in the answer? Its gold rows against the rows of each step, by value and role."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.contracts.golden import Fact
from dagster_project.contracts.night import Check
from dagster_project.contracts.stage import ExecuteResult, StepResult
from dagster_project.contracts.trace import Trace
from dagster_project.regression.gold import Gold
from dagster_project.regression.read_columns import Found, holds
from dagster_project.regression.told_fact import told_expected, told_found


def check_fact(fact: Fact, trace: Trace, gold: Gold, name: str = "fact") -> Check:
    """Whether some step of the last execution holds the gold."""
    unfit = _unfit(fact, gold)
    if unfit:
        return Check(name=name, passed=False, expected="gold", found=unfit)
    every = tuple(found_steps(trace))
    if any(holds(gold, found, fact.match, fact.tolerance, fact.unit) for found in every):
        return Check(name=name, passed=True)
    return Check(
        name=name,
        passed=False,
        expected=told_expected(fact, gold),
        found=told_found(fact, gold, every),
    )


def answered_steps(trace: Trace) -> tuple[StepResult, ...]:
    """The steps of the last execution that were answered; a true zero is an answer."""
    results = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    steps = results[-1].steps if results else ()
    return tuple(s for s in steps if s.error is None and s.empty in (None, "true_zero"))


def found_steps(trace: Trace) -> Iterator[Found]:
    """The answered steps, with the roles of their columns."""
    for step in answered_steps(trace):
        yield Found(
            step.step,
            tuple(column.name for column in step.columns),
            measures_of(trace, step),
            step.rows,
            tuple(column.unit for column in step.columns),
        )


def measures_of(trace: Trace, step: StepResult) -> tuple[bool, ...]:
    """For each column: may it be a measure? In a verified query, any number."""
    plan = trace.plan_validated
    planned = next((s for s in plan.steps if s.id == step.step), None) if plan else None
    if planned is None or planned.table_plan is None:
        return tuple(column.type in ("integer", "number") for column in step.columns)
    table = planned.table_plan
    names = {measure.name for measure in (*table.measures, *table.differences)}
    return tuple(column.name in names for column in step.columns)


def _unfit(fact: Fact, gold: Gold) -> str:
    """Why the gold can be held against nothing."""
    if gold.error:
        return gold.error
    if fact.match == "value" and (len(gold.rows), len(gold.columns)) != (1, 1):
        shape = f"{len(gold.rows)} rows of {len(gold.columns)} columns"
        return f"the gold has {shape}; `match: value` wants one of one"
    if fact.match == "subset" and not gold.rows:
        return "the gold has no rows; a subset of nothing is in every answer"
    return ""
