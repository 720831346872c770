"""Real tables, a real graph, real documents and a real API in one answer, joined honestly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache

import pytest

from dagster_project.canvas import Canvas
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.block import NoticeBlock
from dagster_project.contracts.stage import ComposeResult, ExecuteResult, StepResult
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.inspection.entity_names import resolver_names
from dagster_project.registry.load import load_site
from sites.azure_pdm.gold import plain
from sites.pdm_network.loader import SITE
from sites.pdm_network.placement import placements
from sites.pdm_network.questions import FEWER_ENGINES, THREE_ENGINES, Join, Question

pytestmark = pytest.mark.xdist_group("neo4j")
ALL = pytest.mark.parametrize("question", [*THREE_ENGINES, *FEWER_ENGINES], ids=lambda q: q.id)
THREE = pytest.mark.parametrize("question", THREE_ENGINES, ids=lambda q: q.id)
_NAMED = 10
"""As many unmatched things as a notice names."""


@cache
def ask(site: Canvas, question: Question) -> Trace:
    return site.ask(Ask(question=question.text))


def steps_of(trace: Trace) -> dict[str, StepResult]:
    found = [o.result for o in trace.stage_outputs if isinstance(o.result, ExecuteResult)]
    return {step.step: step for step in found[-1].steps} if found else {}


def composed(trace: Trace) -> ComposeResult:
    (found,) = (o.result for o in trace.stage_outputs if isinstance(o.result, ComposeResult))
    return found


def projected(step: StepResult, columns: tuple[str, ...]) -> Counter[tuple[object, ...]]:
    names = [column.name for column in step.columns]
    places = [names.index(column) for column in columns]
    return Counter(tuple(plain(row[place]) for place in places) for row in step.rows)


def as_gold(rows: Iterable[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(map(plain, row)) for row in rows)


def told(trace: Trace) -> str:
    rows = {name: (step.rows[:5], step.error) for name, step in steps_of(trace).items()}
    return f"{trace.plan_raw.routing_reasoning}\n{trace.answer.summary}\n{rows}"


@ALL
def test_every_step_has_the_rows_that_the_files_have(question: Question, site: Canvas) -> None:
    """Each step's rows are those that plain Python reads from the published files."""
    trace, gold = ask(site, question), question.gold()
    steps = steps_of(trace)
    assert trace.status == "success", told(trace)
    assert all(rows for _, rows in gold.rows.values())
    assert steps.keys() >= gold.rows.keys(), told(trace)
    for name, (columns, rows) in gold.rows.items():
        assert projected(steps[name], columns) == as_gold(rows), f"{name}\n{told(trace)}"
    documents = [s for s in steps.values() if s.columns and s.columns[0].name == "document"]
    assert [step.rows[0][0] for step in documents] == ([gold.first_document] * len(documents))
    assert bool(documents) is bool(gold.first_document)


@ALL
def test_every_step_names_its_source(question: Question, site: Canvas) -> None:
    """One reference per step, to the source it read; every figure of the summary is a cell."""
    trace = ask(site, question)
    named = Counter(reference.source.partition(":")[0] for reference in trace.references)
    assert named == Counter(question.gold().sources), told(trace)
    assert {reference.step for reference in trace.references} == set(steps_of(trace))
    assert not composed(trace).figures_unmatched


@THREE
def test_three_engines_answer_each(question: Question, site: Canvas) -> None:
    """No question of the first set could be answered by two engines."""
    sources = {reference.source.partition(":")[0] for reference in ask(site, question).references}
    assert len(sources) >= 3


@ALL
def test_what_was_not_matched_is_said(question: Question, site: Canvas) -> None:
    """The numbers of every join are true, and a notice tells them and names what was lost."""
    trace = ask(site, question)
    steps, blocks = steps_of(trace), composed(trace).blocks
    counted = {name: match for name, step in steps.items() for match in step.matches if match.given}
    joins = {join.step: join for join in question.gold().joins}
    assert counted.keys() == joins.keys(), told(trace)
    for name, join in joins.items():
        match = counted[name]
        assert (match.given, match.matched) == (len(join.given), len(join.given & join.found))
        assert set(match.unmatched) <= join.lost
        (notice,) = (b for b in blocks if isinstance(b, NoticeBlock) and b.id == f"{name}.matched1")
        assert_told(notice, join)


def assert_told(notice: NoticeBlock, join: Join) -> None:
    assert notice.level == ("warning" if join.lost else "info")
    assert str(len(join.given)) in notice.text
    if not join.lost:
        return
    assert str(len(join.given & join.found)) in notice.text
    names = {name.strip() for name in notice.text.rpartition(":")[2].rstrip(" …").split(",")}
    assert names <= join.lost
    assert len(names) == min(_NAMED, len(join.lost))


@ALL
def test_neo4j_and_the_embedded_graph_answer_alike(
    question: Question, with_neo4j: Canvas, with_embedded: Canvas
) -> None:
    """Rows in the same order, the same summary, the same notices."""
    real, embedded = ask(with_neo4j, question), ask(with_embedded, question)
    one, other = steps_of(real), steps_of(embedded)
    assert {n: (s.columns, s.rows) for n, s in one.items()} == {
        n: (s.columns, s.rows) for n, s in other.items()
    }
    assert real.answer.summary == embedded.answer.summary
    assert [b.text for b in composed(real).blocks if isinstance(b, NoticeBlock)] == [
        b.text for b in composed(embedded).blocks if isinstance(b, NoticeBlock)
    ]


def test_some_joins_lose_things(api_url: str) -> None:
    """The questions put honesty to the test: failures, telemetry and orders miss some of them."""
    assert api_url
    lost = {j.step for q in THREE_ENGINES for j in q.gold().joins if j.lost}
    assert lost == {"errors", "failures", "vibration", "orders"}


def test_the_files_of_the_site_are_good() -> None:
    """They load without a single finding."""
    assert load_site(SITE).findings == ()


def test_every_machine_has_a_place_of_its_own(api_url: str) -> None:
    """100 machines on 100 nodes, 25 in each of four racks."""
    assert api_url
    placed = placements()
    assert len({machine for machine, _, _ in placed}) == 100
    assert len({node for _, node, _ in placed}) == 100
    assert set(Counter(rack for _, _, rack in placed).values()) == {25}


def test_names_of_a_graph_are_names_like_any_other(site: Canvas) -> None:
    """What only the graph holds stands in the resolver's table, beside what the tables hold."""
    release = site.release()
    (version,) = release.by_kind["resolver"]
    assert isinstance(version.asset.spec, ResolverSpec)
    found = Counter(name.entity for name in resolver_names(site, release, version.asset.spec))
    assert (found["machine"], found["rack"], found["chiller"]) == (100, 4, 11)
    assert found["software"] > 0
