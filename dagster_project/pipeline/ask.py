"""Read first: one ask, five stages in order, one trace.

route_plan → validate → execute → compose → present
a direct answer skips execute and compose; a reject ends after validate
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dagster_project.catalog.compile_table_plan import CompileSettings
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.plan import Plan, PlanOutput, PlanStep
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    StageInput,
    StageOutput,
    StepResult,
    ValidatedPlan,
)
from dagster_project.contracts.trace import Ask, FlowSpan, Trace
from dagster_project.contracts.value import Language, Stage, TraceId
from dagster_project.pipeline.access import Access, Caller
from dagster_project.pipeline.applied_assets import AppliedAssets
from dagster_project.pipeline.bind import BoundStep, bind_unfed
from dagster_project.pipeline.compose import compose
from dagster_project.pipeline.conclude import conclude
from dagster_project.pipeline.execute import StepDone, execute
from dagster_project.pipeline.present import Evidence, present, screen_for
from dagster_project.pipeline.route_plan import route_plan
from dagster_project.pipeline.run_step import Watermarks, Workbench, run_step
from dagster_project.pipeline.validate import Rules, validate
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.text import language_of, normalise
from sources.protocol import Source

Progress = Callable[[str, str, float], None]
"""Called with stage, message and elapsed milliseconds while an ask runs."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything an ask is answered with: one release, prepared, and the sources it names."""

    release: Release
    planner: PlannerAssets
    views: dict[str, CatalogView]
    mappings: dict[str, MappingSpec]
    applied: AppliedAssets
    source: Callable[[str], Source]
    allowed_tables: Callable[[str], frozenset[str]]
    watermark: Callable[[str, str], tuple[datetime, datetime] | None]
    pool: ThreadPoolExecutor


@dataclass(slots=True)
class _Run:
    """One ask on its way through the stages."""

    ask: Ask
    desk: Desk
    trace_id: TraceId
    as_of: datetime
    language: Language
    progress: Progress | None
    started: float = field(default_factory=time.perf_counter)
    inputs: list[StageInput] = field(default_factory=list)
    outputs: list[StageOutput] = field(default_factory=list)
    spans: list[FlowSpan] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)
    """Asset id to version, for what the stages were given."""
    bound: dict[str, BoundStep] = field(default_factory=dict)
    """Statements that validate has written and execute sends."""

    def elapsed_ms(self) -> float:
        return (time.perf_counter() - self.started) * 1000

    def enter(self, stage: Stage, message: str, plan: Plan | None = None) -> StageInput:
        if self.progress is not None:
            self.progress(stage, message, self.elapsed_ms())
        applied = self.desk.applied.of(stage, plan)
        self.read.update(applied)
        params: dict[str, object] = {"language": self.language}
        if stage == "route_plan":
            params = {
                "question": self.ask.question,
                "as_of": self.as_of.isoformat(),
                "user": self.ask.user,
                "roles": list(self.ask.roles),
                **params,
            }
        elif stage in ("compose", "present"):
            params["plan_from"] = "validate"
        stage_input = StageInput(
            stage=stage, applied_assets=applied, params=params, control_context={"round": 1}
        )
        self.inputs.append(stage_input)
        return stage_input

    def leave(self, output: StageOutput) -> StageOutput:
        self.outputs.append(output)
        self.spans.append(
            FlowSpan(
                name=output.stage,
                start_ms=round(self.elapsed_ms() - output.duration_ms, 3),
                duration_ms=output.duration_ms,
            )
        )
        return output


def _start(
    ask: Ask, desk: Desk, trace_id: TraceId, now: datetime, progress: Progress | None
) -> _Run:
    fixed = desk.planner.policy.calendar.as_of
    as_of = ask.as_of or (now if fixed == "now" else fixed)
    if as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=ZoneInfo(desk.planner.policy.calendar.time_zone))
    language = ask.language or language_of(normalise(ask.question))
    return _Run(ask, desk, trace_id, as_of.astimezone(UTC), language, progress)


def answer(
    ask: Ask, desk: Desk, trace_id: TraceId, now: datetime, progress: Progress | None = None
) -> Trace:
    """Answer one question. Always gives a trace; touches nothing but sources."""
    run = _start(ask, desk, trace_id, now, progress)
    language = run.language
    routed, validated = _plan(run)
    if routed.kind == "plan":
        _answer_plan(run, routed, validated)
    elif routed.direct is not None:
        screen = screen_for(desk.release, None)
        stage_input = run.enter("present", "direct answer")
        run.leave(
            present(
                stage_input,
                routed.direct,
                screen,
                None,
                Evidence(),
                language,
                ask.question,
                trace_id,
            )
        )
    return conclude(
        ask=ask,
        trace_id=trace_id,
        release=desk.release,
        routed=routed,
        validated=validated,
        inputs=tuple(run.inputs),
        outputs=tuple(run.outputs),
        spans=tuple(run.spans),
        applied=run.read,
        language=language,
        as_of=run.as_of,
        created_at=now,
        duration_ms=round(run.elapsed_ms(), 3),
    )


