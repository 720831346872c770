"""R6: drafts go into force only when no golden case is worse with them, or somebody wants it so.

draft over the release in force (in memory) ─▶ cases it touches + a control sample, in both
─▶ what only the draft causes, judged by statistics ─▶ published | refused, with the difference
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from dagster_project.canvas import Canvas
from dagster_project.contracts.golden import Suite
from dagster_project.contracts.value import AssetId, ReleaseId
from dagster_project.pipeline.run import Progress
from dagster_project.registry.load import load_site
from dagster_project.registry.sync import sync
from dagster_project.regression.affected import Selection, affected
from dagster_project.regression.bless_accepted import bless_accepted
from dagster_project.regression.changed import changed_assets
from dagster_project.regression.gate_drafts import (
    CONTROL,
    NOTHING_IN_FORCE,
    Drafts,
    Wish,
    check_wish,
    lay_drafts,
)
from dagster_project.regression.gate_pairs import Bench, Pairs, run_pairs
from dagster_project.regression.gate_report import GateReport
from dagster_project.regression.generate import generated_cases
from dagster_project.regression.publish_tested import publish_tested
from dagster_project.store.audit import record

if TYPE_CHECKING:
    import psycopg

_MOVED = "another release or draft came in between while these were tested"


def try_publish(
    canvas: Canvas,
    asset_ids: Sequence[AssetId] | None,
    by: str,
    reason: str,
    suites: Mapping[str, Suite],
    *,
    control: int = CONTROL,
    accept: Collection[str] = (),
    remove: Sequence[AssetId] = (),
    dry_run: bool = False,
    progress: Progress | None = None,
) -> GateReport:
    """Record the files, test the drafts (all, or those named) and publish them, or refuse.

    `accept`: `case`, `suite/case` or `all`; answers of these may differ from those in force and
    become the baselines. Effects: drafts; a release, or none; a row of the audit; traces of what
    is worse. A dry run writes only the drafts and those traces.
    Raises: ConfigError, AssetNotFound, InvalidRequest, StoreError.
    """
    wish = Wish(asset_ids, by, reason, control, tuple(accept), tuple(remove), dry_run)
    check_wish(wish, suites)
    site = load_site(canvas.settings.home).require_good()
    sync(canvas.database, site, by, reason)
    started = time.perf_counter()
    report, moved = _once(canvas, wish, suites, (), progress)
    if moved:
        report, _ = _once(canvas, wish, suites, (f"{_MOVED}; tested again",), progress)
    if report.decision == "refused" and not dry_run:
        _record_refusal(canvas, report)
    return report.model_copy(update={"seconds": round(time.perf_counter() - started, 3)})


def _once(
    canvas: Canvas,
    wish: Wish,
    suites: Mapping[str, Suite],
    notes: tuple[str, ...],
    progress: Progress | None,
) -> tuple[GateReport, bool]:
    """Test and, when it passed, publish; whether something came between the two."""
    report, drafts = _tested(canvas, wish, suites, notes, progress)
    if report.decision != "passed" or wish.dry_run:
        return report, False
    return _put_in_force(canvas, wish, report, drafts, suites)


def _tested(
    canvas: Canvas,
    wish: Wish,
    suites: Mapping[str, Suite],
    notes: tuple[str, ...],
    progress: Progress | None,
) -> tuple[GateReport, Drafts]:
    drafts = lay_drafts(canvas.database, wish)
    start = drafts.base or NOTHING_IN_FORCE
    changed = changed_assets(start, drafts.tested)
    at = datetime.now(UTC)
    mark = f"{start.id} {drafts.tested.id} {at.isoformat()}"
    report = GateReport(
        id=f"g-{sha256(mark.encode()).hexdigest()[:12]}",
        decision="passed" if changed else "nothing",
        by=wish.by,
        reason=wish.reason,
        at=at,
        base_release_id=drafts.base.id if drafts.base else None,
        tested_release_id=drafts.tested.id,
        release_id=drafts.base.id if drafts.base else None,
        changed=changed,
        notes=notes,
    )
    if not changed:
        return report, drafts
    whole = _with_generated(canvas, suites, drafts)
    ids = [AssetId(asset_id) for asset_id in changed]
    seed = int(sha256(drafts.tested.id.encode()).hexdigest()[:8], 16)
    chosen = affected(canvas.database, whole, ids, start, drafts.tested, wish.control, seed)
    bench = Bench(canvas, drafts.base, drafts.tested, at, progress)
    pairs = {
        name: run_pairs(bench, whole[name], cases, chosen.control.get(name, ()), wish.accept)
        for name, cases in chosen.cases.items()
    }
    return _judged(report, drafts, chosen, pairs), drafts


def _judged(
    report: GateReport, drafts: Drafts, chosen: Selection, pairs: Mapping[str, Pairs]
) -> GateReport:
    bad = any(found.verdict.colour == "red" for found in pairs.values())
    more = [] if chosen.total else ["no golden case guards this: see docs/golden-sets.md"]
    more += [
        f"{name}: {note.text}: {', '.join(note.cases[:6])}"
        for name, found in pairs.items()
        for note in found.verdict.notes
        if note.name == "no_model"
    ]
    if drafts.base is None:
        more.append("nothing is in force yet: the cases' own expectations decide")
    return report.model_copy(
        update={
            "decision": "refused" if bad else "passed",
            "cases": chosen.total,
            "controls": chosen.controls,
            "verdicts": {name: found.verdict for name, found in pairs.items()},
            "worse": tuple(one for found in pairs.values() for one in found.worse),
            "better": tuple(name for found in pairs.values() for name in found.better),
            "notes": (*report.notes, *more),
            "tokens": sum(found.spent.tokens for found in pairs.values()),
            "cost_usd": round(sum(found.spent.cost_usd for found in pairs.values()), 8),
        }
    )


def _with_generated(
    canvas: Canvas, suites: Mapping[str, Suite], drafts: Drafts
) -> dict[str, Suite]:
    """With the cases made from what is in force: what it can do must go on working."""
    release = drafts.base or drafts.tested
    index = canvas.desk(release).planner.index
    return {
        name: suite.model_copy(
            update={"cases": (*suite.cases, *generated_cases(suite, release, index))}
        )
        for name, suite in suites.items()
    }


def _put_in_force(
    canvas: Canvas, wish: Wish, report: GateReport, drafts: Drafts, suites: Mapping[str, Suite]
) -> tuple[GateReport, bool]:
    """The report as it ended, and whether another release or draft came between."""
    done = report.model_copy(update={"decision": "published"})

    def also(connection: psycopg.Connection[Any], release_id: ReleaseId) -> None:
        kept = done.model_copy(update={"release_id": release_id})
        _record(connection, "publish", f"release:{release_id}", kept)

    release = publish_tested(
        canvas.database,
        report.base_release_id,
        drafts.numbers,
        wish.remove,
        wish.by,
        wish.reason,
        also,
    )
    if release is None:
        notes = (*report.notes, _MOVED)
        refused = report.model_copy(update={"decision": "refused", "notes": notes})
        return refused, True
    done = done.model_copy(update={"release_id": release.id})
    blessed = bless_accepted(canvas, suites, release, done)
    return done.model_copy(update={"blessed": blessed}), False


def _record_refusal(canvas: Canvas, report: GateReport) -> None:
    with canvas.database.pool.connection() as connection:
        _record(connection, "refuse", f"release:{report.tested_release_id}", report)


def _record(
    connection: psycopg.Connection[Any], act: str, subject: str, report: GateReport
) -> None:
    record(
        connection,
        by=report.by,
        act=act,
        subject=subject,
        reason=report.reason,
        before={"release": report.base_release_id},
        after=report.model_dump(mode="json"),
    )
