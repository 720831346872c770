"""What an ask would show for the samples of some queries: composed by the pipeline's own stages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from dagster_project.contracts.answer import Screen
from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.stage import (
    ComposeResult,
    ExecuteResult,
    PresentResult,
    StageInput,
    StepResult,
)
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.contracts.value import Language
from dagster_project.inspection.inspection import Observation
from dagster_project.inspection.query import RunSample, sample_of
from dagster_project.pipeline.compose import compose, mappings_by_query
from dagster_project.pipeline.join_honesty import sources_by_query
from dagster_project.pipeline.present import Evidence, present


@dataclass(frozen=True, slots=True)
class SampleRun:
    """Results of the queries that have a sample, and why the others have none."""

    language: Language
    steps: tuple[PlanStep, ...]
    results: tuple[StepResult, ...]
    gaps: tuple[Observation, ...]


def run_samples(
    queries: tuple[str, ...], release: Release, run: RunSample, language: Language
) -> SampleRun:
    """Run each query on its sample, labelled in the language. Effects: one read each."""
    steps: list[PlanStep] = []
    results: list[StepResult] = []
    gaps: list[Observation] = []
    for name in queries:
        version = release.get("query", name)
        spec = version.asset.spec if version else None
        if version is None or not isinstance(spec, QuerySpec) or spec.form == "recipe":
            told = (
                "is a recipe, whose steps have results of their own" if spec else "does not exist"
            )
            gaps.append(Observation(name=name, status="error", detail=f"query {name!r} {told}"))
            continue
        sample, gap = sample_of(spec)
        if sample is None:
            gaps.append(Observation(name=name, status="warn", detail=f"query {name!r}: {gap}"))
            continue
        title = version.asset.header.title
        step = PlanStep(
            id=name,
            query=name,
            purpose=title.shown(language) if title else name,
            table_plan=sample if isinstance(sample, TablePlan) else spec.plan,
            graph_plan=sample if isinstance(sample, GraphPlan) else None,
        )
        steps.append(step)
        results.append(run(name, sample, language).model_copy(update={"step": name}))
    return SampleRun(language, tuple(steps), tuple(results), tuple(gaps))


def compose_samples(ran: SampleRun, release: Release) -> ComposeResult:
    """The blocks and the summary an ask would compose from these results."""
    output = compose(
        StageInput(stage="compose"),
        ExecuteResult(steps=ran.results),
        _plan(ran),
        mappings_by_query(release),
        sources_by_query(release),
    )
    assert isinstance(output.result, ComposeResult)
    return output.result


def present_samples(ran: SampleRun, composed: ComposeResult, screen: AssetVersion) -> Screen:
    """The screen an ask would show with these blocks."""
    output = present(
        StageInput(stage="present"),
        composed,
        screen,
        _plan(ran),
        Evidence(),
        ran.language,
        "",
        "preview",
    )
    assert isinstance(output.result, PresentResult)
    return output.result.screen


def _plan(ran: SampleRun) -> Plan:
    return Plan(intent="lookup", language=ran.language, as_of=datetime.now(UTC), steps=ran.steps)
