"""Acts on releases: publish, roll back, return. One transaction each, one at a time, each recorded.

Nothing is overwritten: an act makes or reuses a release, moves the status of versions, and adds a
row that says who, when, why, before and after.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.errors import AssetNotFound, ConfigError, InvalidRequest
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.registry.admit import admit
from dagster_project.registry.parse_asset import ParsedFile
from dagster_project.registry.problem import nearest
from dagster_project.registry.releases import load_release
from dagster_project.registry.sync import REGISTRY_LOCK, set_status
from dagster_project.registry.version_rows import (
    VersionRow,
    contents,
    current_id,
    member_rows,
    release_id_of,
    version_rows,
)

if TYPE_CHECKING:
    from psycopg import Connection

    from dagster_project.store.database import Database

Members = dict[AssetId, VersionRow]


@dataclass(frozen=True, slots=True)
class _Act:
    """What is done, by whom and why, and what becomes of the versions it leaves."""

    name: Literal["publish", "rollback", "return"]
    by: str
    reason: str

    @property
    def left(self) -> Literal["superseded", "rollback"]:
        return "superseded" if self.name == "publish" else "rollback"


def publish(
    database: Database,
    ids: Sequence[AssetId] | None,
    by: str,
    reason: str,
    remove: Sequence[AssetId] = (),
    *,
    first: Callable[[Connection], None] | None = None,
    also: Callable[[Connection, ReleaseId], None] | None = None,
) -> Release:
    """Drafts (all, or those named) become published, together, as a new release.

    All or nothing. Named assets without a draft count as done when they are published; with
    nothing to do the release in force is returned and no act recorded. `remove` leaves assets out.
    `first` and `also` run in the act's own transaction: see `roll_back_to`.
    Raises: ConfigError when the resulting release would not hold together, AssetNotFound,
    InvalidRequest; whatever the two raise.
    """
    with _one_at_a_time(database) as connection:
        if first is not None:
            first(connection)
        before = member_rows(connection, current_id(connection))
        after = dict(before)
        for row in _drafts(connection, before, ids):
            after[row.id] = row
        for asset_id in remove:
            if after.pop(asset_id, None) is None:
                raise _no_asset(asset_id, before)
        if after != before:
            _put_in_force(connection, _Act("publish", by, reason), before, after)
        elif not before:
            raise InvalidRequest("there is no draft to publish.", "Add files and sync them first.")
        release_id = release_id_of(after.values())
        if also is not None:
            also(connection, release_id)
    return load_release(database, release_id)


def roll_back(
    database: Database, asset_id: AssetId, to_number: int, by: str, reason: str
) -> Release:
    """One asset back to a version that was published before.

    The version it leaves gets the status `rollback`: a sync does not make it a draft again.
    Raises: AssetNotFound, InvalidRequest, ConfigError as for publish.
    """
    return roll_back_to(database, {asset_id: to_number}, by, reason)


def roll_back_to(
    database: Database,
    targets: Mapping[AssetId, int | None],
    by: str,
    reason: str,
    also: Callable[[Connection], None] | None = None,
    *,
    first: Callable[[Connection], None] | None = None,
) -> Release:
    """Assets together back to versions that were published before; None: it leaves the release.

    One act. Assets that stand at their target already stay; when all do, no act is recorded.
    `first` may look, and raise, once no other act can come between; `also` runs after the act.
    Both are in the act's own transaction, so that what they write is there exactly when it is.
    Raises: AssetNotFound, InvalidRequest, ConfigError as for publish; whatever the two raise.
    """
    if not targets:
        raise InvalidRequest("there is no asset to roll back.", "Name at least one.")
    with _one_at_a_time(database) as connection:
        if first is not None:
            first(connection)
        before = member_rows(connection, current_id(connection))
        after = dict(before)
        for asset_id, number in targets.items():
            if number is not None:
                after[asset_id] = _once_published(connection, asset_id, number, before)
            elif after.pop(asset_id, None) is None and not version_rows(connection, asset_id):
                raise _no_asset(asset_id, before)
        if _numbers(after) != _numbers(before):
            _put_in_force(connection, _Act("rollback", by, reason), before, after)
        if also is not None:
            also(connection)
        release_id = release_id_of(after.values())
    return load_release(database, release_id)


def return_to(database: Database, release_id: ReleaseId, by: str, reason: str) -> Release:
    """An earlier release whole; versions it leaves get the status `rollback`.

    Raises: AssetNotFound, ConfigError when it no longer holds together under today's contracts.
    """
    with _one_at_a_time(database) as connection:
        before = member_rows(connection, current_id(connection))
        after = member_rows(connection, release_id)
        if not after:
            raise AssetNotFound(f"no release {release_id!r}.", "See `canvas assets releases list`.")
        if after != before:
            _put_in_force(connection, _Act("return", by, reason), before, after)
    return load_release(database, release_id)


@contextmanager
def _one_at_a_time(database: Database) -> Iterator[Connection]:
    """A transaction that holds the registry's lock; it commits at the end, or nothing happened."""
    with database.pool.connection() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (REGISTRY_LOCK,))
        yield connection


