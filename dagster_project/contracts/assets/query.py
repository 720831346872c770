"""A3: a deterministic query in one of six forms, with typed parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

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
    optional: bool = False
    """The answer stands without it."""


class ReferenceRule(Value):
    """What a reference of this query shows."""

    table: str
    label: str = ""


class QuerySpec(Value):
    """A3. `table_plan` without a `plan` is open: the planner fills one over the catalog."""

    form: QueryForm
    source: str | None = None
    """None only for a recipe, whose steps name theirs."""
    catalog: str | None = None
    intents: tuple[Intent, ...] = ("lookup",)
    text: str | None = None
    """For `template`: the statement."""
    plan: TablePlan | None = None
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

    @model_validator(mode="after")
    def _form_has_its_payload(self) -> QuerySpec:
        if self.form == "template" and not self.text:
            raise ValueError("a template needs `text`: the SQL or Cypher statement")
        if self.form == "recipe" and not self.steps:
            raise ValueError("a recipe needs `steps`")
        if self.form != "recipe" and self.source is None:
            raise ValueError(f"a {self.form} needs `source`: the name of a source asset")
        if self.form == "table_plan" and self.catalog is None:
            raise ValueError("a table_plan needs `catalog`: the name of a schema_catalog asset")
        return self
