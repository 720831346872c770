"""Columns of one table and of what it points to: the joins a SELECT makes as it names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from dagster_project.catalog.sql_parts import Parameters, quote, quote_table
from dagster_project.catalog.view import CatalogView, column_of, table_of
from dagster_project.contracts.assets.policy import GraphLimits
from dagster_project.contracts.assets.schema_catalog import ColumnSpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.stage import ResultColumn
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.contracts.value import GraphView, Language


class PlanMismatch(InvalidRequest):
    """A table plan does not fit its catalog: an unknown column, no join path, a bad order."""

    code = "PLAN_INVALID"


@dataclass(frozen=True, slots=True)
class CompileSettings:
    as_of: datetime
    time_zone: str
    week_start: str
    language: Language
    max_rows: int
    max_points: int = 2_000
    """Rows of a time series."""
    graph_views: Mapping[GraphView, GraphLimits] = field(default_factory=dict)
    """How far each graph view may go."""

    def most_rows(self, plan: TablePlan) -> int:
        """The cap of a plan's result."""
        return self.max_points if any(d.bucket for d in plan.dimensions) else self.max_rows


class JoinedColumns:
    """The state of one compilation: aliases of joined tables and the parameters so far."""

    def __init__(self, view: CatalogView, plan: TablePlan, settings: CompileSettings) -> None:
        self.view = view
        self.plan = plan
        self.settings = settings
        self.params = Parameters()
        self.zone = ZoneInfo(settings.time_zone)
        self.aliases: dict[str, str] = {plan.table: "t0"}
        self.joins: list[str] = []
        self.related_tables: list[str] = []

    def _describe(self, ref: str, name: str | None = None) -> ResultColumn:
        spec = self._spec(ref)
        return ResultColumn(
            name=name or spec.name,
            label=spec.names.shown(self.settings.language, spec.name),
            type=spec.type,
            unit=spec.unit,
            value_labels=self.view.value_labels(ref, self.settings.language),
            free_text=spec.role == "text",
        )

    def _spec(self, ref: str) -> ColumnSpec:
        spec = self.view.column(ref)
        if spec is None:
            raise PlanMismatch(f"catalog {self.view.name!r} has no enabled column {ref!r};")
        return spec

    def _column(self, ref: str) -> str:
        """SQL of a column, joining its table in if needed."""
        self._spec(ref)
        return f"{self._alias(table_of(ref))}.{quote(column_of(ref))}"

    def _alias(self, table: str) -> str:
        if table in self.aliases:
            return self.aliases[table]
        path = self.view.join_path(self.plan.table, table)
        if path is None:
            raise PlanMismatch(
                f"{table!r} cannot be joined to {self.plan.table!r} without multiplying rows;",
                "declare a many-to-one join key in the catalog",
            )
        for key in path:
            one = table_of(key.one)
            if one not in self.aliases:
                many_alias = self.aliases[table_of(key.many)]
                alias = f"t{len(self.aliases)}"
                self.aliases[one] = alias
                self.joins.append(
                    f" left join {quote_table(one)} {alias}"
                    f" on {many_alias}.{quote(column_of(key.many))}"
                    f" = {alias}.{quote(column_of(key.one))}"
                )
        return self.aliases[table]
