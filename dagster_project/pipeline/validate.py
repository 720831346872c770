"""PlanOutput → ValidatedPlan: contract, assets, parameters, policy, budget. Asks no source."""

from __future__ import annotations

from dataclasses import dataclass, field

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.query import ParamSpec, QuerySpec
from dagster_project.contracts.error import ErrorCode, ErrorForm
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import Plan, PlanOutput, PlanStep, PolicyDecision
from dagster_project.contracts.stage import StageInput, StageOutput, ValidatedPlan
from dagster_project.contracts.table_plan import TablePlan, TimeRange
from dagster_project.pipeline.access import Access
from dagster_project.pipeline.bind import Binder
from dagster_project.pipeline.bind_graph import filled_plan, limits_of
from dagster_project.pipeline.bound_step import BoundStep
from dagster_project.pipeline.check_graph import check_graph
from dagster_project.pipeline.quarantine import QUARANTINE, in_quarantine
from dagster_project.pipeline.record import StageRecord


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan is held to."""

    policy: PolicySpec
    policy_ref: str
    access: Access
    release: Release
    views: dict[str, CatalogView]
    binder: Binder
    quarantined: frozenset[str] = frozenset()
    """`catalog:object` for what drifted and must not be read."""
    bound: dict[str, BoundStep] = field(default_factory=dict)
    """Filled while validating: what will be sent for each step that needs no other step's rows."""


def validate(stage_input: StageInput, previous: PlanOutput, rules: Rules) -> StageOutput:
    """Keep what may run, change what must be, refuse the rest; every decision is recorded."""
    record = StageRecord(stage_input)
    if previous.plan is None:
        decision = _route_decision(previous, rules)
        if previous.reject is not None:
            record.errors.append(
                ErrorForm(error=previous.reject.reason, code="POLICY_DENY", via="validate")
            )
        return record.done(ValidatedPlan(plan=None, policy_decisions=(decision,)))
    plan = previous.plan
    decisions: list[PolicyDecision] = [
        PolicyDecision(
            rule="open_slots",
            decision="refused",
            detail=f"{slot.reason}: {slot.mention or slot.slot}",
        )
        for slot in plan.open_slots
    ]
    limit = rules.policy.limits.max_steps
    if len(plan.steps) > limit:
        _refuse(
            record, "PLAN_INVALID", f"the plan has {len(plan.steps)} steps, {limit} are allowed"
        )
        decisions.append(
            PolicyDecision(
                rule="max_steps", decision="refused", detail=f"{len(plan.steps)} > {limit}"
            )
        )
        return record.done(ValidatedPlan(plan=None, policy_decisions=tuple(decisions)))
    kept: list[PlanStep] = []
    for step in plan.steps:
        checked = _check_step(step, rules, record, decisions)
        if checked is not None:
            kept.append(checked)
    kept = _without_orphans(kept, decisions)
    record.counts.update(steps=len(kept), refused=len(plan.steps) - len(kept))
    withheld = _withheld(plan, kept, rules)
    validated = plan
    if withheld or tuple(kept) != plan.steps:
        validated = plan.model_copy(update={"steps": tuple(kept), "withheld": withheld})
    return record.done(ValidatedPlan(plan=validated, policy_decisions=tuple(decisions)))


def _withheld(plan: Plan, kept: list[PlanStep], rules: Rules) -> tuple[str, ...]:
    """Names of the columns that were taken out of what is shown."""
    before = {s.id: s.table_plan.columns for s in plan.steps if s.table_plan}
    labels: dict[str, None] = {}
    for step in kept:
        shown = step.table_plan.columns if step.table_plan else ()
        for ref in before.get(step.id, ()):
            column = next((c for v in rules.views.values() if (c := v.column(ref))), None)
            if ref not in shown and column is not None:
                labels[column.names.shown(plan.language, column.name)] = None
    return tuple(labels)


def _route_decision(output: PlanOutput, rules: Rules) -> PolicyDecision:
    if output.reject is not None:
        return PolicyDecision(
            rule=output.reject.policy_id, decision="refused", detail=output.reject.reason
        )
    return PolicyDecision(
        rule=f"{rules.policy_ref}#direct", decision="allowed", detail="no source is asked"
    )


