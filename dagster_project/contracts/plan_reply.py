"""P2: what a model answers when it routes and plans: names and references, never text to show.

The form is strict: every field is there, nothing beside. Times are never written by a model: it
names one that was read from the question (`t1`). Entities are keys that were found in the question.
"""

from __future__ import annotations

from typing import Literal

from dagster_project.contracts.graph_plan import Direction, GraphOperation
from dagster_project.contracts.table_plan import Bucket, FilterOp
from dagster_project.contracts.value import AggregateName, GraphView, Intent, Value

Literally = str | int | float | bool
TimeName = str
"""`t1`, `t2` ... as listed in the prompt, or `default` for the policy's window."""


class ReplyParam(Value):
    """A parameter of a verified query. An entity's key, a metric's name, a time's name, a value."""

    name: str
    values: list[Literally]
    """One, or several for a parameter that takes many."""


class ReplyFilter(Value):
    column: str
    """`schema.table.column`, or the property's name in a graph."""
    op: FilterOp
    values: list[Literally]
    """On a column of dates a time's name, or `15y` for the day 15 years ago."""


class ReplyMeasure(Value):
    """Exactly one of metric and column, or neither for `count`."""

    aggregate: AggregateName
    metric: str | None
    column: str | None
    time: TimeName | None
    """Only rows of this span: for periods side by side."""


class ReplyGroup(Value):
    column: str
    bucket: Bucket | None


class ReplyRelated(Value):
    table: str
    negated: bool
    filters: list[ReplyFilter]
    time: TimeName | None


class ReplyHaving(Value):
    measure: int
    """Place in `measures`, from 0."""
    op: FilterOp
    values: list[Literally]


class ReplySearch(Value):
    columns: list[str]
    words: list[str]


class ReplyOrder(Value):
    by: str
    """A column, `measure:0`, or `difference:0`: how a measure changed between two periods."""
    descending: bool


class ReplyTable(Value):
    """With measures it groups; without, it lists columns."""

    table: str
    measures: list[ReplyMeasure]
    group_by: list[ReplyGroup]
    """A thing's key brings its name along."""
    columns: list[str]
    """Of a listing, beside those that one of its table always shows."""
    filters: list[ReplyFilter]
    related: list[ReplyRelated]
    having: list[ReplyHaving]
    search: ReplySearch | None
    time: TimeName | None
    order: list[ReplyOrder]
    """None: a listing newest first or by key, groups by their bucket or the greatest first."""
    limit: int | None
    with_ties: bool


class ReplyNodes(Value):
    label: str | None
    keys: list[str]
    filters: list[ReplyFilter]


class ReplyGraph(Value):
    view: GraphView
    operation: GraphOperation
    start: ReplyNodes
    found: ReplyNodes
    relations: list[str]
    direction: Direction | None
    max_depth: int | None
    measures: list[ReplyMeasure]
    group_by: list[str]
    limit: int | None


class ReplyFeed(Value):
    """Distinct cells of an earlier step go into a parameter, or into an `in` filter."""

    from_step: str
    column: str
    param: str | None
    filter_column: str | None


class ReplyStep(Value):
    id: str
    query: str
    """A query of the list: a verified one with `params`, or an open one with `table` or `graph`, or
    a search with `words`."""
    params: list[ReplyParam]
    table: ReplyTable | None
    graph: ReplyGraph | None
    words: str | None
    """What documents are searched for."""
    feeds: list[ReplyFeed]


class ReplyMissing(Value):
    """Something needed that the question leaves open: it is asked back, never guessed."""

    param: str
    mention: str


class PlanReply(Value):
    """Exactly what its `kind` needs: `steps` or `missing` for a plan, `rule` for the others."""

    reasoning: str
    """One sentence: why this route."""
    kind: Literal["plan", "direct", "reject"]
    rule: str | None
    """direct and reject: the rule of the policy whose text is shown, or `out_of_scope`."""
    intent: Intent | None
    steps: list[ReplyStep]
    missing: list[ReplyMissing]
    not_used: list[str]
    """Words of the question that no step takes into account."""


class SummaryReply(Value):
    """What a model answers when it phrases the summary."""

    sentences: list[str]
    """At most three; each holds a cell of the rows as it stands there."""
