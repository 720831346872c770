"""A question to the request that asks a model for route and plan, and the closed world it lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.model_call import Message
from dagster_project.contracts.plan_reply import PlanReply
from dagster_project.contracts.value import Language
from dagster_project.llm.port import ModelRequest
from dagster_project.llm.reply_schema import reply_schema
from dagster_project.llm.tokens import estimate_tokens
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.catalog_digest import (
    Digest,
    OpenCatalog,
    catalog_digest,
    open_catalogs,
)
from dagster_project.planner.line_room import first_that_fit, line_tokens
from dagster_project.planner.link import Linked
from dagster_project.planner.offered import Offered
from dagster_project.planner.prompt_text import rendered
from dagster_project.planner.query_lines import open_lines, template_line
from dagster_project.planner.question_lines import read_for_prompt
from dagster_project.planner.shortlist import template_index

_QUERIES_SHARE = 0.5
"""Of the room for queries and catalog, what verified queries may take."""
_EXAMPLES = 2
_FIRST_FEW = 3
_FAR_BEHIND = 0.3
"""A verified query with less than this share of the best one's score is not listed."""
_RANKED = 16
"""Verified queries that are told as considered, listed or not."""
_NONE = "none"


def plan_request(
    linked: Linked,
    question: str,
    assets: PlannerAssets,
    as_of: datetime,
    language: Language,
    prompt: PromptSpec,
    prompt_ref: str,
    allowed: Callable[[str], bool],
    masked: frozenset[str],
) -> tuple[ModelRequest, Offered]:
    """The whole stays within `prompt.max_tokens`: verified queries and the catalog's lines are cut,
    least fitting first; the question, what was read from it and the rules are always there.

    Raises: jinja2.TemplateError for a prompt that does not render.
    """
    said = read_for_prompt(linked, question, assets, as_of, prompt.max_tokens)
    found = _candidates(linked, assets, prompt, allowed, masked)
    shown, messages = _fitted(found, linked, assets, prompt, masked, said.variables)
    request = ModelRequest(
        purpose="route_plan",
        prompt=prompt_ref,
        messages=messages,
        reply=reply_schema(PlanReply),
        intended=prompt.model,
        subject=_subject(question, language, found.denied, masked),
        parts={
            "prompt text": f"{prompt.system}\n{prompt.user}",
            "queries": "\n".join(shown.queries),
            "catalog": shown.digest.text,
            **said.parts,
        },
    )
    offered = Offered(
        question=question,
        linked=linked,
        as_of=as_of,
        language=language,
        queries=frozenset(shown.names),
        ranked=tuple(sorted(found.ranked, key=lambda r: r[0] not in shown.names)),
        times=said.times,
        entities=said.entities,
        rules=said.rules,
        masked=masked,
    )
    return request, offered


# -- what may be listed


@dataclass(frozen=True, slots=True)
class _Candidates:
    """What could be listed if there were room for all of it."""

    catalogs: tuple[OpenCatalog, ...]
    open_lines: tuple[tuple[str, ...], ...]
    """Of each catalog: a line for each of its queries."""
    ranked: tuple[tuple[str, float], ...]
    template_lines: tuple[tuple[str, str], ...]
    """The best verified queries and their lines, best first."""
    denied: tuple[str, ...]
    """Queries that would have been among them, were they allowed."""


def _candidates(
    linked: Linked,
    assets: PlannerAssets,
    prompt: PromptSpec,
    allowed: Callable[[str], bool],
    masked: frozenset[str],
) -> _Candidates:
    denied: list[str] = []

    def may(query: str) -> bool:
        fine = allowed(query)
        if not fine:
            denied.append(query)
        return fine

    catalogs = open_catalogs(assets, may, prompt.catalogs)
    nearest = template_index(assets).nearest(linked)
    best = _worth_listing(nearest.best(prompt.templates, may))
    rest = nearest.best(max(_RANKED, prompt.templates), allowed)[len(best) :]
    return _Candidates(
        catalogs=catalogs,
        open_lines=tuple(open_lines(c, assets) for c in catalogs),
        ranked=best + rest,
        template_lines=tuple(
            (q, template_line(q, assets, nearest.examples_of(q, _EXAMPLES), masked))
            for q, _ in best
        ),
        denied=tuple(sorted(set(denied))),
    )


