"""Verified queries, scored by what their example questions mean.

An example and a question are compared as features: the catalog terms, cues and entity kinds they
name, whatever the language. A constraint that the query cannot take (a filter, a grouping, a
second machine) rules it out, however alike the words are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from dagster_project.contracts.assets.query import ParamSpec, QuerySpec
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.table_plan import Scalar, TimeRange
from dagster_project.planner.link import Linked, Token, is_verbal, loose_words
from dagster_project.planner.text import fold, stem

ParamValue = Scalar | tuple[Scalar, ...] | TimeRange
_LIGHT_CUES = {"filler": 0.04, "own": 0.04, "list": 0.1, "and": 0.1, "with": 0.1, "newest": 0.2}
_HARD_CUES = {
    "count", "aggregate", "by", "compare", "without", "not", "op", "most", "least", "highest",
    "lowest", "superlative", "trend", "search", "scope", "document",
}  # fmt: skip
_ORDER_SHARE = 0.2
"""How much the order of words may take from a score; Korean and English differ in it by nature."""
_WEIGHTY = 0.5
_SHAPING = 2.5
"""What shapes an example's answer and the question does not say (a grouping, a value) weighs more:
"how many events" is not "how many events by severity"."""
_DOCUMENTS = "cue:document"
_MORE = 1.6
_SAYS_MUCH = 0.9
"""A whole term of an example that the question does not say: the query would bring what nobody
asked for."""
_WINDOW_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Feature:
    """What one token contributes: any of its names matches, with a weight."""

    names: frozenset[str]
    weight: float
    hard: bool
    token: Token


@dataclass(frozen=True, slots=True)
class Template:
    """A verified query with the features of its examples."""

    query: str
    spec: QuerySpec
    examples: tuple[tuple[Feature, ...], ...]
    known: frozenset[str]
    """All names of features in its examples: a question that shares none cannot fit."""

    @classmethod
    def of(cls, query: str, spec: QuerySpec, examples: tuple[tuple[Feature, ...], ...]) -> Template:
        known = frozenset(name for example in examples for f in example for name in f.names)
        return cls(query, spec, tuple(dict.fromkeys(examples)), known)

    def may_fit(self, asked: tuple[Feature, ...], total_weight: float) -> bool:
        """Whether at least half of what is said (by weight) occurs in some example."""
        shared = 0.0
        for feature in asked:
            if not self.known.isdisjoint(feature.names):
                shared += feature.weight
        return 2 * shared >= total_weight


@dataclass(frozen=True, slots=True)
class TemplateMatch:
    template: Template
    score: float
    params: dict[str, ParamValue]
    missing: tuple[ParamSpec, ...]
    """Required parameters that the question does not name."""
    ruled_out: str
    """Why it cannot serve; empty when it can."""
    not_used: tuple[str, ...]
    """Words of weight that neither an example nor a parameter takes up."""


def features(linked: Linked) -> tuple[Feature, ...]:
    """What a question says, without the order and the language it says it in."""
    loose = {token.start for token in loose_words(linked)}
    found = (_feature(token) for token in linked.tokens if token.start not in loose)
    return tuple(f for f in found if f is not None and f.weight > 0)


def _feature(token: Token) -> Feature | None:
    if token.kind == "entity" and token.mention is not None:
        entities = {f"entity:{c.entity}" for c in token.mention.candidates} or {"entity:?"}
        return Feature(frozenset(entities), 0.8, True, token)
    if token.kind in ("time", "recent", "bucket"):
        return Feature(frozenset({token.kind}), 0.2, token.kind == "bucket", token)
    if token.kind == "number":
        return Feature(frozenset({"number"}), 0.3, True, token)
    if token.kind == "quoted":
        return Feature(frozenset({"quoted"}), 1.0, True, token)
    if token.kind == "unknown":
        word = stem(fold(token.text))
        weight = 0.25 if is_verbal(token.text) else 0.9
        if word != token.text and not word.isascii():
            weight = 0.9  # 의존하는 is a noun made a verb: it says as much as the noun
        return Feature(frozenset({f"word:{word}"}), weight, False, token)
    names = frozenset(m.feature for m in token.meanings)
    if not token.only_cue:
        said = [m.kind for m in token.meanings if m.kind != "cue"]
        hard = all(kind in ("value", "superlative", "metric", "relation") for kind in said)
        return Feature(names, 1.0, hard, token)
    cues = [m.target for m in token.meanings]
    cues = [cue for cue in cues if cue not in ("filler", "own")] or cues
    weight = min(_LIGHT_CUES.get(cue, 0.6) for cue in cues)
    if weight < 0.1:  # hardly says anything, but tells "how is X" from "what is X"
        names = frozenset({f"said:{fold(token.text)}"})
    return Feature(names, weight, all(c in _HARD_CUES for c in cues), token)


def match_template(
    template: Template,
    asked: tuple[Feature, ...],
    as_of: datetime,
) -> TemplateMatch:
    """Score one verified query for a question and fill its parameters."""
    params, absorbed = _fill(template.spec, asked, as_of)
    missing = tuple(
        p for p in template.spec.params if p.required and p.default is None and p.name not in params
    )
    open_kinds = frozenset(f"entity:{p.entity}" for p in missing if p.type == "entity")
    best_score, best_left = 0.0, tuple(f for f in asked if id(f.token) not in absorbed)
    for example in template.examples:
        score, left = _alike(asked, example, absorbed, open_kinds)
        if score > best_score:
            best_score, best_left = score, left
    hard = [f.token.text for f in best_left if f.hard]
    ruled_out = f"it cannot take {', '.join(repr(t) for t in hard)}" if hard else ""
    not_used = tuple(f.token.text for f in best_left if f.weight >= _WEIGHTY)
    return TemplateMatch(template, round(best_score, 4), params, missing, ruled_out, not_used)


def _alike(
    asked: tuple[Feature, ...],
    example: tuple[Feature, ...],
    absorbed: set[int],
    open_kinds: frozenset[str],
) -> tuple[float, tuple[Feature, ...]]:
    """Dice over weights, and the features of the question that found no partner.

    What will be asked back (`open_kinds`) is not held against the question here."""
    free = list(example)
    matched = 0.0
    left: list[Feature] = []
    places: list[int] = []
    for feature in asked:
        alone = feature.names.isdisjoint
        for place, partner in enumerate(free):
            if not alone(partner.names):
                del free[place]
                matched += feature.weight + partner.weight
                places.append(partner.token.start)
                break
        else:
            if id(feature.token) not in absorbed:
                left.append(feature)
    if any(_DOCUMENTS in f.names for f in free):
        return 0.0, tuple(left)  # the example asks for documents, which the question does not
    unmatched = sum(f.weight for f in left) + sum(
        f.weight * (_SHAPING if f.hard else _MORE if f.weight >= _SAYS_MUCH else 1.0)
        for f in free
        if not (_optional(f) or f.names & open_kinds)
    )
    alike = matched / (matched + unmatched) if matched else 0.0
    return alike * (1 - _ORDER_SHARE * (1 - _in_order(places))), tuple(left)


def _in_order(places: list[int]) -> float:
    """Share of neighbours that stand in the example's order: "X depends on" is not "on X"."""
    pairs = list(pairwise(places))
    return sum(a < b for a, b in pairs) / len(pairs) if pairs else 1.0


