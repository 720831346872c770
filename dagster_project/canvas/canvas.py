"""One object a shell opens: ask, explain, run one query. It wires; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial

from dagster_project.canvas.desks import Desks
from dagster_project.canvas.explanation import ExplainedStep, Explanation
from dagster_project.canvas.open_engine import Site
from dagster_project.canvas.open_models import close_models
from dagster_project.canvas.open_sources import OpenSources
from dagster_project.canvas.replay import ReplayReport, replay
from dagster_project.canvas.rerun import Wish, as_asked, prepare_rerun
from dagster_project.canvas.scan_rows import quarantined
from dagster_project.canvas.site_models import site_models
from dagster_project.canvas.swap import (
    SwapResult,
    SwapType,
    isolated_stage,
    swap_question,
    swap_trace,
)
from dagster_project.canvas.swapped_desk import swapped_desk
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.plan import JsonPatch, PlanOutput, PlanStep
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.contracts.value import Language, ReleaseId, Stage
from dagster_project.pipeline.ask import answer
from dagster_project.pipeline.desk import Desk
from dagster_project.pipeline.explain import explain as explain_ask
from dagster_project.pipeline.explain import run_one_step
from dagster_project.pipeline.run import Progress
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import (
    load_release,
    release_in_force,
    sync,
    with_overrides,
)
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from dagster_project.traces import find
from dagster_project.traces.find import TraceFilter
from dagster_project.traces.ids import new_trace_id
from dagster_project.traces.keep import keep
from dagster_project.traces.redact import remember_secret
from sources.protocol import Source

_MAX_QUESTION_CHARACTERS = 2_000


class Canvas:
    """The whole road from a question to a kept trace. Safe from many threads; not across forks."""

    def __init__(self, settings: Settings, database: Database) -> None:
        for url in (database.owner_url, database.reader_url, database.dagster_url):
            remember_secret(url)
        self.settings = settings
        self.database = database
        site = Site(settings.home, settings.state_dir, database.reader_url)
        self._opened = OpenSources(site)
        self._desks = Desks(
            self._opened,
            lambda release: quarantined(database, release),
            settings.state_dir,
            partial(site_models, database, settings.home),
        )

    @classmethod
    def open(cls, settings: Settings) -> Canvas:
        """Raises: StoreError when the database cannot be reached."""
        return cls(settings, open_database(settings))

    def __enter__(self) -> Canvas:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Effects: gives connections back; nothing that was kept is lost."""
        self._desks.close()
        close_models(self.database)
        self._opened.close()
        self.database.close()

    def release(
        self, release_id: ReleaseId | None = None, overrides: dict[str, str] | None = None
    ) -> Release:
        """The named release, or the one in force; drafts stand in while nothing is published.

        Effects: a store that has seen no asset yet records the site's files as drafts.

        Raises: AssetNotFound.
        """
        if release_id is None:
            release = release_in_force(self.database)
            if not release.versions:
                sync(self.database, load_site(self.settings.home), by="canvas")
                release = release_in_force(self.database)
        else:
            release = load_release(self.database, release_id)
        return with_overrides(self.database, release, overrides) if overrides else release

    def source(self, name: str, release: Release | None = None) -> Source:
        return self._opened.get(name, release or self.release())

    def desk(self, release: Release) -> Desk:
        return self._desks.get(release)

    def desk_with(
        self, release: Release, overrides: dict[str, str], first: Stage = "route_plan"
    ) -> Desk:
        """The release with other versions, for the stages from `first` on; see `swapped_desk`."""
        return swapped_desk(self.database, self._desks, release, overrides, first)

    def ask(self, ask: Ask, progress: Progress | None = None) -> Trace:
        """Answer and keep the trace; it is durable when this returns.

        Raises: InvalidRequest for an empty or overlong question, AssetNotFound, StoreError.
        """
        desk = self._desk_for(ask)
        now = datetime.now(UTC)
        trace = answer(ask, desk, new_trace_id(now), now, progress)
        keep(self.database, trace)
        return trace

    def ask_in(
        self, release: Release, ask: Ask, stand_in: Callable[[Source], Source] | None = None
    ) -> Trace:
        """Answer with a release in hand, also with one that is stored nowhere. Keeps nothing.

        `stand_in` gives the source that is asked in place of one. Raises: as `ask`.
        """
        _readable(ask.question)
        desk = self.desk(release)
        if stand_in is not None:
            own = desk.source
            desk = replace(desk, source=cache(lambda name: stand_in(own(name))))
        now = datetime.now(UTC)
        return answer(ask, desk, new_trace_id(now), now)

    def rerun(
        self,
        trace_id: str,
        *,
        choose: int | None = None,
        patch: JsonPatch | None = None,
        question: str | None = None,
        user: str | None = None,
        tenant: str = "default",
        roles: tuple[str, ...] | None = None,
        overrides: dict[str, str] | None = None,
        same_release: bool = False,
        reason: str = "",
        progress: Progress | None = None,
    ) -> Trace:
        """An earlier trace once more as a person wishes (C5, see `Wish`); kept like any ask.

        Raises: AssetNotFound also for another tenant's trace, InvalidRequest, StoreError.
        """
        wish = Wish(choose, patch, question, user, roles, overrides, same_release, reason)
        rerun = prepare_rerun(find.get(self.database, trace_id, tenant=tenant), wish)
        desk = self._desk_for(rerun.ask)
        now = datetime.now(UTC)
        answered = answer(rerun.ask, desk, new_trace_id(now), now, progress, rerun.planned)
        trace = as_asked(answered, rerun, reason)
        keep(self.database, trace)
        return trace

    def test_overrides(
        self,
        question: str | Ask | None = None,
        *,
        overrides: dict[str, str],
        trace_id: str | None = None,
        test_type: SwapType = "full_pipeline",
        target_stage: Stage | None = None,
        tenant: str = "default",
        progress: Progress | None = None,
    ) -> SwapResult:
        """What other asset versions make of one answer (X1 to X4), beside its baseline.

        The baseline is the trace, or the question asked first without overrides. An isolated stage
        runs alone on the trace's stored output of the stage before. Everything is kept, in test
        mode. Raises: InvalidRequest, AssetNotFound, StoreError.
        """
        stage = isolated_stage(test_type, target_stage)
        if (question is None) == (trace_id is None):
            raise InvalidRequest("a swap test needs a question or a trace, one of them;")
        if trace_id is not None:
            return swap_trace(self, trace_id, overrides, stage, tenant, progress)
        ask = question if isinstance(question, Ask) else Ask(question=question or "", tenant=tenant)
        return swap_question(self, ask, overrides, stage, progress)

    def test_stage(
        self,
        trace_id: str,
        stage: Stage,
        overrides: dict[str, str],
        *,
        tenant: str = "default",
        progress: Progress | None = None,
    ) -> SwapResult:
        """One stage alone on what a kept trace gave it (X2). Raises: as `test_overrides`."""
        return swap_trace(self, trace_id, overrides, stage, tenant, progress)

    def replay(
        self,
        stage: Stage,
        overrides: dict[str, str],
        last: int = 200,
        wanted: TraceFilter | None = None,
        *,
        keep_traces: bool = True,
        progress: Progress | None = None,
    ) -> ReplayReport:
        """The last real asks again from a stage on, with other asset versions (B6).

        Raises: InvalidRequest, AssetNotFound, StoreError; what goes wrong with one ask is told in
        the report.
        """
        return replay(
            self,
            stage,
            overrides,
            last,
            wanted or TraceFilter(),
            progress,
            keep_traces=keep_traces,
        )

    def explain(self, ask: Ask) -> Explanation:
        """The plan that `ask` would run, validated and bound, and nothing run or kept."""
        desk = self._desk_for(ask)
        found = explain_ask(ask, desk, datetime.now(UTC))
        steps = tuple(
            ExplainedStep(
                step=step.id,
                query=step.query,
                purpose=step.purpose,
                statement=text,
                params=params,
                depends_on=step.depends_on,
            )
            for step, text, params in found.bound
        )
        return Explanation(
            found.routed,
            found.validated.policy_decisions,
            steps,
            found.model_calls,
            found.fallbacks,
        )

    def plan(self, ask: Ask) -> PlanOutput:
        return self.explain(ask).output

    def run_query(
        self,
        release: Release,
        query: str,
        params: dict[str, object] | None = None,
        plan: TablePlan | GraphPlan | None = None,
        as_of: datetime | None = None,
        language: Language = "en",
    ) -> StepResult:
        """Run one query asset through the same binding and walls as an ask. For previews."""
        step = PlanStep(
            id="preview",
            query=query,
            purpose=query,
            params=params or {},  # pyright: ignore[reportArgumentType]
            table_plan=plan if isinstance(plan, TablePlan) else None,
            graph_plan=plan if isinstance(plan, GraphPlan) else None,
        )
        return run_one_step(step, self.desk(release), datetime.now(UTC), as_of, language)

    def _desk_for(self, ask: Ask) -> Desk:
        _readable(ask.question)
        return self.desk_with(self.release(ask.release_id), ask.asset_overrides)


def _readable(question: str) -> None:
    if not question.strip():
        raise InvalidRequest("the question is empty;", "ask something, e.g. canvas ask 'help'")
    if len(question) > _MAX_QUESTION_CHARACTERS:
        raise InvalidRequest(
            f"the question has {len(question):,} characters;",
            f"at most {_MAX_QUESTION_CHARACTERS:,} are read",
        )