def _drafts(
    connection: Connection, before: Members, ids: Sequence[AssetId] | None
) -> list[VersionRow]:
    drafts = {row.id: row for row in version_rows(connection, status="draft")}
    if ids is None:
        return list(drafts.values())
    for asset_id in ids:
        if asset_id in drafts or asset_id in before:
            continue
        raise _no_asset(asset_id, {**before, **drafts})
    return [drafts[asset_id] for asset_id in ids if asset_id in drafts]


def _numbers(members: Members) -> dict[AssetId, int]:
    return {asset_id: row.number for asset_id, row in members.items()}


def _once_published(
    connection: Connection, asset_id: AssetId, number: int, known: Members
) -> VersionRow:
    kind, _, name = asset_id.partition(":")
    rows = version_rows(connection, asset_id)
    if not rows:
        raise _no_asset(asset_id, known)
    target = next((row for row in rows if row.number == number), None)
    if target is None:
        have = ", ".join(str(row.number) for row in rows)
        raise AssetNotFound(f"{asset_id} has no version {number}.", f"It has: {have}.")
    was = connection.execute(
        "SELECT 1 FROM canvas.release_member WHERE kind = %s AND name = %s AND number = %s LIMIT 1",
        (kind, name, number),
    ).fetchone()
    if was is None:
        raise InvalidRequest(
            f"{asset_id} version {number} was never published ({target.status}).",
            "Publish it, or roll back to a version that was.",
        )
    return target


def _put_in_force(connection: Connection, act: _Act, before: Members, after: Members) -> None:
    if not after:
        raise InvalidRequest("the release would be empty.", "Keep at least one asset.")
    _hold_together(connection, after)
    changed = [i for i in sorted({*before, *after}) if before.get(i) != after.get(i)]
    moves = [(before[i], act.left) for i in changed if i in before]
    moves += [(after[i], "published") for i in changed if i in after]
    set_status(connection, moves)
    release_id = release_id_of(after.values())
    _store_release(connection, release_id, after.values())
    changes = [
        {
            "kind": asset_id.partition(":")[0],
            "name": asset_id.partition(":")[2],
            "from": before[asset_id].number if asset_id in before else None,
            "to": after[asset_id].number if asset_id in after else None,
        }
        for asset_id in changed
    ]
    connection.execute(
        "INSERT INTO canvas.registry_act"
        ' (act, "by", reason, at, before_release, after_release, changes)'
        " VALUES (%s, %s, %s, clock_timestamp(), %s, %s, %s)",
        (act.name, act.by, act.reason, current_id(connection), release_id, json.dumps(changes)),
    )


def _store_release(
    connection: Connection, release_id: ReleaseId, rows: Iterable[VersionRow]
) -> None:
    made = connection.execute(
        "INSERT INTO canvas.release (id, created_at) VALUES (%s, clock_timestamp())"
        " ON CONFLICT DO NOTHING RETURNING id",
        (release_id,),
    ).fetchone()
    if made is not None:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO canvas.release_member (release_id, kind, name, number)"
                " VALUES (%s, %s, %s, %s)",
                [(release_id, row.kind, row.name, row.number) for row in rows],
            )


def _hold_together(connection: Connection, after: Members) -> None:
    """Every member must be good beside the others. Raises: ConfigError."""
    assets = contents(connection, after.values())
    files = [
        ParsedFile(asset_id, after[asset_id].path or str(asset_id), b"", asset)
        for asset_id, asset in assets.items()
    ]
    _, problems = admit(files, check_sql=True)
    findings = [
        problem.finding(
            f"{after[asset_id].path or asset_id} (version {after[asset_id].number})", None
        )
        for asset_id, found in problems.items()
        for problem in found
        if problem.refuses
    ]
    if findings:
        raise ConfigError(tuple(findings))


def _no_asset(asset_id: AssetId, known: Members) -> AssetNotFound:
    near = nearest(asset_id, known)
    hint = f"Did you mean {near!r}?" if near else "See `canvas assets list`."
    return AssetNotFound(f"no asset {asset_id!r} to act on.", hint)
