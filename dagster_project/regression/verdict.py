"""R3, B8: results of a night → green or red, by statistics, with what the suite cannot see.

A case that failed counts as worse only when its own record makes that unlikely to be chance; a
criterion is broken only when the night is unlikely under a suite that just keeps it. Whatever went
missing (a case that vanished, timed out or was skipped) is red without any statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dagster_project.contracts.golden import Criteria
from dagster_project.contracts.night import CaseResult, Fingerprint, Outcome, Reason, Verdict
from dagster_project.regression.critics import weighted
from dagster_project.regression.statistics import (
    at_least,
    at_most,
    flake_rate,
    holm,
    paired,
    smallest_drop,
    suite_flake_rate,
)

_BROKEN = ("failed", "error", "timed_out")
NOT_TESTED: tuple[Outcome, ...] = ("skipped", "stale")


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a suite before the night."""

    record: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Case to (attempts, failures) of its green nights."""
    green: Mapping[str, Outcome] = field(default_factory=dict)
    """Case to outcome of the last green night."""
    replans: Mapping[str, int] = field(default_factory=dict)
    """Case to the replans of its baseline."""
    retired: frozenset[str] = frozenset()
    """Cases that were taken out by name and reason."""
    bad_sources: tuple[str, ...] = ()
    """Sources in bad health, each with what is wrong."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a verdict needs of one case; a night of 10,000 holds as many of these."""

    case_id: str
    outcome: Outcome
    attempts: int
    failures: int
    aside: bool
    """In quarantine."""
    generated: bool
    replans: int
    empty: bool
    """An empty answer that the case does not expect."""
    facts: int
    cited: int
    score: float
    data_changed: bool
    duration_ms: float
    reason: str
    parity: bool | None
    """Whether its plan is that of its pair; None: it has no pair."""
    stood_in: str = ""
    """Why the built-in planner planned it though a model was to."""
    model_changed: bool = False
    tokens: int = 0
    cost_usd: float = 0.0


def counted(result: CaseResult, criteria: Criteria, *, empty: bool, parity: bool | None) -> Counted:
    found = result.fingerprint or Fingerprint(route="orch", status="failed")
    return Counted(
        result.case_id,
        result.outcome,
        result.attempts,
        result.failures,
        result.quarantined,
        result.generated,
        found.replans,
        empty,
        found.blocks_of_facts,
        found.blocks_with_reference,
        weighted(result.critics, criteria.critics) if result.critics else 0.0,
        result.data_changed,
        result.duration_ms,
        result.reason,
        parity,
        result.stood_in,
        result.model_changed,
        result.tokens,
        result.cost_usd,
    )


def judge(cases: Sequence[Counted], criteria: Criteria, past: Past, *, whole: bool) -> Verdict:
    """The verdict. `whole` False: only some cases were to run, so none can have vanished."""
    ran = [case for case in cases if case.outcome not in NOT_TESTED and not case.aside]
    worse, chance = _regressed(ran, criteria, past)
    reasons = [
        *worse,
        *_missing(cases, past, whole=whole),
        *_stale(cases),
        *_timed_out(ran),
        *_too_few(cases, criteria),
        *_floors(ran, criteria),
        *_replans(ran, criteria, past),
        *_paired(ran, criteria, past),
        *_bad_sources(past),
    ]
    floor = criteria.min_pass_rate
    usual = max(floor, 1 - _suite_rate(past))
    drop = smallest_drop(len(ran), usual, floor, criteria.alpha) if ran else 1.0
    return Verdict(
        colour="red" if reasons else "green",
        reasons=tuple(reasons),
        notes=(*chance, *_notes(cases)),
        power=_power(len(ran), drop),
        smallest_drop=drop,
    )


