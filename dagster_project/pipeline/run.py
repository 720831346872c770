"""One ask on its way: calls a stage, keeps its input and output. It decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from zoneinfo import ZoneInfo

from dagster_project.catalog.compile_table_plan import CompileSettings
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.model_call import ModelCall, ModelPurpose
from dagster_project.contracts.plan import DirectAnswer, Plan, PlanOutput, PlanStep
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    StageInput,
    StageOutput,
    StepResult,
    ValidatedPlan,
)
from dagster_project.contracts.trace import Ask, FlowSpan
from dagster_project.contracts.value import AssetId, Language, Stage, TraceId
from dagster_project.llm.port import Speaker
from dagster_project.pipeline.access import Access, Caller, may_use
from dagster_project.pipeline.bind import Binder
from dagster_project.pipeline.compose import compose
from dagster_project.pipeline.deadline import Deadline
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.execute import execute
from dagster_project.pipeline.present import Evidence, present, screen_for
from dagster_project.pipeline.route_plan import route_plan
from dagster_project.pipeline.run_step import Watermarks, Workbench
from dagster_project.pipeline.speaker_of import speaker_of
from dagster_project.pipeline.validate import Rules, validate
from dagster_project.planner.decide import Caller as PlanningFor
from dagster_project.planner.text import language_of, normalise

Progress = Callable[[str, str, float], None]
"""Called with stage, message and elapsed milliseconds while an ask runs."""


def clock_of(ask: Ask, desk: Desk, now: datetime) -> datetime:
    """What "now" means for this ask, in UTC: its own, the policy's, or the real one."""
    calendar = desk.planner.policy.calendar
    as_of = ask.as_of or (now if calendar.as_of == "now" else calendar.as_of)
    if as_of.tzinfo is None:
        as_of = as_of.replace(tzinfo=ZoneInfo(calendar.time_zone))
    return as_of.astimezone(UTC)


def contents_of(release: Release, assets: Iterable[str]) -> dict[str, str]:
    """Asset id to content hash."""
    found = ((asset, release.versions.get(AssetId(asset))) for asset in assets)
    return {asset: version.asset.content_hash for asset, version in found if version is not None}


