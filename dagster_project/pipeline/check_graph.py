"""What the policy says of a graph plan: how far, which way, and which properties may shape it."""

from __future__ import annotations

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.policy import GraphLimits
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.plan import PlanStep, PolicyDecision


def check_graph(
    step: PlanStep,
    plan: GraphPlan,
    limits: GraphLimits,
    view: CatalogView | None,
    masked: frozenset[str],
    policy_ref: str,
) -> tuple[PolicyDecision, ...]:
    """What was changed or refused; a refusal ends the step. The binder keeps to the same limits."""
    rule = f"{policy_ref}#graph_views"
    name = step.graph_view or plan.operation
    found: list[PolicyDecision] = []
    if plan.direction not in limits.directions and plan.operation in ("neighbours", "reach"):
        allowed = ", ".join(limits.directions)
        detail = f"{step.purpose}: the view {name} may go {allowed}, not {plan.direction}"
        found.append(
            PolicyDecision(rule=rule, decision="refused", detail=detail, empty="not_permitted")
        )
    depth = int(plan.max_depth)
    if depth > limits.max_depth:
        detail = f"{step.purpose}: {depth} hops are cut to {limits.max_depth}"
        found.append(PolicyDecision(rule=rule, decision="changed", detail=detail))
    used = _used(plan, view) & masked
    if used:
        detail = f"{step.purpose}: {', '.join(sorted(used))} is masked for this role"
        found.append(
            PolicyDecision(
                rule=f"{policy_ref}#masked_columns",
                decision="refused",
                detail=detail,
                empty="not_permitted",
            )
        )
    return tuple(found)


def _used(plan: GraphPlan, view: CatalogView | None) -> frozenset[str]:
    """`Label.property` for each that shapes the rows beyond being shown."""
    names = {
        *(f.property for f in (*plan.start.filters, *plan.found.filters)),
        *(m.property for m in plan.measures if m.property),
        *plan.group_by,
        *(o.by for o in plan.order),
    }
    labels = [c.label for c in view.spec.graph_collections] if view is not None else []
    return frozenset(f"{label}.{name}" for label in labels for name in names)
