"""Every `$name` of a plan, a search or a request is a parameter, and each parameter is used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.registry.problem import Problem, listed, nearest
from dagster_project.registry.read_yaml import Path

_IN_PATH = re.compile(r"\{(\w+)\}")


def check_marks(spec: QuerySpec) -> Iterator[Problem]:
    payload = {"graph_plan": spec.graph, "search": spec.search, "http": spec.http}.get(spec.form)
    if payload is None:
        return
    field = {"graph_plan": "graph"}.get(spec.form, spec.form)
    marks = list(_marks(payload.model_dump(), ("spec", field)))
    offered = {"as_of": ""}
    for param in spec.params:
        ends = ("_start", "_end") if param.type == "time_range" else ("",)
        offered.update({f"{param.name}{end}": param.name for end in ends})
    used = {offered[name] for name, _ in marks if name in offered}
    for name, at in marks:
        if name not in offered:
            near = nearest(name, offered)
            yield Problem(
                "CFG052", at, f"parameter {name!r} is not declared", listed(offered), near
            )
    for i, param in enumerate(spec.params):
        if param.name not in used:
            wrong = f"parameter {param.name!r} does not occur in the query: it would be ignored"
            expected = f"${param.name} in `{field}`, or the parameter gone"
            yield Problem("CFG053", ("spec", "params", i, "name"), wrong, expected)


def _marks(value: object, at: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("rows", "columns", "next", "total"):
                continue  # JSON paths begin with the same sign
            yield from _marks(inner, (*at, str(key)))
    elif isinstance(value, (list, tuple)):
        for i, inner in enumerate(value):
            yield from _marks(inner, (*at, i))
    elif isinstance(value, str):
        if re.fullmatch(r"\$[a-z][a-z0-9_]*", value):
            yield value[1:], at
        elif at[-1] == "path":
            yield from ((name, at) for name in _IN_PATH.findall(value))
