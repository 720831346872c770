"""Reads a statement's tree: only known nodes, only tables by their full name, CTEs by scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sources.postgres.guard_scan import Refused, Sent, fold
from sources.postgres.guard_words import FUNCTIONS, NODES

if TYPE_CHECKING:
    from sqlglot import exp

TableName = tuple[str, str]
MAX_SERIES = 100_000
MAX_PAD = 1_000
_FOREIGN_TYPES = ("USER-DEFINED", "UNKNOWN", "OBJECT")
_COARSE_UNITS = ("min", "hour", "day", "week", "month", "year", "decade", "centur")


def read_tree(
    sent: Sent, dialect: str, functions: frozenset[str] = frozenset()
) -> frozenset[TableName]:
    """The tables that the statement reads, as (schema, table). Raises: Refused."""
    root = _parse_one(sent.text, dialect)
    nodes = list(root.walk())
    _check_calls(sent.unknown_calls, nodes)
    for node in nodes:
        _check_node(node, functions)
    return frozenset(_tables(root, frozenset()))


def _parse_one(text: str, dialect: str) -> exp.Expr:
    import sqlglot
    from sqlglot import errors, exp

    try:
        statements = [found for found in sqlglot.parse(text, dialect=dialect) if found is not None]
    except errors.SqlglotError as error:
        line = str(error).splitlines()[0] if str(error) else "no reason given"
        raise Refused(f"the statement cannot be read: {line}", "Correct it.") from error
    if len(statements) != 1:
        raise Refused(f"there are {len(statements)} statements.", "Send one SELECT.")
    root = statements[0]
    if not isinstance(root, exp.Query):
        raise Refused(f"{root.key.upper()} is not a SELECT.", "Only SELECT may be sent.")
    return root


def _check_calls(unknown: tuple[str, ...], nodes: list[exp.Expr]) -> None:
    """Each unknown name before a bracket is an alias that lists its columns, and no call."""
    from sqlglot import exp

    aliases = Counter(
        _folded(node.this)
        for node in nodes
        if isinstance(node, exp.TableAlias) and node.this is not None and node.args.get("columns")
    )
    strangers = sorted(Counter(unknown) - aliases)
    if strangers:
        raise _unknown_function(strangers[0])


def _unknown_function(name: str) -> Refused:
    return Refused(
        f"the function {name!r} is not on the list.",
        "Use another, or extend sources/postgres/guard_words.py if it only reads its arguments.",
    )


def _check_node(node: exp.Expr, functions: frozenset[str]) -> None:
    from sqlglot import exp

    if isinstance(node, exp.Anonymous):
        if fold(node.name) not in FUNCTIONS | functions:
            raise _unknown_function(fold(node.name))
    elif isinstance(node, exp.DataType):
        if type(node) is not exp.DataType or node.this.value in _FOREIGN_TYPES:
            raise Refused(
                f"the type {node.sql(dialect='postgres')} may not be cast to.",
                "Cast to a built-in type.",
            )
    elif isinstance(node, exp.GenerateSeries):
        _check_series(node)
    elif isinstance(node, exp.Pad):
        _check_pad(node)
    elif isinstance(node, exp.Select):
        _check_select(node)
    elif not isinstance(node, exp.Func) and type(node).__name__ not in NODES:
        raise Refused(
            f"{type(node).__name__.upper()} has no place in a read-only SELECT.", "Remove it."
        )


def _check_select(node: exp.Select) -> None:
    for part in ("into", "locks"):
        if node.args.get(part):
            raise Refused(f"SELECT with {part.upper()} is not read-only.", "Remove it.")


def _check_series(node: exp.GenerateSeries) -> None:
    """At most so many whole numbers, or times no finer than a minute."""
    start, end, step = (_number(node.args.get(part)) for part in ("start", "end", "step"))
    if node.args.get("step") is None:
        step = 1
    if start is not None and end is not None and step:
        if abs(end - start) / abs(step) < MAX_SERIES:
            return
    elif _is_coarse(node.args.get("step")):
        return
    raise Refused(
        "generate_series has no bound that can be read.",
        f"Give it up to {MAX_SERIES} whole numbers as literals, or a step such as '1 hour'.",
    )


def _number(node: exp.Expr | None) -> float | None:
    from sqlglot import exp

    if isinstance(node, exp.Neg):
        inner = _number(node.this)
        return None if inner is None else -inner
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.this)
    return None


def _is_coarse(step: exp.Expr | None) -> bool:
    from sqlglot import exp

    if isinstance(step, exp.Cast) and step.is_type("interval"):
        step = step.this
    if isinstance(step, exp.Interval):
        text = f"{step.this.name if step.this is not None else ''} {step.args.get('unit') or ''}"
    elif isinstance(step, exp.Literal) and step.is_string:
        text = step.this
    else:
        return False
    count, _, unit = text.strip().lower().partition(" ")
    return count.lstrip("-").isdecimal() and int(count) != 0 and unit.startswith(_COARSE_UNITS)


def _check_pad(node: exp.Pad) -> None:
    width = _number(node.args.get("expression"))
    if width is None or width > MAX_PAD:
        raise Refused("lpad or rpad has no readable width.", f"Give a number up to {MAX_PAD}.")


def _tables(node: exp.Expr, visible: frozenset[str]) -> Iterator[TableName]:
    """Walk with the CTE names that are visible here; a CTE hides a table only in its own scope."""
    from sqlglot import exp

    with_ = node.args.get("with_")
    if isinstance(with_, exp.With):
        names = [_folded(cte.args["alias"].this) for cte in with_.expressions]
        if with_.args.get("recursive"):
            visible |= frozenset(names)
        for name, cte in zip(names, with_.expressions, strict=True):
            yield from _tables(cte, visible)
            visible |= {name}
    if isinstance(node, exp.Table):
        yield from _table_name(node, visible)
    for child in node.iter_expressions():
        if child is not with_:
            yield from _tables(child, visible)


def _table_name(node: exp.Table, visible: frozenset[str]) -> Iterator[TableName]:
    from sqlglot import exp

    schema, catalog = node.args.get("db"), node.args.get("catalog")
    if not isinstance(node.this, exp.Identifier):
        if not isinstance(node.this, exp.Func) or schema is not None:
            raise Refused("FROM names neither a table nor a known function.", "Name a table.")
    elif catalog is not None:
        raise Refused(f"{node.sql()} names another database.", "Write schema.table.")
    elif schema is not None:
        yield _folded(schema), _folded(node.this)
    elif _folded(node.this) not in visible:
        raise Refused(
            f"table {node.name!r} has no schema.", "Write schema.table; only CTEs stand alone."
        )


def _folded(identifier: exp.Identifier) -> str:
    """The name as PostgreSQL keeps it: folded unless quoted."""
    return identifier.name if identifier.args.get("quoted") else fold(identifier.name)
