"""The shipped suites: many cases over everything the site can do, and every one holds today."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.golden import Expectation, Fact, GoldenCase, Suite
from dagster_project.contracts.replan import Trigger
from dagster_project.planner.text import language_of
from dagster_project.registry.editor_schemas import SUITE_SCHEMA, stale_schemas, suite_schema
from dagster_project.registry.load import load_site
from dagster_project.regression.generate import generated_cases
from dagster_project.regression.gold import GoldReader
from dagster_project.regression.golden_files import load_suites, suite_assets
from regression.judged import gold_reader, judged

REPOSITORY = Path(__file__).resolve().parents[2]
SITE = load_site(REPOSITORY)
SETS = load_suites(REPOSITORY, SITE.assets.keys())
CASES = [(suite, case) for suite in SETS.suites.values() for case in suite.cases]
EVERY = [case for _, case in CASES]


@pytest.mark.parametrize("name", sorted(SETS.suites))
def test_every_case_holds(plant: Canvas, name: str) -> None:
    """On the shipped site each expectation, critic, fact and relation of each case is met."""
    suite = SETS.suites[name]
    reader = gold_reader(plant, suite)
    release = plant.release()
    made = generated_cases(suite, release, plant.desk(release).planner.index)
    failed = {
        case.id: [str(check) for check in checks]
        for case in (*suite.cases, *made)
        if (checks := judged(plant, suite, case, reader))
    }
    assert failed == {}


def test_the_files_are_good() -> None:
    """No finding, at least four suites, at least forty cases."""
    assert SETS.findings == ()
    assert len(SETS.suites) >= 4
    assert len(EVERY) >= 40
    assert all(case.skip is None for case in EVERY)


def test_every_route_status_and_intent_occurs() -> None:
    """All three routes; all statuses; each intent that the shipped site can plan."""
    expects = [case.expect for case in EVERY]
    assert {e.route for e in expects} - {None} == {"direct", "orch", "reject"}
    assert {s for e in expects for s in e.status} == {"success", "partial", "degraded", "failed"}
    planned = {intent for a in SITE.assets.values() for intent in getattr(a.spec, "intents", ())}
    planned &= {"lookup", "search", "list", "aggregate", "expand", "path", "document"}
    assert planned - {e.intent for e in expects} == set()


def test_every_trigger_occurs() -> None:
    """Each reason of the control loop has a golden case; a broken source is a drill."""
    seen = {trigger for case in EVERY for trigger in case.expect.triggers or ()}
    assert seen == set(get_args(Trigger))
    asked = {case.expect.asks_back for case in EVERY} - {None}
    assert asked == {"ambiguous", "no_such_entity", "unread_time"}
    assert {case.expect.empty for case in EVERY} - {None} == {
        "true_zero", "filtered_out", "source_stale", "source_down", "not_permitted",
    }  # fmt: skip


def test_both_languages_and_mixtures_occur() -> None:
    """Questions in Korean, in English, and in both at once; pairs that must make the same plan."""
    spoken = Counter(language_of(case.question) for case in EVERY)
    assert min(spoken["ko"], spoken["en"]) >= 40
    mixed = [c for c in EVERY if re.search(r"[가-힣]", c.question) and "mixed" in c.tags]
    assert len(mixed) >= 5
    kinds = Counter(relation.kind for case in EVERY for relation in case.expect.relations)
    assert kinds["same_plan"] >= 15
    assert kinds["same_rows"] >= 5


def test_every_rule_of_the_policy_decides_a_case() -> None:
    """Loosening or tightening any rule changes an answer."""
    policy = next(a for a in SITE.assets.values() if a.header.kind == "policy")
    rules = {rule.name for rule in policy.spec.quick_rules}  # pyright: ignore[reportAttributeAccessIssue]
    assert rules - {case.expect.rule for case in EVERY} == set()
    roles = {role for rule in policy.spec.access for role in rule.roles}  # pyright: ignore[reportAttributeAccessIssue]
    assert {"viewer", "operator"} <= roles & {role for case in EVERY for role in case.roles}


def test_every_query_and_unit_is_held_by_gold() -> None:
    """Each query asset is among the steps of a case with a fact; each unit is asked for."""
    held = {q for c in EVERY if c.expect.facts for q in c.expect.queries or ()}
    queries = {a.header.name for a in SITE.assets.values() if a.header.kind == "query"}
    recipes = {
        a.header.name for a in SITE.assets.values() if getattr(a.spec, "form", "") == "recipe"
    }
    assert queries - recipes - held == set()
    catalogs = [a.spec for a in SITE.assets.values() if a.header.kind == "schema_catalog"]
    units = {metric.unit for spec in catalogs for metric in spec.metrics}  # pyright: ignore[reportAttributeAccessIssue]
    assert units - {fact.unit for case in EVERY for fact in case.expect.facts} == set()


@pytest.mark.parametrize("suite", SETS.suites.values(), ids=lambda s: s.suite)
def test_gold_finds_something(plant: Canvas, suite: Suite) -> None:
    """Gold without rows would make an empty answer right; where it must be empty it is typed."""
    reader = gold_reader(plant, suite)
    for case in suite.cases:
        for fact in case.expect.facts:
            gold = GoldReader.of(fact, reader)
            assert gold.error == "", case.id
            assert gold.rows or fact.rows == (), case.id


@pytest.mark.parametrize("suite", SETS.suites.values(), ids=lambda s: s.suite)
def test_gold_can_fail(plant: Canvas, suite: Suite) -> None:
    """The gold of a case is not in the answer to another question: it says something."""
    reader = gold_reader(plant, suite)
    elsewhere = GoldenCase(id="x", question="which machines does the security team own?")
    for case in suite.cases:
        facts = tuple(fact for fact in case.expect.facts if fact.rows != ())
        if facts:
            other = elsewhere.model_copy(update={"expect": Expectation(facts=facts)})
            failed = {c.name for c in judged(plant, suite, other, reader)}
            assert {f"facts[{n}]" for n in range(len(facts))} <= failed, case.id


def test_gold_is_written_from_the_question() -> None:
    """Times carry their offset, so that gold says one thing in every session."""
    for case in EVERY:
        for fact in case.expect.facts:
            times = re.findall(r"'(\d{4}-\d\d-\d\d[^']*)'", fact.sql or "")
            assert all(time.endswith("+09") for time in times), case.id


def test_a_suite_names_its_assets() -> None:
    """What a suite leans on is drawn as lineage."""
    assert "query:ci_impact" in suite_assets(SETS.suites["status"], SITE.assets.keys())
    for suite in SETS.suites.values():
        assert "source:plant_db" in suite_assets(suite, SITE.assets.keys())


# -- the schema and the page


def test_the_schema_is_fresh_and_named_by_every_file() -> None:
    """Editors complete golden sets as they do config assets."""
    assert SUITE_SCHEMA not in stale_schemas(REPOSITORY)
    for path in (REPOSITORY / "golden_sets").glob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=.schemas/suite.json"


def test_the_schema_describes_the_fields() -> None:
    """The strings under the contract's fields reach the editor; a wrong field is seen there."""
    schema = suite_schema()
    assert schema["additionalProperties"] is False
    fact = schema["$defs"]["Fact"]
    assert fact["properties"]["unit"]["description"] == "The measure must carry it."
    assert fact["additionalProperties"] is False
    assert "anew each night" in schema["$defs"]["Generate"]["description"]


