"""A step of a plan to what a source takes: one statement and its values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dagster_project.catalog.compile_table_plan import CompileSettings, compile_table_plan
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import ResultColumn
from dagster_project.contracts.table_plan import Filter
from dagster_project.pipeline.bind_document import bind_request, bind_search
from dagster_project.pipeline.bind_graph import bind_graph
from dagster_project.pipeline.bind_template import bind_template
from dagster_project.pipeline.bound_step import BoundStep


@dataclass(frozen=True, slots=True)
class Binder:
    """Binds the steps of one ask. Pure: no source is asked."""

    release: Release
    views: dict[str, CatalogView]
    settings: CompileSettings
    also: Callable[[str], tuple[str, ...]]
    """Words that mean the same as those of a text: for searches in documents."""

    def bind(self, step: PlanStep, fed: dict[str, list[object]]) -> BoundStep:
        """`fed` has the values of the step's feeds, by parameter or filter column.

        Raises: PlanMismatch, InvalidRequest.
        """
        spec = self.spec_of(step)
        view = self.views.get(spec.catalog or "")
        source = self.source_of(spec)
        match spec.form:
            case "table_plan":
                return _bind_table_plan(step, spec, view, self.settings, fed)
            case "template":
                cypher = source is not None and source.engine == "neo4j"
                return bind_template(step, spec, view, self.settings, fed, cypher=cypher)
            case "graph_plan":
                bound = bind_graph(step, spec, view, source, self.settings, fed)
                return replace(bound, columns=tuple(map(self._as_called, bound.columns)))
            case "search":
                return bind_search(step, spec, self.settings, fed, self.also)
            case "http":
                return bind_request(step, spec, view, self.settings, fed)
            case "recipe":
                raise InvalidRequest(
                    f"step {step.id!r}: query {step.query!r} is a recipe, which is no single step;",
                    "name the queries of its steps",
                )

    def _as_called(self, column: ResultColumn) -> ResultColumn:
        """A node's property with the names of values that an entity's own table gives them."""
        if column.value_labels:
            return column
        for view in self.views.values():
            for entity in view.spec.entities:
                labels = view.value_labels(f"{entity.table}.{column.name}", self.settings.language)
                if labels:
                    return column.model_copy(update={"value_labels": labels})
        return column

    def bind_unfed(self, step: PlanStep) -> BoundStep:
        """A step as it would be sent, with `?` for what earlier steps will give.

        Raises: PlanMismatch, InvalidRequest.
        """
        return self.bind(step, {f.param or f.filter_column or "": ["?"] for f in step.feeds})

    def spec_of(self, step: PlanStep) -> QuerySpec:
        """Raises: InvalidRequest."""
        version = self.release.get("query", step.query)
        if version is None or not isinstance(version.asset.spec, QuerySpec):
            raise InvalidRequest(f"step {step.id!r}: no query {step.query!r} in the release;")
        return version.asset.spec

    def source_of(self, spec: QuerySpec) -> SourceSpec | None:
        version = self.release.get("source", spec.source or "")
        found = version.asset.spec if version is not None else None
        return found if isinstance(found, SourceSpec) else None


def _bind_table_plan(
    step: PlanStep,
    spec: QuerySpec,
    view: CatalogView | None,
    settings: CompileSettings,
    fed: dict[str, list[object]],
) -> BoundStep:
    plan = step.table_plan or spec.plan
    if plan is None or view is None:
        raise InvalidRequest(f"step {step.id!r}: query {step.query!r} has no table plan to run;")
    if fed:
        more = (
            Filter(column=column, op="in", values=tuple(values))  # pyright: ignore[reportArgumentType]
            for column, values in fed.items()
        )
        plan = plan.model_copy(update={"filters": (*plan.filters, *more)})
    compiled = compile_table_plan(view, plan, settings)
    most = settings.most_rows(plan)
    return BoundStep(
        text=compiled.text,
        params=compiled.params,
        count_text=compiled.count_text,
        columns=compiled.columns,
        tables=compiled.tables,
        max_rows=most if plan.with_ties else min(plan.limit or most, most),
    )
