"""Prompt: renders on its sample, within its budget, with no variable left open."""

from __future__ import annotations

from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.inspection.inspection import Inspection, observed


def estimate_tokens(text: str) -> int:
    """Tokens a model would count, guessed high: 4 ASCII characters or 1 other character each."""
    ascii_count = sum(character.isascii() for character in text)
    return -(-ascii_count // 4) + len(text) - ascii_count


def inspect_prompt(spec: PromptSpec) -> Inspection:
    """Render both messages with the sample's values."""
    rendered, problems = _render(spec)
    tokens = sum(map(estimate_tokens, rendered.values()))
    unused = sorted(set(spec.sample) - set(spec.variables)) if spec.variables else []
    missing = sorted(set(spec.variables) - set(spec.sample))
    over = tokens > spec.max_tokens
    findings = (
        observed("render", "; ".join(problems) or None, "both messages render on the sample"),
        observed(
            "budget",
            f"about {tokens} tokens, over max_tokens {spec.max_tokens}: shorten it or raise that"
            if over
            else None,
            f"about {tokens} of {spec.max_tokens} tokens",
        ),
        observed(
            "sample",
            _sample_problem(missing, unused),
            "the sample gives every variable a value",
            level="warn",
        ),
    )
    return Inspection(
        summary=f"{spec.stage} prompt, about {tokens} of {spec.max_tokens} tokens on its sample",
        findings=findings,
        facts={
            "stage": spec.stage,
            "tokens_estimated": tokens,
            "max_tokens": spec.max_tokens,
            "variables": ", ".join(spec.variables),
        },
        document="\n\n".join(f"**{role}**\n```\n{text}\n```" for role, text in rendered.items()),
    )


def _render(spec: PromptSpec) -> tuple[dict[str, str], list[str]]:
    """The messages that render, and why the others do not."""
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    rendered: dict[str, str] = {}
    problems: list[str] = []
    for role, template in (("system", spec.system), ("user", spec.user)):
        try:
            rendered[role] = environment.from_string(template).render(spec.sample)
        except TemplateError as error:
            problems.append(
                f"spec.{role}: {error.message or error}; give it a value in spec.sample"
            )
    return rendered, problems


def _sample_problem(missing: list[str], unused: list[str]) -> str | None:
    parts = []
    if missing:
        parts.append(f"no sample value for {', '.join(missing)}")
    if unused:
        parts.append(f"sample names {', '.join(unused)}, which spec.variables does not list")
    return "; ".join(parts) or None
