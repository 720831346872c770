"""The terms of a release and what each may mean."""

from __future__ import annotations

import pytest
from lab.planning import planner

from dagster_project.planner.lexicon import Meaning


def meanings(text: str) -> set[tuple[str, str, object]]:
    """Kind, target and value of all that the whole text may mean."""
    found = planner().lexicon.longest(text, 0)
    return {(m.kind, m.target, m.value) for end, ms in found if end == len(text) for m in ms}


@pytest.mark.parametrize(
    ("term", "meaning"),
    [
        ("고장", ("table", "lab.fault", None)),
        ("장애", ("table", "lab.fault", None)),
        ("failure", ("table", "lab.fault", None)),
        ("장비", ("entity", "instrument", None)),
        ("심각도", ("column", "lab.fault.severity", None)),
        ("온도", ("metric", "temperature", None)),
        ("hottest", ("superlative", "metric:temperature", None)),
        ("oldest", ("superlative", "lab.instrument.bought", None)),
        ("minor", ("value", "lab.fault.severity", "minor")),
        ("r1", ("value", "lab.instrument.room", "R1")),
        ("uncalibrated", ("value", "lab.instrument.calibrated", False)),
        ("몇 대", ("cue", "count", None)),
        ("몇대", ("cue", "count", None)),
    ],
)
def test_names_in_both_languages(term: str, meaning: tuple[str, str, object]) -> None:
    """Every name of the catalog is a term, and so are the language's own cues."""
    assert meaning in meanings(term)


@pytest.mark.parametrize(
    ("term", "same"),
    [
        ("faults", "fault"),
        ("failures", "failure"),
        ("centrifuges", "centrifuge"),
        ("purchase prices", "purchase price"),
        ("severities", "severity"),
        ("classes", "class"),
        ("수리이력", "수리 이력"),
        ("고장코드", "고장 코드"),
    ],
)
def test_other_forms_of_a_name(term: str, same: str) -> None:
    """English plurals and Korean spacing do not matter."""
    assert meanings(same) <= meanings(term)


def test_case_does_not_matter_and_the_first_form_is_longest() -> None:
    """Terms are found in folded text, longest first."""
    ends = [end for end, _ in planner().lexicon.longest("fault code of", 0)]
    assert ends == sorted(ends, reverse=True)
    assert "fault code"[: ends[0]] == "fault code"


def test_a_feature_says_what_two_questions_share() -> None:
    """The same thing named in another language is the same feature."""
    korean = {f"{k}:{t}" for k, t, _ in meanings("심각도")}
    english = {f"{k}:{t}" for k, t, _ in meanings("severity")}
    assert korean == english
    value = Meaning("value", "lab.fault.severity", "lab", "lab.fault", "minor")
    assert value.feature == "value:lab.fault.severity=minor"
    assert Meaning("cue", "op", argument=">").feature == "cue:op:>"


def test_a_masked_column_has_no_name() -> None:
    """What must never be shown cannot be asked for by its name."""
    from lab.planning import catalog

    from dagster_project.catalog.view import CatalogView
    from dagster_project.planner.lexicon import Lexicon

    spec = catalog()
    masked = tuple(
        t.model_copy(
            update={
                "columns": tuple(
                    c.model_copy(update={"masked": c.name == "technician"}) for c in t.columns
                )
            }
        )
        for t in spec.tables
    )
    hidden = Lexicon((CatalogView("lab", spec.model_copy(update={"tables": masked})),))
    assert planner().lexicon.is_term("technician", 0, 10)
    assert not hidden.is_term("technician", 0, 10)
