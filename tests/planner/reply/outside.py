"""What of a plan the question does not say, judged without the code that reads replies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from dagster_project.contracts.plan import Plan, PlanStep
from dagster_project.contracts.table_plan import Filter, TimeRange
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.offered import Offered

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def outside(plan: Plan, offered: Offered, assets: PlannerAssets) -> list[str]:
    """Sentences; none for a plan about the things, times and values of its question."""
    return list(_Judge(offered, assets).of(plan))


class _Judge:
    def __init__(self, offered: Offered, assets: PlannerAssets) -> None:
        self.offered, self.assets = offered, assets
        self.text = offered.question.casefold()
        tokens = offered.linked.tokens
        self.mentions = [t.mention for t in tokens if t.mention is not None]
        self.keys = {c.key for m in self.mentions for c in m.candidates}
        self.numbers = {t.number for t in tokens if t.number is not None}
        self.times = [s.range for s in offered.linked.times.ranges]
        self.named: set[str] = set()
        self.dated: list[TimeRange] = []

    def of(self, plan: Plan) -> Iterator[str]:
        if len(plan.steps) > self.assets.policy.limits.max_steps:
            yield "too many steps"
        seen: set[str] = set()
        for step in plan.steps:
            if step.id in seen or not {*step.depends_on, *(f.step for f in step.feeds)} <= seen:
                yield f"{step.id}: an id or a feed that cannot be"
            seen.add(step.id)
            yield from self._step(step)
        words = " ".join(str(v) for s in plan.steps for v in s.params.values()).casefold()
        for mention in self.mentions if plan.steps else ():
            named = {c.key for c in mention.candidates} & self.named
            if not named and mention.text.casefold() not in words:
                yield f"{mention.text} is dropped"
        for span in self.times if plan.steps else ():
            if span not in self.dated:
                yield f"{span.text} is dropped"
        for text in (*plan.not_used, *(s.mention for s in plan.open_slots)):
            if text.casefold() not in self.text:
                yield f"{text!r} would be shown"

    def _step(self, step: PlanStep) -> Iterator[str]:
        spec = self.assets.queries[step.query]
        inner = {s.query for name in self.offered.queries for s in self.assets.queries[name].steps}
        if step.query not in self.offered.queries | inner:
            yield f"{step.query} is not offered"
        fixed = [
            v
            for q in self.assets.queries.values()
            for s in q.steps
            if s.query == step.query
            for v in s.params.values()
        ]
        for name, value in step.params.items():
            param = next(p for p in spec.params if p.name == name)
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, TimeRange):
                    yield from self._time(one)
                elif param.type == "entity":
                    yield from self._key(one)
                elif one not in (param.default, *fixed):
                    yield from self._value(one)
        if step.table_plan is not None:
            yield from self._table(step)
        if step.graph_plan is not None:
            yield from self._graph(step)

    def _table(self, step: PlanStep) -> Iterator[str]:
        plan = step.table_plan
        assert plan is not None
        spans = [plan.time, *(m.time for m in plan.measures), *(r.time for r in plan.related)]
        for span in spans:
            if span is not None:
                yield from self._time(span)
        for condition in (*plan.filters, *(f for r in plan.related for f in r.filters)):
            yield from self._filter(condition)
        for having in plan.having:
            yield from self._numbers(having.values)
        for word in plan.search.words if plan.search else ():
            if not all(part in self.text for part in word.casefold().split()):
                yield f"searches {word!r}"
        if plan.limit is not None and plan.limit > self.assets.policy.limits.max_rows:
            yield from self._numbers((plan.limit,))
        used = {
            *(f.column for f in plan.filters),
            *(m.column for m in plan.measures),
            *(o.by for o in plan.order),
            *(plan.search.columns if plan.search else ()),
        }
        if used & self.offered.masked:
            yield f"uses masked {used & self.offered.masked}"

    def _graph(self, step: PlanStep) -> Iterator[str]:
        plan = step.graph_plan
        assert plan is not None
        for nodes in (plan.start, plan.found):
            for key in nodes.keys:
                yield from self._key(key)
            for condition in nodes.filters:
                for value in condition.values:
                    yield from self._value(value)
        if int(plan.max_depth) > 20:
            yield "walks for ever"

    def _filter(self, condition: Filter) -> Iterator[str]:
        own = {f"{e.table}.{e.key}" for v in self.assets.views for e in v.spec.entities}
        joins = [j for v in self.assets.views for j in v.spec.join_keys]
        keys = own | {j.many for j in joins if j.one in own}
        for value in condition.values:
            if isinstance(value, datetime):
                yield from self._date(value)
            elif condition.column in keys:
                yield from self._key(value)
            else:
                yield from self._value(value)

    def _key(self, value: object) -> Iterator[str]:
        self.named.add(str(value))
        if str(value) not in self.keys:
            yield f"about {value!r}"

    def _time(self, span: TimeRange) -> Iterator[str]:
        self.dated.append(span)
        usual = span.end == self.offered.as_of + timedelta(microseconds=1) and (
            span.end - span.start == _window(span.text) + timedelta(microseconds=1)
        )
        if span not in self.times and not usual:
            yield f"in {span}"

    def _date(self, value: datetime) -> Iterator[str]:
        ages = [self.offered.as_of - timedelta(days=365.25 * n) for n in self.numbers if n < 999]
        ends = [end for t in self.times for end in (t.start, t.end)]
        self.dated += [t for t in self.times if value in (t.start, t.end)]
        if value not in (*ages, *ends):
            yield f"dated {value}"

    def _numbers(self, values: tuple[object, ...]) -> Iterator[str]:
        for value in values:
            shares = {n / 100 for n in self.numbers}
            if isinstance(value, bool) or value not in self.numbers | shares:
                yield f"counts {value!r}"

    def _value(self, value: object) -> Iterator[str]:
        """A number that is said, words that are said, or a catalog's value by one of its names."""
        text = str(value).casefold()
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if not list(self._numbers((value,))) or value in self._named_values():
                return
            yield f"with {value!r}"
        elif value not in self._named_values() and not all(w in self.text for w in text.split()):
            yield f"with {value!r}"

    def _named_values(self) -> list[object]:
        tight = self.text.replace(" ", "")
        return [
            meaning.value
            for view in self.assets.views
            for table in view.tables.values()
            for column in table.columns
            for meaning in column.values
            if any(
                name.casefold().replace(" ", "") in tight
                for name in (*meaning.names.all(), str(meaning.value).replace("_", " "))
            )
        ]


def _window(text: str) -> timedelta:
    known = text[:-1].isdecimal() and text[-1] in _UNITS
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])}) if known else timedelta(days=99_999)
