"""Conditions of a SELECT: filters, time, words to search, rows of other tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dagster_project.catalog.joined_columns import JoinedColumns, PlanMismatch
from dagster_project.catalog.sql_parts import quote, quote_table
from dagster_project.catalog.view import column_of
from dagster_project.contracts.table_plan import Filter, Related, TablePlan, TimeRange

_INSTANT = timedelta(microseconds=1)


class Conditions(JoinedColumns):
    """Each condition is one SQL expression; values become parameters."""

    def _time_conditions(self) -> list[str]:
        ref = self.view.time_column(self.plan.table)
        if ref is None:
            return []
        if self.plan.time is not None:
            within = self._within(ref, self.plan.time)
            return within if self.plan.time.end <= self.settings.as_of else [*within, self._past()]
        periods = [m.time for m in self.plan.measures if m.time is not None]
        if periods and len(periods) == len(self.plan.measures):
            alternatives = [" and ".join(self._within(ref, p)) for p in dict.fromkeys(periods)]
            return ["(" + " or ".join(f"({a})" for a in alternatives) + ")", self._past()]
        return [self._past()]

    def _past(self) -> str:
        ref = self._time_ref()
        column = self._column(ref)
        past = f"{column} <= {self.params.add(self._bound(ref, self.settings.as_of))}"
        if self.view.entity_at(self.plan.table) is None:
            return past
        return f"({past} or {column} is null)"  # a thing whose date nobody knows is there

    def _time_ref(self) -> str:
        ref = self.view.time_column(self.plan.table)
        if ref is None:
            raise PlanMismatch(
                f"{self.plan.table!r} has no time column;", "name it in `time_columns`"
            )
        return ref

    def _time_sql(self) -> str:
        return self._column(self._time_ref())

    def _within(self, ref: str, span: TimeRange) -> list[str]:
        column = self._column(ref)
        start, end = self._bound(ref, span.start), self._end_bound(ref, span.end)
        return [f"{column} >= {self.params.add(start)}", f"{column} < {self.params.add(end)}"]

    def _bound(self, ref: str, moment: datetime) -> datetime | date:
        """A date column is compared with the site's calendar day."""
        if self._spec(ref).type == "date":
            return moment.astimezone(self.zone).date()
        return moment

    def _end_bound(self, ref: str, moment: datetime) -> datetime | date:
        """The open end: a span that ends within a day still touches that day's dates."""
        if self._spec(ref).type == "date":
            return (moment - _INSTANT).astimezone(self.zone).date() + timedelta(days=1)
        return moment

    def _condition(self, condition: Filter) -> str:
        return self._compare(
            self._column(condition.column), condition.op, condition.values, condition.column
        )

    def _compare(self, sql: str, op: str, values: tuple[object, ...], ref: str) -> str:
        bound = [
            self._bound(ref, v) if isinstance(v, datetime) and ref.count(".") == 2 else v
            for v in values
        ]
        if op in ("is_null", "not_null"):
            return f"{sql} is {'not ' if op == 'not_null' else ''}null"
        if op == "in":
            return f"{sql} = any({self.params.add(_one_type(bound))})" if bound else "false"
        if op == "between":
            if isinstance(values[1], datetime):
                end = self.params.add(self._end_bound(ref, values[1]))
                return f"({sql} >= {self.params.add(bound[0])} and {sql} < {end})"
            low, high = (self.params.add(v) for v in bound)
            return f"({sql} >= {low} and {sql} <= {high})"
        if op == "like":
            return f"{sql} ilike {self.params.add(_contains(str(bound[0])))}"
        if op == "!=":
            return f"{sql} is distinct from {self.params.add(bound[0])}"
        return f"{sql} {op} {self.params.add(bound[0])}"

    def _searched(self) -> list[str]:
        search = self.plan.search
        if search is None:
            return []
        columns = [self._column(ref) for ref in search.columns]
        return [
            "(" + " or ".join(f"{c} ilike {mark}" for c in columns) + ")"
            for mark in (self.params.add(_contains(word)) for word in search.words)
        ]

    def _related(self, related: Related) -> str:
        path = self.view.join_path(related.table, self.plan.table)
        if not path:
            raise PlanMismatch(
                f"rows of {related.table!r} do not point to {self.plan.table!r};",
                "declare a many-to-one join key in the catalog",
            )
        inner = Conditions(
            self.view, TablePlan(table=related.table, time=related.time), self.settings
        )
        inner.params = self.params
        inner.aliases = {related.table: f"r{len(self.related_tables)}"}
        self.related_tables.append(related.table)
        conditions = [inner._condition(f) for f in related.filters]
        conditions += inner._time_conditions()
        last = path[-1]
        many = inner._column(last.many)
        one = f"{self.aliases[self.plan.table]}.{quote(column_of(last.one))}"
        conditions.insert(0, f"{many} = {one}")
        self.related_tables += [t for t in inner.aliases if t != related.table]
        sql = (
            f"exists (select 1 from {quote_table(related.table)} {inner.aliases[related.table]}"
            + "".join(inner.joins)
            + f" where {' and '.join(conditions)})"
        )
        return f"not {sql}" if related.negated else sql


def _one_type(values: list[object]) -> list[object]:
    """A list that binds as one array: whole numbers among fractions become fractions."""
    if any(isinstance(v, float) for v in values):
        return [float(v) if isinstance(v, int) else v for v in values]
    return values


def _contains(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
