"""A golden case as YAML a person would write, put into the text of a suite."""

from __future__ import annotations

from typing import Any

import yaml

from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.golden import GoldenCase
from dagster_project.registry.read_yaml import plain_value

_SCHEMA = "# yaml-language-server: $schema=.schemas/suite.json\n"


def new_suite(suite: str, case: GoldenCase) -> str:
    """A file of one case. Its titles are the suite's name until a person gives better ones."""
    head = {"suite": suite, "title": {"ko": suite, "en": suite}}
    return f"{_SCHEMA}{_written(head)}cases:\n{case_text(case, 2)}"


def with_case(text: str, case: GoldenCase) -> str:
    """The text with the case after the last one; all else as it was.

    Raises: InvalidRequest when the cases stand in brackets.
    """
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    place = _end_of_cases(text)
    if place is None:
        return "".join([*lines, "cases:\n", case_text(case, 2)])
    line, indent = place
    return "".join([*lines[:line], case_text(case, indent), *lines[line:]])


def case_text(case: GoldenCase, indent: int) -> str:
    """The case as one item of a list, without what is the default."""
    document = case.model_dump(mode="json", exclude_defaults=True)
    written = _written([document])
    return "".join(f"{' ' * indent}{line}" for line in written.splitlines(keepends=True))


# -- where the cases end


def _end_of_cases(text: str) -> tuple[int, int] | None:
    """(lines before the place for another case, indent of its dash); None without `cases`."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    cases = next((value for key, value in pairs if key.value == "cases"), None)
    if cases is None:
        return None
    if not isinstance(cases, yaml.SequenceNode) or cases.flow_style:
        raise InvalidRequest(
            f"line {cases.start_mark.line + 1}: the cases stand in brackets;",
            "write each on a line of its own that begins with a dash",
        )
    return _last_line(cases, text.splitlines()), cases.start_mark.column


def _last_line(node: Any, lines: list[str]) -> int:
    """Lines up to the end of a value, without the empty ones and comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        pairs = isinstance(node, yaml.MappingNode)
        inner = [part for pair in node.value for part in pair] if pairs else node.value
        return max(_last_line(part, lines) for part in inner)
    end = node.end_mark.line + (node.end_mark.column > 0)
    while end > node.start_mark.line + 1 and not lines[end - 1].strip():
        end -= 1
    return end


# -- how it is written


class _Row(list[object]):
    """A list on one line."""


def _written(document: Any) -> str:
    return yaml.dump(
        _compact(document), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100_000
    )


def _compact(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _compact(inner) for key, inner in value.items()}
    if not isinstance(value, list | tuple):
        return value
    scalars = not any(isinstance(inner, dict | list | tuple) for inner in value)
    inner = [_compact(item) for item in value]
    return _Row(inner) if scalars else inner


class _Dumper(yaml.SafeDumper):
    """Lists are indented under their key; quotes wherever our reader would see no text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None if isinstance(plain_value(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _row(dumper: _Dumper, row: _Row) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", row, flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Row, _row)
