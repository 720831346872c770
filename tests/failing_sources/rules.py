"""What every failing source must keep to, whichever it is and however it fails."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from dagster_project.canvas import Canvas, scan_rows, scans
from dagster_project.contracts.block import NoticeBlock
from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.stage import ExecuteResult, StepResult
from dagster_project.contracts.trace import Ask, Trace
from failing_sources.yard import CATALOGS, SPARES, Yard
from sources.protocol import Health, HealthStatus

SCAN_SECONDS = 1.0
HEALTH_SECONDS = 2.0
STEPS = {"yard_db": "state", "yard_graph": "feeds", "yard_docs": "guides", "yard_api": "orders"}
TITLES = {"state": "State", "feeds": "Feeds", "guides": "Guides", "orders": "Orders"}
NEEDED = {"look over": ("state", "feeds"), "paperwork of": ("guides", "orders")}
FED = {"look over": {"state": ("guides",)}, "paperwork of": {}}
"""Steps that take their words from another."""


@dataclass(frozen=True)
class Fault:
    """One way in which one source fails."""

    name: str
    source: str
    begin: Callable[[Yard], AbstractContextManager[object]]
    """Fails while it lasts; mended at its end."""
    finding: str
    """Of the health check: which one tells."""
    told: str
    """What it says, as a pattern."""
    empty: EmptyReason = "source_down"
    codes: frozenset[str] = field(
        default=frozenset({"UPSTREAM_UNAVAILABLE", "TOOL_TIMEOUT", "CIRCUIT_OPEN"})
    )
    """Of the step's error, one of them."""
    scan_fails: bool = True
    status: HealthStatus = "error"
    """Of the finding; a source that is only slow is warned of."""


def ask(canvas: Canvas, question: str) -> Trace:
    return canvas.ask(Ask(question=question))


def results(trace: Trace) -> dict[str, StepResult]:
    """By step, of the last round."""
    executed = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    return {result.step: result for result in executed[-1].steps}


def notices(trace: Trace) -> list[NoticeBlock]:
    blocks = (laid.block for laid in trace.answer.screen.blocks)
    return [block for block in blocks if isinstance(block, NoticeBlock)]


def warmed(canvas: Canvas) -> Canvas:
    """Names are known and connections are open: the fault comes while everything is in use."""
    for recipe in NEEDED:
        trace = ask(canvas, f"{recipe} P-1")
        assert trace.status == "success", (trace.answer.missing, results(trace))
        assert all(result.rows for result in results(trace).values())
    return canvas


def health_names_it(canvas: Canvas, yard: Yard, fault: Fault) -> None:
    """One finding is an error and says what is wrong; the others' health is not touched by it."""
    with fault.begin(yard):
        health = _health(canvas, fault.source)
        others = [_health(canvas, name).status for name in CATALOGS if name != fault.source]
    found = {finding.name: finding for finding in health.findings}
    assert health.status == fault.status, health
    assert found[fault.finding].status == fault.status, health
    assert re.search(fault.told, found[fault.finding].detail), found[fault.finding].detail
    assert "error" not in others


def catalog_keeps_its_last_good_scan(canvas: Canvas, yard: Yard, fault: Fault) -> None:
    """The failed scan is recorded with its error; facts, drift, quarantine and baseline stay."""
    catalog = CATALOGS[fault.source]
    before, quarantine = _known(canvas, catalog), _quarantine(canvas, catalog)
    assert [row.object for row in quarantine] == [SPARES[catalog]]
    with fault.begin(yard):
        failed = scans.scan_catalog(canvas, catalog, "test", timeout_seconds=SCAN_SECONDS)
    if not fault.scan_fails:
        assert (failed.report.error, failed.facts and failed.report.digest) == (
            "",
            before.report.digest,
        )
        return
    record = scan_rows.scans(canvas.database, catalog, 1)[0]
    assert failed.report.error
    assert (record.error, record.digest) == (failed.report.error, None)
    assert fault.source in record.error
    assert (failed.report.newly_quarantined, failed.report.lifted) == ((), ())
    assert failed.facts == before.facts
    assert (failed.report.digest, failed.report.drift) == (
        before.report.digest,
        before.report.drift,
    )
    assert _known(canvas, catalog) == before
    assert _quarantine(canvas, catalog) == quarantine
    mended(canvas, fault.source)
    again = scans.scan_catalog(canvas, catalog, "test")
    assert (again.report.error, again.report.digest) == ("", before.report.digest)
    assert _quarantine(canvas, catalog) == quarantine


def asks_degrade(canvas: Canvas, yard: Yard, fault: Fault) -> None:
    """A needed part that is missing makes the answer partial, an optional one degraded; it is named
    with its kind of empty, the other parts answer, and once mended everything does."""
    with fault.begin(yard):
        for recipe in NEEDED:
            _degraded(ask(canvas, f"{recipe} P-2"), recipe, fault)
    mended(canvas, fault.source)
    for recipe in NEEDED:
        trace = ask(canvas, f"{recipe} P-3")
        assert (trace.status, trace.answer.missing) == ("success", ()), results(trace)


def nothing_is_left(canvas: Canvas, yard: Yard, fault: Fault, question: str) -> None:
    """An ask that needs this source alone has failed, and its error says what happened."""
    with fault.begin(yard):
        trace = ask(canvas, question)
    assert (trace.status, trace.answer.ok) == ("failed", False)
    assert trace.answer.error is not None
    assert trace.answer.error.code in fault.codes
    assert [notice.empty for notice in notices(trace) if notice.empty] == [fault.empty]
    mended(canvas, fault.source)


def mended(canvas: Canvas, source: str, most_seconds: float = 12.0) -> None:
    """A health check that passes lets a source be asked at once, whatever its breaker says.

    Neo4j makes a user wait for a while after wrong passwords.
    """
    deadline = time.monotonic() + most_seconds
    while _health(canvas, source).status == "error":
        assert time.monotonic() < deadline, _health(canvas, source)
        time.sleep(0.3)


def _degraded(trace: Trace, recipe: str, fault: Fault) -> None:
    step = STEPS[fault.source]
    gone = (step, *FED[recipe].get(step, ()))
    found = results(trace)
    assert trace.status == ("partial" if step in NEEDED[recipe] else "degraded")
    assert trace.answer.ok
    assert set(trace.answer.missing) == {TITLES[name] for name in gone}
    told = {(n.text.partition(":")[0], n.empty) for n in notices(trace) if n.empty}
    for name in gone:
        assert found[name].empty == fault.empty
        error = found[name].error
        assert error is not None
        assert error.code in fault.codes, error
        assert any(TITLES[name] in text and empty == fault.empty for text, empty in told), told
    for name in TITLES.keys() - set(gone):
        assert found[name].rows, name
        assert found[name].error is None


def _health(canvas: Canvas, source: str) -> Health:
    return canvas.source(source).health(HEALTH_SECONDS)


def _known(canvas: Canvas, catalog: str) -> scans.Scanned:
    known = scans.known_scan(canvas, catalog)
    assert known is not None
    return known


def _quarantine(canvas: Canvas, catalog: str) -> tuple[scan_rows.Quarantined, ...]:
    return scan_rows.quarantine_rows(canvas.database, catalog)
