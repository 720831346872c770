"""Only reading clauses, known procedures and known dotted functions."""

from __future__ import annotations

from sources.neo4j.lexer import Refused, Token

STARTERS = frozenset(("match", "optional", "with", "unwind", "return", "call"))
_NEVER = frozenset(
    ("create", "insert", "merge", "set", "delete", "detach", "nodetach", "remove", "foreach",
     "drop", "use", "show", "terminate", "transactions", "transaction")
)  # fmt: skip
_NEVER_PAIRS = frozenset((("load", "csv"), ("periodic", "commit"), ("using", "periodic")))
READ_PROCEDURES = frozenset(
    ("db.labels", "db.relationshiptypes", "db.propertykeys", "db.index.fulltext.querynodes",
     "db.index.fulltext.queryrelationships", "db.index.vector.querynodes",
     "db.index.vector.queryrelationships")
)  # fmt: skip
_TEMPORAL = ("date", "datetime", "time", "localdatetime", "localtime")
_READ_FUNCTIONS = frozenset(
    (*(f"{kind}.{name}" for kind in _TEMPORAL
       for name in ("truncate", "transaction", "statement", "realtime", "fromepoch",
                    "fromepochmillis")),
     "duration.between", "duration.inmonths", "duration.indays", "duration.inseconds",
     "point.distance", "point.withinbbox", "vector.similarity.cosine",
     "vector.similarity.euclidean")
)  # fmt: skip


def read_clauses(tokens: tuple[Token, ...]) -> frozenset[str]:
    """The procedures it calls. Raises: Refused."""
    if not tokens:
        raise Refused("the statement is empty.", "Write MATCH ... RETURN ...")
    procedures: set[str] = set()
    for index, token in enumerate(tokens):
        is_start = index == 0 or tokens[index - 1].fold == "union"
        if is_start and not _begins(tokens, index):
            raise Refused(
                f"a statement may not begin with {token.text!r}.",
                "Only reading clauses: MATCH, OPTIONAL MATCH, UNWIND, WITH, CALL, RETURN.",
            )
        if token.kind == "word" and not _is_property_or_label(tokens, index):
            _refuse_writing(tokens, index)
            if token.fold == "call" and not _is_subquery(tokens, index):
                procedures.add(_procedure(tokens, index + 1))
        if token.is_name and _fold_at(tokens, index - 1) != ".":
            _refuse_function(tokens, index)
    return frozenset(procedures)


def _begins(tokens: tuple[Token, ...], index: int) -> bool:
    token = tokens[index]
    if token.kind != "word":
        return False
    if token.fold in ("all", "distinct") and index > 0:
        return index + 1 < len(tokens) and tokens[index + 1].fold in STARTERS
    return token.fold in STARTERS


def _is_property_or_label(tokens: tuple[Token, ...], index: int) -> bool:
    """Behind a dot or a colon the grammar has names and values, never a clause."""
    return index > 0 and tokens[index - 1].kind == "symbol" and tokens[index - 1].text in ".:"


def _refuse_writing(tokens: tuple[Token, ...], index: int) -> None:
    word = tokens[index].fold
    if word in _NEVER or (word, _fold_at(tokens, index + 1)) in _NEVER_PAIRS:
        raise Refused(
            f"{tokens[index].text!r} is not for reading.",
            "Only reading clauses; a name that is spelt like one goes in backticks.",
        )


def _is_subquery(tokens: tuple[Token, ...], index: int) -> bool:
    return _fold_at(tokens, index + 1) in ("{", "(")


def _procedure(tokens: tuple[Token, ...], index: int) -> str:
    name, _ = _dotted(tokens, index)
    if name not in READ_PROCEDURES:
        shown = ", ".join(sorted(READ_PROCEDURES))
        raise Refused(f"procedure {name!r} may not be called.", f"These may: {shown}.")
    return name


def _refuse_function(tokens: tuple[Token, ...], index: int) -> None:
    if _fold_at(tokens, index - 1) == "call" and tokens[index - 1].kind == "word":
        return
    name, end = _dotted(tokens, index)
    is_called = end < len(tokens) and tokens[end].text == "(" and tokens[end].kind == "symbol"
    if is_called and "." in name and name not in _READ_FUNCTIONS:
        raise Refused(
            f"function {name!r} may not be called.", "Only Neo4j's own functions are known."
        )


def _dotted(tokens: tuple[Token, ...], index: int) -> tuple[str, int]:
    """A name with its dots, folded, and where it ends."""
    parts: list[str] = []
    while index < len(tokens) and tokens[index].is_name:
        parts.append(tokens[index].text.upper().lower())
        if _fold_at(tokens, index + 1) != ".":
            return ".".join(parts), index + 1
        index += 2
    return ".".join(parts), index


def _fold_at(tokens: tuple[Token, ...], index: int) -> str:
    """Empty beyond the ends, and for what is in quotes."""
    if not 0 <= index < len(tokens) or tokens[index].kind not in ("word", "symbol"):
        return ""
    return tokens[index].fold
