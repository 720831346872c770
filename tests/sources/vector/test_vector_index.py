"""The index is what the folder is: incremental, whole for every reader, fair to broken files."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from document_library import SCHEMA, Library, cells
from vector_pdf import make_pdf

from sources.errors import SourceUnavailable
from sources.protocol import BoundQuery
from sources.vector.folder import FolderMissing
from sources.vector.index import IndexReport, drop_collection
from sources.vector.offline import OfflineEmbedder

if TYPE_CHECKING:
    from sources.vector.embedders import Vectors

PUMP = "---\ntitle: Lube oil pump\ntags: [pump]\n---\n# Lube oil pump\n\nChange the filter.\n"
SWITCH = "# 네트워크 스위치 장애\n\n포트를 확인한다.\n\n## 조치\n\n펌웨어를 되돌린다.\n"


class Counting(OfflineEmbedder):
    """Counts what it is asked for, and fails when told to."""

    def __init__(self, dimension: int = 256, name: str = "counting") -> None:
        super().__init__(dimension)
        self.asked: list[str] = []
        self.is_broken = False
        self._label = name

    @property
    def id(self) -> str:
        return f"test/{self._label}/{self.dimension}"

    def embed(self, texts: Sequence[str], timeout_seconds: float = 60.0) -> Vectors:
        if self.is_broken:
            raise SourceUnavailable("library", "the embedder is away.")
        self.asked.extend(texts)
        return super().embed(texts, timeout_seconds)


def found(library: Library, words: str, **changes: object) -> list[object]:
    """Documents that a search finds."""
    search = {"collections": ["guides"], "weights": {"vector": 0, "text": 1}} | changes
    query = BoundQuery(json.dumps(search), {"words": words}, allowed_tables=frozenset({"guides"}))
    source = library.source()
    try:
        return cells(source.run(query), "document")
    finally:
        source.close()


def _told(report: IndexReport) -> tuple[object, ...]:
    return report.added, report.changed, report.removed, report.unchanged


def test_a_second_run_does_nothing(library: Library) -> None:
    """Unchanged documents are neither read into passages nor embedded, nor is anything written."""
    library.write("pump.md", PUMP)
    library.write("net/switch.md", SWITCH)
    embedder = Counting()
    first = library.index(embedder=embedder)
    assert _told(first) == (("net/switch.md", "pump.md"), (), (), 0)
    assert (first.documents, first.passages, first.embedded) == (2, 3, 3)
    rows = library.rows(f"select xmin, id from {SCHEMA}.documents order by id")
    again = library.index(embedder=embedder)
    assert _told(again) == ((), (), (), 2)
    assert not again.touched
    assert len(embedder.asked) == 3
    assert library.rows(f"select xmin, id from {SCHEMA}.documents order by id") == rows


def test_only_the_changed_passage_is_embedded_again(library: Library) -> None:
    """A text that is known keeps its vector, also when its document moved."""
    library.write("switch.md", SWITCH)
    embedder = Counting()
    library.index(embedder=embedder)
    library.write("switch.md", SWITCH.replace("되돌린다", "되돌리고 다시 켠다"))
    report = library.index(embedder=embedder)
    assert _told(report) == ((), ("switch.md",), (), 0)
    assert report.embedded == 1
    (library.folder / "switch.md").rename(library.folder / "moved.md")
    moved = library.index(embedder=embedder)
    assert _told(moved) == (("moved.md",), (), ("switch.md",), 0)


def test_a_removed_document_vanishes_with_its_words_and_vectors(library: Library) -> None:
    """Nothing of it is left in any table."""
    library.write("pump.md", PUMP)
    library.write("switch.md", SWITCH)
    library.index()
    assert found(library, "filter") == ["pump.md"]
    (library.folder / "pump.md").unlink()
    assert library.index().removed == ("pump.md",)
    assert found(library, "filter") == []
    for table in ("vectors_256", "words_256"):
        left = library.rows(f"select distinct passage_id from {SCHEMA}.{table} order by 1")
        kept = library.rows(f"select id from {SCHEMA}.passages_256 order by 1")
        assert left == kept


def test_broken_and_empty_files_are_told_and_the_rest_goes_on(library: Library) -> None:
    """Each with its reason; a file that broke keeps what was indexed of it, an emptied one not."""
    library.write("pump.md", PUMP)
    library.write("switch.md", SWITCH)
    library.index()
    library.write("pump.md", bytes(range(256)))
    library.write("switch.md", "")
    library.write("bad.pdf", b"%PDF-1.7 and nothing more")
    library.write("new.md", "# New\n\nfresh words\n")
    report = library.index()
    assert {failed.path for failed in report.failed} == {"pump.md", "switch.md", "bad.pdf"}
    assert all(failed.reason for failed in report.failed)
    assert _told(report) == (("new.md",), (), ("switch.md",), 0)
    assert found(library, "filter") == ["pump.md"]
    assert found(library, "fresh") == ["new.md"]
    assert found(library, "포트") == []


def test_a_missing_folder_removes_nothing(library: Library) -> None:
    """A mount that is away must not empty the index."""
    library.write("pump.md", PUMP)
    library.index()
    library.folder.rename(library.folder.with_name("away"))
    with pytest.raises(FolderMissing, match="is not a folder"):
        library.index()
    assert found(library, "filter") == ["pump.md"]


def test_another_embedder_embeds_everything_again(library: Library) -> None:
    """By id or by dimension; the old vectors go, whatever table they were in."""
    library.write("pump.md", PUMP)
    library.index(embedder=Counting(name="one"))
    two = Counting(name="two")
    assert library.index(embedder=two).changed == ("pump.md",)
    assert len(two.asked) == 1
    library.index(embedder=OfflineEmbedder(64))
    assert library.rows(f"select count(*) from {SCHEMA}.vectors_256") == [(0,)]
    assert library.rows(f"select vector_dims(embedding) from {SCHEMA}.vectors_64") == [(64,)]


def test_another_embedder_of_an_empty_folder_is_kept_too(library: Library) -> None:
    """The collection's row names the embedder even when no document is there."""
    library.index(embedder=Counting(name="one"))
    library.index(embedder=Counting(name="two"))
    assert library.rows(f"select embedder, documents from {SCHEMA}.collections") == [
        ("test/two/256", 0)
    ]


