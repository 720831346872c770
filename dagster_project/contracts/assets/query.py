"""A3: a deterministic query in one of six forms, with typed parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from dagster_project.contracts.graph_plan import GraphPlan
from dagster_project.contracts.table_plan import TablePlan
from dagster_project.contracts.value import Intent, Names, Value
from sources.protocol import ColumnType

QueryForm = Literal["table_plan", "graph_plan", "template", "search", "http", "recipe"]
ParamType = Literal["entity", "time_range", "metric", "limit", "enum", "text", "number", "boolean"]


class ParamSpec(Value):
    """A typed parameter. In template text an entity `ci` is `%(ci)s`; a time range `window` is
    `%(window_start)s` and `%(window_end)s`; every template may use `%(as_of)s`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: ParamType
    required: bool = True
    default: str | int | float | bool | None = None
    """For a time range a span back from as_of: `24h`, `7d`."""
    entity: str | None = None
    """For `entity`: which entity of the catalog."""
    many: bool = False
    """Takes a list; in SQL `= any(%(name)s)`."""
    classes: tuple[str, ...] = ()
    """For `entity`: only these values of the entity's class column."""
    column: str | None = None
    """For `enum`: the catalog column whose values are allowed."""
    values: tuple[str, ...] = ()
    """For `enum`: the allowed values, where no column lists them."""
    names: Names = Names()


class OutputColumn(Value):
    name: str
    type: ColumnType
    unit: str | None = None
    unit_column: str | None = None
    """Column of the same row that holds the unit."""
    names: Names = Names()


class RecipeStep(Value):
    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    query: str
    params: dict[str, str | int | float | bool] = {}
    """A value, or `$name` for a parameter of the recipe, or `$step.column` for a column of an
    earlier step's rows."""
    returned_as: dict[str, str] = {}
    """Parameter that takes a column to this query's own column of the same things: the answer then
    says how many of them were matched, and which were not."""
    optional: bool = False
    """The answer stands without it."""


class ReferenceRule(Value):
    """What a reference of this query shows."""

    table: str
    label: str = ""


class SearchWeights(Value):
    """Shares of the two rankings in a passage's score."""

    vector: float = Field(default=0.5, ge=0, le=1)
    text: float = Field(default=0.5, ge=0, le=1)


class SearchSpec(Value):
    """Passages of document collections, best first."""

    collections: tuple[str, ...]
    words: str = "$text"
    """What is looked for: text, or `$name` for a parameter."""
    top_k: int = Field(default=5, ge=1, le=50)
    weights: SearchWeights = SearchWeights()
    min_score: float = Field(default=0.0, ge=0, le=1)
    """A passage below it is not shown."""
    tags: tuple[str, ...] = ()
    """Only passages that bear all of them."""


class Paging(Value):
    """How an HTTP API gives more than one page."""

    style: Literal["none", "page", "offset", "cursor", "link"] = "none"
    """link: the answer's Link header with rel="next"."""
    param: str = "page"
    """Takes the page's number, the offset or the cursor."""
    first: int | None = None
    """By default 0 for an offset and 1 for a page."""
    size_param: str | None = None
    size: int = Field(default=100, ge=1)
    next: str | None = None
    """cursor: JSON path to the next one; nothing there is the last page."""
    total: str | None = None
    """JSON path to how many rows there are in all."""


class HttpSpec(Value):
    """One GET of an HTTP API. Values in `path` stand as `{name}`, elsewhere as `$name`."""

    path: str = Field(pattern=r"^/")
    query: dict[str, str | int | float | bool | tuple[str, ...]] = {}
    """Sent behind the `?`; one whose parameter has no value is left out."""
    rows: str = "$"
    """JSON path to the list of rows; a single object counts as one."""
    columns: dict[str, str] = {}
    """Output column to its JSON path within a row; by default the field of its name."""
    paging: Paging = Paging()


class QuerySpec(Value):
    """A3. A `table_plan` without `plan`, or a `graph_plan` without `graph`, is open: the planner
    fills one over the catalog."""

    form: QueryForm
    source: str | None = None
    """None only for a recipe, whose steps name theirs."""
    catalog: str | None = None
    intents: tuple[Intent, ...] = ("lookup",)
    text: str | None = None
    """For `template`: the statement."""
    plan: TablePlan | None = None
    graph: GraphPlan | None = None
    search: SearchSpec | None = None
    http: HttpSpec | None = None
    steps: tuple[RecipeStep, ...] = ()
    params: tuple[ParamSpec, ...] = ()
    output_schema: tuple[OutputColumn, ...] = ()
    references: tuple[ReferenceRule, ...] = ()
    examples: Names = Names()
    """Questions this query answers, per language; written with real names from the sample."""
    sample_params: dict[str, str | int | float | bool] = {}
    """For previews and checks."""
    sample_plan: TablePlan | None = None
    """For the preview of an open table plan."""
    sample_graph: GraphPlan | None = None
    """For the preview of an open graph plan."""

    @model_validator(mode="after")
    def _form_has_its_payload(self) -> QuerySpec:
        if self.form == "template" and not self.text:
            raise ValueError("a template needs `text`: the SQL or Cypher statement")
        if self.form == "recipe" and not self.steps:
            raise ValueError("a recipe needs `steps`")
        if self.form != "recipe" and self.source is None:
            raise ValueError(f"a {self.form} needs `source`: the name of a source asset")
        if self.form in ("table_plan", "graph_plan", "search") and self.catalog is None:
            raise ValueError(f"a {self.form} needs `catalog`: the name of a schema_catalog asset")
        if self.form == "search" and self.search is None:
            raise ValueError("a search needs `search`: its collections and weights")
        if self.form == "http" and self.http is None:
            raise ValueError("an http query needs `http`: its path and where the rows are")
        return self
