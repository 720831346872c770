"""The first wall: is this text one reading Cypher statement over the allowed labels?

It needs no connection. Behind it the server holds three more: the transaction's read access mode,
`EXPLAIN`, which must call the statement reading, and a time-out (docs/decisions/0009).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sources.errors import QueryRejected
from sources.neo4j.clauses import read_clauses
from sources.neo4j.lexer import Refused, fold, read_tokens
from sources.neo4j.patterns import Allowed, read_patterns

MAX_CHARACTERS = 20_000
MAX_TOKENS = 8_000
EVERY_LABEL = "*"


def inspect_cypher(text: str, allowed: Iterable[str], *, source: str = "neo4j") -> None:
    """Let exactly one reading statement over the allowed labels pass.

    Shape: `allowed` holds labels, compared without case, or `*` for all; an entry `[:TYPE]` allows
    a relationship type, and where there is none every type is allowed. Unless it holds `*`, each
    node in a pattern names its label, and no procedure is called. Nodes in the middle of a
    variable-length pattern are not looked at.
    Raises: QueryRejected, saying which rule and what to do.
    """
    kept = allowed if isinstance(allowed, frozenset) else frozenset(allowed)
    if len(text) > MAX_CHARACTERS:
        reason = f"the statement has {len(text)} characters; at most {MAX_CHARACTERS} are read."
        raise QueryRejected(source, reason, "Split it into steps.")
    refusal = _refusal(text, kept)
    if refusal is not None:
        raise QueryRejected(source, *refusal)


@lru_cache(maxsize=4096)
def _refusal(text: str, allowed: frozenset[str]) -> tuple[str, str] | None:
    try:
        tokens = read_tokens(text)
        if len(tokens) > MAX_TOKENS:
            return f"the statement has {len(tokens)} words and marks.", "Split it into steps."
        procedures = read_clauses(tokens)
        if EVERY_LABEL not in allowed:
            if procedures:
                return (
                    f"procedure {min(procedures)!r} reads every label.",
                    "Allow '*', or write MATCH with a label.",
                )
            read_patterns(tokens, _allowed(allowed))
    except Refused as refused:
        return refused.reason, refused.instruction
    return None


def _allowed(entries: frozenset[str]) -> Allowed:
    types = [entry[2:-1] for entry in entries if entry.startswith("[:") and entry.endswith("]")]
    labels = [entry for entry in entries if not entry.startswith("[:")]
    return Allowed(frozenset(map(fold, labels)), frozenset(map(fold, types)))
