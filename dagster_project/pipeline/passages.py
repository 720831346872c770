"""Rows of a search → quoted passages and where they stand."""

from __future__ import annotations

import orjson

from dagster_project.contracts.block import CellValue, DocLinkBlock, DocPassage
from dagster_project.contracts.stage import StepResult
from dagster_project.pipeline.named_rows import (
    PASSAGE,
    has_columns,
    named_rows,
    text_of,
    whole_number,
)
from dagster_project.pipeline.plain_text import one_line


def doc_link_block(
    result: StepResult, max_passages: int, evidence: dict[str, object]
) -> DocLinkBlock | None:
    """The best passages, quoted letter for letter. None when the columns are no passages."""
    if not has_columns(result, PASSAGE):
        return None
    return DocLinkBlock(passages=passages_of(result)[:max_passages], **evidence)  # pyright: ignore[reportArgumentType]


def passages_of(result: StepResult) -> tuple[DocPassage, ...]:
    """A passage per row, in the rows' order: best first."""
    return tuple(
        DocPassage(
            document=text_of(row["document"]),
            title=text_of(row["title"]) or text_of(row["document"]),
            headings=_headings(row.get("headings")),
            quote=text_of(row["quote"]),
            link=text_of(row["link"]),
            score=_score(row.get("score")),
            page=whole_number(row.get("page")),
        )
        for row in named_rows(result)
    )


def _headings(cell: CellValue) -> tuple[str, ...]:
    """A JSON list of texts; any other text is one heading."""
    text = text_of(cell)
    if not text:
        return ()
    try:
        read = orjson.loads(text)
    except orjson.JSONDecodeError:
        return (text,)
    return tuple(str(one) for one in read) if isinstance(read, list) else (text,)


def _score(cell: CellValue) -> float:
    return float(cell) if isinstance(cell, (int, float)) else 0.0


def place_text(passage: DocPassage) -> str:
    """`Title › Heading › Heading, p. 3`."""
    headings = [heading for heading in passage.headings if heading != passage.title]
    place = " › ".join(one_line(part) for part in (passage.title, *headings))
    return place if passage.page is None else f"{place}, p. {passage.page}"
