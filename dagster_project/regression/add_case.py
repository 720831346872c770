"""An answer that is right → a golden case that holds it, at the end of its suite's file."""

from __future__ import annotations

import re
from pathlib import Path

from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.golden import Expectation, Fact, GoldenCase
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.trace import Trace
from dagster_project.planner.text import language_of
from dagster_project.regression.facts import answered_steps, measures_of
from dagster_project.regression.golden_files import FOLDER, load_suites, read_suite
from dagster_project.regression.suite_text import new_suite, with_case

_MOST_ROWS = 5
_MOST_COLUMNS = 8
_LONGEST_TEXT = 80
_SAME_MOMENT_SECONDS = 60
"""An as_of so near the moment of the ask was the policy's "now"."""
_RULE = re.compile(r"^quick rule '([^']+)'")


def case_from_trace(trace: Trace, case_id: str) -> GoldenCase:
    """What the trace shows becomes what must hold; rows too, where they are few."""
    as_of_now = abs((trace.created_at - trace.as_of).total_seconds()) < _SAME_MOMENT_SECONDS
    return GoldenCase(
        id=case_id,
        question=trace.question,
        language=trace.language if trace.language != language_of(trace.question) else None,
        roles=_roles(trace),
        as_of=trace.as_of if as_of_now else None,
        expect=_expectation(trace),
    )


def append_case(home: Path, suite: str, case: GoldenCase) -> Path:
    """Write the case at the end of `golden_sets/<suite>.yaml`; comments and order stay.

    Effects: makes the file when there is none. Raises: InvalidRequest for an id that the suite has,
    and for a file that is not good.
    """
    path = home / FOLDER / f"{suite}.yaml"
    if not path.exists():
        text = new_suite(suite, case)
    else:
        _hold_to_new_id(home, suite, case.id)
        text = with_case(path.read_text(encoding="utf-8"), case)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    read, findings = read_suite(str(path), beside, stem=suite)
    if read is None or case not in read.cases:
        beside.unlink()
        why = "; ".join(str(finding) for finding in findings) or "the case would not be read back"
        raise InvalidRequest(f"{path} cannot take the case {case.id!r}: {why};", "write it by hand")
    beside.replace(path)
    return path


def _hold_to_new_id(home: Path, suite: str, case_id: str) -> None:
    found = load_suites(home)
    known = found.suites.get(suite)
    if known is None:
        wrong = [str(f) for f in found.findings if f.path == f"{FOLDER}/{suite}.yaml"]
        raise InvalidRequest(
            f"the suite {suite!r} is refused: {'; '.join(wrong)};", "mend it first"
        )
    if any(case.id == case_id for case in known.cases):
        raise InvalidRequest(
            f"the suite {suite!r} has a case {case_id!r} already;", "give the new one another id"
        )


def _expectation(trace: Trace) -> Expectation:
    plan = trace.plan_validated or trace.plan_raw.plan
    loop = [event for event in trace.replan_events if event.by == "loop"]
    steps = answered_steps(trace)
    empties = {step.empty for step in steps}
    facts = [fact for step in steps if (fact := _fact(trace, step)) is not None]
    slots = plan.open_slots if plan else ()
    return Expectation(
        route=trace.route,
        status=(trace.answer.status,),
        intent=plan.intent if plan else None,
        entities=tuple(sorted({e.key for e in plan.entities})) if plan else None,
        queries=tuple(sorted({step.query for step in plan.steps})) if plan else None,
        blocks=tuple(dict.fromkeys(b.block.type for b in trace.answer.screen.blocks)) or None,
        empty="true_zero" if steps and empties == {"true_zero"} else None,
        rule=_rule(trace),
        asks_back=slots[0].reason if slots else None,
        triggers=tuple(event.trigger for event in loop),
        max_replans=sum(event.decision == "auto_retry" for event in loop),
        min_references=len(trace.references),
        facts=tuple(facts),
    )


def _fact(trace: Trace, step: StepResult) -> Fact | None:
    """The rows of a step, when they are few enough for a person to look at."""
    if not 1 <= len(step.rows) <= _MOST_ROWS:
        return None
    places = [at for at in range(len(step.columns)) if _worth_typing(step, at)][:_MOST_COLUMNS]
    if not places:
        return None
    measures = measures_of(trace, step)
    names = [("m_" if measures[at] else "") + step.columns[at].name for at in places]
    units = {step.columns[at].unit for at in places if measures[at]}
    rows = tuple(tuple(row[at] for at in places) for row in step.rows)
    one_number = len(rows) == 1 and len(places) == 1 and measures[places[0]]
    return Fact(
        rows=rows,
        columns=tuple(names),
        match="value" if one_number else "rows",
        unit=units.pop() if len(units) == 1 else None,
    )


def _worth_typing(step: StepResult, at: int) -> bool:
    """Neither always empty nor a long text."""
    cells = [row[at] for row in step.rows]
    short = all(not isinstance(cell, str) or len(cell) <= _LONGEST_TEXT for cell in cells)
    return short and any(cell is not None for cell in cells)


def _rule(trace: Trace) -> str | None:
    if trace.plan_raw.reject is not None:
        return trace.plan_raw.reject.policy_id.rpartition("#")[2] or None
    found = _RULE.match(trace.plan_raw.routing_reasoning)
    return found.group(1) if found else None


def _roles(trace: Trace) -> tuple[str, ...]:
    for given in trace.stage_inputs:
        roles = given.params.get("roles")
        if isinstance(roles, list | tuple):
            return tuple(str(role) for role in roles)
    return ("operator",)
