"""A markdown file → its title, tags and passages: cut at headings, long sections at paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sources.vector.clean import clean_markdown
from sources.vector.cut import Span, pack
from sources.vector.front_matter import split_front_matter
from sources.vector.passages import Document, Passage

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_GIVEN_ANCHOR = re.compile(r"<a\s+(?:name|id)=[\"']([^\"'<>]+)[\"']|\{#([\w.-]+)\}\s*$")
_NOT_IN_SLUG = re.compile(r"[^\w\s-]")
TOP = "top"
"""Anchor of what stands before the first heading."""


@dataclass(slots=True)
class _Section:
    headings: tuple[str, ...]
    anchor: str
    blocks: list[Span] = field(default_factory=list)


def cut_markdown(path: str, text: str, max_words: int) -> Document:
    """Shape: no passage is empty; a passage's quote is a piece of `text`."""
    head, body_at = split_front_matter(text)
    body = text[body_at:]
    sections = list(_sections(body))
    first = next((s.headings[0] for s in sections if s.headings), "")
    title = head.title or first or PurePosixPath(path).stem
    if not any(section.blocks for section in sections):
        sections = [_Section((), TOP, [(0, len(body))])]  # nothing but headings: quote them
    passages = tuple(
        Passage(headings, section.anchor, quote, cleaned)
        for section in sections
        for start, end in pack(body, section.blocks, max_words)
        if (quote := body[start:end].strip("\n").rstrip()) and (cleaned := clean_markdown(quote))
        for headings in (_below(section.headings, title),)
    )
    return Document(path, title, head.description, head.tags, passages)


def _below(headings: tuple[str, ...], title: str) -> tuple[str, ...]:
    return headings[1:] if headings and headings[0] == title else headings


def _sections(body: str) -> Iterator[_Section]:
    line_at = _line_starts(body)
    seen: dict[str, int] = {}
    path: list[tuple[int, str]] = []
    section = _Section((), TOP)
    tokens = _parser().parse(body)
    for at, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        start, end = line_at[token.map[0]], line_at[token.map[1]]
        if token.type != "heading_open":
            section.blocks.append((start, end))
            continue
        yield section
        raw, depth = tokens[at + 1].content, int(token.tag[1])
        name = clean_markdown(_GIVEN_ANCHOR.sub(_without, raw)) or clean_markdown(raw)
        path = [*(outer for outer in path if outer[0] < depth), (depth, name)]
        section = _Section(tuple(n for _, n in path if n), _anchor(raw, name, seen))
    yield section


def _without(found: re.Match[str]) -> str:
    return "" if found.group(2) else found.group()


def _anchor(raw: str, name: str, seen: dict[str, int]) -> str:
    """The one the author gave, else the heading as hosts of markdown write it; each once."""
    given = _GIVEN_ANCHOR.search(raw)
    slug = (given.group(1) or given.group(2)) if given else ""
    if not slug:
        slug = re.sub(r"\s", "-", _NOT_IN_SLUG.sub("", name.casefold()).strip()) or "section"
    count = seen.get(slug, -1) + 1
    seen[slug] = count
    return f"{slug}-{count}" if count else slug


def _line_starts(body: str) -> list[int]:
    starts = [0]
    for line in body.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    starts[-1] = len(body)
    return [*starts, len(body)]


@cache
def _parser() -> MarkdownIt:
    """Blocks only: inside of a paragraph nothing is cut, and inline parsing is the dear half."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