def _optional(feature: Feature) -> bool:
    """A time or a number of an example need not be in the question: parameters have defaults."""
    return feature.token.kind in ("time", "recent", "number")


# -- parameters


def _fill(
    spec: QuerySpec, asked: tuple[Feature, ...], as_of: datetime
) -> tuple[dict[str, ParamValue], set[int]]:
    """Values for the query's parameters, and the tokens they were taken from."""
    params: dict[str, ParamValue] = {}
    absorbed: set[int] = set()
    tokens = [f.token for f in asked]
    for param in spec.params:
        taken = [t for t in tokens if id(t) not in absorbed and _offers(t, param)]
        if not taken:
            default = _default(param, as_of)
            if default is not None:
                params[param.name] = default
            continue
        used = taken if param.many else taken[:1]
        values = tuple(_value(t, param) for t in used)
        params[param.name] = values if param.many else values[0]  # pyright: ignore[reportArgumentType]
        absorbed.update(id(t) for t in used)
    return params, absorbed


def _offers(token: Token, param: ParamSpec) -> bool:
    if param.type == "entity":
        return _entity(token, param) is not None
    if param.type == "time_range":
        return token.kind == "time"
    if param.type in ("limit", "number"):
        return token.kind == "number"
    if param.type == "metric":
        return any(m.kind == "metric" for m in token.meanings)
    if param.type == "enum":
        return any(_is_enum(m.target, m.value, param) for m in token.meanings if m.kind == "value")
    if param.type == "text":
        return token.kind == "quoted"
    return False


def _is_enum(column: str, value: object, param: ParamSpec) -> bool:
    return column == param.column if param.column else str(value) in param.values


def _entity(token: Token, param: ParamSpec) -> EntityMention | None:
    if token.mention is None:
        return None
    return next((c for c in token.mention.candidates if c.entity == param.entity), None)


def _value(token: Token, param: ParamSpec) -> Scalar | TimeRange:
    if param.type == "entity":
        entity = _entity(token, param)
        return entity.key if entity else None
    if param.type == "time_range":
        return token.time
    if param.type in ("limit", "number"):
        number = token.number or 0
        return int(number) if number == int(number) else number
    if param.type == "metric":
        return next(m.target for m in token.meanings if m.kind == "metric")
    if param.type == "enum":
        return next(
            m.value
            for m in token.meanings
            if m.kind == "value" and _is_enum(m.target, m.value, param)
        )
    return token.text


def _default(param: ParamSpec, as_of: datetime) -> ParamValue:
    if param.default is None or param.type != "time_range":
        return param.default
    text = str(param.default)
    span = timedelta(**{_WINDOW_UNITS[text[-1]]: int(text[:-1])})
    return TimeRange(start=as_of - span, end=as_of + timedelta(microseconds=1), text=text)
