"""All the data that the shipped site's embedded sources read, and the right to read it."""

from __future__ import annotations

from dagster_project.store.database import Database
from sources.embedded.seeds import SEEDS, ensure_seed


def load_demo(database: Database) -> None:
    """Every shipped seed. Effects: schemas in the store's own database."""
    for name in SEEDS:
        with database.pool.connection() as owner:
            ensure_seed(name, owner)
    allow_demo(database)


def allow_demo(database: Database) -> None:
    """A database copied from the template has a reader of its own, who may see nothing yet."""
    for seed in SEEDS.values():
        database.grant_read(seed.schema)
