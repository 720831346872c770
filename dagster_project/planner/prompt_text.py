"""A prompt asset rendered: Jinja2 in a sandbox, where a variable without a value is an error."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from dagster_project.contracts.assets.prompt import PromptSpec

if TYPE_CHECKING:
    from jinja2 import Template


@lru_cache(maxsize=64)
def compiled(text: str) -> Template:
    """Raises: jinja2.TemplateError."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False).from_string(
        text
    )


def rendered(spec: PromptSpec, variables: Mapping[str, str]) -> tuple[str, str]:
    """System and user message. Raises: jinja2.TemplateError."""
    return compiled(spec.system).render(variables), compiled(spec.user).render(variables)