def _check_step(
    step: PlanStep, rules: Rules, record: StageRecord, decisions: list[PolicyDecision]
) -> PlanStep | None:
    version = rules.release.get("query", step.query)
    if version is None or not isinstance(version.asset.spec, QuerySpec):
        _refuse(record, "PLAN_INVALID", f"step {step.id!r}: no query {step.query!r} in the release")
        return None
    spec = version.asset.spec
    source = spec.source or ""
    if not rules.access.allows(source, step.query):
        record.empty_flags[step.id] = "not_permitted"
        record.warnings.append(f"{step.purpose}: not permitted")
        decisions.append(
            PolicyDecision(
                rule=f"{rules.policy_ref}#access",
                decision="refused",
                detail=f"{step.purpose} (query {step.query}, source {source})",
                empty="not_permitted",
            )
        )
        return None
    if rules.release.get("source", source) is None:
        _refuse(record, "PLAN_INVALID", f"step {step.id!r}: no source {source!r} in the release")
        return None
    try:
        params = _typed_params(step, spec)
        if params != step.params:
            step = step.model_copy(update={"params": params})
        unmasked = _unmask(step, rules, record, decisions)
        if unmasked is not None and spec.form == "graph_plan":
            unmasked = _within_graph_limits(unmasked, spec, rules, record, decisions)
        if unmasked is not None:
            bound = rules.binder.bind_unfed(unmasked)
            if _is_quarantined(unmasked, spec, bound, rules, record, decisions):
                return None
            if not unmasked.feeds:
                rules.bound[step.id] = bound
    except InvalidRequest as problem:
        record.errors.append(problem.form(f"validate/{step.id}"))
        decisions.append(PolicyDecision(rule="contract", decision="refused", detail=str(problem)))
        return None
    return unmasked


def _is_quarantined(
    step: PlanStep,
    spec: QuerySpec,
    bound: BoundStep,
    rules: Rules,
    record: StageRecord,
    decisions: list[PolicyDecision],
) -> bool:
    view = rules.views.get(spec.catalog or "")
    found = in_quarantine(step, spec, bound, view, rules.quarantined)
    if not found:
        return False
    detail = f"{step.purpose}: {', '.join(found)} is in quarantine, it drifted from its baseline"
    record.empty_flags[step.id] = "source_down"
    record.warnings.append(detail)
    decisions.append(
        PolicyDecision(rule=QUARANTINE, decision="refused", detail=detail, empty="source_down")
    )
    return True


def _within_graph_limits(
    step: PlanStep,
    spec: QuerySpec,
    rules: Rules,
    record: StageRecord,
    decisions: list[PolicyDecision],
) -> PlanStep | None:
    settings = rules.binder.settings
    fed: dict[str, list[object]] = {f.param or f.filter_column or "": ["?"] for f in step.feeds}
    plan = filled_plan(step, spec, settings, fed)
    limits = limits_of(step, plan, settings)
    view = rules.views.get(spec.catalog or "")
    masked = rules.access.masked_columns
    found = check_graph(step, plan, limits, view, masked, rules.policy_ref)
    decisions.extend(found)
    refused = [d for d in found if d.decision == "refused"]
    if refused:
        record.empty_flags[step.id] = "not_permitted"
    record.warnings += [d.detail for d in found]
    return None if refused else step


def _refuse(record: StageRecord, code: ErrorCode, reason: str) -> None:
    record.errors.append(ErrorForm(error=reason, code=code, via="validate"))


def _typed_params(step: PlanStep, spec: QuerySpec) -> dict[str, object]:
    """Parameters as declared. Raises: InvalidRequest with the parameter and the value."""
    declared = {p.name: p for p in spec.params}
    fed = {f.param for f in step.feeds}
    for name in step.params:
        if name not in declared:
            raise InvalidRequest(
                f"step {step.id!r}: query {step.query!r} has no parameter {name!r};",
                f"it has {', '.join(declared) or 'none'}",
            )
    typed: dict[str, object] = {}
    for name, param in declared.items():
        value = step.params.get(name, param.default)
        if value is None and param.required and name not in fed:
            raise InvalidRequest(f"step {step.id!r}: parameter {name!r} has no value;")
        if value is not None and name in step.params:
            typed[name] = _typed(step, param, value)
    return typed


