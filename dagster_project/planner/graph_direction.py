"""Which way a relation is walked, read from the order of words and from Korean particles.

What stands before "depends on" needs, what stands behind it is needed; X가 의존하는 needs, X에
의존하는 is needed. "Affects" is read the other way round: what affects X is what X depends on.
"""

from __future__ import annotations

import re

from dagster_project.contracts.graph_plan import Direction
from dagster_project.contracts.value import GraphView
from dagster_project.planner.link import Token
from dagster_project.planner.text import is_hangul

_SUBJECT = re.compile(r"\s*(?:이|가|은|는)(?=\s|$)")
_OBJECT = re.compile(r"\s*(?:에게|에|을|를|와|과)(?=\s|$)")
_NOUN = re.compile(r"(?:dependenc(?:y|ies)|components?|parts|neighbou?rs)(?: of)?")
_MEMBER = ("part of", "belongs to", "belong to")
"""The first is the part: read against the composition, whether or not the catalog says so."""
_PASSIVE = re.compile(r"포함\s?(?:되|된|돼|될|됐)|구성\s?(?:하|한|할|해)")
"""X에 포함된 and X를 구성하는 are parts of X, though 포함 and 구성 are what the whole does."""
_GIVES = re.compile(r"영향(?:을|이)?\s*(?:주|줄|준|줬|미치|미친|미칠|끼치|끼친|끼칠)")
_TAKES = re.compile(r"영향(?:을)?\s*받")
_FROM_WHAT = re.compile(r"(?:무엇|뭐|어디|어느 \S+|어떤 \S+)(?:의|에|에게)\s*$")
_HAS = re.compile(r"\b(?:has|have|having)\s+(?:an?\s+|the\s+)?$")


def walk_of(
    question: str, token: Token, anchor: Token, graph_view: GraphView, way: str | None
) -> tuple[GraphView, Direction]:
    """The view and direction for a relation (`token`) of a thing (`anchor`).

    `way` is how the catalog reads the token, `along` or `against`; None where it goes either way.
    """
    if graph_view == "impact":
        hit = _is_hit_korean if is_hangul(token.text[0]) else _is_hit_english
        return ("dependency", "out") if hit(question, token, anchor) else ("impact", "in")
    if graph_view == "neighbors" and way is None:
        return graph_view, "both"
    against = way == "against" or token.text.lower() in _MEMBER
    if _PASSIVE.match(question, token.start):
        against = not against
    outward = _is_subject(question, token, anchor) is not against
    if graph_view == "dependency" and not outward:
        return "impact", "in"
    return graph_view, "out" if outward else "in"


def does(question: str, named: Token) -> bool:
    """A Korean subject particle stands right behind it."""
    return bool(_SUBJECT.match(question, named.end))


def is_done_to(question: str, named: Token) -> bool:
    """A Korean object particle stands right behind it."""
    return bool(_OBJECT.match(question, named.end))


def _is_subject(question: str, token: Token, anchor: Token) -> bool:
    """Whether the thing named does what the relation says, rather than has it done to it."""
    if is_hangul(token.text[0]):
        return not is_done_to(question, anchor) or does(question, anchor)
    behind = question[token.end :].lstrip().lower()
    if _NOUN.fullmatch(token.text.lower()):
        return not behind.startswith("on ")  # dependencies of X; but a dependency on X
    if re.match(r"(?:it|them)\b", behind):
        return False  # if X fails, what depends on it
    return anchor.start < token.start


def _is_hit_korean(question: str, token: Token, anchor: Token) -> bool:
    """X에 영향을 주는, X가 영향을 받는, X는 무엇의 영향을 받아: X is what suffers."""
    between = question[anchor.end : token.start]
    if _GIVES.match(question, token.start):
        return between.strip() in ("에", "에게")
    if not _TAKES.match(question, token.start):
        return False
    return between.strip() in ("이", "가", "은", "는") or bool(_FROM_WHAT.search(between))


def _is_hit_english(question: str, token: Token, anchor: Token) -> bool:
    """What affects X, what is X affected by, what has an impact on X."""
    said, before = token.text.lower(), anchor.start < token.start
    if said.endswith(" by"):
        return before
    if said in ("affect", "affects", "affecting", "impacts"):
        return not before
    behind = question[token.end :].lstrip().lower()
    has = _HAS.search(question[: token.start].lower())
    return said == "impact" and bool(has) and behind.startswith("on ") and not before