def test_an_embedder_that_fails_leaves_the_old_index(library: Library) -> None:
    """All or nothing: the collection stands as it was."""
    library.write("pump.md", PUMP)
    embedder = Counting()
    library.index(embedder=embedder)
    library.write("pump.md", PUMP.replace("filter", "seal"))
    library.write("switch.md", SWITCH)
    embedder.is_broken = True
    with pytest.raises(SourceUnavailable):
        library.index(embedder=embedder)
    assert library.rows(f"select path from {SCHEMA}.documents") == [("pump.md",)]
    assert library.rows(f"select quote from {SCHEMA}.passages_256") == [("Change the filter.",)]


def test_a_reader_sees_the_old_index_or_the_new_one(library: Library) -> None:
    """While a collection is written anew, every search finds all of its documents."""
    for number in range(12):
        library.write(f"doc{number}.md", f"# Document {number}\n\ncommon words, text {number}\n")
    library.index()
    source, seen, stop = library.source(), set[int](), threading.Event()
    query = BoundQuery(
        json.dumps({"collections": ["guides"], "top_k": 50, "weights": {"vector": 0, "text": 1}}),
        {"words": "common"},
        allowed_tables=frozenset({"guides"}),
    )

    def read() -> None:
        while not stop.is_set():
            seen.add(len(source.run(query).rows))

    thread = threading.Thread(target=read)
    thread.start()
    for words in (200, 210, 220):
        library.index(max_words=words)
        time.sleep(0.05)
    stop.set()
    thread.join()
    source.close()
    assert seen == {12}


def test_two_runs_at_once_end_in_one_index(library: Library) -> None:
    """The second waits for the first and then has nothing to do."""
    for number in range(20):
        library.write(f"doc{number}.md", f"# Document {number}\n\ntext {number}\n")
    reports: list[IndexReport] = []
    threads = [threading.Thread(target=lambda: reports.append(library.index())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(report.added) for report in reports) == [0, 20]
    assert library.rows(f"select documents, passages from {SCHEMA}.collections") == [(20, 20)]


def test_links_out_of_the_folder_and_hidden_files_are_left_out(
    library: Library, tmp_path: Path
) -> None:
    """A collection is its folder and nothing else."""
    outside = tmp_path / "secret.md"
    outside.write_text("# Secret\n\nnot for readers\n")
    (library.folder / "link.md").symlink_to(outside)
    library.write(".git/readme.md", "# Hidden\n\ntext\n")
    library.write("pump.md", PUMP)
    assert library.index(patterns=("**/*.md", "../*.md")).added == ("pump.md",)


def test_a_pdf_is_quoted_with_its_pages(library: Library) -> None:
    """The page stands in the row and in the link."""
    library.write("manual.pdf", make_pdf(["Valve overview", "Replace the actuator seal"]))
    library.index()
    source = library.source()
    query = BoundQuery(
        json.dumps({"collections": ["guides"]}),
        {"words": "actuator"},
        allowed_tables=frozenset({"guides"}),
    )
    rows = source.run(query)
    source.close()
    assert cells(rows, "page")[0] == 2
    assert cells(rows, "link")[0] == "doc:guides/manual.pdf#page=2"
    assert cells(rows, "quote")[0] == "Replace the actuator seal"


def test_a_dropped_collection_is_gone_and_others_stay(library: Library) -> None:
    """And dropping it twice is no error."""
    library.write("pump.md", PUMP)
    library.index("guides")
    library.index("others")
    with psycopg.connect(library.owner_url) as connection:
        assert drop_collection(connection, SCHEMA, "others")
        assert not drop_collection(connection, SCHEMA, "others")
    assert library.rows(f"select name, passages from {SCHEMA}.collections") == [("guides", 1)]
    assert library.rows(f"select count(*) from {SCHEMA}.vectors_256") == [(1,)]


def test_signs_that_postgres_cannot_hold_do_not_stop_a_run(library: Library) -> None:
    """NUL and lone surrogates from a file's text are left out."""
    library.write("odd.md", "﻿# Odd\n\nnul\x00inside and �\n".encode())
    library.write("구성/네트워크 (새).md", SWITCH)
    report = library.index()
    assert set(report.added) | {failed.path for failed in report.failed} == {
        "odd.md", "구성/네트워크 (새).md",
    }  # fmt: skip
    assert "구성/네트워크 (새).md" in report.added