def _worth_listing(best: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    """The first few, and those that are not far behind the best."""
    least = _FAR_BEHIND * best[0][1] if best else 0.0
    return tuple(b for place, b in enumerate(best) if place < _FIRST_FEW or b[1] >= least)


# -- what has room


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is listed. Shape: `queries` are lines, verified ones first."""

    names: tuple[str, ...]
    queries: tuple[str, ...]
    queries_left_out: int
    digest: Digest


def _fitted(
    found: _Candidates,
    linked: Linked,
    assets: PlannerAssets,
    prompt: PromptSpec,
    masked: frozenset[str],
    fixed: dict[str, str],
) -> tuple[_Shown, tuple[Message, ...]]:
    """As much as the prompt bears. A prompt that says a part twice is cut until it fits."""
    _, bare = _messages(prompt, fixed, _Shown((), (), 99, Digest(left_out=9_999)))
    room = prompt.max_tokens - bare
    while True:
        shown = _within(room, found, linked, assets, masked)
        messages, tokens = _messages(prompt, fixed, shown)
        over = tokens - prompt.max_tokens
        if over <= 0 or room <= 0:
            return shown, messages
        room -= max(over, 16)


def _within(
    room: int, found: _Candidates, linked: Linked, assets: PlannerAssets, masked: frozenset[str]
) -> _Shown:
    """Open queries first, as all else can be said with them; then verified ones, best first, up to
    their share; then the catalogs; then verified ones in what is left."""
    opened: dict[str, str] = {}
    catalogs: list[OpenCatalog] = []
    left = room
    for catalog, lines in zip(found.catalogs, found.open_lines, strict=True):
        own = dict(zip(catalog.queries, lines, strict=True))
        if sum(map(line_tokens, lines)) <= left:
            left -= sum(map(line_tokens, lines))
            opened |= own
            catalogs.append(catalog)
    share = int(left * _QUERIES_SHARE) if catalogs else left
    verified = first_that_fit(found.template_lines, share)
    left -= sum(map(line_tokens, verified.values()))
    digest = catalog_digest(linked, assets, tuple(catalogs), masked, max(0, left))
    more = tuple((q, text) for q, text in found.template_lines if q not in verified)
    verified |= first_that_fit(more, left - digest.tokens)
    missing = len(found.template_lines) - len(verified) + len(found.catalogs) - len(catalogs)
    listed = verified | opened
    return _Shown(tuple(listed), tuple(listed.values()), missing, digest)


def _messages(
    prompt: PromptSpec, fixed: dict[str, str], shown: _Shown
) -> tuple[tuple[Message, ...], int]:
    """Both messages, and the tokens they are estimated at."""
    variables = {
        **fixed,
        "queries": _listed(shown.queries, shown.queries_left_out, "queries"),
        "catalog": _listed((shown.digest.text,), shown.digest.left_out, "lines"),
    }
    system, user = rendered(prompt, variables)
    messages = (Message(role="system", content=system), Message(role="user", content=user))
    return messages, estimate_tokens(system) + estimate_tokens(user)


def _listed(lines: tuple[str, ...], left_out: int, what: str) -> str:
    note = f"({left_out} {what} left out for room)" if left_out else ""
    return "\n".join(filter(None, (*lines, note))) or _NONE


def _subject(
    question: str, language: Language, denied: tuple[str, ...], masked: frozenset[str]
) -> str:
    """Who sees the same is asked the same: what is denied of what fits, and what is masked."""
    said = json.dumps(
        ["route_plan", question, language, denied, sorted(masked)], ensure_ascii=False
    )
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
