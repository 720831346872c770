"""Operators' questions find their documents in the public sets, better than plain full text."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from dagster_project.catalog.glossary import Glossary
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from sources.protocol import BoundQuery
from sources.vector.index import index_documents
from sources.vector.offline import OfflineEmbedder
from sources.vector.source import VectorSource, open_vector
from tests.documents.plant_glossary import plant_glossary

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
SETS = ("runbooks-prometheus", "runbooks-openshift", "docs-ko-windows-server")
QUESTIONS = yaml.safe_load((REPOSITORY / "tests/documents/questions.yaml").read_text())
pytestmark = [
    pytest.mark.xdist_group("document_questions"),
    pytest.mark.skipif(
        not all((DATA / name).is_dir() for name in SETS),
        reason="the public document sets are not beside the repository",
    ),
]


@pytest.fixture(scope="module")
def database(make_settings: Callable[..., Settings]) -> Iterator[Database]:
    with open_database(make_settings()) as database:
        yield database


@pytest.fixture(scope="module")
def library(database: Database) -> Iterator[VectorSource]:
    schema = f"docs_{secrets.token_hex(4)}"
    with psycopg.connect(database.owner_url) as owner:
        for name in SETS:
            report = index_documents(
                owner, schema, name.replace("-", "_"), DATA / name, ["**/*.md"], OfflineEmbedder()
            )
            assert all(failed.is_empty for failed in report.failed)
    database.grant_read(schema)
    source = open_vector(
        "library",
        schema=schema,
        embedder=OfflineEmbedder(),
        url=database.reader_url,
        allowed_collections=["*"],
    )
    yield source
    source.close()


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return Glossary(plant_glossary())


def _hits(library: VectorSource, glossary: Glossary | None, name: str, k: int) -> float:
    """Share of a set's questions whose document is among the first k."""
    search = {
        "collections": [name.replace("-", "_")],
        "top_k": k,
        "weights": {"vector": 0.3, "text": 0.7},
    }
    met = 0
    for item in QUESTIONS[name]:
        also = glossary.also(item["question"]) if glossary else ()
        query = BoundQuery(
            json.dumps(search),
            {"words": item["question"], "also": also},
            timeout_seconds=20.0,
            allowed_tables=frozenset({"*"}),
        )
        found = {row[0] for row in library.run(query).rows}
        met += bool(found & set(item["documents"]))
    return met / len(QUESTIONS[name])


@pytest.mark.parametrize("name", SETS)
def test_the_right_document_is_among_the_first_five(
    library: VectorSource, glossary: Glossary, name: str
) -> None:
    """Below the measured 0.75 to 0.9 by two questions of twenty is a loss to look at."""
    assert _hits(library, glossary, name, 5) >= 0.65


def test_the_glossary_helps_and_does_not_hurt(library: VectorSource, glossary: Glossary) -> None:
    """Over all sets, words that mean the same find at least as much."""
    alone = sum(_hits(library, None, name, 3) for name in SETS)
    helped = sum(_hits(library, glossary, name, 3) for name in SETS)
    assert helped >= alone


def test_an_alerts_own_name_finds_its_runbook(library: VectorSource) -> None:
    """Typed as it is, in lower case, or in words: the file of that name is first."""
    for words in ("KubePodCrashLooping", "kubepodcrashlooping", "kube pod crash looping"):
        query = BoundQuery(
            json.dumps({"collections": ["runbooks_prometheus"], "top_k": 1}),
            {"words": words},
            allowed_tables=frozenset({"*"}),
        )
        (row,) = library.run(query).rows
        assert row[0] == "kubernetes/KubePodCrashLooping.md"
