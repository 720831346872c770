"""Prompt: renders within its budget, on its sample and on questions of the release it is for."""

from __future__ import annotations

from datetime import UTC, datetime

from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.model_call import Message
from dagster_project.inspection.inspection import Inspection, Observation, observed
from dagster_project.llm.tokens import estimate_tokens
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.plan_prompt import plan_request
from dagster_project.planner.prompt_text import compiled
from dagster_project.planner.question_lines import LONGEST_QUESTION
from dagster_project.planner.text import language_of, normalise

_MOST_QUESTIONS = 24
_READ = 200
"""Characters of a question that are read; its length counts whole."""


def inspect_prompt(spec: PromptSpec, planner: PlannerAssets | None = None) -> Inspection:
    """Render both messages with the sample's values, and for route_plan with a release's own."""
    rendered, problems = _render(spec)
    tokens = sum(map(estimate_tokens, rendered.values()))
    unused = sorted(set(spec.sample) - set(spec.variables)) if spec.variables else []
    missing = sorted(set(spec.variables) - set(spec.sample))
    findings = [
        observed("render", "; ".join(problems) or None, "both messages render on the sample"),
        _held("budget", tokens, spec.max_tokens, "on its sample"),
        observed(
            "sample",
            _sample_problem(missing, unused),
            "the sample gives every variable a value",
            level="warn",
        ),
    ]
    facts = {
        "stage": spec.stage,
        "tokens_estimated": tokens,
        "max_tokens": spec.max_tokens,
        "variables": ", ".join(spec.variables),
    }
    if planner is not None and spec.stage == "route_plan" and not problems:
        found, longest, shown = _on_release(spec, planner)
        findings.append(found)
        facts["tokens_on_release"] = longest
        rendered |= {f"{m.role} for a question of the release": m.content for m in shown}
    return Inspection(
        summary=f"{spec.stage} prompt, about {tokens} of {spec.max_tokens} tokens on its sample",
        findings=tuple(findings),
        facts=facts,
        document="\n\n".join(f"**{role}**\n```\n{text}\n```" for role, text in rendered.items()),
    )


def _held(name: str, tokens: int, most: int, on: str) -> Observation:
    over = f"about {tokens} tokens {on}, over max_tokens {most}: shorten it or raise that"
    fine = f"about {tokens} of {most} tokens {on}"
    return observed(name, over if tokens > most else None, fine)


def _on_release(
    spec: PromptSpec, planner: PlannerAssets
) -> tuple[Observation, int, tuple[Message, ...]]:
    """The longest prompt of any example question, and of the longest question there may be."""
    from jinja2 import TemplateError

    examples = _questions(planner)
    worst = "가" * LONGEST_QUESTION
    longest = 0
    shown: tuple[Message, ...] = ()
    for question in (*examples, worst):
        try:
            messages = _messages(spec, planner, question)
        except TemplateError as error:
            return observed("release", f"{error.message or error}", ""), 0, ()
        longest = max(longest, sum(estimate_tokens(m.content) for m in messages))
        shown = shown or messages
    asked = f"at most, on {len(examples)} questions of the release and a very long one"
    return _held("release", longest, spec.max_tokens, asked), longest, shown


def _questions(planner: PlannerAssets) -> tuple[str, ...]:
    """The longest example of each query, spread over the release."""
    own = [
        max(spec.examples.all(), key=len)
        for _, spec in sorted(planner.queries.items())
        if spec.examples.all()
    ]
    return tuple(own[:: max(1, -(-len(own) // _MOST_QUESTIONS))])


def _messages(spec: PromptSpec, planner: PlannerAssets, question: str) -> tuple[Message, ...]:
    fixed = planner.policy.calendar.as_of
    as_of = datetime.now(UTC) if fixed == "now" else fixed
    text = normalise(question)
    request, _ = plan_request(
        planner.read(text[:_READ], as_of),
        text,
        planner,
        as_of,
        language_of(text),
        spec,
        "",
        lambda _: True,
        frozenset(),
    )
    return request.messages


def _render(spec: PromptSpec) -> tuple[dict[str, str], list[str]]:
    """The messages that render, and why the others do not."""
    from jinja2 import TemplateError

    rendered: dict[str, str] = {}
    problems: list[str] = []
    for role, template in (("system", spec.system), ("user", spec.user)):
        try:
            rendered[role] = compiled(template).render(spec.sample)
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
