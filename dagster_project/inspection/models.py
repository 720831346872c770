"""The models of a policy: which are set, how they did, and where it may cost, a tiny call each."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dagster_project.canvas.model_standing import ModelStanding, Standing, model_standing
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.block import CellValue
from dagster_project.inspection.inspection import Inspection, Observation, PreviewTable
from dagster_project.pipeline.prompts import prompts_by_stage

if TYPE_CHECKING:
    from dagster_project.canvas import Canvas
    from dagster_project.canvas.try_model import TriedModel

PROBE_SECONDS = 5.0
"""For one call of a check."""
_COLUMNS = ("model", "provider", "score", "calls", "failed", "p50 ms", "p95 ms", "state")


def inspect_models(canvas: Canvas, release: Release, spec: PolicySpec) -> Inspection:
    """From the ledger; asks nothing unless the policy's `models.probe_in_checks` lets it.

    Effects: with it, one paid call to each model that is set, in the ledger. Raises: StoreError.
    """
    prompt = prompts_by_stage(release).get("route_plan")
    home = canvas.settings.home
    found = model_standing(canvas.database, home, spec, prompt)
    tried: dict[str, TriedModel] = {}
    if spec.models.probe_in_checks:
        tried = _probed(canvas, spec, found)
        found = model_standing(canvas.database, home, spec, prompt)
    observations = tuple(_observed(model, tried.get(model.model), spec) for model in found.models)
    set_ones = [model for model in found.models if not model.missing]
    calls = sum(model.health.calls for model in found.models)
    return Inspection(
        summary=_summary(found, len(set_ones)),
        findings=(*observations, *_prices(found)),
        facts={
            "models": len(found.models),
            "models_set": len(set_ones),
            "models_failing": sum(finding.status != "ok" for finding in observations),
            "calls_in_window": calls,
            "probed": bool(tried),
            "asked_next": found.chosen or "none",
        },
        table=PreviewTable(columns=_COLUMNS, rows=tuple(map(_row, found.models))),
    )


def _probed(canvas: Canvas, spec: PolicySpec, found: Standing) -> dict[str, TriedModel]:
    from dagster_project.canvas.try_model import try_models

    database, home = canvas.database, canvas.settings.home
    return {
        model.model: tried
        for model in found.models
        if not (model.missing or model.bad_key)
        for tried in try_models(
            database, home, spec, model.model, by="check", seconds=PROBE_SECONDS
        )
    }


def _observed(model: ModelStanding, tried: TriedModel | None, spec: PolicySpec) -> Observation:
    """Not set is no failure; what is set and does not answer is one."""
    name = f"model {model.model}"
    if model.missing:
        return Observation(name=name, status="ok", detail=f"is not set: {model.missing}")
    problem = _problem(model, tried, spec)
    if problem:
        return Observation(name=name, status="warn", detail=f"{model.model}: {problem}")
    health = model.health
    detail = "it works" if tried else "nobody asked it lately"
    if health.last_ok_at is not None:
        share = f", {health.failure_ratio:.0%} of {health.calls} calls failed"
        detail = f"answered last at {_moment(health.last_ok_at)}{share if health.calls else ''}"
    return Observation(name=name, status="ok", detail=detail)


def _problem(model: ModelStanding, tried: TriedModel | None, spec: PolicySpec) -> str:
    routing, health = spec.models.routing, model.health
    if model.bad_key:
        return model.bad_key
    if tried is not None and not tried.works:
        return f"a call of this check failed: {tried.detail}"
    if tried is not None:
        return ""
    if health.failures_in_row >= routing.failures_to_open:
        return f"{health.failures_in_row} failures in a row, the last: {health.last_failure}"
    if health.calls and health.failure_ratio > routing.max_error_rate:
        return f"{health.failure_ratio:.0%} of {health.calls} calls failed"
    return ""


def _prices(found: Standing) -> tuple[Observation, ...]:
    if not found.unpriced:
        return ()
    detail = (
        f"{', '.join(found.unpriced)}: no price in the policy, so no budget of a day stops it;"
        " write usd_per_million_in and usd_per_million_out"
    )
    return (Observation(name="prices", status="warn", detail=detail),)


def _summary(found: Standing, set_ones: int) -> str:
    if not found.models:
        return "no model is named; the built-in planner does the whole work"
    if found.ready:
        return f"no model is asked: {found.ready}; the built-in planner does the whole work"
    return f"{set_ones} of {len(found.models)} models set; {found.reason}"


def _row(model: ModelStanding) -> tuple[CellValue, ...]:
    health = model.health
    return (
        model.model,
        model.provider,
        model.score,
        health.calls,
        round(health.failure_ratio, 3),
        health.p50_ms,
        health.p95_ms,
        model.barred or "can be asked",
    )


def _moment(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
