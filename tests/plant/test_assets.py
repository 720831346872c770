"""The shipped assets fit each other, the loaded plant, and their own examples."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.query import ParamSpec, QuerySpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.value import AssetId
from dagster_project.planner.quick_rules import match_rule
from dagster_project.registry.load import Site, load_site
from sources.embedded.seeds import DEFAULT_ANCHOR
from sources.postgres.source import PostgresSource
from sources.protocol import BoundQuery

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = load_site(REPOSITORY)
QUERIES = {
    asset.header.name: asset.spec
    for asset in SHIPPED.assets.values()
    if isinstance(asset.spec, QuerySpec)
}
TEMPLATES = sorted(name for name, spec in QUERIES.items() if spec.form == "template")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@pytest.fixture(scope="module")
def catalog(shipped: Site) -> SchemaCatalogSpec:
    spec = shipped.assets[AssetId("schema_catalog:plant")].spec
    assert isinstance(spec, SchemaCatalogSpec)
    return spec


@pytest.fixture(scope="module")
def policy(shipped: Site) -> PolicySpec:
    spec = shipped.assets[AssetId("policy:default")].spec
    assert isinstance(spec, PolicySpec)
    return spec


def _bound(spec: QuerySpec) -> dict[str, object]:
    """Sample parameters as a statement takes them."""
    values: dict[str, object] = {"as_of": DEFAULT_ANCHOR}
    for param in spec.params:
        given = spec.sample_params.get(param.name, param.default)
        if param.type == "time_range":
            values[f"{param.name}_start"], values[f"{param.name}_end"] = _window(param, given)
        else:
            values[param.name] = [given] if param.many else given
    assert spec.text is not None
    used = set(re.findall(r"%\((\w+)\)s", spec.text))
    return {name: value for name, value in values.items() if name in used}


def _window(param: ParamSpec, given: object) -> tuple[datetime, datetime]:
    text = str(given or param.default)
    return DEFAULT_ANCHOR - timedelta(**{UNITS[text[-1]]: int(text[:-1])}), DEFAULT_ANCHOR


def test_the_shipped_site_has_no_findings() -> None:
    """Every shipped file is read, and nothing is wrong with any."""
    assert [str(finding) for finding in SHIPPED.findings] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_answers_its_sample(name: str, plant_source: PostgresSource) -> None:
    """A verified query passes the walls, gives rows, and its columns are its output schema."""
    spec = QUERIES[name]
    assert spec.text is not None
    rows = plant_source.run(
        BoundQuery(
            text=spec.text,
            params=_bound(spec),
            allowed_tables=frozenset(rule.table for rule in spec.references),
        )
    )
    assert rows.rows, "the sample must show something"
    assert [(c.name, c.type) for c in rows.columns] == [
        (c.name, c.type) for c in spec.output_schema
    ]
    assert rows.elapsed_ms < 500


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_a_query_has_examples_in_both_languages(name: str) -> None:
    """The planner chooses by examples: four in each language."""
    examples = QUERIES[name].examples
    assert len(examples.ko) >= 4
    assert len(examples.en) >= 4


def test_the_catalog_names_every_table_and_column(
    owner: psycopg.Connection, catalog: SchemaCatalogSpec
) -> None:
    """Nothing a person could ask about is missing from the catalog, and nothing is made up."""
    found = {
        (f"plant.{table}", column)
        for table, column in owner.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'plant' and table_name <> 'seed_info'"
        ).fetchall()
    }
    assert {(t.name, c.name) for t in catalog.tables for c in t.columns} == found
    nameless = [
        f"{t.name}.{c.name}"
        for t in catalog.tables
        for c in t.columns
        if not (c.names.ko and c.names.en)
    ]
    assert nameless == []


def test_the_catalog_lists_exactly_the_values_that_occur(
    owner: psycopg.Connection, catalog: SchemaCatalogSpec
) -> None:
    """A listed column lists all its values, so that an unknown value can be called unknown."""
    for table in catalog.tables:
        for column in (c for c in table.columns if c.values):
            statement = (
                f"select distinct {column.name} from {table.name} where {column.name} is not null"
            )
            occurring = {value for (value,) in owner.execute(statement.encode()).fetchall()}
            listed = {value.value for value in column.values}
            assert occurring <= listed, f"{table.name}.{column.name}"
            assert column.distinct == len(listed), f"{table.name}.{column.name}"


def test_metrics_have_the_units_of_the_data(
    owner: psycopg.Connection, catalog: SchemaCatalogSpec
) -> None:
    """Each defined metric is in the catalog, under its own unit."""
    defined = dict(owner.execute("select metric, unit from plant.metric_definition").fetchall())
    assert {m.where["metric"]: m.unit for m in catalog.metrics} == defined


def test_every_foreign_key_is_a_join_key(
    owner: psycopg.Connection, catalog: SchemaCatalogSpec
) -> None:
    """The compiler may join along each key that the database guarantees, and no other."""
    rows = owner.execute(
        "select c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, f.attname"
        " from pg_constraint c"
        " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
        " join pg_attribute f on f.attrelid = c.confrelid and f.attnum = c.confkey[1]"
        " where c.contype = 'f' and c.connamespace = 'plant'::regnamespace"
    ).fetchall()
    keys = {(f"{many}.{column}", f"{one}.{key}") for many, column, one, key in rows}
    assert {(k.many, k.one) for k in catalog.join_keys} == keys


def test_quick_rules_fit_their_examples(policy: PolicySpec) -> None:
    """Each example is caught by its own rule; no counter-example is caught by any."""
    for rule in policy.quick_rules:
        assert rule.examples
        assert rule.counter_examples
        for example in rule.examples:
            assert match_rule(example, policy.quick_rules) == rule, example
        for example in rule.counter_examples:
            assert match_rule(example, policy.quick_rules) is None, example


def test_examples_of_queries_are_never_refused(policy: PolicySpec) -> None:
    """What the site says people may ask, its quick rules let through."""
    for name, spec in QUERIES.items():
        for example in spec.examples.all():
            assert match_rule(example, policy.quick_rules) is None, (name, example)


def test_a_viewer_may_not_use_work_orders(policy: PolicySpec) -> None:
    """No query that reads work orders is open to viewers, and its columns are hidden from them."""
    (viewer,) = (rule for rule in policy.access if "viewer" in rule.roles)
    reading = {
        name for name, spec in QUERIES.items() if spec.text and "plant.work_order" in spec.text
    }
    assert reading
    assert not reading & set(viewer.queries)
    hidden = {column for column in viewer.masked_columns if column.startswith("plant.work_order.")}
    catalog = SHIPPED.assets[AssetId("schema_catalog:plant")].spec
    assert isinstance(catalog, SchemaCatalogSpec)
    (orders,) = (table for table in catalog.tables if table.name == "plant.work_order")
    assert hidden == {f"{orders.name}.{column.name}" for column in orders.columns}
    assert "plant.ci.ip" in viewer.masked_columns


def test_alias_groups_and_patterns_name_machines_that_exist(
    owner: psycopg.Connection, shipped: Site
) -> None:
    """An alias leads to a machine that is there."""
    spec = shipped.assets[AssetId("resolver:plant")].spec
    assert isinstance(spec, ResolverSpec)
    known = {key for (key,) in owner.execute("select ci_id from plant.ci").fetchall()}
    assert {group.key for group in spec.alias_groups} <= known
    prefixes = {key.split("-")[0] for key in known}
    for rule in spec.pattern_rules:
        prefix = rule.key.split("-")[0]
        assert prefix in prefixes or prefix == "{1}", rule
