"""Walks, paths and searches become blocks, and a sentence whose figures are counted or cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts.assets.mapping import MappingSpec
from dagster_project.contracts.block import (
    DocLinkBlock,
    GraphBlock,
    GraphEdge,
    MarkdownBlock,
    NoticeBlock,
    PathBlock,
    TableBlock,
)
from dagster_project.contracts.stage import ComposeResult
from pipeline.graph_results import (
    EDGES,
    IMPACT,
    PASSAGES,
    WAYS,
    compose_of,
    passage,
    search,
    walk,
    walk_plan,
    ways,
)


def mapping(query: str, blocks: list[dict[str, object]], **limits: int) -> MappingSpec:
    rule = {"when": ["graph", "path", "passages"], "blocks": blocks}
    return MappingSpec.model_validate({"query": query, "rules": [rule], **limits})


def test_a_walk_is_a_graph_and_its_table() -> None:
    """The start comes first with the name that the question resolved to, then the rows' nodes."""
    found = compose_of(walk())
    graph, table = found.blocks
    assert isinstance(graph, GraphBlock)
    assert isinstance(table, TableBlock)
    assert [(n.id, n.name, n.label, n.depth) for n in graph.nodes] == [
        ("GT-01", "Turbine 1", "", 0),
        ("APP-01", "ERP", "응용", 1),
        ("SRV-02", "Historian", "서버", 1),
        ("SRV-03", "Gateway 3", "서버", 2),
    ]
    assert graph.edges == EDGES
    assert (graph.total_nodes, graph.shown_nodes, graph.truncated) == (4, 4, False)
    assert graph.references == ("r1",)


def test_the_start_of_an_open_walk_has_its_collection() -> None:
    """As the reader calls it, where the rows' labels tell."""
    result = walk(rows=(*IMPACT, ("GT-02", "turbine", "Turbine 2", 2)))
    graph = compose_of(result, walked=walk_plan()).blocks[0]
    assert isinstance(graph, GraphBlock)
    assert graph.nodes[0].label == "터빈"


def test_a_graph_that_is_cut_says_so() -> None:
    """The nearest stay, their relations too, and a notice tells how many there are."""
    found = compose_of(walk(), mapping=mapping("impact", [{"type": "graph"}], max_points=3))
    graph, notice = found.blocks
    assert isinstance(graph, GraphBlock)
    assert isinstance(notice, NoticeBlock)
    assert [node.id for node in graph.nodes] == ["GT-01", "APP-01", "SRV-02"]
    assert graph.edges == EDGES[:2]
    assert (graph.total_nodes, graph.shown_nodes, graph.truncated) == (4, 3, True)
    assert notice.text == "GT-01 impact: the picture has 3 of 4."
    assert notice.references == ("r1",)


@pytest.mark.parametrize(("counted", "total"), [(90, 91), (None, None)])
def test_a_walk_cut_at_the_source(counted: int | None, total: int | None) -> None:
    """All nodes are the source's count and the start; unknown stays unknown."""
    graph = compose_of(walk(truncated=True, total_rows=counted)).blocks[0]
    assert isinstance(graph, GraphBlock)
    assert (graph.total_nodes, graph.truncated) == (total, True)


def test_a_path_is_its_ways() -> None:
    """Hop by hop, with the relation as the reader calls it and which way it points."""
    (block,) = compose_of(ways()).blocks
    assert isinstance(block, PathBlock)
    assert block.hops == 2
    told = [[(h.node.id, h.relation, h.forward) for h in way] for way in block.paths]
    assert told == [
        [("SRV-02", None, True), ("GT-01", "구동", False), ("APP-01", "의존", False)],
        [("SRV-02", None, True), ("SRV-03", "의존", False), ("APP-01", "의존", True)],
    ]


def test_a_way_that_was_cut_off_is_not_shown() -> None:
    """Rows end in the middle of the second way: the first is shown, and that there is more."""
    block, notice = compose_of(ways(rows=WAYS[:5], truncated=True)).blocks
    assert isinstance(block, PathBlock)
    assert isinstance(notice, NoticeBlock)
    assert len(block.paths) == 1
    assert block.truncated
    assert "first 1" in notice.text


def test_passages_are_quoted_letter_for_letter() -> None:
    """With title, headings, link, score and page; the best first."""
    (block,) = compose_of(search()).blocks
    assert isinstance(block, DocLinkBlock)
    first, second = block.passages
    assert first.quote == PASSAGES[0][3]
    assert first.headings == ("GT-01 trip 7", "Restart after 30 min")
    assert (first.link, first.score, first.page) == ("doc:runbooks/gt/trip.md#restart", 0.91, None)
    assert (second.headings, second.page) == ((), 4)


