"""Alembic's way in: the connection comes from `store.migrate`."""

from __future__ import annotations

from alembic import context

from dagster_project.store.tables import metadata


def only_ours(name, type_, _):
    """Dagster's tables and the seed data live in the same database and are not ours to compare."""
    return name == metadata.schema if type_ == "schema" else True


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_schemas=True,
    include_name=only_ours,
    version_table_schema=metadata.schema,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
