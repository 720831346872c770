"""Graphs, paths and passages in metadata: pictures where they can be drawn, quotes that stay so."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pipeline.graph_results import compose_of, passage, search, walk, ways

from dagster_project.contracts.block import DocLinkBlock, NoticeBlock, TableBlock, TextBlock
from dagster_project.inspection.blocks_markdown import block_markdown, blocks_markdown
from dagster_project.inspection.mapping import block_row

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
ATTACK = "**x** <img src=x onerror=alert(1)> ![p](http://evil/p.png)\n```\n# out\n[l](http://e)"


def tags(markdown: str) -> set[str]:
    return set(re.findall(r"</?([a-z0-9]+)", READER.render(markdown)))


def test_a_graph_is_drawn_where_there_is_a_pen() -> None:
    """With its picture and how much it holds; without one as a tree."""
    block = compose_of(walk()).blocks[0]
    drawn = block_markdown(block, lambda spec: f"![{spec['title']['text']}](data:x)")  # pyright: ignore[reportIndexIssue,reportArgumentType,reportCallIssue]
    assert drawn == "![GT-01 impact](data:x)\n\n*4 nodes, 3 relations*"
    assert "```text\nGT-01 Turbine 1\n  <-의존- APP-01 ERP [응용]" in block_markdown(block)


def test_a_path_is_its_ways() -> None:
    """Each on a line of code, so that arrows stay arrows."""
    text = block_markdown(compose_of(ways()).blocks[0])
    assert "SRV-02 Historian [서버] <-구동- GT-01 Turbine 1 [터빈]" in text
    assert tags(text) == {"p", "strong", "pre", "code"}


def test_passages_stand_under_their_place() -> None:
    """Number, title and heading; the quote; where it opens."""
    text = block_markdown(compose_of(search()).blocks[0])
    assert "1\\. **GT-01 trip 7 › Restart after 30 min**" in text
    assert "```text\nWait 30 min.\nGo.\n```" in text
    assert "` doc:runbooks/gt/trip.md#restart `" in text


@pytest.mark.parametrize("place", ["quote", "title", "heading"])
def test_a_quote_is_not_read_as_markdown(place: str) -> None:
    """Pictures, links, tags and headings in a document's text are letters."""
    quote, title = ("q", "t")
    row = {
        "quote": passage(ATTACK, title),
        "title": passage(quote, ATTACK),
        "heading": passage(quote, title, (ATTACK,)),
    }[place]
    (block,) = compose_of(search(rows=(row,))).blocks
    assert isinstance(block, DocLinkBlock)
    assert tags(block_markdown(block)) == {"p", "strong", "pre", "code"}


@given(st.text())
def test_cells_notices_and_texts_are_letters_too(text: str) -> None:
    """A document's text may be shown in a table or named in a notice."""
    table = compose_of(walk(rows=((text, "app", text, 1),))).blocks[1]
    assert isinstance(table, TableBlock)
    assert tags(block_markdown(table)) <= {
        *("p", "strong", "table", "thead", "tbody", "tr", "th", "td"),
    }
    notice = NoticeBlock(id="n", level="info", text=text)
    assert tags(block_markdown(notice)) <= {"blockquote", "p"}
    assert tags(block_markdown(TextBlock(id="t", text=text))) <= {"p", "br"}


def test_a_block_in_a_table_of_blocks() -> None:
    """How much it holds, and of what."""
    found = [block_row(compose_of(made).blocks[0])[2:] for made in (walk(), ways(), search())]
    assert found == [(4, "구동, 의존"), (2, "구동, 의존"), (2, "gt/oil.pdf, gt/trip.md")]


def test_blocks_stand_in_order() -> None:
    """The pen reaches every graph among them."""
    found = compose_of(walk())
    text = blocks_markdown(found.blocks, lambda _: "PICTURE")
    assert text.startswith("PICTURE")
    assert "| APP-01 | 응용 | ERP | 1 |" in text
