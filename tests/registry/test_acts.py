"""Several assets go back in one act; what a caller writes beside it is there with it, or not."""

from __future__ import annotations

import pytest
from psycopg import Connection

from dagster_project.contracts.errors import AssetNotFound, ConfigError, InvalidRequest
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.registry import acts, versions
from dagster_project.registry.load import load_site
from dagster_project.store.database import Database
from registry.conftest import WriteSite
from registry.good_site import MAPPING, QUERY, SCREEN

BATCHES, VIEW = AssetId("query:batches"), AssetId("mapping:batches")
SHOWN = AssetId("screen:batches")
SECOND = {
    "queries/batches.yaml": QUERY.replace("What an oven baked", "All that an oven baked"),
    "mappings/batches.yaml": MAPPING.replace("over time", "by time"),
    "screens/batches.yaml": SCREEN,
}


@pytest.fixture
def first(database: Database, write_site: WriteSite) -> ReleaseId:
    """A release without a screen, and after it one with two assets changed and a screen added."""
    versions.sync(database, load_site(write_site({"screens/batches.yaml": None})), by="engineer-1")
    first = versions.publish(database, None, by="engineer-1", reason="start")
    versions.sync(database, load_site(write_site(SECOND)), by="engineer-1")
    versions.publish(database, None, by="engineer-1", reason="more")
    return first.id


def status_of(database: Database, asset_id: AssetId) -> dict[int | None, str]:
    return {v.number: v.status for v in versions.history(database, asset_id)}


def test_several_assets_go_back_in_one_act(database: Database, first: ReleaseId) -> None:
    """One act takes versions back and an asset out; the versions left are marked as such."""
    release = acts.roll_back_to(database, {BATCHES: 1, VIEW: 1, SHOWN: None}, "ben", "wrong")
    assert release.id == first == versions.current_release_id(database)
    act, *before = versions.acts(database)
    assert (act.act, act.by, act.reason, len(act.changes)) == ("rollback", "ben", "wrong", 3)
    assert len(before) == 2
    assert status_of(database, BATCHES) == {2: "rollback", 1: "published"}
    assert status_of(database, SHOWN) == {1: "rollback"}


def test_going_back_twice_is_one_act(database: Database, first: ReleaseId) -> None:
    """Assets that stand at their target stay there, also after other assets moved."""
    acts.roll_back_to(database, {BATCHES: 1, SHOWN: None}, "ben", "wrong")
    partly = versions.current_release_id(database)
    acts.roll_back_to(database, {BATCHES: 1, SHOWN: None}, "ben", "again")
    assert versions.current_release_id(database) == partly
    assert len(versions.acts(database)) == 3
    acts.roll_back_to(database, {BATCHES: 1, VIEW: 1}, "ben", "the rest")
    (act,) = versions.acts(database, limit=1)
    assert act.changes == ({"kind": "mapping", "name": "batches", "from": 2, "to": 1},)


def test_an_asset_that_left_can_come_back(database: Database, first: ReleaseId) -> None:
    """A version that was published once goes back into the release that lacks it."""
    both = versions.current_release_id(database)
    acts.roll_back_to(database, {SHOWN: None}, "ben", "out")
    assert acts.roll_back_to(database, {SHOWN: 1}, "ben", "in").id == both


def test_what_the_caller_writes_is_there_with_the_act(database: Database, first: ReleaseId) -> None:
    """`also` sees the new release; when it raises, neither its rows nor the act are there."""
    seen: list[object] = []

    def note(connection: Connection) -> None:
        connection.execute("create table canvas.noted (x int)")
        row = connection.execute(
            "select after_release from canvas.registry_act order by seq desc limit 1"
        ).fetchone()
        seen.append(row)
        if len(seen) == 1:
            raise LookupError

    before = versions.current_release_id(database)
    with pytest.raises(LookupError):
        acts.roll_back_to(database, {BATCHES: 1}, "ben", "wrong", also=note)
    assert versions.current_release_id(database) == before
    assert status_of(database, BATCHES)[2] == "published"
    after = acts.roll_back_to(database, {BATCHES: 1}, "ben", "wrong", also=note)
    assert seen == [(after.id,), (after.id,)]


def test_nothing_happens_when_the_first_look_raises(database: Database, first: ReleaseId) -> None:
    """`first` runs before anything moves and can call all of it off."""
    before = versions.current_release_id(database)

    def look(connection: Connection) -> None:
        row = connection.execute(
            "select after_release from canvas.registry_act order by seq desc limit 1"
        ).fetchone()
        raise LookupError(row)

    with pytest.raises(LookupError, match=str(before)):
        acts.roll_back_to(database, {BATCHES: 1}, "ben", "wrong", first=look)
    assert versions.current_release_id(database) == before
    assert len(versions.acts(database)) == 2


def test_what_cannot_go_back_is_refused(database: Database, first: ReleaseId) -> None:
    """No target, an unknown asset, or a set that would not hold together: nothing moves."""
    before = versions.current_release_id(database)
    with pytest.raises(InvalidRequest, match="no asset"):
        acts.roll_back_to(database, {}, "ben", "?")
    for number in (1, None):
        with pytest.raises(AssetNotFound, match="Did you mean 'query:batches'"):
            acts.roll_back_to(database, {AssetId("query:batchs"): number}, "ben", "?")
    with pytest.raises(ConfigError, match="CFG030"):
        acts.roll_back_to(
            database, {BATCHES: 1, AssetId("schema_catalog:bakery"): None}, "ben", "?"
        )
    assert versions.current_release_id(database) == before
