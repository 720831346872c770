"""ValidatedPlan → rows, tool calls and references: only the calls, no blocks.

Steps run as soon as what they depend on has run; independent steps run at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from dagster_project.contracts.errors import StageError
from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.stage import (
    ExecuteResult,
    StageInput,
    StageOutput,
    StepResult,
    ValidatedPlan,
)
from dagster_project.pipeline.record import StageRecord
from dagster_project.pipeline.run_step import StepOutcome, Workbench, run_step

StepDone = Callable[[PlanStep, StepResult], None]


def execute(
    stage_input: StageInput,
    previous: ValidatedPlan,
    bench: Workbench,
    pool: ThreadPoolExecutor,
    step_done: StepDone | None = None,
) -> StageOutput:
    """Run the plan's steps. A step that fails leaves its error; the others go on."""
    record = StageRecord(stage_input)
    if previous.plan is None:
        return record.done(ExecuteResult())
    before = frozenset(bench.outcomes)
    outcomes = _run_all(previous.plan, bench, pool, step_done)
    results: list[StepResult] = []
    for step in previous.plan.steps:
        outcome = outcomes[step.id]
        result = outcome.result
        if outcome.reference is not None:
            record.references.append(outcome.reference)
        if result.error is not None:
            record.errors.append(result.error)
        if result.empty is not None:
            record.empty_flags[step.id] = result.empty
        if result.truncated:
            record.warnings.append(f"{step.purpose}: more rows than the limit")
        results.append(result)
    record.counts.update(
        steps=len(results),
        rows=sum(len(r.rows) for r in results),
        references=len(record.references),
        kept=len(before),
    )
    made = (outcomes[s.id].call for s in previous.plan.steps if s.id not in before)
    calls = tuple(call for call in made if call is not None)
    return record.done(ExecuteResult(steps=tuple(results), tool_calls=calls))


def _run_all(
    plan: Plan, bench: Workbench, pool: ThreadPoolExecutor, step_done: StepDone | None
) -> dict[str, StepOutcome]:
    """Outcomes of all steps; those that the bench still has are not run again."""
    done = bench.outcomes
    references = {step.id: f"r{number}" for number, step in enumerate(plan.steps, start=1)}
    waiting = [step for step in plan.steps if step.id not in done]
    if len(waiting) == 1:
        step = waiting[0]
        inputs = {name: done[name].result for name in step.depends_on}
        done[step.id] = run_step(step, references[step.id], bench, inputs)
        _tell(step_done, step, done[step.id])
        return done
    running: dict[Future[StepOutcome], PlanStep] = {}
    while waiting or running:
        for step in [s for s in waiting if set(s.depends_on) <= done.keys()]:
            waiting.remove(step)
            inputs = {name: done[name].result for name in step.depends_on}
            running[pool.submit(run_step, step, references[step.id], bench, inputs)] = step
        if not running:
            names = ", ".join(step.id for step in waiting)
            raise StageError("execute", f"steps {names} wait for each other or for no step;")
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            step = running.pop(future)
            done[step.id] = future.result()
            _tell(step_done, step, done[step.id])
    return done


def _tell(step_done: StepDone | None, step: PlanStep, outcome: StepOutcome) -> None:
    if step_done is not None:
        step_done(step, outcome.result)
