"""YAML bytes → plain values, fast and safe: the YAML 1.2 core schema over libyaml's events.

Events instead of PyYAML's loader: a third faster, no recursion (libyaml's composer crashes the
process on deep nesting), and duplicate keys, tags and alias bombs are seen as they pass.
Plain `yes`, `no`, `on`, dates and times stay text; a field's type says what they become.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from yaml import CSafeLoader, YAMLError
from yaml.error import MarkedYAMLError
from yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_VALUES = 500_000
"""Values of one file, aliases expanded."""
MAX_DEPTH = 60

Path = tuple[str | int, ...]
NextEvent = Callable[[], Any]
_CONSTANTS = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}").fullmatch
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?").fullmatch
_NO_KEY = object()
_EXPECTED_AFTER = {
    "mapping values are not allowed": "quotes around a text that contains ': '",
    "found character that cannot start any token": "spaces for indentation (no tab), "
    "and quotes around a text that starts with @, ` or %",
    "tab character": "spaces for indentation, never a tab",
    "found unexpected end of stream": "a closing quote, bracket or brace",
    "found undefined": "quotes around a text that starts with * or &",
}


class YamlProblem(Exception):
    """A file that is not one safe YAML document: a code of docs/findings.md, and the line."""

    def __init__(self, code: str, line: int, message: str, expected: str = "") -> None:
        self.code, self.line, self.message, self.expected = code, line, message, expected
        super().__init__(f"line {line}: {message}")


@dataclass(slots=True)
class _Open:
    """A mapping or sequence that is being filled."""

    value: dict[str, object] | list[object]
    anchor: str | None
    count_before: int
    key: object = _NO_KEY


def read_yaml(data: bytes) -> object:
    """The one document of a file. Raises: YamlProblem."""
    if len(data) > MAX_FILE_BYTES:
        raise YamlProblem("CFG003", 1, f"{len(data):,} bytes", f"at most {MAX_FILE_BYTES:,} bytes")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        wrong = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise YamlProblem("CFG001", line, wrong, "a file saved as UTF-8") from None
    try:
        return _Builder(data).document()
    except MarkedYAMLError as error:
        raise _syntax_problem(error) from None
    except ReaderError as error:
        line = data.count(b"\n", 0, error.position) + 1
        wrong = f"{error.reason} (byte {error.position})"
        raise YamlProblem("CFG004", line, wrong, "printable text") from None
    except YAMLError as error:
        raise YamlProblem("CFG004", 1, str(error)) from None


def _syntax_problem(error: MarkedYAMLError) -> YamlProblem:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or "not readable as YAML"
    expected = next((way for sign, way in _EXPECTED_AFTER.items() if sign in problem), "")
    context = f" {error.context}" if error.context else ""
    return YamlProblem("CFG004", mark.line + 1 if mark else 1, f"{problem}{context}", expected)


class _Builder:
    """One pass over the events of a stream."""

    def __init__(self, data: bytes) -> None:
        self._next: NextEvent = CSafeLoader(data).get_event
        self._anchors: dict[str, tuple[object, int]] = {}
        self._count = 0

    def document(self) -> object:
        """Raises: YamlProblem, yaml.YAMLError."""
        started = False
        result: object = None
        while (event := self._next()) is not None and not isinstance(event, StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                if started:
                    raise YamlProblem("CFG006", line_of(event), "a second document", "one per file")
                started = True
                result = self._content()
        if result is None:
            raise YamlProblem("CFG002", 1, "the file is empty", "a header and a `spec`")
        return result

    def _content(self) -> object:
        """Everything between the start and the end of a document."""
        stack: list[_Open] = []
        while True:
            event = self._next()
            kind = type(event)
            if kind is ScalarEvent:
                self._count += 1
                value = _scalar(event)
                if event.anchor is not None:
                    self._anchors[event.anchor] = (value, 1)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                stack.append(self._opened(event, len(stack)))
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = self._closed(stack.pop())
            else:
                value = self._aliased(event)
            if self._count > MAX_VALUES:
                wrong = f"more than {MAX_VALUES:,} values with its aliases expanded"
                raise YamlProblem("CFG003", line_of(event), wrong, "a smaller file")
            if not stack:
                return value
            _put(stack[-1], value, event)

    def _opened(self, event: Any, depth: int) -> _Open:
        if event.tag is not None:
            raise _tag_problem(event)
        if depth >= MAX_DEPTH:
            wrong = f"nested deeper than {MAX_DEPTH} levels"
            raise YamlProblem("CFG003", line_of(event), wrong, "a flatter file")
        self._count += 1
        empty = {} if type(event) is MappingStartEvent else []
        return _Open(empty, event.anchor, self._count)

    def _closed(self, open_: _Open) -> object:
        if open_.anchor is not None:
            self._anchors[open_.anchor] = (open_.value, self._count - open_.count_before + 1)
        return open_.value

    def _aliased(self, event: Any) -> object:
        found = self._anchors.get(event.anchor)
        if found is None:
            wrong = f"alias *{event.anchor} has no anchor before it"
            raise YamlProblem(
                "CFG004", line_of(event), wrong, f"&{event.anchor} on an earlier value"
            )
        self._count += found[1]
        return found[0]


def _put(open_: _Open, value: object, event: Any) -> None:
    container = open_.value
    if isinstance(container, list):
        container.append(value)
    elif open_.key is _NO_KEY:
        open_.key = _checked_key(container, value, event)
    else:
        container[open_.key] = value  # pyright: ignore[reportArgumentType]
        open_.key = _NO_KEY


def _checked_key(container: dict[str, object], key: object, event: Any) -> object:
    if isinstance(event, ScalarEvent) and not isinstance(key, str):
        key = event.value
    if not isinstance(key, str):
        raise YamlProblem("CFG006", line_of(event), "a key that is not text", "a text key")
    if key in container:
        wrong = f"key {key!r} occurs twice in one mapping"
        raise YamlProblem("CFG005", line_of(event), wrong, "each key once")
    if key == "<<":
        raise YamlProblem("CFG006", line_of(event), "merge key <<", "the fields written out")
    return key


def _scalar(event: Any) -> object:
    if event.tag is not None:
        raise _tag_problem(event)
    return plain_value(event.value) if event.implicit[0] else event.value


def plain_value(text: str) -> object:
    """What a text without quotes means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "0123456789-+.":
        if _INTEGER(text):
            return int(text)
        if _FLOAT(text):
            return float(text)
    return text


def _tag_problem(event: Any) -> YamlProblem:
    return YamlProblem("CFG006", line_of(event), f"tag {event.tag!r}", "plain values without tags")


def line_of(event: Any) -> int:
    return event.start_mark.line + 1
