"""Join honesty: what one step gave and another found is counted, and what is missing is named."""

from __future__ import annotations

from dagster_project.contracts.plan import Feed, PlanStep
from dagster_project.contracts.stage import Match, ResultColumn, StepResult
from dagster_project.pipeline.matches import count_matches


def column(name: str) -> ResultColumn:
    return ResultColumn(name=name, label=name, type="text")


GIVEN = StepResult(
    step="scope",
    query="q:1",
    columns=(column("key"),),
    rows=(("A",), ("B",), ("B",), (None,), ("C",)),
)
FEED = Feed(step="scope", column="key", param="ci", returned_as="ci_id")
STEP = PlanStep(id="s1", query="q", purpose="p", feeds=(FEED,), depends_on=("scope",))
COLUMNS = (column("value"), column("ci_id"))


def test_each_thing_counts_once() -> None:
    """Given things are distinct and known; those without a row are named."""
    rows = (("1", "A"), ("2", "A"), ("3", "C"))
    (match,) = count_matches(STEP, {"scope": GIVEN}, COLUMNS, rows, truncated=False)
    assert match == Match(step="scope", column="key", given=3, matched=2, unmatched=("B",))


def test_rows_that_were_cut_say_nothing() -> None:
    """What is not among the first rows may be among the others."""
    assert count_matches(STEP, {"scope": GIVEN}, COLUMNS, (), truncated=True) == ()


def test_without_a_column_of_the_same_things_nothing_is_counted() -> None:
    """A total over many things cannot say which of them it had."""
    assert count_matches(STEP, {"scope": GIVEN}, COLUMNS[:1], (("1",),), truncated=False) == ()
    loose = STEP.model_copy(update={"feeds": (FEED.model_copy(update={"returned_as": None}),)})
    assert count_matches(loose, {"scope": GIVEN}, COLUMNS, (), truncated=False) == ()
