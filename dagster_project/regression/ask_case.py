"""A case's question asked, and the questions that it is compared with; what it cost is counted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock

from dagster_project.canvas import Canvas
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.golden import GoldenCase, Relation
from dagster_project.contracts.model_call import ModelMode
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.llm.given_replies import OnlyPlans
from dagster_project.llm.port import Models
from dagster_project.pipeline.ask import answer
from dagster_project.regression.baselines import Baseline, Shelf
from dagster_project.regression.model_part import Meter
from dagster_project.traces.ids import new_trace_id
from sources.drill import DrilledSource

Instead = Callable[[Trace], Models | None]
"""The models to ask in place of those that gave an answer; None: it stands as it is."""
_KEPT_ANSWERS = 256
"""Of other questions that relations name; several cases may name the same."""


class CaseAsker:
    """Asks as the people of the cases do, and keeps nothing. Safe from many threads."""

    def __init__(
        self,
        canvas: Canvas,
        release: Release,
        mode: ModelMode,
        as_of: datetime | None,
        baselines: Shelf | Mapping[str, Baseline],
        meter: Meter,
        *,
        phrase: bool = True,
    ) -> None:
        """`as_of`: now, for cases that do not say; None: as the policy has it. `phrase` False: a
        model is not asked for a summary, which nothing is judged by."""
        self._phrase = phrase
        self._canvas, self._release = canvas, release
        self._mode: ModelMode = mode
        self._as_of, self._baselines, self._meter = as_of, baselines, meter
        self._others: OrderedDict[str, Trace] = OrderedDict()
        self._lock = Lock()

    def ask(
        self,
        case: GoldenCase,
        mode: ModelMode | None = None,
        release: Release | None = None,
        question: str | None = None,
        models: Models | None = None,
        *,
        phrase: bool | None = None,
    ) -> Trace:
        """The answer now; `models` in place of the release's. Raises: CanvasError, StoreError."""
        baseline = self._baselines.get(case.id)
        ask = Ask(
            question=question or case.question,
            user=case.user,
            roles=case.roles,
            language=case.language,
            as_of=case.as_of or self._as_of,
            test_mode=True,
            model_mode=mode or self._mode,
            baseline_trace_id=baseline.trace_id if baseline else None,
        )
        phrase = self._phrase if phrase is None else phrase
        if models is None and not phrase and case.drill is None:
            own = self._canvas.desk(release or self._release).models(ask.model_mode)
            models = OnlyPlans(own) if own is not None else None
        trace = self._answer(case, ask, release or self._release, models)
        self._meter.add(case.id, trace)
        return trace

    def others_of(self, case: GoldenCase, instead: Instead | None = None) -> tuple[Trace, ...]:
        """The answers that the case's own is compared with, in the order of its relations."""
        found: list[Trace] = []
        for relation in case.expect.relations:
            trace = self._other(case, relation)
            models = instead(trace) if instead is not None else None
            if models is not None:
                trace = self.ask(_plain(case), question=relation.question, models=models)
            found.append(trace)
        return tuple(found)

    def _answer(self, case: GoldenCase, ask: Ask, release: Release, models: Models | None) -> Trace:
        drill = case.drill
        if models is not None:
            desk = replace(self._canvas.desk(release), models=lambda _: models)
            now = datetime.now(UTC)
            return answer(ask, desk, new_trace_id(now), now)
        if drill is None:
            return self._canvas.ask_in(release, ask)
        return self._canvas.ask_in(
            release, ask, lambda source: DrilledSource(source, drill.fails, drill.calls)
        )

    def _other(self, case: GoldenCase, relation: Relation) -> Trace:
        """The answer to a relation's question; asked once for all cases that name it."""
        key = f"{case.as_of}\n{case.roles}\n{case.user}\n{relation.question}"
        with self._lock:
            if key in self._others:
                self._others.move_to_end(key)
                return self._others[key]
        trace = self.ask(_plain(case), question=relation.question)
        with self._lock:
            self._others[key] = trace
            while len(self._others) > _KEPT_ANSWERS:
                self._others.popitem(last=False)
        return trace


def _plain(case: GoldenCase) -> GoldenCase:
    """As the questions of its relations are asked."""
    return case.model_copy(update={"language": None, "drill": None})