def _regressed(
    ran: Sequence[Counted], criteria: Criteria, past: Past
) -> tuple[list[Reason], list[Reason]]:
    """Failed cases whose record does not explain it, and those whose record does."""
    broken = [case for case in ran if case.outcome in _BROKEN]
    rate = _suite_rate(past)
    p_values = []
    for case in broken:
        attempts, failures = past.record.get(case.case_id, (0, 0))
        p = flake_rate(failures, attempts, rate)
        p_values.append(at_least(case.failures, max(case.attempts, 1), p))
    # Every case could have failed: those that did not were looked at as well.
    stands = holm([*p_values, *[1.0] * (len(ran) - len(broken))], criteria.alpha)
    stands = stands[: len(broken)]
    found = [case for case, counts in zip(broken, stands, strict=True) if counts]
    by_chance = [case for case, counts in zip(broken, stands, strict=True) if not counts]
    worst = max((p for p, counts in zip(p_values, stands, strict=True) if counts), default=None)
    reasons = _reason(
        "regressed", "{n} case(s) fail, and their record does not explain it", found, p_value=worst
    )
    notes = _reason("by_chance", "{n} case(s) failed as often as they do by themselves", by_chance)
    return reasons, notes


def _suite_rate(past: Past) -> float:
    attempts = sum(attempts for attempts, _ in past.record.values())
    return suite_flake_rate(sum(failures for _, failures in past.record.values()), attempts)


def _missing(cases: Sequence[Counted], past: Past, *, whole: bool) -> Iterator[Reason]:
    """Coverage must not shrink unseen (B23)."""
    there = {case.case_id for case in cases}
    lost = [c for c in past.green if c not in there and c not in past.retired] if whole else []
    told = "{n} case(s) of the last green night are gone; `canvas golden retire` says so on purpose"
    yield from _reason("vanished", told, lost)
    ran_before = {case_id for case_id, outcome in past.green.items() if outcome != "skipped"}
    skipped = [
        case
        for case in cases
        if case.outcome == "skipped" and case.case_id in ran_before - past.retired
    ]
    told = "{n} case(s) that ran before are skipped; `canvas golden retire` says so on purpose"
    yield from _reason("skipped", told, skipped)


def _stale(cases: Sequence[Counted]) -> Iterator[Reason]:
    """Coverage is lost where a kept reply no longer fits and no model is asked (B23)."""
    stale = [case for case in cases if case.outcome == "stale" and not case.aside]
    why = dict.fromkeys(case.reason for case in stale)
    more = f" (and {len(why) - 1} other reason(s))" if len(why) > 1 else ""
    told = "{n} case(s) were not tested: " + _literal(next(iter(why), "")) + more
    yield from _reason("stale", told, stale)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _timed_out(ran: Sequence[Counted]) -> list[Reason]:
    late = [case for case in ran if case.outcome == "timed_out"]
    return _reason("timed_out", "{n} case(s) were not answered in time", late)


def _too_few(cases: Sequence[Counted], criteria: Criteria) -> Iterator[Reason]:
    wanted = [case for case in cases if case.outcome not in NOT_TESTED]
    done = [case for case in wanted if case.outcome not in ("error", "timed_out")]
    if not wanted:
        yield Reason(name="nothing_ran", text="no case ran")
    elif len(done) < criteria.min_ran * len(wanted):
        text = f"{len(done)} of {len(wanted)} cases ran to an end; {criteria.min_ran:.0%} must"
        yield Reason(name="min_ran", text=text)


def _floors(ran: Sequence[Counted], criteria: Criteria) -> Iterator[Reason]:
    """Shares that must not fall under a floor; broken when chance would rarely go so low."""
    facts, cited = sum(c.facts for c in ran), sum(c.cited for c in ran)
    good = sum(not case.empty for case in ran)
    scores = sum(case.score for case in ran)
    passed = sum(case.outcome == "passed" for case in ran)
    shares = (
        ("pass_rate", "cases pass", passed, len(ran), criteria.min_pass_rate),
        ("empty_rate", "answers are not empty", good, len(ran), 1 - criteria.max_empty_rate),
        ("references", "blocks have a reference", cited, facts, criteria.min_reference_coverage),
        ("critics", "of the critics' points", int(scores), len(ran), criteria.min_critic_score),
    )
    for name, what, part, whole, floor in shares:
        if not whole or part >= floor * whole:
            continue
        p_value = at_most(part, whole, min(floor, 1 - 1e-9))
        if p_value < criteria.alpha:
            text = f"{part} of {whole} {what}; at least {floor:.0%} must"
            yield Reason(name=name, text=text, p_value=p_value)


