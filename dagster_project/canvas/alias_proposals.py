"""B14: names that asks used and nothing bore become proposals; a person accepts or declines each.

    asks ─▶ proposed ─▶ accepted ─▶ a draft edit of the resolver's YAML ─▶ `canvas publish`
                  └───▶ declined

An accepted alias counts when its file is published, after the golden questions stayed right.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from dagster_project.contracts.errors import AssetNotFound
from dagster_project.contracts.plan import PlanOutput
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import Value
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.normal_form import spellings
from dagster_project.store.single_statements import single_statements
from dagster_project.traces import find

if TYPE_CHECKING:
    import psycopg

    from dagster_project.store.database import Database

ProposalStatus = Literal["proposed", "accepted", "declined"]
_KEPT_QUESTIONS = 5
_CANDIDATES = 5
_LIKE_A_NAME = 0.5
"""Words that no step used are proposed only when some name is so like them, or with a number."""
_PAGE = 500


class ProposedThing(Value):
    entity: str
    key: str
    label: str = ""
    score: float


class AskedWith(Value):
    trace_id: str
    question: str


class Proposal(Value):
    """One name that nothing bears, or that several things do."""

    id: int
    mention: str
    normal_form: str
    seen: int
    """Asks that used it."""
    first_seen: datetime
    last_seen: datetime
    questions: tuple[AskedWith, ...]
    """The last few."""
    candidates: tuple[ProposedThing, ...]
    status: ProposalStatus
    entity: str | None = None
    key: str | None = None
    owner: str | None = None
    expires: date | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class _Seen:
    mention: str
    at: list[tuple[datetime, str, str]] = field(default_factory=list)
    """(created, trace, question), oldest first."""


def collect_proposals(
    database: Database, since: datetime, index: EntityIndex, *, tenant: str = "default"
) -> tuple[Proposal, ...]:
    """Reads the asks kept since then, and answers all proposals, those seen most first.

    Safe to repeat: an ask counts once for a name. What the index knows by now is left out.
    Effects: rows are added and counted up; decided ones are only counted. Raises: StoreError.
    """
    found: dict[str, _Seen] = {}
    for trace in _traces(database, since, tenant):
        for mention in dict.fromkeys(_mentions(trace, index)):
            seen = found.setdefault(spellings(mention)[0], _Seen(mention))
            if not seen.at or seen.at[-1][1] != trace.trace_id:
                seen.at.append((trace.created_at, trace.trace_id, trace.question))
    with database.pool.connection() as connection:
        connection.execute("select pg_advisory_xact_lock(hashtext('alias_proposal'))")
        for normal_form, seen in sorted(found.items()):
            _count(connection, normal_form, seen, index)
    return proposals(database)


def proposals(database: Database, status: ProposalStatus | None = None) -> tuple[Proposal, ...]:
    """Those seen most first. Raises: StoreError."""
    with single_statements(database, "read the proposals of aliases") as connection:
        rows = connection.execute(
            f"select {PROPOSAL_COLUMNS} from canvas.alias_proposal"
            " where %(status)s::text is null or status = %(status)s"
            " order by status = 'proposed' desc, seen desc, last_seen desc, id",
            {"status": status},
        ).fetchall()
    return tuple(map(read_proposal, rows))


def get(database: Database, proposal_id: int) -> Proposal:
    """Raises: AssetNotFound, StoreError."""
    with single_statements(database, "read a proposal of an alias") as connection:
        row = connection.execute(
            f"select {PROPOSAL_COLUMNS} from canvas.alias_proposal where id = %s", (proposal_id,)
        ).fetchone()
    if row is None:
        raise unknown_proposal(proposal_id)
    return read_proposal(row)


# --- what asks used ---------------------------------------------------------------------------


def _traces(database: Database, since: datetime, tenant: str) -> Iterator[Trace]:
    """Real asks since then, oldest first."""
    with single_statements(database, "read traces") as connection:
        ids = connection.execute(
            "select trace_id from canvas.trace where tenant = %s and created_at >= %s"
            " and not test_mode order by created_at, trace_id",
            (tenant, since),
        ).fetchall()
    for (trace_id,) in ids:
        try:
            yield find.get(database, trace_id, tenant=tenant)
        except AssetNotFound:
            continue  # pruned meanwhile


def _mentions(trace: Trace, index: EntityIndex) -> Iterator[str]:
    """Names that the plan asked back about, and words it did not use that look like names."""
    plans = [o.result.plan for o in trace.stage_outputs if isinstance(o.result, PlanOutput)]
    for plan in filter(None, plans):
        for slot in plan.open_slots:
            named = slot.reason in ("no_such_entity", "ambiguous") and slot.mention.strip()
            if named and not _is_known(index, slot.mention):
                yield slot.mention.strip()
        for word in plan.not_used:
            if not _is_known(index, word) and _is_like_a_name(index, word):
                yield word.strip()


def _is_known(index: EntityIndex, mention: str) -> bool:
    return len(index.bearers(mention)) == 1


def _is_like_a_name(index: EntityIndex, word: str) -> bool:
    if len(word.strip()) < 2 or not any(map(str.isalpha, word)):
        return False
    nearest = index.nearest(word, 1)
    return any(map(str.isdigit, word)) or bool(nearest and nearest[0].score >= _LIKE_A_NAME)


def _count(
    connection: psycopg.Connection[Any], normal_form: str, seen: _Seen, index: EntityIndex
) -> None:
    """Adds the asks that are outside of what was counted before."""
    row = connection.execute(
        "select first_seen, last_seen, seen, questions from canvas.alias_proposal"
        " where normal_form = %s",
        (normal_form,),
    ).fetchone()
    first, last, count, kept = row or (None, None, 0, [])
    fresh = [at for at in seen.at if first is None or last is None or not first <= at[0] <= last]
    if not fresh:
        return
    told = {one["trace_id"]: one for one in kept}
    told |= {trace: {"trace_id": trace, "question": question} for _, trace, question in fresh}
    times = [at for at, _, _ in fresh]
    connection.execute(
        "insert into canvas.alias_proposal (mention, normal_form, seen, first_seen, last_seen,"
        " questions, candidates, status) values (%(mention)s, %(normal_form)s, %(seen)s,"
        " %(first)s, %(last)s, %(questions)s, %(candidates)s, 'proposed')"
        " on conflict (normal_form) do update set seen = %(seen)s, first_seen = %(first)s,"
        " last_seen = %(last)s, questions = %(questions)s, candidates = %(candidates)s",
        {
            "mention": seen.mention,
            "normal_form": normal_form,
            "seen": count + len(fresh),
            "first": min([*times, *filter(None, [first])]),
            "last": max([*times, *filter(None, [last])]),
            "questions": json.dumps(list(told.values())[-_KEPT_QUESTIONS:], ensure_ascii=False),
            "candidates": json.dumps(_candidates(index, seen.mention), ensure_ascii=False),
        },
    )


def _candidates(index: EntityIndex, mention: str) -> list[dict[str, object]]:
    """Who bears the name already, else what is called most like it."""
    found = index.bearers(mention)[:_CANDIDATES] or index.nearest(mention, _CANDIDATES)
    return [{"entity": c.entity, "key": c.key, "label": c.label, "score": c.score} for c in found]


# --- rows -------------------------------------------------------------------------------------

PROPOSAL_COLUMNS = (
    "id, mention, normal_form, seen, first_seen, last_seen, questions, candidates, status, entity,"
    " key, owner, expires, decided_at, decided_by, reason"
)


def read_proposal(row: Iterable[Any]) -> Proposal:
    return Proposal.model_validate(dict(zip(Proposal.model_fields, row, strict=True)))


def unknown_proposal(proposal_id: int) -> AssetNotFound:
    return AssetNotFound(
        f"There is no proposal {proposal_id}.", "`canvas aliases proposals` lists them."
    )
