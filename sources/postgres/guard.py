"""The first wall: is this text one SELECT over the allowed tables, and nothing else?

Two readings must agree. A scan that follows PostgreSQL's own lexer looks at every quote, comment
mark, placeholder and called name; then sqlglot's tree, made from the very text that the driver
will send, must be built of known nodes only. The parser is never the only wall: the role may only
SELECT, the session is read-only, and a prepared call holds one statement (docs/decisions/0003).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from sources.errors import QueryRejected
from sources.postgres.guard_scan import Refused, fold, scan
from sources.postgres.guard_tree import read_tree

Dialect = Literal["postgres"]
MAX_CHARACTERS = 20_000

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # else it logs every hostile statement


def inspect_select(
    text: str,
    allowed_tables: Iterable[str],
    dialect: Dialect = "postgres",
    *,
    functions: frozenset[str] = frozenset(),
    source: str = "sql",
) -> None:
    """Let exactly one SELECT over `allowed_tables` pass.

    Shape: `allowed_tables` holds `schema.table` or `schema.*`, lower case; a quoted name in the
    statement is compared in lower case. `functions` may be called, by their plain name, beside
    those of `guard_words`. Values stand as `%(name)s`, a percent sign as `%%`.
    Raises: QueryRejected, saying which rule, where and what to do.
    """
    allowed = allowed_tables if isinstance(allowed_tables, frozenset) else frozenset(allowed_tables)
    if len(text) > MAX_CHARACTERS:
        reason = f"the statement has {len(text)} characters; at most {MAX_CHARACTERS} are read."
        raise QueryRejected(source, reason, "Split it into steps.")
    refusal = _refusal(text, allowed, dialect, functions)
    if refusal is not None:
        raise QueryRejected(source, *refusal)


def tables_read(text: str, dialect: Dialect = "postgres") -> frozenset[str]:
    """The qualified tables a statement reads, lower case. Raises: QueryRejected."""
    found = _examine(text, dialect)
    if isinstance(found, Refused):
        raise QueryRejected("sql", found.reason, found.instruction)
    return found


def without_terminator(text: str) -> str:
    """The statement without surrounding space and without its one closing semicolon."""
    return text.strip().removesuffix(";").rstrip()


@lru_cache(maxsize=4096)
def _refusal(
    text: str, allowed: frozenset[str], dialect: Dialect, functions: frozenset[str]
) -> tuple[str, str] | None:
    found = _examine(text, dialect, functions)
    if isinstance(found, Refused):
        return found.reason, found.instruction
    for table in sorted(found):
        schema = table.partition(".")[0]
        if table not in allowed and f"{schema}.*" not in allowed:
            shown = ", ".join(sorted(allowed)[:8]) or "nothing"
            return (
                f"table {table!r} is not allowed.",
                f"Allowed: {shown}. Add it to the source's permissions if it may be read.",
            )
    return None


@lru_cache(maxsize=4096)
def _examine(
    text: str, dialect: Dialect, functions: frozenset[str] = frozenset()
) -> frozenset[str] | Refused:
    try:
        sent = scan(without_terminator(text), functions)
        tables = read_tree(sent, dialect, functions)
    except Refused as refused:
        return refused
    except RecursionError:
        return Refused("the statement is nested too deeply.", "Split it into steps.")
    for schema, name in tables:
        if fold(schema).startswith("pg_") or fold(schema) == "information_schema":
            return Refused(
                f"{schema}.{name} is a system catalog.", "Read the schema_catalog asset instead."
            )
    return frozenset(f"{fold(schema)}.{fold(name)}" for schema, name in tables)
