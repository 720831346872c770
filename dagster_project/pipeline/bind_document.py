"""Searches and requests of an API: a JSON document that the source's adapter reads."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from dagster_project.catalog.compile_table_plan import CompileSettings
from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import ResultColumn
from dagster_project.contracts.value import Language
from dagster_project.pipeline.bind_template import given_values, labelled
from dagster_project.pipeline.bound_step import BoundStep
from sources.protocol import ColumnType

_PASSAGE: tuple[tuple[str, ColumnType, str, str], ...] = (
    ("document", "text", "문서", "document"),
    ("title", "text", "제목", "title"),
    ("headings", "json", "위치", "headings"),
    ("quote", "text", "인용", "quote"),
    ("link", "text", "링크", "link"),
    ("score", "number", "점수", "score"),
    ("page", "integer", "쪽", "page"),
    ("collection", "text", "문서 모음", "collection"),
)


def bind_search(
    step: PlanStep,
    spec: QuerySpec,
    settings: CompileSettings,
    fed: dict[str, list[object]],
    also: Callable[[str], tuple[str, ...]],
) -> BoundStep:
    """Passages for some words, and for what means the same in the other language.

    Raises: InvalidRequest when there are no words.
    """
    search = spec.search
    assert search is not None
    words = _text(_value(search.words, given_values(step, spec, settings, fed)))
    if not words.strip():
        raise InvalidRequest(f"step {step.id!r}: query {step.query!r} has no words to look for;")
    document = {
        "collections": list(search.collections),
        "top_k": search.top_k,
        "weights": search.weights.model_dump(),
        "min_score": search.min_score,
        "tags": list(search.tags),
    }
    return BoundStep(
        text=_json(document),
        params={"words": words, "also": list(also(words))},
        columns=_passage_columns(settings.language),
        tables=search.collections,
        max_rows=search.top_k,
    )


def _passage_columns(language: Language) -> tuple[ResultColumn, ...]:
    return tuple(
        ResultColumn(name=name, label=ko if language == "ko" else en, type=kind)
        for name, kind, ko, en in _PASSAGE
    )


def bind_request(
    step: PlanStep,
    spec: QuerySpec,
    view: CatalogView | None,
    settings: CompileSettings,
    fed: dict[str, list[object]],
) -> BoundStep:
    """One GET with its values beside it. A query value whose parameter is empty is not sent."""
    http = spec.http
    assert http is not None
    given = given_values(step, spec, settings, fed)
    sent = {
        key: value
        for key, value in http.query.items()
        if not isinstance(value, str)
        or not value.startswith("$")
        or given.get(value[1:]) is not None
    }
    document = {
        "method": "GET",
        "path": http.path,
        "query": sent,
        "rows": http.rows,
        "columns": {c.name: http.columns.get(c.name, f"$['{c.name}']") for c in spec.output_schema},
        "types": {c.name: c.type for c in spec.output_schema},
        "paging": http.paging.model_dump(),
    }
    return BoundStep(
        text=_json(document),
        params={name: value for name, value in given.items() if value is not None},
        columns=labelled(spec, view, settings.language),
        tables=(http.path,),
        max_rows=settings.max_rows,
    )


def _value(written: str, given: dict[str, object]) -> object:
    return given.get(written[1:]) if written.startswith("$") else written


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _json(document: dict[str, object]) -> str:
    return orjson.dumps(document).decode()
