"""Alias tables in the state folder: one version per content, made whole or not at all.

    alias_tables/<resolver>/<digest>/aliases.csv   every name and what it stands for
                                    /about.json    counts, and when it was made
                           /names-<digest>/        for many names: the table asks look them up in
                           /current.json           the digest of the newest

A reader keeps what it opened: a version that is cleaned away lives on until its last reader ends.
"""

from __future__ import annotations

import csv
import os
import re
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.resolver.alias_rows import COLUMNS, Accepted, Alias, iter_aliases
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.name_table import NamesInMemory, NameTable
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.on_disk import NamesOnDisk
from dagster_project.resolver.write_names import TABLE, names_digest, write_names
from dagster_project.store.single_statements import single_statements
from dagster_project.store.small_files import read_json, write_json

if TYPE_CHECKING:
    from dagster_project.store.database import Database

MANY_NAMES = 50_000
"""Things beyond which names are looked up on disk. Hashes in memory are quicker while they are few,
and take a second and some hundred megabytes at this size."""
_KEPT_VERSIONS = 2
_STALE_SECONDS = 3_600.0
SAMPLE_ROWS = 20


@dataclass(frozen=True, slots=True)
class AliasTable:
    """One version of a resolver's alias table."""

    resolver: str
    digest: str
    folder: Path
    made_at: datetime
    rows: int
    by_entity: dict[str, int]
    by_origin: dict[str, int]
    expired: int
    sample: tuple[Alias, ...]

    def age_seconds(self, now: datetime) -> float:
        return (now - self.made_at).total_seconds()


def accepted_aliases(database: Database) -> frozenset[tuple[str, str, str]]:
    """(normal form, entity, key) of every proposal that was accepted. Raises: StoreError."""
    with single_statements(database, "read the proposals of aliases") as connection:
        rows = connection.execute(
            "select normal_form, entity, key from canvas.alias_proposal where status = 'accepted'"
        ).fetchall()
    return frozenset((row[0], row[1], row[2]) for row in rows)


def write_alias_table(
    state_dir: Path,
    resolver: str,
    spec: ResolverSpec,
    names: Sequence[EntityName],
    accepted: Accepted = (),
    today: date | None = None,
) -> AliasTable:
    """The table of this content; written only when it is not there yet.

    Effects: a folder below the state folder; versions but the newest are deleted.
    """
    day = today or datetime.now(UTC).date()
    home = _home(state_dir, resolver)
    digest = _digest(spec, names, accepted)
    folder = home / digest
    made_at = datetime.now(UTC)
    aliases = list(iter_aliases(spec, names, accepted))
    if not (folder / "about.json").exists():
        made = _new_folder(home, digest)
        _write_rows(made / "aliases.csv", aliases)
        write_json(made / "about.json", {"made_at": made_at.isoformat(), "rows": len(aliases)})
        _put_in_place(made, folder)
    if len(names) > MANY_NAMES:
        name_table(state_dir, (resolver,), names)
    write_json(home / "current.json", {"digest": digest, "made_at": made_at.isoformat()})
    _clean(home, keep=digest)
    return AliasTable(
        resolver=resolver,
        digest=digest,
        folder=folder,
        made_at=made_at,
        rows=len(aliases),
        by_entity=dict(Counter(alias.entity for alias in aliases)),
        by_origin=dict(Counter(alias.origin for alias in aliases)),
        expired=sum(a.expires is not None and a.expires < day.isoformat() for a in aliases),
        sample=tuple(aliases[:: max(1, len(aliases) // SAMPLE_ROWS)][:SAMPLE_ROWS]),
    )


def name_table(state_dir: Path, resolvers: Sequence[str], names: Sequence[EntityName]) -> NameTable:
    """Where asks look names up: in memory, or for many on disk, written once for the same names.

    Effects: for many names a folder below the state folder.
    """
    if len(names) <= MANY_NAMES:
        return NamesInMemory(names)
    home = _home(state_dir, "+".join(sorted(resolvers)) or "none")
    digest = names_digest(names)
    folder = home / f"names-{digest}"
    if not (folder / TABLE).exists():
        made = _new_folder(home, digest)
        write_names(names, made)
        _put_in_place(made, folder)
    _clean(home, keep=folder.name)
    return NamesOnDisk(folder)


def entity_index(
    state_dir: Path,
    specs: dict[str, ResolverSpec],
    names: Sequence[EntityName],
    *,
    typo_score: float,
    today: date,
) -> EntityIndex:
    """The index of a release, over as many names as there are. `specs`: by resolver's name."""
    table = name_table(state_dir, tuple(specs), names)
    return EntityIndex.over(tuple(specs.values()), table, typo_score=typo_score, today=today)


def current_version(state_dir: Path, resolver: str) -> tuple[str, datetime] | None:
    """Digest of the newest table and when it was made; None when none was."""
    told = read_json(_home(state_dir, resolver) / "current.json")
    if not told:
        return None
    return str(told["digest"]), datetime.fromisoformat(str(told["made_at"]))


def _home(state_dir: Path, resolver: str) -> Path:
    home = state_dir / "alias_tables" / re.sub(r"[^\w+-]", "_", resolver)
    home.mkdir(parents=True, exist_ok=True)
    return home


def _digest(spec: ResolverSpec, names: Sequence[EntityName], accepted: Accepted) -> str:
    groups = "|".join(group.model_dump_json() for group in spec.alias_groups)
    text = f"{names_digest(names)}|{groups}|{sorted(accepted)}"
    return blake2b(text.encode(), digest_size=12).hexdigest()


def _write_rows(path: Path, aliases: Sequence[Alias]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(aliases)


def _new_folder(home: Path, digest: str) -> Path:
    made = home / f".{digest}.{os.getpid()}.{secrets.token_hex(4)}"
    made.mkdir()
    return made


def _put_in_place(made: Path, folder: Path) -> None:
    """Another process may have been quicker with the same content; then its folder stays."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(made, ignore_errors=True)


def _clean(home: Path, keep: str) -> None:
    """Deletes older versions of each sort, and what a killed process left half made."""
    folders = [path for path in home.iterdir() if path.is_dir()]
    for prefix in ("names-", ""):
        sort = [p for p in folders if not p.name.startswith(".") and _sort_of(p) == prefix]
        sort.sort(key=lambda path: (path.name == keep, path.stat().st_mtime), reverse=True)
        for old in sort[_KEPT_VERSIONS:]:
            shutil.rmtree(old, ignore_errors=True)
    for half in folders:
        if half.name.startswith(".") and time.time() - half.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(half, ignore_errors=True)


def _sort_of(folder: Path) -> str:
    return "names-" if folder.name.startswith("names-") else ""
