"""Names from rows, the normal form they are compared in, and names that collide."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.contracts.assets.resolver import AliasGroup, EntityMapping, ResolverSpec
from dagster_project.contracts.assets.schema_catalog import EntitySpec
from dagster_project.resolver.collisions import alias_collisions
from dagster_project.resolver.names import EntityName, name_columns, names_from_rows
from dagster_project.resolver.normal_form import normal, spellings

MAPPING = EntityMapping(entity="ci", catalog="plant", alias_columns=("name_en", "aliases"))
ENTITY = EntitySpec(
    name="ci",
    table="plant.ci",
    key="tag",
    label_ko="name_ko",
    label_en="name_en",
    class_column="kind",
)


def test_each_column_is_read_once() -> None:
    """Key, labels, class and aliases are asked for, each once."""
    assert name_columns(MAPPING, ENTITY) == ("tag", "name_ko", "name_en", "kind", "aliases")


def test_rows_become_names() -> None:
    """Arrays and `;` give several names; empty cells give none; rows without a key are skipped."""
    rows = [
        ("GT-01", "가스터빈 1호기", "Gas Turbine 1", "gas_turbine", ["하나", " ", "one"]),
        (7, None, "", None, "seven; sieben ;"),
        (None, "이름뿐", "", None, None),
    ]
    first, second = names_from_rows(
        MAPPING, ENTITY, ("tag", "name_ko", "name_en", "kind", "aliases"), rows
    )
    assert first.names == ("Gas Turbine 1", "하나", "one")
    assert (first.cls, first.label(korean=True)) == ("gas_turbine", "가스터빈 1호기")
    assert (second.key, second.names, second.cls) == ("7", ("seven", "sieben"), None)
    assert second.label(korean=True) == "7"


def test_columns_may_come_in_any_order_and_qualified() -> None:
    """Cells are found by the columns' names, whatever stands before them."""
    columns = (
        "plant.ci.aliases",
        "plant.ci.kind",
        "plant.ci.name_en",
        "plant.ci.name_ko",
        "plant.ci.tag",
    )
    (name,) = names_from_rows(MAPPING, ENTITY, columns, [(None, "pump", "Pump", "펌프", "P-1")])
    assert (name.key, name.label_ko, name.label_en, name.cls) == ("P-1", "펌프", "Pump", "pump")


def test_a_missing_column_is_told() -> None:
    """Rows without a wanted column are a caller's mistake."""
    with pytest.raises(KeyError, match="kind"):
        names_from_rows(MAPPING, ENTITY, ("tag", "name_ko", "name_en"), [])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GT-01", ("gt01",)),
        ("가스터빈 1호기", ("가스터빈1호기",)),
        ("Cooling Tower", ("cooling tower", "coolingtower")),
        ("SRV-1-2", ("srv1 2",)),
        ("서버_A", ("서버a",)),
    ],
)
def test_spellings(name: str, expected: tuple[str, ...]) -> None:
    """Separators count only between two Latin words or two numbers."""
    assert spellings(name) == expected


@given(st.text(alphabet="aB1 2-_가나./é·İ", max_size=12))
def test_names_and_questions_have_one_normal_form(text: str) -> None:
    """A name is spelt the same alone and inside a question, and every character has a place."""
    found = normal(text)
    assert spellings(text)[0] == found.text.strip() or "İ" in text
    assert len(found.text) == len(found.starts)
    assert list(found.starts) == sorted(found.starts)


def test_collisions_are_listed() -> None:
    """A name or alias of several things is listed with all of them; an expired alias is not."""
    names = [
        EntityName("ci", "GT-01", "가스터빈 1호기", "", ("1호기",)),
        EntityName("ci", "ST-01", "증기터빈 1호기", ""),
    ]
    spec = ResolverSpec(
        alias_groups=(
            AliasGroup(entity="ci", key="ST-01", aliases=("1 호기",)),
            AliasGroup(entity="ci", key="ST-01", aliases=("GT01",), expires=date(2026, 1, 1)),
        )
    )
    (collision,) = alias_collisions([spec], names, today=date(2026, 1, 20))
    assert (collision.name, collision.means) == ("1호기", (("ci", "GT-01"), ("ci", "ST-01")))
