"""`canvas ask` and `canvas explain` on the demo site, as a person runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
import pytest
from click.testing import Result

from cli.conftest import runner
from dagster_project.contracts.answer import Answer
from dagster_project.contracts.plan import PlanOutput
from dagster_project.contracts.trace import Trace
from dagster_project.launch.site import make_ready
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings
from dagster_project.traces.find import TraceFilter, get, search

QUESTION = "GT-01 상태 알려줘"


@dataclass(frozen=True)
class Demo:
    database: Database
    run: Callable[..., Result]


@pytest.fixture(scope="module")
def demo(make_settings: Callable[..., Settings]) -> Iterator[Demo]:
    """The shipped site: its demo data loaded, its assets published."""
    settings = make_settings()
    with open_database(settings) as database:
        make_ready(settings, database, lambda _: None)
        yield Demo(database, runner(settings))


def test_an_answer_is_readable(demo: Demo) -> None:
    """The summary, the evidence and the trace's id are printed, and the id opens the trace."""
    result = demo.run("ask", QUESTION, "--user", "reader")

    assert result.exit_code == 0, result.output
    trace = get(demo.database, search(demo.database, TraceFilter(user="reader"))[0].trace_id)
    assert result.stdout.splitlines()[0].endswith(trace.answer.summary.splitlines()[0])
    assert trace.trace_id in result.stdout
    assert trace.references[0].query in result.stdout
    assert demo.run("trace", "show", trace.trace_id).exit_code == 0


def test_json_is_the_answer_or_the_trace(demo: Demo) -> None:
    """`--json` is exactly one answer, with `--trace` exactly one trace, which is the kept one."""
    answer = Answer.model_validate_json(demo.run("ask", QUESTION, "--json").stdout)
    trace = Trace.model_validate_json(demo.run("ask", QUESTION, "--json", "--trace").stdout)

    assert (answer.language, answer.ok, answer.route) == ("ko", True, "orch")
    assert answer.references
    assert get(demo.database, trace.trace_id).answer == trace.answer


def test_a_refused_question_ends_with_one(demo: Demo) -> None:
    """What policy rejects is printed as an answer, and the exit code says it was none."""
    result = demo.run("ask", "delete all events", "--json")

    answer = Answer.model_validate_json(result.stdout)
    assert answer.route == "reject"
    assert result.exit_code == (0 if answer.ok else 1)


def test_explain_executes_and_keeps_nothing(demo: Demo) -> None:
    """The plan and its statements are shown; no trace is left."""
    before = len(search(demo.database, TraceFilter(limit=1_000)))

    as_json = demo.run("explain", QUESTION, "--json")
    text = demo.run("explain", QUESTION)

    whole = orjson.loads(as_json.stdout)
    plan = PlanOutput.model_validate(whole["plan"])
    assert plan.plan is not None
    assert [entity.key for entity in plan.plan.entities] == ["GT-01"]
    assert any("select" in step["statement"].lower() for step in whole["steps"])
    assert "candidates" in text.stdout
    assert "nothing was executed" in text.stdout
    assert len(search(demo.database, TraceFilter(limit=1_000))) == before


def test_who_asks_and_when_reaches_the_trace(demo: Demo) -> None:
    """User, tenant, language and time of the options are the trace's."""
    result = demo.run(
        *("ask", QUESTION, "--json", "--trace", "--user", "lee", "--tenant", "north"),
        *("--language", "en", "--as-of", "2026-01-10T00:00+09:00"),
    )

    trace = Trace.model_validate_json(result.stdout)
    assert (trace.user, trace.tenant, trace.language) == ("lee", "north", "en")
    assert trace.as_of.isoformat() in ("2026-01-09T15:00:00+00:00", "2026-01-10T00:00:00+09:00")
    assert [s.trace_id for s in search(demo.database, TraceFilter(tenant="north"))] == [
        trace.trace_id
    ]
