"""All the data that the shipped site's embedded sources read, and the right to read it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dagster_project.canvas.documents import ensure_documents
from dagster_project.canvas.open_engine import documents_schema
from dagster_project.catalog.shelves import shelves_of
from dagster_project.registry.load import Site, load_site
from dagster_project.store.database import Database
from dagster_project.store.settings import Settings
from sources.embedded.seeds import SEEDS, ensure_seed

REPOSITORY = Path(__file__).resolve().parents[1]


@cache
def _site() -> Site:
    return load_site(REPOSITORY)


def load_demo(database: Database) -> None:
    """Every shipped seed, and the documents' index. Effects: schemas in the store's database."""
    for name in SEEDS:
        with database.pool.connection() as owner:
            ensure_seed(name, owner)
    ensure_documents(Settings(REPOSITORY, REPOSITORY), database, _site(), lambda _: None)
    allow_demo(database)


def allow_demo(database: Database) -> None:
    """A database copied from the template has a reader of its own, who may see nothing yet."""
    indexes = {documents_schema(shelf.source) for shelf in shelves_of(_site().assets.values())}
    for schema in (*(seed.schema for seed in SEEDS.values()), *sorted(indexes)):
        database.grant_read(schema)
