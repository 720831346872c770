"""Look-ups over a catalog: join paths, entity columns, listings."""

from __future__ import annotations

from lab.planning import catalog, view

from dagster_project.catalog.view import CatalogView
from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    JoinKey,
    SchemaCatalogSpec,
    TableSpec,
)


def letters(*keys: tuple[str, str]) -> CatalogView:
    """Tables x.a to x.d; `a.b_id` points to `b.id`."""
    tables = tuple(
        TableSpec(name=f"x.{name}", columns=(ColumnSpec(name="id", type="integer"),))
        for name in "abcd"
    )
    joins = tuple(JoinKey(many=f"x.{many}", one=f"x.{one}") for many, one in keys)
    return CatalogView("x", SchemaCatalogSpec(source="x", tables=tables, join_keys=joins))


def test_a_path_follows_keys_from_many_to_one() -> None:
    """From a fault to its instrument and on to its room, and never back."""
    path = view().join_path("lab.fault", "lab.room")
    assert path is not None
    assert [key.one for key in path] == ["lab.instrument.id", "lab.room.code"]
    assert view().join_path("lab.fault", "lab.fault") == ()
    assert view().join_path("lab.room", "lab.fault") is None
    assert view().join_path("lab.fault", "lab.repair") is None


def test_the_shortest_path_wins() -> None:
    """A direct key is preferred to a way round."""
    found = letters(("a.b_id", "b.id"), ("b.c_id", "c.id"), ("a.c_id", "c.id"))
    path = found.join_path("x.a", "x.c")
    assert path is not None
    assert [key.many for key in path] == ["x.a.c_id"]


def test_two_equal_paths_are_no_path() -> None:
    """Where two equally short chains lead to different rows, nothing is chosen."""
    two_keys = letters(("a.from_id", "b.id"), ("a.to_id", "b.id"))
    assert two_keys.join_path("x.a", "x.b") is None
    diamond = letters(
        ("a.b_id", "b.id"), ("a.c_id", "c.id"), ("b.d_id", "d.id"), ("c.d_id", "d.id")
    )
    assert diamond.join_path("x.a", "x.d") is None
    assert diamond.join_path("x.a", "x.b") is not None


def test_a_circle_of_keys_ends() -> None:
    """Keys that lead back do not trap the search."""
    circle = letters(("a.b_id", "b.id"), ("b.a_id", "a.id"))
    assert circle.join_path("x.a", "x.c") is None
    assert len(circle.join_path("x.b", "x.a") or ()) == 1


def test_an_entity_is_picked_by_the_foreign_key() -> None:
    """No join is needed to pick rows of one instrument; from the room there is no way."""
    instrument = view().entity("instrument")
    assert instrument is not None
    assert view().entity_column("lab.fault", instrument) == "lab.fault.instrument_id"
    assert view().entity_column("lab.instrument", instrument) == "lab.instrument.id"
    assert view().entity_column("lab.room", instrument) is None


def test_what_is_off_is_not_there() -> None:
    """A disabled table or column cannot be read, listed or named."""
    spec = catalog()
    fault = next(t for t in spec.tables if t.name == "lab.fault")
    columns = tuple(
        c.model_copy(update={"enabled": c.name != "code", "masked": c.name == "status"})
        for c in fault.columns
    )
    tables = tuple(
        t.model_copy(update={"columns": columns}) if t is fault else t
        for t in spec.tables
        if t.name != "lab.visit"
    )
    tables += (
        next(t for t in spec.tables if t.name == "lab.visit").model_copy(update={"enabled": False}),
    )
    found = CatalogView("lab", spec.model_copy(update={"tables": tables}))
    assert found.column("lab.fault.code") is None
    assert "lab.visit" not in found.tables
    assert found.list_columns("lab.fault") == tuple(
        f"lab.fault.{c}" for c in ("id", "instrument_id", "at", "severity")
    )


def test_a_listing_shows_what_the_catalog_says() -> None:
    """`list_columns` in its order; every shown column when there is none."""
    assert view().list_columns("lab.instrument") == (
        "lab.instrument.id",
        "lab.instrument.class",
        "lab.instrument.room",
    )
    assert len(view().list_columns("lab.fault")) == 6
