"""A search answers with passages, stays within what is allowed, and says why it cannot answer."""

from __future__ import annotations

import json

import pytest
from document_library import SCHEMA, Library, cells
from embedding_server import embedding_server

from sources.errors import QueryFailed, QueryRejected, SourceTimeout, SourceUnavailable
from sources.protocol import BoundQuery, Health
from sources.vector.endpoint import EndpointEmbedder
from sources.vector.link import make_link, read_link
from sources.vector.offline import OfflineEmbedder
from sources.vector.source import RESULT_COLUMNS, VectorSource, open_vector

PUMP = """---
title: 윤활유 펌프 필터 차압
tags: [pump]
alarm_codes: [FLT-DP]
---
# 윤활유 펌프 필터 차압

## 조치

필터를 교체하고 오일을 세정한다.

## 원인

필터가 막혔다.
"""
SWITCH = """# Network switch loses packets

## What to do

Roll back the firmware, then look at the packet counters.
"""
STORE = "# Storage is full\n\nMove old files away.\n"


@pytest.fixture
def shelf(library: Library) -> Library:
    """A library with three documents in one collection and one in another."""
    library.write("pump.md", PUMP)
    library.write("net/switch (new).md", SWITCH)
    library.write("storage.md", STORE)
    library.index("guides", tags=("plant",))
    library.index("others", patterns=("storage.md",))
    return library


def _query(words: str, *also: str, allowed: str = "*", **search: object) -> BoundQuery:
    document = {"collections": ["guides"]} | search
    return BoundQuery(
        json.dumps(document), {"words": words, "also": also}, allowed_tables=frozenset({allowed})
    )


def test_a_passage_comes_with_its_place_and_link(shelf: Library) -> None:
    """The columns of the contract, in order; the quote is verbatim and the link opens it."""
    source = shelf.source()
    rows = source.run(_query("packet counters firmware", top_k=1))
    assert rows.columns == RESULT_COLUMNS
    (row,) = rows.rows
    document, title, headings, quote, link, score, page, collection = row
    assert (document, title, headings) == (
        "net/switch (new).md", "Network switch loses packets", ["What to do"],
    )  # fmt: skip
    assert str(quote) in SWITCH
    assert link == "doc:guides/net/switch%20%28new%29.md#what-to-do"
    assert read_link(str(link)) == ("guides", "net/switch (new).md", "what-to-do")
    assert isinstance(score, float)
    assert 0 < score <= 1
    assert (page, collection) == (None, "guides")
    source.close()


def test_each_document_is_met_before_a_second_passage_of_one(shelf: Library) -> None:
    """The best passage of each first; further ones fill up, each part in order of its score."""
    source = shelf.source()
    rows = source.run(_query("필터 교체 packets files", top_k=10))
    source.close()
    documents = cells(rows, "document")
    assert len(set(documents[:3])) == 3
    assert documents.count("pump.md") == 2
    scores = [float(str(score)) for score in cells(rows, "score")]
    assert scores[:3] == sorted(scores[:3], reverse=True)


def test_tags_and_the_least_score_narrow_the_answer(shelf: Library) -> None:
    """All tags must be there, the collection's own count; below the score is nothing."""
    source = shelf.source()
    words = "필터 packets files"
    assert set(cells(source.run(_query(words, tags=["FLT-DP", "plant"])), "document")) == {
        "pump.md"
    }
    assert source.run(_query(words, tags=["FLT-DP", "no such tag"])).rows == ()
    best = max(float(str(s)) for s in cells(source.run(_query(words)), "score"))
    rows = source.run(_query(words, min_score=best - 0.0001))
    assert cells(rows, "score") == [best]
    assert source.run(_query(words, min_score=0.99)).rows == ()
    source.close()


def test_weights_choose_the_ranking(shelf: Library) -> None:
    """Vector alone finds a misspelling that text alone cannot; their sum needs not make 1."""
    source = shelf.source()
    by_text = source.run(_query("firmwear", weights={"vector": 0, "text": 1}))
    by_vector = source.run(_query("firmwear", weights={"vector": 2, "text": 0}))
    assert by_text.rows == ()
    assert cells(by_vector, "document")[0] == "net/switch (new).md"
    half = source.run(_query("firmware", weights={"vector": 1, "text": 1}))
    same = source.run(_query("firmware", weights={"vector": 0.5, "text": 0.5}))
    assert half.rows == same.rows
    source.close()


