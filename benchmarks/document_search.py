"""Document search beside plain Postgres: what it finds, how fast it indexes and answers.

    python benchmarks/document_search.py [--quick] [--data FOLDER]

60 questions (tests/documents/questions.yaml) over three public sets of documents; the right
document among the first 1, 3 and 5, and the mean reciprocal rank (of the first 10). `held out` are
the 30 questions that nothing was chosen by. The glossary (of the catalog plant_documents) was
written before the questions. Vectors are the offline embedder's: there is no neural model here, so
a vector ranking finds what is spelt alike and nothing else.
Peers in the same run, on the same passages: full text of Postgres by `to_tsvector('simple')` and
`ts_rank_cd`, any word of the question; the cosine of the same vectors, by scan and by HNSW.
The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import psycopg
import yaml
from own_state import own_state

from dagster_project.catalog.glossary import Glossary
from dagster_project.contracts.value import Names
from dagster_project.store.database import open_database
from sources.protocol import BoundQuery
from sources.vector.index import index_documents
from sources.vector.offline import OfflineEmbedder
from sources.vector.source import VectorSource, open_vector

REPOSITORY = Path(__file__).resolve().parents[1]
SCHEMA = "docs_benchmark"
HYBRID = (0.3, 0.7)
RANKINGS = {
    "vector": ((1, 0), False),
    "text": ((0, 1), False),
    "hybrid": (HYBRID, False),
    "hybrid_even": ((0.5, 0.5), False),
    "vector_glossary": ((1, 0), True),
    "text_glossary": ((0, 1), True),
    "hybrid_glossary": (HYBRID, True),
    "hybrid_even_glossary": ((0.5, 0.5), True),
}
DEPTH = 10
PEER_TEXT = """
select document from (
    select distinct on (document) document, ts_rank_cd(words, asked) as score
    from peer.passages, lateral (
        select replace(plainto_tsquery('simple', %(words)s)::text, '&', '|')::tsquery as asked
    ) as q
    where collection = %(collection)s and words @@ asked
    order by document, score desc
) as best order by score desc, document limit 10
"""
PEER_COSINE = """
select document from (
    select document, min(distance) as distance from (
        select document, embedding <=> %(vector)s::vector as distance from peer.passages
        where collection = %(collection)s order by distance limit 100
    ) as near group by document
) as best order by distance, document limit 10
"""
Figures = dict[str, object]


@dataclass(frozen=True)
class Question:
    set: str
    language: str
    held_out: bool
    text: str
    documents: frozenset[str]

    @property
    def collection(self) -> str:
        return self.set.replace("-", "_")


@dataclass(frozen=True)
class Score:
    """Ranks of the right document; 0 where it was not among the first ten."""

    ranks: tuple[int, ...]

    def hit(self, k: int) -> float:
        return sum(0 < rank <= k for rank in self.ranks) / len(self.ranks)

    @property
    def mrr(self) -> float:
        return sum(1 / rank for rank in self.ranks if rank) / len(self.ranks)

    def __str__(self) -> str:
        hits = "  ".join(f"{self.hit(k):4.2f}" for k in (1, 3, 5))
        return f"{hits}  {self.mrr:5.3f}"


def main() -> int:
    options = _options()
    questions = read_questions()
    glossary = read_glossary()
    embedder = OfflineEmbedder()
    with own_state("document-search") as settings, open_database(settings) as database:
        role = unquote(urlsplit(database.reader_url).username or "")
        with psycopg.connect(database.owner_url, autocommit=True) as owner:
            figures = _index(owner, options.data, embedder, role)
            _make_peer(owner)
            source = open_vector(
                "documents",
                schema=SCHEMA,
                embedder=embedder,
                url=database.reader_url,
                allowed_collections=["*"],
            )
            figures |= _quality(source, owner, embedder, questions, glossary)
            rounds = 2 if options.quick else 10
            figures |= _speed(source, owner, embedder, questions, glossary, rounds)
            source.close()
    _report(figures)
    return 0


def read_questions() -> list[Question]:
    given = yaml.safe_load((REPOSITORY / "tests/documents/questions.yaml").read_text())
    return [
        Question(
            name,
            item["language"],
            item.get("held_out", False),
            item["question"],
            frozenset(item["documents"]),
        )
        for name, items in given.items()
        for item in items
    ]


def read_glossary() -> Glossary:
    """The general words of operations, without the names of anything of the plant."""
    catalog = REPOSITORY / "assets_config/schema_catalogs/plant_documents.yaml"
    (collection,) = yaml.safe_load(catalog.read_text())["spec"]["document_collections"]
    return Glossary(Names.model_validate(line) for line in collection["glossary"])


def _index(
    owner: psycopg.Connection[Any], data: Path, embedder: OfflineEmbedder, role: str
) -> Figures:
    """Each set once new and once more unchanged."""
    figures: Figures = {}
    documents = passages = 0
    spent = unchanged = 0.0
    for name in ("runbooks-prometheus", "runbooks-openshift", "docs-ko-windows-server"):
        arguments = (owner, SCHEMA, name.replace("-", "_"), data / name, ["**/*.md"], embedder)
        first = index_documents(*arguments, reader=role)
        again = index_documents(*arguments, reader=role)
        if again.touched or again.embedded:
            raise AssertionError(f"{name}: an unchanged folder was indexed again")
        figures[f"{name}: documents, passages"] = f"{first.documents}, {first.passages}"
        documents, passages = documents + first.documents, passages + first.passages
        spent, unchanged = spent + first.elapsed_seconds, unchanged + again.elapsed_seconds
    figures["index_seconds"] = round(spent, 2)
    figures["index_documents_per_second"] = round(documents / spent, 1)
    figures["index_passages_per_second"] = round(passages / spent, 1)
    figures["unchanged_index_seconds"] = round(unchanged, 3)
    return figures


def _make_peer(owner: psycopg.Connection[Any]) -> None:
    """The same passages in one table, as a tutorial would have it: title, headings and text."""
    owner.execute(
        f"""
        create schema peer;
        create table peer.passages as
            select c.name as collection, d.path as document, v.embedding,
                   to_tsvector('simple', concat_ws(' ', d.title, d.path,
                       array_to_string(p.headings, ' '), p.quote)) as words
            from {SCHEMA}.passages_1024 p join {SCHEMA}.documents d on d.id = p.document_id
            join {SCHEMA}.vectors_1024 v on v.passage_id = p.id
            join {SCHEMA}.collections c on c.id = p.collection_id;
        create index on peer.passages using gin (words);
        create index by_nearness on peer.passages using hnsw (embedding vector_cosine_ops);
        analyze peer.passages;
        """.encode()
    )


def _quality(
    source: VectorSource,
    owner: psycopg.Connection[Any],
    embedder: OfflineEmbedder,
    questions: list[Question],
    glossary: Glossary,
) -> Figures:
    finders: dict[str, Callable[[Question], list[str]]] = {
        name: _finder(source, weights, glossary if has_glossary else None)
        for name, (weights, has_glossary) in RANKINGS.items()
    }
    owner.execute("set enable_indexscan = off")  # the cosine peer by scan: exact
    finders["peer_full_text"] = lambda asked: _peer_text(owner, asked)
    finders["peer_cosine"] = lambda asked: _peer_cosine(owner, embedder, asked)
    figures: Figures = {}
    print(f"{'':62}  hit@1 @3    @5    MRR")
    for name, find in finders.items():
        ranks = {asked: _rank(find(asked), asked) for asked in questions}
        for label, chosen in _groups(questions):
            score = Score(tuple(ranks[asked] for asked in chosen))
            print(f"{name:24} {label:36} {score}")
            if label in ("all", "held out"):
                for k in (1, 3, 5):
                    figures[f"{name} {label} hit@{k}"] = round(score.hit(k), 3)
                figures[f"{name} {label} mrr"] = round(score.mrr, 3)
    owner.execute("set enable_indexscan = on")
    return figures


def _groups(questions: list[Question]) -> Iterable[tuple[str, list[Question]]]:
    yield "all", questions
    yield "held out", [asked for asked in questions if asked.held_out]
    for name in dict.fromkeys(asked.set for asked in questions):
        for language in ("ko", "en"):
            chosen = [a for a in questions if (a.set, a.language) == (name, language)]
            yield f"{name}, {language}", chosen


def _finder(
    source: VectorSource, weights: tuple[float, float], glossary: Glossary | None
) -> Callable[[Question], list[str]]:
    def find(asked: Question) -> list[str]:
        rows = source.run(_query(asked, weights, glossary, DEPTH)).rows
        return list(dict.fromkeys(str(row[0]) for row in rows))

    return find


def _query(
    asked: Question, weights: tuple[float, float], glossary: Glossary | None, top_k: int
) -> BoundQuery:
    search = {
        "collections": [asked.collection],
        "top_k": top_k,
        "weights": {"vector": weights[0], "text": weights[1]},
    }
    params = {"words": asked.text, "also": glossary.also(asked.text) if glossary else ()}
    return BoundQuery(json.dumps(search), params, allowed_tables=frozenset("*"))


def _rank(found: list[str], asked: Question) -> int:
    places = (place for place, path in enumerate(found, start=1) if path in asked.documents)
    return next(places, 0)


def _peer_text(owner: psycopg.Connection[Any], asked: Question) -> list[str]:
    given = {"words": asked.text, "collection": asked.collection}
    return [row[0] for row in owner.execute(PEER_TEXT, given)]


def _peer_cosine(
    owner: psycopg.Connection[Any], embedder: OfflineEmbedder, asked: Question
) -> list[str]:
    vector = np.array2string(embedder.embed([asked.text])[0], separator=",", threshold=10_000)
    given = {"vector": vector, "collection": asked.collection}
    return [row[0] for row in owner.execute(PEER_COSINE, given)]


def _speed(
    source: VectorSource,
    owner: psycopg.Connection[Any],
    embedder: OfflineEmbedder,
    questions: list[Question],
    glossary: Glossary,
    rounds: int,
) -> Figures:
    """Warm: each question was asked before, but half of ours are embedded anew."""
    ways: dict[str, Callable[[Question], object]] = {
        "search": lambda asked: source.run(_query(asked, HYBRID, glossary, 5)),
        "search_text": lambda asked: source.run(_query(asked, (0, 1), glossary, 5)),
        "search_vector": lambda asked: source.run(_query(asked, (1, 0), glossary, 5)),
        "peer_full_text": lambda asked: _peer_text(owner, asked),
        "peer_cosine_hnsw": lambda asked: _peer_cosine(owner, embedder, asked),
    }
    figures: Figures = {}
    for name, ask in ways.items():
        spent = []
        for _ in range(rounds):
            for asked in questions:
                started = time.perf_counter()
                ask(asked)
                spent.append((time.perf_counter() - started) * 1000)
        figures[f"{name}_p50_ms"] = round(statistics.median(spent), 2)
        figures[f"{name}_p95_ms"] = round(statistics.quantiles(spent, n=20)[18], 2)
    started = time.perf_counter()
    for _ in range(100):
        embedder.embed([questions[0].text])
    figures["embed_question_ms"] = round((time.perf_counter() - started) * 10, 3)
    return figures


def _report(figures: Figures) -> None:
    for name, value in figures.items():
        if "hit@" not in name and "mrr" not in name:
            print(f"{name:44} {value}")
    ours, peer = (figures[f"{name} all hit@5"] for name in ("hybrid_glossary", "peer_full_text"))
    p95, unchanged = figures["search_p95_ms"], figures["unchanged_index_seconds"]
    assert isinstance(ours, float)
    assert isinstance(peer, float)
    assert isinstance(p95, float)
    assert isinstance(unchanged, float)
    looked_at = (
        ("hit@5", ours, f"> {peer} (full text)", ours > peer),
        ("search_p95_ms", p95, "< 50", p95 < 50),
        ("unchanged_index_seconds", unchanged, "< 1", unchanged < 1),
    )
    targets = [
        dict(zip(("name", "value", "target", "met"), line, strict=True)) for line in looked_at
    ]
    versions = {"python": sys.version.split()[0], "psycopg": psycopg.__version__,
                "numpy": np.__version__}  # fmt: skip
    report = {"name": "document_search", "versions": versions, "figures": figures,
              "targets": targets}  # fmt: skip
    print(json.dumps(report, ensure_ascii=False))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds of timing")
    parser.add_argument("--data", type=Path, default=REPOSITORY.parent / "shared" / "data")
    options = parser.parse_args()
    if not (options.data / "runbooks-prometheus").is_dir():
        parser.error(f"{options.data} holds no runbooks-prometheus: name the folder by --data")
    return options


if __name__ == "__main__":
    sys.exit(main())
