"""The server's own opinion of a statement: its kind and its plan, without running it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sources.errors import QueryRejected
from sources.neo4j.clauses import READ_PROCEDURES
from sources.neo4j.lexer import fold

if TYPE_CHECKING:
    from neo4j import AsyncSession

READING = "r"
_OUTSIDE = ("loadcsv", "transaction", "terminate", "show")
"""Beginnings of operators that a plan called reading may still have."""


async def explain(
    session: AsyncSession, text: str, params: Mapping[str, object], timeout_seconds: float
) -> str | None:
    """Why the server's plan may not be run; None when it only reads the graph."""
    import neo4j

    result = await session.run(
        neo4j.Query(f"EXPLAIN {text}", timeout=timeout_seconds),  # pyright: ignore[reportArgumentType]
        dict(params),
    )
    summary = await result.consume()
    if summary.query_type != READING:
        return f"the server calls the statement {summary.query_type!r}, not reading."
    return _plan_refusal(summary.plan or {})


def rejected(source: str, reason: str) -> QueryRejected:
    return QueryRejected(source, reason, "Only reading the graph may be sent.")


def _plan_refusal(plan: Mapping[str, Any]) -> str | None:
    operator = str(plan.get("operatorType", "")).partition("@")[0].lower()
    details = str((plan.get("args") or {}).get("Details", ""))
    if operator.startswith(_OUTSIDE):
        return f"the server's plan has {operator!r}, which reaches beyond the graph."
    if operator == "procedurecall" and fold(details.partition("(")[0]) not in READ_PROCEDURES:
        return f"the server's plan calls {details.partition('(')[0]!r}."
    for child in plan.get("children") or ():
        if (refusal := _plan_refusal(child)) is not None:
            return refusal
    return None