def test_words_that_mean_the_same_find_what_the_question_cannot(shelf: Library) -> None:
    """The lever across languages."""
    source = shelf.source()
    alone = source.run(_query("저장소가 꽉 찼어", weights={"vector": 0, "text": 1}))
    helped = source.run(
        _query("저장소가 꽉 찼어", "storage", "full", weights={"vector": 0, "text": 1})
    )
    assert alone.rows == ()
    assert cells(helped, "document") == ["storage.md"]
    source.close()


def test_several_collections_are_ranked_together(shelf: Library) -> None:
    """Each passage says whose it is."""
    source = shelf.source()
    rows = source.run(_query("storage full files", collections=["guides", "others"], top_k=2))
    assert set(cells(rows, "collection")) == {"guides", "others"}
    source.close()


def test_more_passages_than_rows_are_told(shelf: Library) -> None:
    """`truncated` is the port's word for it."""
    source = shelf.source()
    query = _query("필터 packets files")
    short = source.run(BoundQuery(query.text, query.params, 1, 5.0, query.allowed_tables))
    assert len(short.rows) == 1
    assert short.truncated
    assert not source.run(query).truncated
    source.close()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (BoundQuery("select 1", {"words": "x"}), "no JSON"),
        (BoundQuery("[]", {"words": "x"}), "no JSON object"),
        (_query("x", collections=[]), "names no collection"),
        (_query("x", collections="guides"), "collections is no list"),
        (_query(" "), "'words' is no text"),
        (_query("x", top_k=0), "top_k is 0"),
        (_query("x", top_k=True), "top_k is True"),
        (_query("x", min_score=2), "min_score is 2"),
        (_query("x", weights={"vector": 0, "text": 0}), "both weights are 0"),
        (_query("x", weights={"words": 1}), "weights are not of"),
        (_query("x", tags=[1]), "tags is no list"),
        (_query("x", filter="1=1"), "no field 'filter'"),
        (_query("x", collections=["secrets"], allowed="secrets"), "'secrets' is not allowed"),
        (_query("x", allowed="others"), "'guides' is not allowed"),
    ],
)
def test_what_is_no_allowed_search_is_refused_without_a_connection(
    query: BoundQuery, said: str
) -> None:
    """Every wall stands before the server: there is none here."""
    source = open_vector(
        "library", schema=SCHEMA, embedder=OfflineEmbedder(8), url="postgresql://127.0.0.1:9/none",
        allowed_collections=["guides", "others"],
    )  # fmt: skip
    with pytest.raises(QueryRejected, match=said):
        source.inspect(query)
    with pytest.raises(QueryRejected, match=said):
        source.run(query)


def test_an_operation_that_is_not_allowed_is_refused(library: Library) -> None:
    """A source that may not search answers nothing."""
    source = library.source(operations=("select",))
    with pytest.raises(QueryRejected, match="'search' is not allowed"):
        source.inspect(_query("x"))


def test_a_schema_that_is_no_plain_name_is_refused() -> None:
    """It stands in the statement's text."""
    with pytest.raises(QueryRejected, match="no plain name"):
        open_vector("x", schema='a"; drop', embedder=OfflineEmbedder(8), url="postgresql://h/d")


@pytest.mark.parametrize("words", ["'; drop table x; --", "%(words)s %s", "a:*&!b", "\\", "€" * 9])
def test_words_are_only_ever_values(shelf: Library, words: str) -> None:
    """Nothing in them reaches the statement's text."""
    source = shelf.source()
    source.run(_query(words, words))
    assert source.run(_query("firmware", weights={"vector": 0, "text": 1})).rows
    source.close()


def test_a_nul_in_the_words_is_no_error(shelf: Library) -> None:
    """PostgreSQL's text cannot hold one."""
    source = shelf.source()
    assert source.run(_query("firm\x00ware packet")).rows
    source.close()


def test_a_missing_index_and_another_embedder_say_what_to_do(shelf: Library) -> None:
    """Never an empty answer in their place, also when another collection would answer."""
    other = shelf.source(embedder=OfflineEmbedder(64))
    with pytest.raises(QueryFailed, match=r"offline/jamo-ngrams/256.*Index it again"):
        other.run(_query("firmware"))
    other.close()
    source = shelf.source()
    with pytest.raises(QueryFailed, match="'news' is not indexed"):
        source.run(_query("firmware", collections=["guides", "news"]))
    source.close()


