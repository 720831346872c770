"""Which thing of the right trace stands for which of the left: steps, references, moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dagster_project.contracts.stage import ExecuteResult, StageOutput
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Stage

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Reads names and moments of the right trace as the left one has them."""

    left_id: str
    right_id: str
    left_as_of: datetime
    right_as_of: datetime
    steps: dict[str, str] = field(default_factory=dict)
    """Right step to left step, where the names differ."""
    references: dict[str, str] = field(default_factory=dict)

    def name(self, right: str) -> str:
        """A step, reference or block (`<step>.<number>`) by its name on the left."""
        if not self.steps and not self.references:
            return right
        if right in self.references:
            return self.references[right]
        head, dot, rest = right.partition(".")
        return self.steps.get(head, head) + dot + rest

    def same_text(self, left: str, right: str) -> bool:
        """Equal but for the trace's own id."""
        if left == right:
            return True
        if self.left_id in left and self.right_id in right:
            return left.replace(self.left_id, "") == right.replace(self.right_id, "")
        return self._same_iso_moment(left, right)

    def same_moment(self, left: datetime, right: datetime) -> bool:
        """Equal, or moved with the clock: as far from it, or as many whole days before it."""
        if (left.tzinfo is None) != (right.tzinfo is None):
            return False
        if left == right:
            return True
        if left.tzinfo is None or self.left_as_of == self.right_as_of:
            return False
        before, after = self.left_as_of - left, self.right_as_of - right
        return before == after or (not (right - left) % _DAY and before // _DAY == after // _DAY)

    def _same_iso_moment(self, left: str, right: str) -> bool:
        if self.left_as_of == self.right_as_of or not (_is_moment(left) and _is_moment(right)):
            return False
        try:
            return self.same_moment(datetime.fromisoformat(left), datetime.fromisoformat(right))
        except ValueError:
            return False


def pair_traces(left: Trace, right: Trace) -> Pairing:
    """Steps by id and query, then by query, then by id; references by their step."""
    steps = dict(paired(steps_of(left), steps_of(right), _same_step, _same_query, _same_id))
    names = {b[0]: a[0] for a, b in steps.items() if a[0] != b[0]}
    names |= _apart([b[0] for b in steps_of(right) if b not in steps.values()], left, names)
    return Pairing(
        left_id=left.trace_id,
        right_id=right.trace_id,
        left_as_of=left.as_of,
        right_as_of=right.as_of,
        steps=names,
        references=_references(left, right, names),
    )


def paired(left: Sequence, right: Sequence, *rules: Callable) -> list[tuple]:
    """Pairs of items; a rule is tried on all that is left before the next one is."""
    found: list[tuple] = []
    free_left, free_right = list(left), list(right)
    for rule in rules:
        for item in tuple(free_left):
            other = next((o for o in free_right if rule(item, o)), None)
            if other is not None:
                found.append((item, other))
                free_left.remove(item)
                free_right.remove(other)
    return found


def last_output(trace: Trace, stage: Stage) -> StageOutput | None:
    return next((o for o in reversed(trace.stage_outputs) if o.stage == stage), None)


def steps_of(trace: Trace) -> tuple[tuple[str, str], ...]:
    """Id and query of each step that was planned or ran."""
    found: dict[str, str] = {}
    for plan in (trace.plan_raw.plan, trace.plan_validated):
        found |= {step.id: step.query for step in plan.steps} if plan is not None else {}
    executed = last_output(trace, "execute")
    if executed is not None and isinstance(executed.result, ExecuteResult):
        for result in executed.result.steps:
            found.setdefault(result.step, result.query.partition(":")[0])
    return tuple(found.items())


def _same_step(left: tuple[str, str], right: tuple[str, str]) -> bool:
    return left == right


def _same_query(left: tuple[str, str], right: tuple[str, str]) -> bool:
    return left[1] == right[1]


def _same_id(left: tuple[str, str], right: tuple[str, str]) -> bool:
    return left[0] == right[0]


def _apart(unpaired: list[str], left: Trace, names: dict[str, str]) -> dict[str, str]:
    """A step only the right has must not pass for the left's step of the same name."""
    taken = {step for step, _ in steps_of(left)} | set(names.values())
    return {step: f"{step}'" for step in unpaired if step in taken}


def _references(left: Trace, right: Trace, steps: dict[str, str]) -> dict[str, str]:
    by_step = {reference.step: reference.id for reference in left.references}
    taken = set(by_step.values())
    names: dict[str, str] = {}
    for reference in right.references:
        own = by_step.get(steps.get(reference.step, reference.step))
        if own is None and reference.id in taken:
            own = f"{reference.id}'"
        if own is not None and own != reference.id:
            names[reference.id] = own
    return names


def _is_moment(text: str) -> bool:
    return len(text) >= 16 and text[4:5] == "-" and text[10:11] == "T"
