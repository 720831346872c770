"""Which labels and types a statement names, and whether each node of its patterns names one.

Used only where a source allows some labels and not all. A name counts as known once a pattern gave
it an allowed label, for as long as Cypher keeps it in scope: WITH passes on what it lists, UNION
begins anew, a subquery sees what it imports.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sources.neo4j.lexer import Refused, Token, fold

Context = Literal["paren", "relation", "list", "map", "query", "call"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """Folded names; no types means every type."""

    labels: frozenset[str]
    types: frozenset[str] = frozenset()


_PROJECTION_ENDS = frozenset(
    ("where", "order", "skip", "limit", "offset", "match", "optional", "unwind", "with", "return",
     "call", "union", "finish")
)  # fmt: skip
_FUNCTIONS = frozenset(
    ("abs", "acos", "asin", "atan", "atan2", "avg", "btrim", "ceil", "char_length",
     "character_length", "coalesce", "collect", "cos", "cot", "count", "date", "datetime",
     "degrees", "duration", "e", "elementid", "endnode", "exp", "floor", "haversin", "head",
     "id", "isempty", "isnan", "keys", "labels", "last", "left", "length", "localdatetime",
     "localtime", "log", "log10", "lower", "ltrim", "max", "min", "nodes", "normalize", "nullif",
     "percentilecont", "percentiledisc", "pi", "point", "properties", "radians", "rand", "range",
     "relationships", "replace", "reverse", "right", "round", "rtrim", "sign", "sin", "size",
     "split", "sqrt", "startnode", "stdev", "stdevp", "substring", "sum", "tail", "tan", "time",
     "timestamp", "toboolean", "tobooleanlist", "tobooleanornull", "tofloat", "tofloatlist",
     "tofloatornull", "tointeger", "tointegerlist", "tointegerornull", "tolower", "tostring",
     "tostringlist", "tostringornull", "toupper", "trim", "type", "upper", "valuetype")
)  # fmt: skip
_DEEPEST = 60
_AFTER_IS = frozenset(("null", "not", "typed", "normalized", "nfc", "nfd", "nfkc", "nfkd", "::"))


@dataclass(slots=True)
class _Level:
    """One open bracket, or the whole statement."""

    context: Context
    outer: frozenset[str] = frozenset()
    """Names known before it."""
    first: frozenset[str] = frozenset()
    """Names that it begins with, and after each UNION."""
    importable: frozenset[str] = frozenset()
    """Names that a WITH at its very beginning may take in."""
    returned: set[str] = field(default_factory=set)
    is_at_start: bool = True
    has_where: bool = False


def read_patterns(tokens: tuple[Token, ...], allowed: Allowed) -> None:
    """Raises: Refused at the first name that is not allowed, or node without a label."""
    _Reader(tokens, allowed).read()


class _Reader:
    def __init__(self, tokens: tuple[Token, ...], allowed: Allowed) -> None:
        self._tokens = tokens
        self._allowed = allowed
        self._known: frozenset[str] = frozenset()
        self._levels = [_Level("query")]

    def read(self) -> None:
        for index, token in enumerate(self._tokens):
            if token.kind == "symbol":
                self._symbol(index, token.text)
            elif token.kind == "word" and self._at(index - 1) not in (".", ":"):
                self._word(index, token.fold)
        if len(self._levels) > 1:
            raise Refused("a bracket is never closed.", "Correct the statement.")

    def _symbol(self, index: int, mark: str) -> None:
        if mark in ("(", "[", "{"):
            self._open(index, mark)
        elif mark in (")", "]", "}"):
            self._close()
        elif mark == ":" and not self._is_map_key(index):
            self._names(index + 1)

    def _open(self, index: int, mark: str) -> None:
        if len(self._levels) > _DEEPEST:
            raise Refused("the statement is nested too deeply.", "Split it into steps.")
        if mark == "(" and self._is_node(index):
            self._node(index)
        context: Context = "paren"
        if mark == "[":
            context = "relation" if self._at(index - 1) == "-" else "list"
        first = importable = frozenset[str]()
        if mark == "{":
            context, first, importable = self._braces(index)
        self._levels.append(_Level(context, self._known, first, importable))
        if context in ("query", "call"):
            self._known = first

    def _close(self) -> None:
        if len(self._levels) == 1:
            raise Refused("a bracket closes that was never opened.", "Correct the statement.")
        level = self._levels.pop()
        if level.context in ("list", "query", "call"):
            self._known = level.outer
        if level.context == "call":
            self._known |= level.returned

    def _braces(self, index: int) -> tuple[Context, frozenset[str], frozenset[str]]:
        """What a curly bracket holds, and the names it begins with or may import."""
        before = self._at(index - 1)
        if before in ("exists", "count", "collect"):
            return "query", self._known, frozenset()
        if before == "call":
            return "call", frozenset(), self._known
        start = self._opening(index - 1) if before == ")" else -1
        if start > 0 and self._at(start - 1) == "call":
            listed = self._tokens[start + 1 : index - 1]
            if any(token.text == "*" for token in listed):
                return "call", self._known, frozenset()
            names = frozenset(token.text for token in listed if token.is_name)
            return "call", names & self._known, frozenset()
        return "map", frozenset(), frozenset()

    def _word(self, index: int, word: str) -> None:
        level = self._levels[-1]
        if word == "where":
            level.has_where = True
        if word == "is" and self._at(index + 1) not in _AFTER_IS:
            self._names(index + 1)
        if level.context not in ("query", "call"):
            return
        if word == "with" and self._at(index - 1) not in ("starts", "ends"):
            source = self._known | (level.importable if level.is_at_start else frozenset())
            self._known = self._projected(index + 1, source)
        elif word == "return":
            level.returned |= self._projected(index + 1, self._known)
        elif word == "union":
            self._known = level.first
        level.is_at_start = word == "union" or (level.is_at_start and word in ("all", "distinct"))

    def _projected(self, index: int, known: frozenset[str]) -> frozenset[str]:
        """Names that stay known behind WITH or RETURN: listed ones, and new ones behind AS."""
        kept: set[str] = set()
        item: list[Token] = []
        depth = 0
        for token in self._tokens[index:]:
            mark = token.text if token.kind == "symbol" else ""
            depth += (mark in ("(", "[", "{")) - (mark in (")", "]", "}"))
            is_end = token.kind == "word" and token.fold in _PROJECTION_ENDS
            is_end = is_end and not (item and item[-1].fold in ("starts", "ends", "."))
            if depth < 0 or (depth == 0 and is_end):
                break
            if depth == 0 and mark == ",":
                kept |= _name_of(item, known)
                item = []
            elif not (token.fold == "distinct" and not item):
                item.append(token)
        return frozenset(kept | _name_of(item, known))

    def _is_node(self, index: int) -> bool:
        """Whether what this bracket opens is built as a node pattern is."""
        before = self._tokens[index - 1] if index else None
        if before is not None and before.is_name:
            is_dotted = self._at(index - 2) in (".", ":")
            if before.kind == "quoted" or is_dotted or before.fold in _FUNCTIONS:
                return False
            if before.fold == "call":
                return False
        following = self._at(index + 1)
        if following in (")", ":", "{", "is", "where") or self._is_param(index + 1):
            return True
        behind = self._at(index + 2)
        is_name = index + 1 < len(self._tokens) and self._tokens[index + 1].is_name
        is_closed = behind in (")", ":", "{", "is", "where") or self._is_param(index + 2)
        return is_name and is_closed

    def _node(self, index: int) -> None:
        index += 1
        name = ""
        if self._tokens[index].is_name and self._at(index) not in ("is", "where"):
            name = self._tokens[index].text
            index += 1
        if self._at(index) in (":", "is"):
            if name:
                self._known |= {name}  # `_names` refuses what is not allowed
            return
        if not name or name not in self._known:
            shown = f"({name})" if name else "()"
            raise Refused(
                f"the node {shown} names no label.",
                f"Write one of: {self._shown()}; this source allows some labels, not all.",
            )

    def _names(self, index: int) -> None:
        """The label or type expression that begins here."""
        level = self._levels[-1]
        is_type = level.context == "relation" and not level.has_where
        ends_at_bar = level.context == "list"
        expects_name = True
        depth = 0
        while index < len(self._tokens):
            token = self._tokens[index]
            if expects_name and token.is_name:
                self._check(token.text, is_type)
                expects_name = False
            elif token.text == "(" and expects_name and token.kind == "symbol":
                depth += 1
            elif token.text == ")" and depth and token.kind == "symbol":
                depth -= 1
            elif token.text in ("|", "&", ":") and token.kind == "symbol":
                if token.text == "|" and ends_at_bar:
                    return
                expects_name = True
            elif expects_name:
                raise Refused(
                    f"{token.text!r} stands where a label is looked for.",
                    f"Write one of: {self._shown()}.",
                )
            else:
                return
            index += 1

    def _check(self, name: str, is_type: bool) -> None:
        if is_type and (not self._allowed.types or fold(name) in self._allowed.types):
            return
        if not is_type and fold(name) in self._allowed.labels:
            return
        kind = "type" if is_type else "label"
        raise Refused(
            f"{kind} {name!r} is not allowed.",
            f"Allowed: {self._shown()}. Add it to the source's permissions if it may be read.",
        )

    def _shown(self) -> str:
        return ", ".join(sorted(self._allowed.labels)[:8]) or "nothing"

    def _is_map_key(self, index: int) -> bool:
        is_map = self._levels[-1].context == "map"
        return is_map and self._tokens[index - 1].is_name and self._at(index - 2) in ("{", ",")

    def _opening(self, index: int) -> int:
        """Where the round bracket that closes at `index` was opened."""
        depth = 0
        for at in range(index, -1, -1):
            depth += (self._at(at) == ")") - (self._at(at) == "(")
            if depth == 0:
                return at
        return -1

    def _is_param(self, index: int) -> bool:
        return index < len(self._tokens) and self._tokens[index].kind == "param"

    def _at(self, index: int) -> str:
        """A word, folded, or a mark; empty beyond the ends and for what is in quotes."""
        if not 0 <= index < len(self._tokens):
            return ""
        token = self._tokens[index]
        return token.fold if token.kind in ("word", "symbol") else ""


def _name_of(item: list[Token], known: frozenset[str]) -> set[str]:
    if len(item) == 1 and item[0].text == "*":
        return set(known)
    if len(item) == 1 and item[0].is_name:
        return {item[0].text} & known
    is_named = len(item) > 2 and item[-1].is_name and item[-2].fold == "as"
    return {item[-1].text} if is_named else set()
