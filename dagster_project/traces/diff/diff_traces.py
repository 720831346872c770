"""Two traces → what differs and matters, as a whole and stage by stage."""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.contracts.plan import Plan
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.trace_diff import (
    AssetChange,
    BlockDiff,
    Change,
    ReplanDiff,
    StageDiff,
    TraceDiff,
)
from dagster_project.contracts.value import STAGES, Stage
from dagster_project.traces.diff.blocks import compare_laid
from dagster_project.traces.diff.models import calls_text, compare_fallbacks, compare_models
from dagster_project.traces.diff.pairing import Pairing, pair_traces
from dagster_project.traces.diff.say import verdict_of
from dagster_project.traces.diff.stages import compare_stage, flags_of
from dagster_project.traces.diff.walk import changes

_ASIDE = ("question", "language", "user", "tenant", "release_id", "test_mode")


def diff_traces(left: Trace, right: Trace) -> TraceDiff:
    """From left to right. The same traces, or such that differ in nothing that matters: `same`."""
    pairing = pair_traces(left, right)
    stages = tuple(compare_stage(stage, left, right, pairing) for stage in STAGES)
    by_name = {stage.stage: stage for stage in stages}
    changed: tuple[Stage, ...] = tuple(stage.stage for stage in stages if stage.changed)
    outcome, summary = _outcome(left, right), _summary(left, right, pairing)
    replans = _replans(left.replan_events, right.replan_events, pairing)
    fallbacks = compare_fallbacks(left, right, pairing)
    diff = TraceDiff(
        left=left.trace_id,
        right=right.trace_id,
        same=not (changed or outcome or summary or replans.changed or fallbacks),
        verdict="",
        first_stage=changed[0] if changed else None,
        changed_stages=changed,
        stages=stages,
        assets=_assets(left, right),
        outcome=outcome,
        summary=summary,
        plan=_plan(left.plan_validated, right.plan_validated, pairing),
        rows=by_name["execute"].rows,
        blocks=_seen(left, right, by_name["present"], pairing),
        references=tuple(changes(left.references, right.references, pairing)),
        flags=flags_of(stages),
        replans=replans,
        fallbacks=fallbacks,
        models=compare_models(left, right),
        notes=_notes(left, right, pairing),
        left_ms=left.duration_ms,
        right_ms=right.duration_ms,
    )
    return diff.model_copy(update={"verdict": verdict_of(diff)})


def _outcome(left: Trace, right: Trace) -> tuple[Change, ...]:
    facts = {
        "/route": (left.route, right.route),
        "/status": (left.status, right.status),
        "/error": (_code(left), _code(right)),
    }
    return tuple(Change(path=p, left=a, right=b) for p, (a, b) in facts.items() if a != b)


def _code(trace: Trace) -> str | None:
    return trace.answer.error.code if trace.answer.error else None


def _summary(left: Trace, right: Trace, pairing: Pairing) -> Change | None:
    before, after = left.answer.summary, right.answer.summary
    if pairing.same_text(before, after):
        return None
    return Change(path="/summary", left=before, right=after)


def _seen(left: Trace, right: Trace, present: StageDiff, pairing: Pairing) -> tuple[BlockDiff, ...]:
    """The blocks of the two answers; a reject has some although it has no present stage."""
    if present.left_runs and present.right_runs:
        return present.blocks
    return compare_laid(left.answer.screen.blocks, right.answer.screen.blocks, pairing)


def _plan(left: Plan | None, right: Plan | None, pairing: Pairing) -> tuple[Change, ...]:
    if left is not None and right is not None:
        return tuple(changes(left, right, pairing))
    named = [
        plan and f"{plan.intent}: {', '.join(s.query for s in plan.steps)}"
        for plan in (left, right)
    ]
    return (Change(path="/", left=named[0], right=named[1]),) if named != [None, None] else ()


def _replans(
    left: Sequence[ReplanEvent], right: Sequence[ReplanEvent], pairing: Pairing
) -> ReplanDiff:
    """Events in order; one that only one side has is named by what it was."""
    before, after = ([_event(event) for event in events] for events in (left, right))
    found = [
        change
        for place, (one, other) in enumerate(zip(left, right, strict=False))
        for change in changes(one, other, pairing, f"/{place}")
    ]
    for place in range(min(len(left), len(right)), max(len(left), len(right))):
        one, other = (names[place] if place < len(names) else None for names in (before, after))
        found.append(Change(path=f"/{place}", left=one, right=other))
    return ReplanDiff(
        changed=bool(found), left=tuple(before), right=tuple(after), changes=tuple(found)
    )


def _event(event: ReplanEvent) -> str:
    return f"{event.trigger} → {event.decision} ({event.scope})"


def _assets(left: Trace, right: Trace) -> tuple[AssetChange, ...]:
    """Assets in another version or with another content, and the stages that were given them."""
    found: list[AssetChange] = []
    for asset in left.applied_assets | right.applied_assets:
        versions = left.applied_assets.get(asset), right.applied_assets.get(asset)
        contents = left.asset_versions.get(asset), right.asset_versions.get(asset)
        if versions[0] == versions[1] and (contents[0] == contents[1] or None in contents):
            continue
        found.append(
            AssetChange(
                asset=asset,
                left=versions[0],
                right=versions[1],
                left_content=contents[0],
                right_content=contents[1],
                stages=_readers(asset, left, right),
            )
        )
    # What both read in two versions is a swap; what only one read follows from another plan.
    return tuple(sorted(found, key=lambda change: None in (change.left, change.right)))


def _readers(asset: str, *traces: Trace) -> tuple[Stage, ...]:
    given = {i.stage for t in traces for i in t.stage_inputs if asset in i.applied_assets}
    return tuple(stage for stage in STAGES if stage in given)


def _notes(left: Trace, right: Trace, pairing: Pairing) -> tuple[Change, ...]:
    """Facts about the asking, and about the road, that change no answer by themselves."""
    pairs: list[tuple[str, object, object]] = [
        (field, getattr(left, field), getattr(right, field)) for field in _ASIDE
    ]
    scores = [{c.query: round(c.score, 4) for c in t.plan_raw.candidates} for t in (left, right)]
    pairs += [
        ("as_of", left.as_of.isoformat(), right.as_of.isoformat()),
        ("asset_overrides", left.asset_overrides, right.asset_overrides),
        ("candidates", scores[0], scores[1]),
        ("tool_calls", len(left.tool_calls), len(right.tool_calls)),
        ("model_calls", calls_text(left), calls_text(right)),
        ("tokens", left.tokens_in + left.tokens_out, right.tokens_in + right.tokens_out),
        ("cost_usd", left.cost_usd, right.cost_usd),
    ]
    statements = {
        f"statements/{pairing.name(call.step)}": call.statement for call in right.tool_calls
    }
    pairs += [
        (f"statements/{call.step}", call.statement, statements[f"statements/{call.step}"])
        for call in left.tool_calls
        if f"statements/{call.step}" in statements
    ]
    return tuple(Change(path=f"/{name}", left=a, right=b) for name, a, b in pairs if a != b)
