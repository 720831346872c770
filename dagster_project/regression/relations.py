"""R8, B15: what must hold between the answers to two questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import isclose

from dagster_project.contracts.golden import Relation, RelationKind
from dagster_project.contracts.night import Check, Fingerprint
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.trace import Trace
from dagster_project.regression.facts import answered_steps, measures_of
from dagster_project.regression.node_names import without_names
from dagster_project.regression.plain_cells import PlainRow, plain, plain_rows, same, within

_NEAR = 1e-9


def check_relation(
    relation: Relation,
    trace: Trace,
    other: Trace,
    found: Fingerprint,
    other_found: Fingerprint,
    name: str = "relation",
) -> Check:
    """Whether the relation holds between a case's answer and that of the other question."""
    if relation.kind == "same_plan":
        told = _plans_differ(found, other_found)
    elif relation.kind == "sums_to":
        told = _sums_differ(trace, other)
    else:
        told = _rows_differ(relation.kind, trace, other)
    expected = f"{relation.kind} {relation.question!r}"
    return Check(name=name, passed=not told, expected="" if not told else expected, found=told)


# Each gives what differs; nothing when the relation holds.


def _plans_differ(one: Fingerprint, other: Fingerprint) -> str:
    if not one.plan or not other.plan:
        return f"no plan: routes {one.route} and {other.route}"
    if one.plan == other.plan:
        return ""
    if one.queries != other.queries:
        return f"other queries: {', '.join(one.queries)} and {', '.join(other.queries)}"
    return "the same queries with other parameters, filters or measures"


def _rows_differ(kind: RelationKind, trace: Trace, other: Trace) -> str:
    ours, theirs = answered_steps(trace), answered_steps(other)
    if not ours or not theirs:
        lacking = trace.question if not ours else other.question
        return f"no step of {lacking!r} was answered"
    if len(ours) != len(theirs):
        return f"{len(ours)} steps and {len(theirs)}"
    fits = same if kind == "same_rows" else within
    for step, counterpart in zip(_in_order(ours), _in_order(theirs), strict=True):
        told = _step_differs(step, counterpart, fits)
        if told:
            return told
    return ""


def _step_differs(
    step: StepResult,
    other: StepResult,
    fits: Callable[[Sequence[PlainRow], Sequence[PlainRow], float], bool],
) -> str:
    """Rows by the columns that both have: a listing shows names in its reader's language."""
    names = [column.name for column in step.columns]
    theirs = [column.name for column in other.columns]
    shared = without_names([name for name in theirs if name in names])
    if not step.rows and not other.rows:
        return ""
    if not shared and step.rows and other.rows:
        return f"{step.step}: no column in common"
    rows = plain_rows(step.rows, [names.index(name) for name in shared])
    wanted = plain_rows(other.rows, [theirs.index(name) for name in shared])
    if fits(wanted, rows, _NEAR):
        return ""
    missing = list((Counter(wanted) - Counter(rows)).elements())
    first = f", missing {missing[0]}" if missing else ""
    return f"{step.step}: {len(rows)} rows beside {len(wanted)}{first}"


def _sums_differ(trace: Trace, other: Trace) -> str:
    parts, whole = _measure(trace), _measure(other)
    if isinstance(parts, str) or isinstance(whole, str):
        return parts if isinstance(parts, str) else str(whole)
    if len(whole) != 1:
        return f"{other.question!r} gives {len(whole)} numbers, not one"
    if isclose(sum(parts), whole[0], rel_tol=_NEAR, abs_tol=_NEAR):
        return ""
    return f"{len(parts)} parts add up to {sum(parts):g}, the whole is {whole[0]:g}"


def _measure(trace: Trace) -> list[float] | str:
    """The one measure of the one answered step, or why there is none."""
    steps = answered_steps(trace)
    if len(steps) != 1:
        return f"{len(steps)} steps of {trace.question!r} were answered, not one"
    step = steps[0]
    places = [at for at, measure in enumerate(measures_of(trace, step)) if measure]
    if len(places) != 1:
        return f"{trace.question!r} has {len(places)} measures, not one"
    if step.truncated:
        return f"{trace.question!r} was cut at {len(step.rows)} rows"
    numbers = [plain(row[places[0]]) for row in step.rows]
    return [number for number in numbers if isinstance(number, float)]


def _in_order(steps: Sequence[StepResult]) -> list[StepResult]:
    return sorted(steps, key=lambda step: (step.query.partition(":")[0], step.step))