def test_fewer_passages_than_were_found() -> None:
    """The mapping's cut is told."""
    found = compose_of(search(), mapping=mapping("manuals", [{"type": "doc_link"}], max_rows=1))
    block, notice = found.blocks
    assert isinstance(block, DocLinkBlock)
    assert len(block.passages) == 1
    assert isinstance(notice, NoticeBlock)
    assert notice.text == "GT-01 impact: showing 1 of 2."


def test_a_block_that_the_rows_cannot_fill_is_not_made() -> None:
    """A graph of passages is nothing, and no error."""
    found = compose_of(search(), mapping=mapping("manuals", [{"type": "graph"}, {"type": "path"}]))
    assert found.blocks == ()


SENTENCES = [
    (walk(), "en", "GT-01 impact: 3 items within 2 hops."),
    (walk(), "ko", "GT-01 impact: 2홉 안에 3건."),
    (walk(rows=IMPACT[:1]), "en", "GT-01 impact: 1 item within 1 hop."),
    (walk(truncated=True, total_rows=90), "en", "GT-01 impact: 90 in total."),
    (walk(truncated=True, total_rows=None), "en", "GT-01 impact: 3 items or more."),
    (ways(), "en", "SRV-02 to APP-01: 2 hops, 2 ways."),
    (ways(), "ko", "SRV-02에서 APP-01까지: 2홉, 경로 2개."),
    (ways(rows=WAYS[:3], truncated=True), "en", "SRV-02 to APP-01: 2 hops, 1 way or more."),
    (search(), "en", "Best match: 'GT-01 trip 7 › Restart after 30 min'."),
    (search(), "ko", "가장 맞는 문서: 'GT-01 trip 7 › Restart after 30 min'."),
    (search(rows=PASSAGES[1:]), "en", "Best match: 'Oil'."),
]


@pytest.mark.parametrize(("result", "language", "sentence"), SENTENCES)
def test_one_sentence(result: object, language: str, sentence: str) -> None:
    """Said in both languages; every figure is a count or a cell, digits in names are none."""
    found = compose_of(result, language=language)  # pyright: ignore[reportArgumentType]
    assert found.summary == sentence
    assert found.figures_unmatched == ()


def test_the_start_is_named_once() -> None:
    """Where the purpose does not say what the walk started from, the sentence does."""
    found = compose_of(walk(focus=("N 7",)), purpose="Impact")
    assert found.summary == "N 7 Impact: 3 items within 2 hops."
    assert found.figures_unmatched == ()
    many = compose_of(walk(focus=("A", "B")), purpose="Impact")
    assert many.summary == "Impact: 3 items within 2 hops."


@given(
    title=st.text(min_size=1, max_size=30),
    headings=st.lists(st.text(max_size=20), max_size=3),
    quote=st.text(max_size=80),
)
def test_any_document_can_be_quoted(title: str, headings: list[str], quote: str) -> None:
    """Whatever its title and headings hold, the sentence stands on one line and no digit in it
    counts as a figure; the quote is kept as it is."""
    found: ComposeResult = compose_of(search(rows=(passage(quote, title, headings),)))
    assert found.figures_unmatched == ()
    assert found.summary.startswith("Best match: ")
    assert len(found.summary.splitlines()) == 1
    (block,) = found.blocks
    assert isinstance(block, DocLinkBlock)
    assert block.passages[0].quote == quote


def test_a_quote_in_a_mappings_markdown_stays_a_quote() -> None:
    """Cells are filled into markdown as text: only the template's own marks are read."""
    template = {"ko": "**인용** {quote}", "en": "**Quote** {quote}"}
    found = compose_of(
        search(rows=(passage("*x* <b>y</b> ![z](http://a/)"),)),
        mapping=mapping("manuals", [{"type": "markdown", "text": template}]),
    )
    (block,) = found.blocks
    assert isinstance(block, MarkdownBlock)
    assert block.markdown.startswith("**Quote** \\*x\\* &lt;b&gt;y&lt;/b&gt; !\\[z\\]")


def test_relations_are_told_once() -> None:
    """A source that gives a relation twice, or one to a node that is not there, adds nothing."""
    stray = GraphEdge(source="APP-01", target="nobody", type="depends_on")
    graph = compose_of(walk(edges=(*EDGES, *EDGES, stray))).blocks[0]
    assert isinstance(graph, GraphBlock)
    assert graph.edges == EDGES
