"""The registry's rows: versions, members of releases, and the content behind them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from pydantic import ValidationError

from dagster_project.contracts.asset_version import AssetVersion, ConfigAsset, VersionStatus
from dagster_project.contracts.assets import SPEC_TYPES, AssetHeader, Kind
from dagster_project.contracts.errors import ConfigError
from dagster_project.contracts.value import AssetId, AssetRef, ReleaseId
from dagster_project.registry.field_errors import field_problems

if TYPE_CHECKING:
    from psycopg import Connection

_COLUMNS = (
    "v.kind, v.name, v.number, v.content_hash, v.status, v.path, v.created_by, v.created_at,"
    " v.reason"
)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version without its content."""

    kind: Kind
    name: str
    number: int
    content_hash: str
    status: VersionStatus
    path: str
    created_by: str
    created_at: datetime
    reason: str

    @property
    def id(self) -> AssetId:
        return AssetId(f"{self.kind}:{self.name}")

    @property
    def ref(self) -> AssetRef:
        return AssetRef(f"{self.name}:{self.number}")

    def version(self, asset: ConfigAsset, status: VersionStatus | None = None) -> AssetVersion:
        return AssetVersion.model_construct(
            asset=asset,
            number=self.number,
            status=status or self.status,
            created_by=self.created_by,
            created_at=self.created_at,
            reason=self.reason,
        )


def release_id_of(rows: Iterable[VersionRow]) -> ReleaseId:
    """A release's id follows from its members and their content."""
    parts = sorted(f"{row.id}:{row.number}:{row.content_hash}" for row in rows)
    return ReleaseId("r-" + sha256("\n".join(parts).encode()).hexdigest()[:12])


def current_id(connection: Connection) -> ReleaseId | None:
    """The release that the newest act put in force."""
    row = connection.execute(
        "SELECT after_release FROM canvas.registry_act ORDER BY seq DESC LIMIT 1", prepare=True
    ).fetchone()
    return ReleaseId(row[0]) if row else None


def member_rows(connection: Connection, release_id: ReleaseId | None) -> dict[AssetId, VersionRow]:
    """The versions of a release, by asset; none for None."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM canvas.release_member m"
        " JOIN canvas.asset_version v USING (kind, name, number)"
        " WHERE m.release_id = %s ORDER BY v.kind, v.name",
        (release_id,),
    )
    return {row.id: row for row in (VersionRow(*values) for values in rows)}


def version_rows(
    connection: Connection, asset_id: AssetId | None = None, status: VersionStatus | None = None
) -> list[VersionRow]:
    """Versions of an asset (or of all) in a status (or in any), oldest first."""
    kind, _, name = (asset_id or "").partition(":")
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM canvas.asset_version v"
        " WHERE (%(id)s = ':' OR (kind = %(kind)s AND name = %(name)s))"
        " AND (%(status)s = '' OR status = %(status)s) ORDER BY kind, name, number",
        {"id": f"{kind}:{name}", "kind": kind, "name": name, "status": status or ""},
    )
    return [VersionRow(*values) for values in rows]


_content: dict[tuple[Kind, str], ConfigAsset] = {}
_content_lock = threading.Lock()
_MOST_CONTENT = 20_000


def contents(connection: Connection, rows: Iterable[VersionRow]) -> dict[AssetId, ConfigAsset]:
    """The content of versions, by asset. Kept by hash: the same content is read once a process.

    Raises: ConfigError when stored content no longer fits the contracts.
    """
    wanted = list(rows)
    known = {_key(row): _content.get(_key(row)) for row in wanted}
    missing = [row for row in wanted if known[_key(row)] is None]
    found = _read(connection, missing) if missing else {}
    if found:
        with _content_lock:
            if len(_content) + len(found) > _MOST_CONTENT:
                _content.clear()
            _content.update(found)
    return {row.id: known[_key(row)] or found[_key(row)] for row in wanted}


def _key(row: VersionRow) -> tuple[Kind, str]:
    return row.kind, row.content_hash


def _read(connection: Connection, rows: list[VersionRow]) -> dict[tuple[Kind, str], ConfigAsset]:
    cursor = connection.execute(
        "SELECT kind, content_hash, number, header::text, spec::text FROM canvas.asset_version"
        " WHERE (kind, name, number) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::int[]))",
        ([r.kind for r in rows], [r.name for r in rows], [r.number for r in rows]),
    )
    return {(values[0], values[1]): _typed(*values) for values in cursor}


def _typed(kind: Kind, content_hash: str, number: int, header: str, spec: str) -> ConfigAsset:
    model = SPEC_TYPES[kind]
    try:
        return ConfigAsset.model_construct(
            header=AssetHeader.model_validate_json(header),
            spec=model.model_validate_json(spec),
            content_hash=content_hash,
            path="",
        )
    except ValidationError as error:
        name = json.loads(header).get("name")
        where = f"stored {kind}:{name}:{number}"
        problems = field_problems(error, model, json.loads(spec), ("spec",))
        raise ConfigError(tuple(p.finding(where, None) for p in problems)) from error
