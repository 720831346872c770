"""A typed table plan to one SELECT with named parameters.

Joins follow the catalog's many-to-one keys from the plan's table, so no join multiplies a measure.
Nothing of the question's text reaches the statement: names come from the catalog, values are
parameters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dagster_project.catalog.conditions import Conditions
from dagster_project.catalog.joined_columns import CompileSettings, PlanMismatch
from dagster_project.catalog.sql_parts import AGGREGATES, quote, quote_table
from dagster_project.catalog.view import CatalogView, table_of
from dagster_project.contracts.stage import ResultColumn
from dagster_project.contracts.table_plan import Dimension, Measure, TablePlan

__all__ = ["CompileSettings", "CompiledQuery", "PlanMismatch", "compile_table_plan"]

_BY_TIMESCALE = ("hypertable", "continuous_aggregate")
"""Kinds of table that only a scan with the extension gives: `time_bucket` is there then."""
_WIDTHS = {"quarter": "3 months"}


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """One SELECT, its values, and what its result means."""

    text: str
    params: dict[str, object]
    count_text: str
    """Counts the rows of `text` without its limit; same parameters."""
    columns: tuple[ResultColumn, ...]
    tables: tuple[str, ...]


def compile_table_plan(
    view: CatalogView, plan: TablePlan, settings: CompileSettings
) -> CompiledQuery:
    """Write the SELECT. Raises: PlanMismatch."""
    if plan.table not in view.tables:
        known = ", ".join(sorted(view.tables))
        raise PlanMismatch(f"catalog {view.name!r} has no table {plan.table!r};", f"it has {known}")
    return _Select(view, plan, settings).compile()


class _Select(Conditions):
    """One SELECT: what it shows, which rows, how they are grouped and ordered."""

    def compile(self) -> CompiledQuery:
        selected = self._selected()
        where = self._where()
        group = self._group_by()
        having = self._having()
        order = self._order_by([column.name for column, _ in selected])
        columns = ", ".join(f"{sql} as {quote(column.name)}" for column, sql in selected)
        body = (
            f"select {columns} from {quote_table(self.plan.table)} t0"
            + "".join(self.joins)
            + (f" where {' and '.join(where)}" if where else "")
            + group
            + having
        )
        most = self.settings.most_rows(self.plan)
        limit = min(self.plan.limit or most, most)
        asked_for_fewer = self.plan.limit is not None and self.plan.limit <= limit
        # one more than shown tells "there is more"; a "top 5" asks for no more than 5
        fetched = limit if asked_for_fewer else limit + 1
        tied = self.plan.with_ties and order
        last = f" fetch first {fetched} rows with ties" if tied else f" limit {fetched}"
        return CompiledQuery(
            text=f"{body}{order}{last}",
            params=self.params.values,
            count_text=f"select count(*) as total from ({body}) counted",
            columns=tuple(column for column, _ in selected),
            tables=(*self.aliases, *self.related_tables),
        )

    # -- what is selected

    def _selected(self) -> list[tuple[ResultColumn, str]]:
        if not self.plan.measures:
            refs = self.plan.columns or self.view.list_columns(self.plan.table)
            return self._selected_columns(refs)
        selected = [(self._dimension_column(d), self._dimension(d)) for d in self.plan.dimensions]
        measures = {m.name: self._measure(m) for m in self.plan.measures}
        selected += [(self._measure_column(m), measures[m.name]) for m in self.plan.measures]
        for difference in self.plan.differences:
            for name in (difference.left, difference.right):
                if name not in measures:
                    raise PlanMismatch(f"a difference names {name!r}, which is no measure;")
            left = next(m for m in self.plan.measures if m.name == difference.left)
            sql = f"({measures[difference.left]}) - ({measures[difference.right]})"
            label = "차이" if self.settings.language == "ko" else "change"
            column = self._measure_column(left).model_copy(
                update={"name": difference.name, "label": label}
            )
            selected.append((column, sql))
        return selected

    def _selected_columns(self, refs: Iterable[str]) -> list[tuple[ResultColumn, str]]:
        selected: list[tuple[ResultColumn, str]] = []
        taken: set[str] = set()
        for ref in refs:
            sql = self._column(ref)
            column = self._describe(ref)
            if column.name in taken:
                table = table_of(ref).rsplit(".", 1)[1]
                column = column.model_copy(update={"name": f"{table}_{column.name}"})
            taken.add(column.name)
            selected.append((column, sql))
        return selected

    # -- measures and dimensions

    def _measure_ref(self, measure: Measure) -> str | None:
        if measure.metric is None:
            return measure.column
        metric = self.view.metric(measure.metric)
        if metric is None:
            raise PlanMismatch(f"catalog {self.view.name!r} has no metric {measure.metric!r};")
        return f"{metric.table}.{metric.column}"

    def _measure(self, measure: Measure) -> str:
        ref = self._measure_ref(measure)
        column = self._column(ref) if ref else "*"
        order = ""
        if measure.aggregate == "latest":
            order = f" order by {self._time_sql()} desc"
        sql = AGGREGATES[measure.aggregate].format(column=column, order=order)
        own = self._own_conditions(measure)
        if not own:
            return sql
        condition = f" filter (where {' and '.join(own)})"
        if measure.aggregate == "latest":
            return sql.replace("))[1]", f"){condition})[1]")
        return sql + condition

    def _own_conditions(self, measure: Measure) -> list[str]:
        """What only this measure's rows fulfil; empty when all measures share it (see _where)."""
        conditions: list[str] = []
        if measure.time is not None:
            conditions += self._within(self._time_ref(), measure.time)
        if measure.metric is not None and self._shared_metric() is None:
            conditions += self._metric_conditions(measure.metric)
        return conditions

    def _shared_metric(self) -> str | None:
        """The one narrowing that all measures share, so that it can stand in WHERE."""
        wheres = {
            tuple(sorted(metric.where.items())) if metric else ()
            for metric in (self.view.metric(m.metric or "") for m in self.plan.measures)
        }
        return self.plan.measures[0].metric if len(wheres) == 1 else None

    def _metric_conditions(self, name: str) -> list[str]:
        metric = self.view.metric(name)
        if metric is None:
            return []
        return [
            f"{self._column(f'{metric.table}.{column}')} = {self.params.add(value)}"
            for column, value in metric.where.items()
        ]

    def _measure_column(self, measure: Measure) -> ResultColumn:
        ref = self._measure_ref(measure)
        language = self.settings.language
        label = AGGREGATES.label(measure.aggregate, language)
        if measure.metric is not None:
            metric = self.view.metric(measure.metric)
            assert metric is not None
            unit = metric.unit or self._spec(f"{metric.table}.{metric.column}").unit
            label = f"{metric.names.shown(language, metric.name)} {label}"
        elif ref is not None:
            spec = self._spec(ref)
            unit = spec.unit
            label = f"{spec.names.shown(language, spec.name)} {label}"
        else:
            unit = None
        if measure.time is not None and measure.time.text:
            label = f"{label} ({measure.time.text})"
        counted = measure.aggregate in ("count", "count_distinct")
        if counted:
            return ResultColumn(name=measure.name, label=label, type="integer")
        fractional = measure.aggregate == "avg" or measure.aggregate.startswith("p")
        kind = self._spec(ref).type if ref and not fractional else "number"
        return ResultColumn(name=measure.name, label=label, type=kind, unit=unit)

    def _dimension(self, dimension: Dimension) -> str:
        column = self._column(dimension.column)
        if dimension.bucket is None:
            return column
        sunday = dimension.bucket == "week" and self.settings.week_start == "sunday"
        if self._spec(dimension.column).type == "date":
            return f"{_cut(dimension.bucket, f'{column}::timestamp', sunday)}::date"
        zone = self.params.add(self.settings.time_zone)
        if self.view.tables[table_of(dimension.column)].kind in _BY_TIMESCALE:
            origin = f", '2000-01-02'::timestamp at time zone {zone}" if sunday else ""
            width = f"interval '{_WIDTHS.get(dimension.bucket, '1 ' + dimension.bucket)}'"
            return f"time_bucket({width}, {column}, {zone}::text{origin})"
        if sunday:
            # cut on the wall clock: a day has 23 or 25 hours where the clocks change
            return f"{_cut('week', f'({column} at time zone {zone})', sunday)} at time zone {zone}"
        return f"date_trunc('{dimension.bucket}', {column}, {zone})"

    def _dimension_column(self, dimension: Dimension) -> ResultColumn:
        described = self._describe(dimension.column, dimension.name)
        if dimension.bucket is not None and described.type != "date":
            return described.model_copy(update={"type": "timestamp"})
        return described

    # -- conditions

    def _where(self) -> list[str]:
        conditions = [self._condition(f) for f in self.plan.filters]
        conditions += [self._related(r) for r in self.plan.related]
        conditions += self._searched()
        conditions += self._time_conditions()
        conditions += self._measured_rows()
        return conditions

    def _measured_rows(self) -> list[str]:
        """Only rows that some measure counts: the shared metric, or any of several."""
        if not self.plan.measures:
            return []
        shared = self._shared_metric()
        if shared is not None:
            return self._metric_conditions(shared)
        alternatives = [self._own_conditions(m) for m in self.plan.measures]
        if all(alternatives):
            return ["(" + " or ".join("(" + " and ".join(a) + ")" for a in alternatives) + ")"]
        return []

    # -- after grouping

    def _group_by(self) -> str:
        if not self.plan.measures or not self.plan.dimensions:
            return ""
        return " group by " + ", ".join(str(i + 1) for i in range(len(self.plan.dimensions)))

    def _having(self) -> str:
        if not self.plan.having:
            return ""
        measures = {m.name: m for m in self.plan.measures}
        parts: list[str] = []
        for having in self.plan.having:
            if having.measure not in measures:
                raise PlanMismatch(f"having names {having.measure!r}, which is no measure;")
            sql = self._measure(measures[having.measure])
            parts.append(self._compare(sql, having.op, having.values, having.measure))
        return f" having {' and '.join(parts)}"

    def _order_by(self, names: list[str]) -> str:
        parts: list[str] = []
        for order in self.plan.order:
            if order.by in names:
                sql = quote(order.by)
            elif order.by.count(".") == 2 and not self.plan.measures:
                sql = self._column(order.by)
            else:
                raise PlanMismatch(f"order names {order.by!r}, which the plan does not select;")
            parts.append(f"{sql} {'desc' if order.descending else 'asc'} nulls last")
        if not self.plan.with_ties:
            parts += self._ties_broken()
        return f" order by {', '.join(parts)}" if parts else ""

    def _ties_broken(self) -> list[str]:
        """Equal rows in one order for ever: by their group, or by the table's key."""
        ordered = {order.by for order in self.plan.order}
        if self.plan.measures:
            return [quote(d.name) for d in self.plan.dimensions if d.name not in ordered]
        columns = self.view.columns(self.plan.table).items()
        keys = [ref for ref, c in columns if c.role == "key" and ref not in ordered]
        return [self._column(ref) for ref in keys]


def _cut(bucket: str, wall_time: str, sunday: bool) -> str:
    """A time without a zone, cut to its bucket; weeks that start on Sunday are a day earlier."""
    if sunday:
        return f"(date_trunc('week', {wall_time} + interval '1 day') - interval '1 day')"
    return f"date_trunc('{bucket}', {wall_time})"