def _typed(step: PlanStep, param: ParamSpec, value: object) -> object:
    many = isinstance(value, (tuple, list))
    for one in value if many else (value,):  # pyright: ignore[reportGeneralTypeIssues]
        fits = {
            "time_range": isinstance(one, TimeRange),
            "limit": isinstance(one, int) and not isinstance(one, bool) and one > 0,
            "number": isinstance(one, (int, float)) and not isinstance(one, bool),
            "boolean": isinstance(one, bool),
            "enum": not param.values or str(one) in param.values,
        }.get(param.type, isinstance(one, (str, int, float)))
        if not fits:
            expected = f"one of {', '.join(param.values)}" if param.values else f"a {param.type}"
            raise InvalidRequest(
                f"step {step.id!r}: parameter {param.name!r} is {one!r};", f"expected {expected}"
            )
    return value


def _unmask(
    step: PlanStep, rules: Rules, record: StageRecord, decisions: list[PolicyDecision]
) -> PlanStep | None:
    """Take masked columns out of what is shown; refuse a plan that filters or groups by one."""
    masked = rules.access.masked_columns
    plan = step.table_plan
    if plan is None or not masked:
        return step
    view = _view_of(step, rules)
    used = (_columns_used(plan, step, view) | _whole_table(plan, view, masked)) & masked
    if used:
        record.empty_flags[step.id] = "not_permitted"
        detail = f"{step.purpose}: {', '.join(sorted(used))} is masked for this role"
        record.warnings.append(detail)
        decisions.append(
            PolicyDecision(
                rule=f"{rules.policy_ref}#masked_columns",
                decision="refused",
                detail=detail,
                empty="not_permitted",
            )
        )
        return None
    hidden = [c for c in plan.columns if c in masked]
    if not hidden:
        return step
    decisions.append(
        PolicyDecision(
            rule=f"{rules.policy_ref}#masked_columns",
            decision="changed",
            detail=f"{', '.join(hidden)} is not shown to this role",
        )
    )
    shown = tuple(c for c in plan.columns if c not in masked)
    return step.model_copy(update={"table_plan": plan.model_copy(update={"columns": shown})})


def _view_of(step: PlanStep, rules: Rules) -> CatalogView | None:
    version = rules.release.get("query", step.query)
    assert version is not None
    assert isinstance(version.asset.spec, QuerySpec)
    return rules.views.get(version.asset.spec.catalog or "")


def _whole_table(
    plan: TablePlan, view: CatalogView | None, masked: frozenset[str]
) -> frozenset[str]:
    """All columns of the plan's table when every one is masked: then not even a count is shown."""
    columns = frozenset(view.columns(plan.table)) if view is not None else frozenset()
    return columns if columns <= masked else frozenset()


def _columns_used(plan: TablePlan, step: PlanStep, view: CatalogView | None) -> frozenset[str]:
    """Columns whose values would shape the answer beyond being shown."""
    metrics = [view.metric(m.metric) for m in plan.measures if m.metric] if view else []
    return frozenset(
        [
            *(f.column for f in plan.filters),
            *(d.column for d in plan.dimensions),
            *(m.column for m in plan.measures if m.column),
            *(f"{m.table}.{column}" for m in metrics if m for column in (m.column, *m.where)),
            *(o.by for o in plan.order),
            *(f.column for r in plan.related for f in r.filters),
            *(f.filter_column for f in step.feeds if f.filter_column),
            *(plan.search.columns if plan.search else ()),
        ]
    )


def _without_orphans(steps: list[PlanStep], decisions: list[PolicyDecision]) -> list[PlanStep]:
    """Steps whose input was refused cannot run either, nor steps that wait for each other."""
    ready: set[str] = set()
    while more := {s.id for s in steps if set(s.depends_on) <= ready} - ready:
        ready |= more
    for orphan in (s for s in steps if s.id not in ready):
        detail = f"{orphan.purpose}: needs {', '.join(orphan.depends_on)}"
        decisions.append(PolicyDecision(rule="depends_on", decision="refused", detail=detail))
    return [s for s in steps if s.id in ready]