def _replans(ran: Sequence[Counted], criteria: Criteria, past: Past) -> Iterator[Reason]:
    """Replans beside those of the baselines, of the cases that have one."""
    both = [case for case in ran if case.case_id in past.replans]
    now = sum(case.replans for case in both)
    before = sum(past.replans[case.case_id] for case in both)
    share = criteria.max_replan_increase / (1 + criteria.max_replan_increase)
    if now <= before * criteria.max_replan_increase:
        return
    p_value = at_least(now, now + before, share)
    if p_value < criteria.alpha:
        more = [c.case_id for c in both if c.replans > past.replans[c.case_id]]
        text = f"{now} replans, the baselines had {before}"
        yield Reason(name="replans", text=text, cases=tuple(more), p_value=p_value)


def _paired(ran: Sequence[Counted], criteria: Criteria, past: Past) -> Iterator[Reason]:
    """Case by case beside the last green night."""
    both = [case for case in ran if past.green.get(case.case_id) not in (None, *NOT_TESTED)]
    turned_worse = [c for c in both if c.outcome != "passed" and past.green[c.case_id] == "passed"]
    better = sum(c.outcome == "passed" and past.green[c.case_id] != "passed" for c in both)
    p_value = paired(len(turned_worse), better)
    if turned_worse and p_value < criteria.alpha:
        yield from _reason(
            "paired",
            f"{{n}} case(s) turned worse and {better} better since the last green night",
            turned_worse,
            p_value=p_value,
        )


def _bad_sources(past: Past) -> Iterator[Reason]:
    if past.bad_sources:
        yield Reason(name="source_health", text=f"in bad health: {'; '.join(past.bad_sources)}")


def _notes(cases: Sequence[Counted]) -> Iterator[Reason]:
    moved = [case for case in cases if case.data_changed]
    yield from _reason("data_changed", "{n} case(s) have other rows from the same config", moved)
    yield from _models(cases)
    flaky = [
        case for case in cases if case.failures and case.outcome == "passed" and not case.aside
    ]
    yield from _reason("flaky", "{n} case(s) failed and then passed", flaky)
    aside = [case for case in cases if case.aside and case.outcome in _BROKEN]
    yield from _reason("quarantined", "{n} case(s) failed in quarantine", aside)


def _models(cases: Sequence[Counted]) -> Iterator[Reason]:
    moved = [case for case in cases if case.model_changed]
    yield from _reason(
        "model_changed",
        "{n} case(s) fail with the model's reply of now, not with that of before",
        moved,
    )
    missed = [case for case in cases if case.stood_in and case.outcome not in NOT_TESTED]
    why = _literal(missed[0].stood_in) if missed else ""
    told = "{n} case(s) were planned by the built-in planner, as no model answered"
    yield from _reason("no_model", f"{told} ({why})", missed)


def _power(n: int, drop: float) -> str:
    if not n:
        return "no case ran: this suite sees nothing"
    one = f"a case that breaks for good (1 of {n} is {1 / n:.1%})"
    if drop >= 1.0:
        return f"sees {one}; {n} cases are too few to see a drop that is spread over them"
    return f"sees {one}; cannot see a drop under {drop * 100:.1f} points that is spread over cases"


def _reason(
    name: str,
    text: str,
    cases: Sequence[Counted | str],
    p_value: float | None = None,
) -> list[Reason]:
    """One reason for all of the cases, or none."""
    if not cases:
        return []
    ids = tuple(case if isinstance(case, str) else case.case_id for case in cases)
    return [Reason(name=name, text=text.format(n=len(ids)), cases=ids[:200], p_value=p_value)]