PAGE = (REPOSITORY / "docs/golden-sets.md").read_text(encoding="utf-8")


def test_the_example_of_the_page_works(plant: Canvas, tmp_path: Path) -> None:
    """Whoever copies it has a suite that is read whole and holds."""
    (text,) = re.findall(r"```yaml\n(# golden_sets/turbines\.yaml\n.*?)```", PAGE, re.DOTALL)
    (tmp_path / "golden_sets").mkdir()
    (tmp_path / "golden_sets" / "turbines.yaml").write_text(text, encoding="utf-8")
    found = load_suites(tmp_path, SITE.assets.keys())
    assert found.findings == ()
    suite = found.suites["turbines"]
    reader = gold_reader(plant, suite)
    assert suite.cases
    for case in suite.cases:
        assert judged(plant, suite, case, reader) == (), case.id


@pytest.mark.parametrize("model", ["Suite", "GoldenCase", "Expectation", "Fact", "Criteria",
                                   "Generate", "Quarantine"])  # fmt: skip
def test_every_field_is_on_the_page(model: str) -> None:
    """A field that exists is explained."""
    schema = suite_schema()
    fields = schema["properties"] if model == "Suite" else schema["$defs"][model]["properties"]
    assert [name for name in fields if f"`{name}`" not in PAGE] == []


def test_every_tier_and_relation_is_on_the_page() -> None:
    """What a word of the contract means is said."""
    tiers = get_args(Fact.model_fields["match"].annotation)
    kinds = suite_schema()["$defs"]["Relation"]["properties"]["kind"]["enum"]
    assert len(tiers) == 5
    assert [word for word in (*tiers, *kinds) if f"| `{word}` |" not in PAGE] == []
