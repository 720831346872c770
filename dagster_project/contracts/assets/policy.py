"""A5: limits, access, quick rules, the replan policy, retention and the site's calendar."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from dagster_project.contracts.assets.models import ModelPolicy
from dagster_project.contracts.graph_plan import Direction
from dagster_project.contracts.value import GraphView, Names, Text, Value


class GraphLimits(Value):
    """How far one graph view may go."""

    max_depth: int = Field(default=6, ge=1, le=20)
    directions: tuple[Direction, ...] = ("out", "in", "both")
    max_nodes: int = Field(default=200, ge=1)
    max_edges: int = Field(default=500, ge=1)
    max_paths: int = Field(default=3, ge=1)


class Limits(Value):
    max_rows: int = Field(default=200, ge=1)
    max_points: int = Field(default=2_000, ge=1)
    max_steps: int = Field(default=8, ge=1)
    step_timeout_seconds: float = Field(default=5.0, gt=0)
    ask_timeout_seconds: float = Field(default=20.0, gt=0)
    max_cost_usd: float = Field(default=0.05, ge=0)
    graph_views: dict[GraphView, GraphLimits] = {}
    """A view that is not named has the defaults."""


class AccessRule(Value):
    """Who may use what; a caller is allowed what any matching rule allows. `*` is all."""

    roles: tuple[str, ...] = ("*",)
    tenants: tuple[str, ...] = ("*",)
    sources: tuple[str, ...] = ("*",)
    queries: tuple[str, ...] = ("*",)
    masked_columns: tuple[str, ...] = ()
    """`schema.table.column`, or `Label.property` of a graph; hidden from these roles."""


class QuickRule(Value):
    """Decided before planning. Words match as whole words (Korean: with particles), never inside
    another word. A Korean verb stem with `~` stands for its imperatives: `삭제~` is 삭제해,
    삭제해줘, 삭제하세요, 삭제시켜 and the like, but not 삭제된."""

    name: str
    action: Literal["direct", "reject"]
    match: Literal["whole", "contains", "starts"]
    """`whole`: the question is nothing but these words; `contains`: they occur in it; `starts`:
    it begins with them, as an order does."""
    words: Names
    answer: Text
    """The direct answer, or the reason of the reject."""
    suggestion: Text | None = None
    examples: tuple[str, ...]
    """Questions that must match; checked."""
    counter_examples: tuple[str, ...] = ()
    """Questions that must not match; checked."""


class ReplanPolicy(Value):
    max_replans: int = Field(default=3, ge=0)
    max_internal_retries: int = Field(default=2, ge=0)
    trigger_sensitivities: dict[str, Literal["off", "low", "normal", "high"]] = {}
    scope_rules: dict[str, Literal["execute", "compose", "present", "full_pipeline"]] = {}
    deadline_seconds: float = Field(default=20.0, gt=0)


class Calendar(Value):
    time_zone: str = "UTC"
    """IANA name; days and weeks of questions are cut here."""
    week_start: Literal["monday", "sunday"] = "monday"
    as_of: datetime | Literal["now"] = "now"
    """What "now" means when an ask does not say."""
    default_window: str = Field(default="24h", pattern=r"^\d+[mhdw]$")
    """For a metric asked without a time."""


class PlannerSettings(Value):
    """Thresholds of the built-in planner, 0 to 1."""

    template_score: float = Field(default=0.62, ge=0, le=1)
    """Below it a verified query is not taken."""
    typo_score: float = Field(default=0.78, ge=0, le=1)
    min_coverage: float = Field(default=0.5, ge=0, le=1)
    """More than this share of a question's content words must be understood."""


class Retention(Value):
    """T4: how long traces stay. Golden and baseline traces always stay."""

    days: int = Field(default=30, ge=1, le=36_500)
    test_days: int = Field(default=30, ge=1, le=36_500)
    """For test runs: swap tests, replays, golden cases that no night names."""
    keep_failed: bool = True
    """Traces with the status failed stay for good."""


class PolicySpec(Value):
    limits: Limits = Limits()
    access: tuple[AccessRule, ...] = (AccessRule(),)
    quick_rules: tuple[QuickRule, ...] = ()
    out_of_scope: Text
    """Said when nothing in the question is known to the catalogs."""
    replan: ReplanPolicy = ReplanPolicy()
    calendar: Calendar = Calendar()
    planner: PlannerSettings = PlannerSettings()
    retention: Retention = Retention()
    models: ModelPolicy = ModelPolicy()
    asks_per_minute: int = Field(default=600, ge=1)
