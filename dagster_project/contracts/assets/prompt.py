"""A6: a prompt template, for route+plan or for compose."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dagster_project.contracts.value import Value

STAGE_VARIABLES: dict[str, tuple[str, ...]] = {
    "route_plan": (
        "as_of",
        "time_zone",
        "catalog",
        "queries",
        "entities",
        "times",
        "rules",
        "question",
    ),
    "compose": ("language", "question", "plain", "rows"),
}
"""What a stage fills in; a template may use these and no others."""


class PromptSpec(Value):
    stage: Literal["route_plan", "compose"]
    policy: str | None = None
    catalogs: tuple[str, ...] = ()
    """Catalogs whose meaning is rendered in."""
    system: str
    user: str
    """Jinja2; see docs for the variables of each stage."""
    variables: tuple[str, ...] = ()
    sample: dict[str, str] = {}
    """Values for a render check."""
    max_tokens: int = Field(default=4_000, ge=1)
    """Budget of the rendered prompt; what is listed in it is cut to fit, least fitting first."""
    model: str | None = None
    """The policy's model that is meant to be asked; None: the best by score."""
    templates: int = Field(default=8, ge=1, le=50)
    """route_plan: most verified queries that are listed."""
    max_rows: int = Field(default=20, ge=1, le=200)
    """compose: most rows of a step that are shown."""