def test_no_schema_at_all_says_so(library: Library) -> None:
    """Before the first run of the documents asset."""
    source = library.source()
    with pytest.raises(QueryFailed, match="no index in the schema"):
        source.run(_query("firmware"))
    source.close()


def test_a_server_that_is_away_is_unavailable() -> None:
    """As of every source."""
    source = open_vector(
        "library", schema=SCHEMA, embedder=OfflineEmbedder(8), allowed_collections=["*"],
        url="postgresql://reader:not-to-be-shown@127.0.0.1:9/none",
    )  # fmt: skip
    with pytest.raises(SourceUnavailable) as raised:
        source.run(_query("x"))
    assert "not-to-be-shown" not in str(raised.value)


def test_a_slow_embedder_counts_against_the_searchs_time(shelf: Library) -> None:
    """One time-out for both halves."""
    with embedding_server() as server:
        server.mode = "slow"
        source = shelf.source(embedder=EndpointEmbedder("library", server.address, "m", 32))
        query = _query("x")
        with pytest.raises(SourceTimeout):
            source.run(BoundQuery(query.text, query.params, 10, 0.4, query.allowed_tables))
        source.close()


def test_an_endpoints_vectors_are_searched_and_asked_for_once(shelf: Library) -> None:
    """The same words twice cost one call."""
    with embedding_server() as server:
        embedder = EndpointEmbedder("library", server.address, "m", 32)
        shelf.index("guides", embedder=embedder)
        before = len(server.batches)
        source = shelf.source(embedder=embedder)
        for _ in range(3):
            rows = source.run(_query("roll back the firmware"))
        assert cells(rows, "document")[0] == "net/switch (new).md"
        assert len(server.batches) == before + 1
        source.close()


def _findings(health: Health) -> dict[str, str]:
    return {finding.name: finding.status for finding in health.findings}


def test_health_of_a_good_index(shelf: Library) -> None:
    """What Postgres tells, then the index and the embedder."""
    source = shelf.source(allowed=("guides", "others"))
    health = source.health()
    assert health.status == "ok", health
    assert list(_findings(health)) == [
        "connection", "rights", "limits", "latency", "index", "embedder",
    ]  # fmt: skip
    source.close()


def test_health_names_a_missing_index_a_foreign_embedder_and_a_dead_endpoint(
    shelf: Library,
) -> None:
    """Each is an error of its own that says what to do."""
    cases: list[tuple[VectorSource, str, str]] = [
        (shelf.source(allowed=("guides", "news")), "index", "not indexed: news"),
        (shelf.source(embedder=OfflineEmbedder(64)), "index", "Index again"),
        (
            shelf.source(embedder=EndpointEmbedder("x", "http://127.0.0.1:9/v1", "m", 256)),
            "embedder",
            "cannot be reached",
        ),
    ]
    for source, name, said in cases:
        health = source.health()
        assert health.status == "error"
        assert _findings(health)[name] == "error"
        assert any(said in finding.detail for finding in health.findings), health
        source.close()


def test_health_before_the_first_run(library: Library) -> None:
    """Nothing is there yet: told, not raised."""
    source = library.source()
    assert _findings(source.health())["index"] == "error"
    source.close()


def test_a_scan_tells_the_allowed_collections(shelf: Library) -> None:
    """What is indexed, by whom; what is not is a note."""
    source = shelf.source(allowed=("guides", "news"))
    facts = source.scan()
    source.close()
    (guides,) = facts.collections
    assert (guides.name, guides.documents, guides.passages) == ("guides", 3, 4)
    assert (guides.embedder, guides.dimension) == ("offline/jamo-ngrams/256", 256)
    assert guides.indexed_at is not None
    assert facts.notes == ("collection 'news' is not indexed yet",)


def test_links_survive_every_path() -> None:
    """What is made can be read back; what is none is None."""
    for path in ("a.md", "가/나 다.md", "a#b?c%20.md", "x (1)[2].md"):
        assert read_link(make_link("c", path, "절차-1")) == ("c", path, "절차-1")
    assert "가/나" in make_link("c", "가/나.md", "x")
    assert read_link("https://example.org") is None
    assert read_link("doc:nothing") is None
