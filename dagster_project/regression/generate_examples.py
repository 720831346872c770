"""Cases from the examples of queries: the same asked in other words, and over a wider window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.link import Token
from dagster_project.regression.generate_candidates import Candidate, Example, candidate, examples

_DAYS_OF = {"h": 1 / 24, "d": 1, "w": 7}


@dataclass(frozen=True, slots=True)
class _Read:
    """An example and what it gives the query's parameters."""

    example: Example
    means: frozenset[str]
    tokens: tuple[Token, ...]


def paraphrases(assets: PlannerAssets, as_of: datetime) -> Iterator[Candidate]:
    """Two examples of one query that name the same thing and the same parameters.

    The other one is in the other language where there is such an example.
    """
    for group in _alike(assets, as_of):
        for read in group:
            others = [other for other in group if other is not read]
            abroad = [o for o in others if o.example.language != read.example.language]
            if not others:
                continue
            own, other = read.example, (abroad or others)[0].example
            yield candidate(
                "paraphrase", own.query, own.language, own.text, "same_rows", other.text
            )


def wider_times(assets: PlannerAssets, as_of: datetime) -> Iterator[Candidate]:
    """A listing of one thing over half and over twice its usual window."""
    for read in _reads(assets, as_of):
        example = read.example
        days = _usual_days(assets.queries[example.query])
        timed = any(token.kind in ("time", "recent", "bucket") for token in read.tokens)
        one = sum(token.kind == "entity" for token in read.tokens) == 1
        if days is None or timed or not one:
            continue
        narrow, wide = max(1, round(days / 2)), max(2, round(days * 2))
        yield candidate(
            "wider",
            example.query,
            example.language,
            _in_last_days(example, wide),
            "contains",
            _in_last_days(example, narrow),
        )


def _in_last_days(example: Example, days: int) -> str:
    if example.language == "ko":
        return f"지난 {days}일 {example.text}"
    return f"{example.text.rstrip('?')} in the last {days} days"


def _usual_days(spec: QuerySpec) -> float | None:
    """The default window of a listing's own query, in days."""
    if spec.form != "template" or "list" not in spec.intents:
        return None
    for param in spec.params:
        text = str(param.default)
        if param.type == "time_range" and param.default is not None and text[-1] in _DAYS_OF:
            return int(text[:-1]) * _DAYS_OF[text[-1]]
    return None


def _alike(assets: PlannerAssets, as_of: datetime) -> Iterator[list[_Read]]:
    groups: dict[tuple[str, frozenset[str]], list[_Read]] = {}
    for read in _reads(assets, as_of):
        groups.setdefault((read.example.query, read.means), []).append(read)
    yield from groups.values()


def _reads(assets: PlannerAssets, as_of: datetime) -> Iterator[_Read]:
    for example in examples(assets):
        linked = assets.read(example.text, as_of)
        spec = assets.queries[example.query]
        means = frozenset(part for token in linked.tokens for part in _said(token, spec))
        yield _Read(example, means, linked.tokens)


def _said(token: Token, spec: QuerySpec) -> Iterator[str]:
    """What a token gives the query; for an open plan, which takes all, everything it says."""
    is_open = spec.form == "table_plan" and spec.plan is None
    kinds = {param.type for param in spec.params}
    if token.kind == "entity" and token.mention is not None:
        yield f"entity {','.join(c.key for c in token.mention.candidates)}"
    if token.time is not None and (is_open or "time_range" in kinds):
        yield f"time {token.time.start} {token.time.end} {token.time.bucket}"
    if token.number is not None and (is_open or kinds & {"number", "limit"}):
        yield f"number {token.number}"
    if token.kind == "bucket":
        yield f"bucket {token.text if not is_open else sorted(m.feature for m in token.meanings)}"
    columns = {param.column for param in spec.params if param.type == "enum"}
    for meaning in token.meanings:
        content = is_open and meaning.kind in ("value", "metric", "column")
        if content or (meaning.kind == "value" and meaning.target in columns):
            yield meaning.feature