def _plan(run: _Run) -> tuple[PlanOutput, ValidatedPlan]:
    question = run.ask.question
    stage_input = run.enter("route_plan", question)
    routed = run.leave(
        route_plan(stage_input, run.desk.planner, question, run.as_of, run.language)
    ).result
    assert isinstance(routed, PlanOutput)
    stage_input = run.enter("validate", routed.routing_reasoning)
    validated = run.leave(validate(stage_input, routed, _rules(run))).result
    assert isinstance(validated, ValidatedPlan)
    return routed, validated


def _answer_plan(run: _Run, routed: PlanOutput, validated: ValidatedPlan) -> None:
    assert routed.plan is not None
    plan = validated.plan or routed.plan.model_copy(update={"steps": ()})
    names = ", ".join(step.purpose for step in plan.steps)
    executed_output = run.leave(
        execute(
            run.enter("execute", names, plan),
            validated,
            _workbench(run),
            run.desk.pool,
            _step_done(run),
        )
    )
    executed = executed_output.result
    assert isinstance(executed, ExecuteResult)
    composed_output = run.leave(
        compose(
            run.enter("compose", f"{len(executed.steps)} results", plan),
            executed,
            plan,
            run.desk.mappings,
        )
    )
    composed = composed_output.result
    assert isinstance(composed, ComposeResult)
    evidence = _evidence(routed.plan, plan, executed, executed_output)
    screen = screen_for(run.desk.release, plan)
    run.leave(
        present(
            run.enter("present", f"{len(composed.blocks)} blocks", plan),
            composed,
            screen,
            plan,
            evidence,
            run.language,
            run.ask.question,
            run.trace_id,
        )
    )


def explain(
    ask: Ask, desk: Desk, now: datetime
) -> tuple[PlanOutput, ValidatedPlan, list[tuple[PlanStep, str, dict[str, object]]]]:
    """The same plan, validated, with the statement of each step; no source is asked."""
    run = _start(ask, desk, TraceId("explain"), now, None)
    routed, validated = _plan(run)
    bound: list[tuple[PlanStep, str, dict[str, object]]] = []
    for step in validated.plan.steps if validated.plan else ():
        statement = bind_unfed(step, desk.release, desk.views, _settings(run))
        bound.append((step, statement.text, statement.params))
    return routed, validated, bound


def run_one_step(
    step: PlanStep, desk: Desk, now: datetime, as_of: datetime | None, language: Language
) -> StepResult:
    """One step outside of any ask, on the same bench."""
    ask = Ask(question=step.purpose, as_of=as_of, language=language)
    run = _start(ask, desk, TraceId("preview"), now, None)
    return run_step(step, "r1", _workbench(run), {}).result


def _step_done(run: _Run) -> StepDone:
    def tell(step: PlanStep, result: StepResult) -> None:
        if run.progress is not None:
            rows = result.total_rows if result.total_rows is not None else len(result.rows)
            run.progress("execute", f"{step.purpose}: {rows}", run.elapsed_ms())

    return tell


def _settings(run: _Run) -> CompileSettings:
    policy = run.desk.planner.policy
    return CompileSettings(
        as_of=run.as_of,
        time_zone=policy.calendar.time_zone,
        week_start=policy.calendar.week_start,
        language=run.language,
        max_rows=policy.limits.max_rows,
    )


def _access(run: _Run) -> Access:
    caller = Caller(user=run.ask.user, tenant=run.ask.tenant, roles=run.ask.roles)
    return Access.of(caller, run.desk.planner.policy)


def _rules(run: _Run) -> Rules:
    return Rules(
        policy=run.desk.planner.policy,
        policy_ref=run.desk.planner.policy_ref,
        access=_access(run),
        release=run.desk.release,
        views=run.desk.views,
        settings=_settings(run),
        bound=run.bound,
    )


def _workbench(run: _Run) -> Workbench:
    return Workbench(
        trace_id=run.trace_id,
        release=run.desk.release,
        views=run.desk.views,
        settings=_settings(run),
        timeout_seconds=run.desk.planner.policy.limits.step_timeout_seconds,
        masked_columns=_access(run).masked_columns,
        source=run.desk.source,
        allowed_tables=run.desk.allowed_tables,
        marks=Watermarks(run.desk.watermark),
        bound=run.bound,
    )


def _evidence(
    asked: Plan, plan: Plan, executed: ExecuteResult, executed_output: StageOutput
) -> Evidence:
    kept = {step.id for step in plan.steps}
    refused = [step for step in asked.steps if step.id not in kept]
    purposes = {step.id: step.purpose for step in asked.steps}
    failed = [r for r in executed.steps if r.error is not None]
    required = any(not s.optional for s in refused) or any(not r.optional for r in failed)
    return Evidence(
        references=executed_output.references,
        missing=tuple(
            dict.fromkeys([*(s.purpose for s in refused), *(purposes[r.step] for r in failed)])
        ),
        missing_required=required,
        answered=any(r.error is None for r in executed.steps),
    )
