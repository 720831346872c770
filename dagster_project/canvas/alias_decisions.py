"""A person's word on a proposed alias: accepted into the resolver's file, or declined."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.canvas.alias_file import add_alias
from dagster_project.canvas.alias_proposals import (
    PROPOSAL_COLUMNS,
    Proposal,
    ProposalStatus,
    get,
    read_proposal,
    unknown_proposal,
)
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.value import Value
from dagster_project.resolver.index import EntityIndex
from dagster_project.store.audit import record

if TYPE_CHECKING:
    import psycopg

    from dagster_project.store.database import Database


class Acceptance(Value):
    """What a person says a name means."""

    entity: str
    key: str
    owner: str
    reason: str
    by: str
    expires: date | None = None
    force: bool = False
    """Although the name means something else already; the reason says why."""


def collisions(index: EntityIndex, mention: str, entity: str, key: str) -> tuple[str, ...]:
    """Other things that the name means already: `ci GT-02`."""
    bearers = index.bearers(mention)
    return tuple(
        f"{one.entity} {one.key}" for one in bearers if (one.entity, one.key) != (entity, key)
    )


def accept(
    database: Database, home: Path, index: EntityIndex, proposal_id: int, said: Acceptance
) -> tuple[Proposal, Path]:
    """Makes a proposal an alias, in the resolver's file; it counts once that is published.

    Effects: the site's file, the row and its audit, together or not at all.
    Raises: InvalidRequest for a decided proposal, an unknown thing, a date that is past, or a
    collision that is not forced; AssetNotFound, ConfigError, StoreError.
    """
    _require_words(said.by, said.reason)
    if not said.owner.strip():
        raise InvalidRequest("An alias needs an owner.", "Give --owner: who says whether it holds.")
    if said.expires is not None and said.expires < datetime.now(UTC).date():
        raise InvalidRequest(f"{said.expires} is past;", "an alias expires in the future or never")
    if index.thing(said.entity, said.key) is None:
        near = ", ".join(f"{c.entity}:{c.key}" for c in index.nearest(said.key, 3))
        raise InvalidRequest(
            f"There is no {said.entity} {said.key!r} in the data.", f"Near it: {near or 'nothing'}."
        )
    with database.pool.connection() as connection:
        proposal = _lock(connection, proposal_id)
        meant = collisions(index, proposal.mention, said.entity, said.key)
        if meant and not said.force:
            raise InvalidRequest(
                f"{proposal.mention!r} means {', '.join(meant[:5])} already.",
                "Accept it with --force and a reason if people are to be asked which they mean.",
            )
        update = {"entity": said.entity, "key": said.key, "owner": said.owner}
        _save(connection, proposal, "accepted", said.by, said.reason, said.expires, update)
        path = add_alias(home, proposal.mention, said.entity, said.key, said.owner, said.expires)
    return get(database, proposal_id), path


def decline(database: Database, proposal_id: int, by: str, reason: str) -> Proposal:
    """Says no; the name is counted on and not proposed again.

    Effects: the row and its audit. Raises: InvalidRequest when it is decided, AssetNotFound.
    """
    _require_words(by, reason)
    with database.pool.connection() as connection:
        _save(connection, _lock(connection, proposal_id), "declined", by, reason, None, {})
    return get(database, proposal_id)


def _lock(connection: psycopg.Connection[Any], proposal_id: int) -> Proposal:
    """Raises: AssetNotFound, InvalidRequest when it is decided already."""
    row = connection.execute(
        f"select {PROPOSAL_COLUMNS} from canvas.alias_proposal where id = %s for update",
        (proposal_id,),
    ).fetchone()
    if row is None:
        raise unknown_proposal(proposal_id)
    proposal = read_proposal(row)
    if proposal.status != "proposed":
        raise InvalidRequest(
            f"Proposal {proposal_id} ({proposal.mention!r}) was {proposal.status} by"
            f" {proposal.decided_by} ({proposal.reason}).",
            "A decision stands; edit the resolver's file to change an alias.",
        )
    return proposal


def _save(
    connection: psycopg.Connection[Any],
    proposal: Proposal,
    status: ProposalStatus,
    by: str,
    reason: str,
    expires: date | None,
    update: dict[str, str],
) -> None:
    connection.execute(
        "update canvas.alias_proposal set status = %s, entity = %s, key = %s, owner = %s,"
        " expires = %s, decided_at = %s, decided_by = %s, reason = %s where id = %s",
        (
            *(status, update.get("entity"), update.get("key"), update.get("owner")),
            *(expires, datetime.now(UTC), by, reason, proposal.id),
        ),
    )
    record(
        connection,
        by=by,
        act="accept" if status == "accepted" else "decline",
        subject=f"alias:{proposal.normal_form}",
        reason=reason,
        before={"status": proposal.status, "seen": proposal.seen},
        after={"status": status, "mention": proposal.mention, "expires": expires, **update},
    )


def _require_words(by: str, reason: str) -> None:
    if not by.strip() or not reason.strip():
        raise InvalidRequest(
            f"A proposal is decided with a name and a reason; by is {by!r}, reason {reason!r}.",
            "Give --by and --reason.",
        )
