"""Twenty scripted changes of a real schema are reported as just those twenty."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sample_databases import DATA, drop, load

from dagster_project.catalog.scan.change import Change
from dagster_project.catalog.scan.compare import compare
from dagster_project.catalog.scan.facts_codec import drift_digest
from dagster_project.store.embedded import EmbeddedPostgres
from sources.postgres.source import PostgresSource

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the public data sets are not beside the repository"
)
# statement, and what is to be reported: kind, object, was, now
CHANGES: list[tuple[str, tuple[str, str, str, str]]] = [
    (
        "alter table customer rename to client",
        ("renamed", "public.customer", "public.customer", "public.client"),
    ),
    (
        "alter table address rename column district to province",
        ("column_renamed", "public.address.district", "district", "province"),
    ),
    (
        "alter table staff rename column picture to portrait",
        ("column_renamed", "public.staff.picture", "picture", "portrait"),
    ),
    (
        "alter table film rename column film_id to movie_id",
        ("column_renamed", "public.film.film_id", "film_id", "movie_id"),
    ),
    (
        "alter table staff drop column username",
        ("column_dropped", "public.staff.username", "text not null", ""),
    ),
    (
        "alter table client drop column activebool cascade",
        ("column_dropped", "public.customer.activebool", "boolean not null", ""),
    ),
    (
        "alter table film drop column language_id cascade",
        ("column_dropped", "public.film.language_id", "integer not null", ""),
    ),
    ("drop view sales_by_store", ("dropped", "public.sales_by_store", "view of 3 columns", "")),
    (
        "create table coupon (id integer, code text)",
        ("added", "public.coupon", "", "table of 2 columns"),
    ),
    (
        "alter table actor add column born date",
        ("column_added", "public.actor.born", "", "date"),
    ),
    (
        "alter table inventory add column shelf text not null default ''",
        ("column_added", "public.inventory.shelf", "", "text not null"),
    ),
    (
        "alter table city alter column city type varchar(80)",
        ("type_changed", "public.city.city", "text", "character varying(80)"),
    ),
    (
        "alter table store alter column manager_staff_id type text",
        ("type_changed", "public.store.manager_staff_id", "integer", "text"),
    ),
    (
        "alter table rental alter column return_date type date",
        ("type_changed", "public.rental.return_date", "timestamp with time zone", "date"),
    ),
    (
        "alter table address alter column phone drop not null",
        ("nullability_changed", "public.address.phone", "not null", "nullable"),
    ),
    (
        "alter table client alter column email set not null",
        ("nullability_changed", "public.customer.email", "nullable", "not null"),
    ),
    (
        "alter table language add unique (name)",
        ("key_added", "public.language", "", "unique key (name)"),
    ),
    (
        "alter table rental drop constraint rental_customer_id_fkey",
        (
            "key_dropped",
            "public.rental",
            "foreign key (customer_id) → public.customer(customer_id)",
            "",
        ),
    ),
    (
        "comment on column film.title is 'as on the poster'",
        ("column_comment_changed", "public.film.title", "", "as on the poster"),
    ),
    (
        "drop index idx_actor_last_name",
        (
            "index_dropped",
            "public.actor",
            "CREATE INDEX idx_actor_last_name ON public.actor USING btree (last_name)",
            "",
        ),
    ),
]
BREAKING = {"renamed", "column_renamed", "column_dropped", "dropped"}


@pytest.fixture
def pagila(server: EmbeddedPostgres) -> Iterator[tuple[str, PostgresSource]]:
    owner, reader = load(server, "pagila")
    with psycopg.connect(owner, autocommit=True) as connection:
        # Views would go with the columns they show; one is kept, to be dropped by the script.
        for view in (
            "actor_info", "customer_list", "film_list", "nicer_but_slower_film_list",
            "sales_by_film_category", "staff_list",
        ):  # fmt: skip
            connection.execute(f"drop view {view}".encode())
        connection.execute("drop materialized view rental_by_category")
        connection.execute("drop function film_in_stock, film_not_in_stock, inventory_in_stock")
    source = PostgresSource("pagila", reader, allowed_tables=("public.*",))
    yield owner, source
    source.close()
    drop(server, owner)


def told(change: Change) -> tuple[str, str, str, str]:
    return change.kind, change.object, change.was, change.now


def test_twenty_changes_are_just_twenty(pagila: tuple[str, PostgresSource]) -> None:
    """Renames, drops, additions, types, nullability, keys, comments, indexes: each told once."""
    owner, source = pagila
    baseline = source.scan()
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("set search_path = public")
        for statement, _ in CHANGES:
            connection.execute(statement.encode())
        reader = connection.execute(
            "select distinct grantee from information_schema.role_table_grants"
            " where grantee like 'scan_%' and table_name = 'actor'"
        ).fetchall()
        for (name,) in reader:
            connection.execute(f"grant select on public.coupon to {name}".encode())
        connection.execute("analyze")
    found = source.scan()
    changes = compare(baseline, found)
    assert sorted(map(told, changes)) == sorted(expected for _, expected in CHANGES)
    breaking = {told(change) for change in changes if change.severity == "breaking"}
    assert breaking == {
        expected
        for _, expected in CHANGES
        if expected[0] in BREAKING
        or expected[1] in ("public.store.manager_staff_id", "public.rental.return_date")
    }
    assert drift_digest(baseline) != drift_digest(found)


@pytest.mark.parametrize(("statement", "expected"), CHANGES, ids=lambda c: str(c)[:40])
def test_each_change_alone(
    pagila: tuple[str, PostgresSource], statement: str, expected: tuple[str, str, str, str]
) -> None:
    """A change on its own is reported, and nothing else."""
    owner, source = pagila
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("set search_path = public")
        if "drop view" not in statement:
            connection.execute("drop view sales_by_store")
        baseline = source.scan()
        if "rename to client" not in statement:
            statement = statement.replace("alter table client", "alter table customer")
        connection.execute(statement.encode())
        for (name,) in connection.execute(
            "select distinct grantee from information_schema.role_table_grants"
            " where grantee like 'scan_%' and table_name = 'actor'"
        ).fetchall():
            connection.execute(f"grant select on all tables in schema public to {name}".encode())
    assert [told(change) for change in compare(baseline, source.scan())] == [expected]