@dataclass
class Run:
    """The record of an ask in the making: stage inputs and outputs in order, events, spans."""

    ask: Ask
    desk: Desk
    trace_id: TraceId
    as_of: datetime
    language: Language
    progress: Progress | None = None
    started: float = field(default_factory=time.perf_counter)
    round: int = 1
    inputs: list[StageInput] = field(default_factory=list)
    outputs: list[StageOutput] = field(default_factory=list)
    spans: list[FlowSpan] = field(default_factory=list)
    events: list[ReplanEvent] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)
    """Asset id to version, for what the stages were given."""
    contents: dict[str, str] = field(default_factory=dict)
    """Asset id to content hash, where it is not that of the desk's release."""
    model_calls: list[ModelCall] = field(default_factory=list)
    """Those that this run made, not those of stored outputs."""

    @classmethod
    def start(
        cls, ask: Ask, desk: Desk, trace_id: TraceId, now: datetime, progress: Progress | None
    ) -> Run:
        language = ask.language or language_of(normalise(ask.question))
        return cls(ask, desk, trace_id, clock_of(ask, desk, now), language, progress)

    # -- the five stages

    def route(self) -> PlanOutput:
        stage_input = self._enter("route_plan", self.ask.question)
        output = route_plan(
            stage_input,
            self.desk.at("route_plan").planner,
            self.ask.question,
            self.as_of,
            self.language,
            self._speaker("route_plan"),
            self._planning_for(),
        )
        result = self._leave(output).result
        assert isinstance(result, PlanOutput)
        self._note_recipe(result)
        return result

    def check(self, routed: PlanOutput) -> ValidatedPlan:
        self.bench.bound.clear()
        stage_input = self._enter("validate", routed.routing_reasoning)
        result = self._leave(validate(stage_input, routed, self.rules)).result
        assert isinstance(result, ValidatedPlan)
        return result

    def fetch(self, validated: ValidatedPlan, plan: Plan) -> ExecuteResult:
        names = ", ".join(step.purpose for step in plan.steps)
        stage_input = self._enter("execute", names, plan)
        output = execute(stage_input, validated, self.bench, self.desk.pool, self._step_done)
        result = self._leave(output).result
        assert isinstance(result, ExecuteResult)
        return result

    def compose(self, executed: ExecuteResult, plan: Plan) -> ComposeResult:
        stage_input = self._enter("compose", f"{len(executed.steps)} results", plan)
        desk = self.desk.at("compose")
        output = compose(
            stage_input,
            executed,
            plan,
            desk.mappings,
            desk.source_titles,
            self.ask.question,
            self._speaker("compose"),
        )
        result = self._leave(output).result
        assert isinstance(result, ComposeResult)
        return result

    def present(
        self, previous: ComposeResult | DirectAnswer, plan: Plan | None, evidence: Evidence
    ) -> StageOutput:
        screen = screen_for(self.desk.at("present").release, plan)
        blocks = 1 if isinstance(previous, DirectAnswer) else len(previous.blocks)
        stage_input = self._enter("present", f"{blocks} blocks", plan)
        return self._leave(
            present(
                stage_input,
                previous,
                screen,
                plan,
                evidence,
                self.language,
                self.ask.question,
                self.trace_id,
            )
        )

    # -- what the stages are given

    @property
    def elapsed_ms(self) -> float:
        return (time.perf_counter() - self.started) * 1000

    @cached_property
    def deadline(self) -> Deadline:
        policy = self.desk.planner.policy
        allowed = min(policy.limits.ask_timeout_seconds, policy.replan.deadline_seconds)
        return Deadline(self.started + allowed)

    @cached_property
    def settings(self) -> CompileSettings:
        policy = self.desk.at("validate").planner.policy
        return CompileSettings(
            as_of=self.as_of,
            time_zone=policy.calendar.time_zone,
            week_start=policy.calendar.week_start,
            language=self.language,
            max_rows=policy.limits.max_rows,
            max_points=policy.limits.max_points,
            graph_views=policy.limits.graph_views,
        )

    def _binder(self, desk: Desk) -> Binder:
        return Binder(desk.release, desk.views, self.settings, desk.also)

    @cached_property
    def access(self) -> Access:
        caller = Caller(user=self.ask.user, tenant=self.ask.tenant, roles=self.ask.roles)
        return Access.of(caller, self.desk.at("validate").planner.policy)

    @property
    def allowed_queries(self) -> frozenset[str]:
        """Titles of the queries that this caller may use, in the ask's language."""
        planner = self.desk.planner
        return frozenset(
            title.shown(self.language)
            for name, title in planner.titles.items()
            if self.access.allows(planner.queries[name].source or "", name)
        )

    def _planning_for(self) -> PlanningFor:
        queries = self.desk.at("route_plan").planner.queries
        allowed = partial(may_use, self.access, queries)
        return PlanningFor(allowed, self.access.masked_columns)

    def _speaker(self, stage: ModelPurpose) -> Speaker | str:
        """How this stage may speak with a language model, or why it may not."""
        spent = sum(call.cost_usd for call in self.model_calls)
        left = self.deadline.remaining_seconds
        return speaker_of(stage, self.desk.at(stage), self.ask, self.trace_id, left, spent)

    @cached_property
    def rules(self) -> Rules:
        desk = self.desk.at("validate")
        same = desk is self.desk.at("execute")
        return Rules(
            policy=desk.planner.policy,
            policy_ref=desk.planner.policy_ref,
            access=self.access,
            release=desk.release,
            views=desk.views,
            binder=self._binder(desk),
            quarantined=desk.quarantined(),
            bound=self.bench.bound if same else {},  # what execute sends is bound by its own desk
        )

    @cached_property
    def bench(self) -> Workbench:
        desk = self.desk.at("execute")
        return Workbench(
            trace_id=self.trace_id,
            release=desk.release,
            views=desk.views,
            settings=self.settings,
            binder=self._binder(desk),
            timeout_seconds=self.desk.planner.policy.limits.step_timeout_seconds,
            deadline=self.deadline,
            masked_columns=self.access.masked_columns,
            source=desk.source,
            allowed_tables=desk.allowed_tables,
            marks=Watermarks(desk.watermark, self.deadline),
        )

    # -- the record

    def tell(self, stage: str, message: str) -> None:
        if self.progress is not None:
            self.progress(stage, message, self.elapsed_ms)

    def _enter(self, stage: Stage, message: str, plan: Plan | None = None) -> StageInput:
        self.tell(stage, message)
        desk = self.desk.at(stage)
        applied = desk.applied.of(stage, plan)
        self._note(desk, applied)
        params: dict[str, object] = {"language": self.language}
        if stage == "route_plan":
            params["question"] = self.ask.question
            params["as_of"] = self.as_of.isoformat()
            params["user"] = self.ask.user
            params["roles"] = list(self.ask.roles)
        elif stage == "validate":
            params["user"] = self.ask.user
            params["roles"] = list(self.ask.roles)
        elif stage in ("compose", "present"):
            params["plan_from"] = "validate"
        stage_input = StageInput(
            stage=stage,
            applied_assets=applied,
            params=params,
            control_context={"round": self.round},
        )
        self.inputs.append(stage_input)
        return stage_input

    def _note_recipe(self, routed: PlanOutput) -> None:
        """A recipe shapes the plan and is in none of its steps: only routing reads it."""
        desk = self.desk.at("route_plan")
        steps = {step.query for step in routed.plan.steps} if routed.plan is not None else set()
        chosen = {c.query for c in routed.candidates if c.chosen} - steps
        found = (desk.release.get("query", name) for name in sorted(chosen))
        recipes = {str(v.asset.id): str(v.number or "draft") for v in found if v is not None}
        if recipes:
            self._note(desk, recipes)
            given = self.inputs[-1]
            applied = {**given.applied_assets, **recipes}
            self.inputs[-1] = given.model_copy(update={"applied_assets": applied})

    def _note(self, desk: Desk, applied: Mapping[str, str]) -> None:
        """What a stage read, of which version and with which content."""
        self.read.update(applied)
        if self.contents or desk is not self.desk:
            self.contents.update(contents_of(desk.release, applied))

    def _note_prompt(self, stage: ModelPurpose) -> None:
        """A prompt was read when a model was asked with it, or its kept reply was looked for."""
        desk = self.desk.at(stage)
        prompt = desk.prompts.get(stage)
        if prompt is not None:
            applied = {str(prompt.asset): prompt.version}
            self._note(desk, applied)
            given = self.inputs[-1]
            all_of_it = {**given.applied_assets, **applied}
            self.inputs[-1] = given.model_copy(update={"applied_assets": all_of_it})

    def _leave(self, output: StageOutput) -> StageOutput:
        self.outputs.append(output)
        self.model_calls += output.model_calls
        if output.model_calls and output.stage in ("route_plan", "compose"):
            self._note_prompt(output.stage)
        self.spans.append(
            FlowSpan(
                name=output.stage,
                start_ms=round(self.elapsed_ms - output.duration_ms, 3),
                duration_ms=output.duration_ms,
            )
        )
        return output

    def _step_done(self, step: PlanStep, result: StepResult) -> None:
        rows = result.total_rows if result.total_rows is not None else len(result.rows)
        self.tell("execute", f"{step.purpose}: {rows}")
