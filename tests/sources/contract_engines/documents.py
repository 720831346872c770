"""Documents: a page per machine, indexed in the laboratory's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from laboratory import Laboratory, role_of

from contract_engines.engine import (
    EVERYTHING,
    FINDINGS,
    Engine,
    Ready,
    Source,
    nobodys_url,
)
from sources.protocol import BoundQuery
from sources.vector.index import index_documents
from sources.vector.offline import OfflineEmbedder
from sources.vector.source import open_vector

_SCHEMA, _HIDDEN = "docs_lab", "docs_hidden"


@contextmanager
def _open_documents(request: pytest.FixtureRequest) -> Iterator[Ready]:
    laboratory: Laboratory = request.getfixturevalue("laboratory")
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("guides")
    for number in range(1, 10):
        text = f"# GT-0{number}\n\nGT-0{number} is a machine in zone A.\n"
        (folder / f"gt-0{number}.md").write_text(text, encoding="utf-8")
    embedder, reader = OfflineEmbedder(256), role_of(laboratory.reader_url)
    with psycopg.connect(laboratory.owner_url) as owner:
        for schema, collection, role in (
            (_SCHEMA, "machines", reader),
            (_SCHEMA, "attic", reader),
            (_HIDDEN, "machines", None),
        ):
            index_documents(owner, schema, collection, folder, ["*.md"], embedder, reader=role)

    def source(schema: str, *collections: str) -> Source:
        return open_vector(
            "library",
            schema=schema,
            embedder=OfflineEmbedder(256),
            url=laboratory.reader_url,
            allowed_collections=collections,
        )

    @contextmanager
    def locked() -> Iterator[None]:
        with psycopg.connect(laboratory.owner_url) as owner:
            tables = owner.execute(
                "select string_agg(format('%%I.%%I', schemaname, tablename), ', ')"
                " from pg_tables where schemaname = %s",
                [_SCHEMA],
            ).fetchone()
            assert tables is not None
            owner.execute(f"lock table {tables[0]} in access exclusive mode".encode())
            yield

    barred = source(_HIDDEN, "*")
    yield Ready(source(_SCHEMA, "*"), source(_SCHEMA, "machines"), barred, locked)
    barred.close()


def _search(words: str, top_k: int = 1, collection: str = "machines") -> BoundQuery:
    text = (
        f'{{"collections": ["{collection}"], "top_k": {top_k},'
        ' "weights": {"vector": 0.3, "text": 0.7}}'
    )
    return BoundQuery(text, {"words": words}, allowed_tables=EVERYTHING)


_WORDS = "what is looked for is words, and the fields of a search are fixed"
DOCUMENTS = Engine(
    name="documents",
    open=_open_documents,
    open_dead=lambda: open_vector(
        "dead",
        schema=_SCHEMA,
        embedder=OfflineEmbedder(256),
        url=nobodys_url(),
        allowed_collections=["*"],
        health_retries=0,
    ),
    probes={
        "by name": _search("GT-03"),
        "all": _search("machine in zone A", top_k=50),
        "typed": _search("machine", top_k=50),
        "slow": _search("machine"),
        "not allowed": BoundQuery(
            '{"collections": ["machines"]}', {"words": "x"}, allowed_tables=frozenset({"attic"})
        ),
        "no such column": _search("machine", collection="colour"),
        "no right": _search("machine"),
    },
    columns=(
        ("document", "text"),
        ("title", "text"),
        ("headings", "json"),
        ("quote", "text"),
        ("link", "text"),
        ("score", "number"),
        ("page", "integer"),
        ("collection", "text"),
    ),
    machine=lambda row: (int(str(row[0])[4]), row[1]),
    named=lambda name: {"words": name},
    findings=(*FINDINGS, "index", "embedder"),
    gaps={
        "large": "a search gives at most fifty passages",
        "write": "a search has no form that writes",
        "exact value": f"{_WORDS}: it finds what is like them",
        "every type": "a passage is text, JSON and numbers",
        "driver's error": "that a collection is not indexed is our own finding",
    },
    scanned=("attic", "machines"),
    narrowly=("machines",),
)
