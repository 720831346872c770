"""Asking with a policy of one's own, and seeing each call that reaches the source."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from jsonpatch import apply_patch

from dagster_project.canvas import Canvas
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.block import Block
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.replan import ReplanEvent
from dagster_project.contracts.stage import ExecuteResult, StepResult
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import TraceId
from dagster_project.pipeline.desk import Desk
from dagster_project.traces import find
from sources.errors import SourceError
from sources.protocol import BoundQuery, Health, Rows, Source


@dataclass(frozen=True)
class Call:
    """One call at the source's port."""

    source: str
    query: BoundQuery
    started: float
    ended: float
    code: str | None
    """Of its error."""

    @property
    def statement(self) -> tuple[str, str]:
        return self.query.text, repr(sorted(self.query.params.items()))


@dataclass
class Calls:
    """What was sent to sources, in order; a hook may change the world after the n-th call."""

    made: list[Call] = field(default_factory=list)
    after: dict[int, Callable[[], None]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, call: Call) -> None:
        with self.lock:
            self.made.append(call)
            hook = self.after.pop(len(self.made), None)
        if hook is not None:
            hook()

    def on(self, table: str) -> list[Call]:
        """Calls that read a table and are neither a count nor a watermark."""
        return [c for c in self.made if table in c.query.text.replace('"', "") and _is_step(c)]

    @property
    def repeats(self) -> Counter[tuple[str, str]]:
        """How often each statement with the same values failed."""
        return Counter(call.statement for call in self.made if call.code is not None)


def _is_step(call: Call) -> bool:
    return not call.query.text.lower().lstrip().startswith(("select min(", "select count("))


class WatchedSource:
    """A source whose calls are noted; they run as always."""

    def __init__(self, source: Source, calls: Calls) -> None:
        self._source = source
        self._calls = calls

    @property
    def name(self) -> str:
        return self._source.name

    def inspect(self, query: BoundQuery) -> None:
        self._source.inspect(query)

    def run(self, query: BoundQuery) -> Rows:
        started, code = time.monotonic(), None
        try:
            return self._source.run(query)
        except SourceError as error:
            code = error.code
            raise
        finally:
            self._calls.note(Call(self.name, query, started, time.monotonic(), code))

    def health(self, timeout_seconds: float = 3.0) -> Health:
        return self._source.health(timeout_seconds)

    def close(self) -> None:
        self._source.close()


class WatchedCanvas(Canvas):
    """The whole product; only the policy is changed by `replan` and `limits`, per ask."""

    calls: Calls
    policy: Callable[[PolicySpec], PolicySpec]

    def _desk_for(self, ask: Ask) -> Desk:
        desk = super()._desk_for(ask)
        self.calls = Calls(after=self.calls.after)
        calls = self.calls
        return replace(
            desk,
            planner=replace(desk.planner, policy=self.policy(desk.planner.policy)),
            source=lambda name: WatchedSource(desk.source(name), calls),
        )


@dataclass
class Asking:
    """One canvas with circuits of its own; remembers what the last ask sent and took."""

    canvas: WatchedCanvas
    seconds: float = 0.0

    @property
    def calls(self) -> Calls:
        return self.canvas.calls

    def warm(self) -> None:
        """Read the names and open a connection, so that failures hit the ask and nothing else."""
        self("profile of SC-01")

    def __call__(
        self,
        question: str,
        *,
        replan: dict[str, object] | None = None,
        limits: dict[str, object] | None = None,
        after: dict[int, Callable[[], None]] | None = None,
        **more: object,
    ) -> Trace:
        def policy(spec: PolicySpec) -> PolicySpec:
            return PolicySpec.model_validate(
                spec.model_dump()
                | {
                    "replan": spec.replan.model_dump() | (replan or {}),
                    "limits": spec.limits.model_dump() | (limits or {}),
                }
            )

        self.canvas.policy = policy
        self.canvas.calls = Calls(after=after or {})
        started = time.monotonic()
        trace = self.canvas.ask(Ask(question=question, **more))  # pyright: ignore[reportArgumentType]
        self.seconds = time.monotonic() - started
        kept = find.get(self.canvas.database, TraceId(trace.trace_id))
        assert kept.replan_events == trace.replan_events
        assert kept.answer.model_dump(mode="json") == trace.answer.model_dump(mode="json")
        hold_to_contract(trace)
        return trace


def hold_to_contract(trace: Trace) -> None:
    """What is so of the events of every trace, whatever happened."""
    events = trace.replan_events
    assert [event.event_id for event in events] == [f"e{n + 1}" for n in range(len(events))]
    assert [e.position for e in events] == sorted(e.position for e in events)
    assert [e.timestamp for e in events] == sorted(e.timestamp for e in events)
    plan = trace.plan_raw.plan
    for event in events:
        assert event.expected_impact.strip()
        assert 1 <= event.attempt <= event.max_attempts
        assert 1 <= event.position <= len(trace.stage_outputs)
        assert event.decision == "auto_retry" or not event.patch
        if event.decision == "auto_retry":
            assert event.position < len(trace.stage_outputs)
        if event.patch:
            assert plan is not None
            plan = Plan.model_validate(apply_patch(plan.model_dump(mode="json"), event.patch))
    if plan is not None and trace.plan_validated is not None:
        kept = {step.id: step for step in trace.plan_validated.steps}
        assert all(kept[s.id].table_plan == s.table_plan for s in plan.steps if s.id in kept)


def patched_places(event: ReplanEvent) -> list[tuple[str, str]]:
    """Operation and path of each change."""
    return [(str(change["op"]), str(change["path"])) for change in event.patch]


def decisions(trace: Trace) -> list[tuple[str, str]]:
    """Trigger and decision of each event, in order."""
    return [(event.trigger, event.decision) for event in trace.replan_events]


def only_event(trace: Trace) -> ReplanEvent:
    (event,) = trace.replan_events
    return event


def last_rows(trace: Trace) -> dict[str, StepResult]:
    """Results by step of the last time that execute ran."""
    results = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    return {step.step: step for step in results[-1].steps} if results else {}


def blocks(trace: Trace, kind: str) -> list[Block]:
    return [b.block for b in trace.answer.screen.blocks if b.block.type == kind]


def said(trace: Trace) -> str:
    """Everything a reader reads: the summary and the notices."""
    notices = [str(getattr(block, "text", "")) for block in blocks(trace, "notice")]
    return "\n".join([trace.answer.summary, *notices, *trace.answer.missing])


def choices(trace: Trace) -> list[str]:
    """Questions that are ready to send back."""
    return [a.question or "" for a in trace.answer.next_actions if a.kind == "choose"]


def stages(trace: Trace) -> list[str]:
    return [output.stage for output in trace.stage_outputs]
