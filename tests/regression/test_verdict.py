"""The verdict: red when it must be, green when chance explains it, and always saying how sure."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from dagster_project.contracts.golden import Criteria
from dagster_project.contracts.night import Outcome, Verdict
from dagster_project.regression.summary import CriticSums, summarise
from dagster_project.regression.verdict import Counted, Past, judge

CRITERIA = Criteria()
GOOD = Counted(
    case_id="c",
    outcome="passed",
    attempts=1,
    failures=0,
    aside=False,
    generated=False,
    replans=0,
    empty=False,
    facts=2,
    cited=2,
    score=1.0,
    data_changed=False,
    duration_ms=5.0,
    reason="",
    parity=None,
)


def night(n: int = 40) -> list[Counted]:
    return [replace(GOOD, case_id=f"c{i}") for i in range(n)]


def past(n: int = 40, nights: int = 10) -> Past:
    names = [f"c{i}" for i in range(n)]
    return Past(record={name: (nights, 0) for name in names}, green=dict.fromkeys(names, "passed"))


def broken(case: Counted, outcome: Outcome = "failed", failures: int = 3) -> Counted:
    return replace(case, outcome=outcome, attempts=3, failures=failures)


def names(verdict: Verdict) -> list[str]:
    return [reason.name for reason in verdict.reasons]


def test_a_good_night_is_green_and_says_what_it_cannot_see() -> None:
    """Nothing failed: green, with the smallest drop it could have shown."""
    verdict = judge(night(), CRITERIA, past(), whole=True)
    assert verdict.colour == "green"
    assert "1 of 40 is 2.5%" in verdict.power
    assert 0.05 < verdict.smallest_drop < 0.35


def test_one_case_that_breaks_for_good_is_red() -> None:
    """A single case that fails each time it is asked, with a clean record, is no chance."""
    cases = night()
    cases[3] = broken(cases[3])
    verdict = judge(cases, CRITERIA, past(), whole=True)
    assert (verdict.colour, names(verdict)) == ("red", ["regressed"])
    assert verdict.reasons[0].cases == ("c3",)
    assert verdict.reasons[0].p_value is not None


def test_the_first_night_ever_sees_a_broken_case_too() -> None:
    """Without any history the usual rate of flaking stands in."""
    cases = night()
    cases[0] = broken(cases[0])
    assert names(judge(cases, CRITERIA, Past(), whole=True)) == ["regressed"]


def test_a_case_that_always_flaked_pages_nobody() -> None:
    """Its own record explains the failure: a note, not a reason."""
    cases = night()
    cases[3] = broken(cases[3])
    flaky = past(nights=30)
    flaky = replace(flaky, record={**flaky.record, "c3": (40, 16)})
    verdict = judge(cases, CRITERIA, flaky, whole=True)
    assert verdict.colour == "green"
    assert [note.name for note in verdict.notes] == ["by_chance"]


def test_chance_alone_is_rarely_called_worse() -> None:
    """Of 400 nights of a suite whose cases fail one time in fifty, at most one in fifty is red."""
    chance = random.Random(11)
    record = {f"c{i}": (600, 12) for i in range(40)}
    seen = Past(record=record, green=dict.fromkeys(record, "passed"))
    red = 0
    for _ in range(400):
        cases = []
        for case in night():
            failures = [chance.random() < 0.02]
            while failures[0] and len(failures) < 3:
                failures.append(chance.random() < 0.02)
            lost = sum(failures) * 2 > len(failures)
            outcome: Outcome = "failed" if lost else "passed"
            cases.append(
                replace(case, outcome=outcome, attempts=len(failures), failures=sum(failures))
            )
        red += judge(cases, CRITERIA, seen, whole=True).colour == "red"
    assert red <= 8


def test_what_vanished_is_red_until_it_is_retired() -> None:
    """A case of the last green night that is gone; a night of some cases cannot tell."""
    known = past(41)
    verdict = judge(night(40), CRITERIA, known, whole=True)
    assert names(verdict) == ["vanished"]
    assert verdict.reasons[0].cases == ("c40",)
    assert judge(night(40), CRITERIA, known, whole=False).colour == "green"
    assert judge(
        night(40), CRITERIA, replace(known, retired=frozenset({"c40"})), whole=True
    ).colour == ("green")


def test_what_ran_before_and_is_skipped_is_red_until_it_is_retired() -> None:
    """Skipping is a way to lose coverage; one that was always skipped is not."""
    cases = night()
    cases[0] = replace(cases[0], outcome="skipped", attempts=0)
    assert names(judge(cases, CRITERIA, past(), whole=True)) == ["skipped"]
    always = replace(past(), green={**past().green, "c0": "skipped"})
    assert judge(cases, CRITERIA, always, whole=True).colour == "green"


def test_time_outs_and_breaks_are_red() -> None:
    """A case without an answer is not a case that passed."""
    late = night()
    late[0] = broken(late[0], "timed_out")
    assert "timed_out" in names(judge(late, CRITERIA, past(), whole=True))
    bad = night()
    bad[0] = broken(bad[0], "error", 1)
    assert "min_ran" in names(judge(bad, CRITERIA, past(), whole=True))
    assert names(judge([], CRITERIA, Past(), whole=True)) == ["nothing_ran"]


def test_quarantine_counts_for_nothing_and_is_told() -> None:
    """A flaky case set aside does not turn the night red."""
    cases = night()
    cases[0] = replace(broken(cases[0]), aside=True)
    verdict = judge(cases, CRITERIA, past(), whole=True)
    assert verdict.colour == "green"
    assert [note.name for note in verdict.notes] == ["quarantined"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"empty": True}, "empty_rate"),
        ({"cited": 0}, "references"),
        ({"score": 0.4}, "critics"),
    ],
)
def test_floors_hold_for_all_cases_together(change: dict[str, object], reason: str) -> None:
    """A few low cases are noise; half of them are not."""
    few = [replace(c, **change) if i < 2 else c for i, c in enumerate(night())]
    many = [replace(c, **change) if i < 20 else c for i, c in enumerate(night())]
    assert judge(few, CRITERIA, past(), whole=True).colour == "green"
    assert names(judge(many, CRITERIA, past(), whole=True)) == [reason]


def test_replans_are_compared_with_the_baselines() -> None:
    """Half as many again is allowed, one or two more are noise, many more are red."""
    base = {f"c{i}": 1 for i in range(20)}
    known = replace(past(), replans=base)

    def with_replans(each: int) -> list[Counted]:
        return [replace(c, replans=each if i < 20 else 0) for i, c in enumerate(night())]

    assert judge(with_replans(1), CRITERIA, known, whole=True).colour == "green"
    assert names(judge(with_replans(4), CRITERIA, known, whole=True)) == ["replans"]


def test_data_that_moved_is_a_note() -> None:
    """Other rows from the same config page nobody."""
    cases = night()
    cases[0] = replace(cases[0], data_changed=True)
    verdict = judge(cases, CRITERIA, past(), whole=True)
    assert verdict.colour == "green"
    assert verdict.notes[0].name == "data_changed"


def test_many_that_turned_worse_at_once_are_seen_in_pairs() -> None:
    """Though each fails as often as it may, eight that turned together are no chance."""
    cases = night()
    for i in range(8):
        cases[i] = replace(cases[i], outcome="failed", attempts=1, failures=1)
    flaky = replace(past(), record={f"c{i}": (20, 7) for i in range(40)})
    verdict = judge(cases, replace_floor(CRITERIA), flaky, whole=True)
    assert names(verdict) == ["paired"]


def replace_floor(criteria: Criteria) -> Criteria:
    return criteria.model_copy(update={"min_pass_rate": 0.5})


def test_a_source_in_bad_health_is_red() -> None:
    """An answer is no better than its source."""
    sick = replace(past(), bad_sources=("plant_db (connection refused)",))
    verdict = judge(night(), CRITERIA, sick, whole=True)
    assert names(verdict) == ["source_health"]
    assert "plant_db (connection refused)" in verdict.reasons[0].text


def test_a_stale_reply_is_red_and_says_why() -> None:
    """It was not tested (B23): neither passed nor failed, red without any statistics, also when it
    was never asked before; in quarantine it may be."""
    why = "stale: {x} moved; record it"
    cases = [replace(c, outcome="stale", reason=why) if c.case_id == "c3" else c for c in night()]
    for known in (past(), Past()):
        verdict = judge(cases, CRITERIA, known, whole=True)
        assert (verdict.colour, names(verdict)) == ("red", ["stale"])
        assert verdict.reasons[0].cases == ("c3",)
        assert verdict.reasons[0].text == f"1 case(s) were not tested: {why}"
        assert "of 39" in verdict.power
    aside = [replace(case, aside=case.case_id == "c3") for case in cases]
    assert judge(aside, CRITERIA, past(), whole=True).colour == "green"
    figures = summarise(cases, CriticSums(), 1.0)
    assert (figures.cases, figures.ran, figures.passed, figures.stale) == (40, 39, 39, 1)


def test_what_models_did_is_a_note() -> None:
    """A model that moved names its cases, and one that was missed also says why."""
    cases = night()
    cases[1] = replace(broken(cases[1]), model_changed=True)
    cases[2] = replace(cases[2], stood_in="main timed out after 8 s")
    verdict = judge(cases, CRITERIA, past(), whole=True)
    assert names(verdict) == ["regressed"]
    assert [(note.name, note.cases) for note in verdict.notes] == [
        ("model_changed", ("c1",)),
        ("no_model", ("c2",)),
    ]
    assert verdict.notes[1].text.endswith("(main timed out after 8 s)")


def test_what_a_night_spent_is_the_sum_of_its_cases() -> None:
    """Tokens and money, cases in quarantine too: they were spent."""
    cases = [replace(c, tokens=10, cost_usd=0.001) for c in night(5)]
    cases[0] = replace(cases[0], aside=True)
    figures = summarise(cases, CriticSums(), 1.0)
    assert (figures.tokens, figures.cost_usd) == (50, 0.005)
