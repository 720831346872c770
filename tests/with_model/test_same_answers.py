"""A model that means well gives the answers of the built-in planner, on every golden question."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml
from demo_data import REPOSITORY

from dagster_project.contracts.golden import GoldenCase
from dagster_project.contracts.trace import Ask
from dagster_project.regression.fingerprint import fingerprint
from with_model.conftest import Road
from with_model.honest import HonestBrain

pytestmark = pytest.mark.xdist_group("with_model_same")


def _cases() -> list[GoldenCase]:
    found: list[GoldenCase] = []
    for path in sorted((REPOSITORY / "golden_sets").glob("*.yaml")):
        suite = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
        found += [GoldenCase.model_validate(case) for case in suite["cases"]]
    return [case for case in found if case.drill is None and case.skip is None]


def test_every_golden_question_gets_the_same_answer(make_road: Callable[..., Road]) -> None:
    """Through prompt, reply, gates and the five stages the same plan, rows, blocks and status come
    out, in Korean and English; and a summary said as it is holds before its own walls.

    What a viewer may not see is not offered: there the built-in planner stands in and says so.
    """
    cases = _cases()
    plain, road = make_road(0), make_road(1, phrase=True)
    road.main.brain = HonestBrain(road.canvas)
    asked, refused = 0, dict[str, str]()
    for case in cases:
        ask = Ask(
            question=case.question,
            roles=case.roles,
            user=case.user,
            language=case.language,
            as_of=case.as_of,
        )
        trace = road.canvas.ask(ask)
        without = plain.canvas.ask(ask)
        assert fingerprint(trace) == fingerprint(without), case.id
        assert trace.answer.summary == without.answer.summary
        for output in trace.stage_outputs:
            if output.model_calls:
                asked += 1
            if output.model_calls and output.fallbacks and "viewer" not in case.roles:
                refused[case.question] = output.model_calls[0].detail
    assert asked > len(cases)
    assert refused == {}
