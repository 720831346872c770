"""Any number of golden cases over the demo plant, no two alike: machines, names, times, languages.

The questions are the shipped examples' forms with other machines and windows. Every case says its
route, status and queries; most say blocks; a quarter has a fact whose gold is SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dagster_project.contracts.golden import Criteria, Expectation, Fact, GoldenCase, Suite, Tier
from dagster_project.contracts.plan import Route
from dagster_project.contracts.value import Text

ANCHOR = datetime(2026, 2, 4, tzinfo=UTC)
"""The demo's data ends here."""
MACHINES = tuple(
    (f"SRV-{n:03d}", (f"SRV-{n:03d}", f"srv-{n}", f"server {n}")) for n in range(1, 41)
)
"""Tag, and what it is called in turn."""


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of question in both languages, and what must hold for its answers.

    In texts `{m}` is a machine's name, `{tag}` its tag, `{n}` a number of hours.
    """

    name: str
    ko: str
    en: str
    queries: tuple[str, ...] | None = None
    blocks: tuple[str, ...] | None = None
    gold: str = ""
    """SQL; `{since}` and `{as_of}` bound the window."""
    match: Tier = "value"
    route: Route = "orch"
    refused: bool = False


FREE, TABLE = ("plant_explore",), ("table",)
STATUS = ("ci_profile", "ci_latest_metrics", "ci_recent_events", "ci_open_events")
FORMS = (
    Form(
        "ip",
        "{m} IP 주소 알려줘",
        "what is the ip address of {m}?",
        FREE,
        TABLE,
        "select ip from plant.ci where ci_id = '{tag}'",
    ),
    Form(
        "profile",
        "{m} 제원 알려줘",
        "profile of {m}",
        ("ci_profile",),
        TABLE,
        "select ci_id, status, zone, owner, model from plant.ci where ci_id = '{tag}'",
        "subset",
    ),
    Form("status", "{m} 상태 알려줘", "how is {m}", STATUS, TABLE),
    Form("events", "{m} 최근 이벤트 보여줘", "recent events of {m}", ("ci_recent_events",)),
    Form("alarms", "{m} 미해제 알람 있어?", "open events of {m}", ("ci_open_events",)),
    Form("maintenance", "{m} 정비 이력", "maintenance history of {m}", ("ci_maintenance_history",)),
    Form("readings", "{m} 현재 측정값 보여줘", "latest readings of {m}", ("ci_latest_metrics",)),
    Form("neighbours", "{m}에 연결된 설비", "neighbours of {m}", ("ci_neighbours",), TABLE),
    Form("impact", "{m} 영향 범위", "impact of {m}", ("ci_impact",), TABLE),
    Form("needs", "{m}은 무엇에 의존해?", "what does {m} depend on", ("ci_dependencies",), TABLE),
    Form("trend", "{m} CPU 추이", "CPU of {m} in the last {n} hours", FREE),
    Form("work", "{m} 미완료 작업 있어?", "unfinished work orders of {m}", ("ci_open_work",)),
    Form(
        "severities",
        "지난 {n}시간 심각도별 이벤트 수",
        "event counts by severity in the last {n} hours",
        ("events_by_severity",),
        ("chart", "table"),
        "select severity, count(*) as m_events from plant.event "
        "where occurred_at >= timestamptz '{since}' and occurred_at < timestamptz '{as_of}' "
        "group by severity",
        "rows",
    ),
    Form(
        "servers",
        "서버는 몇 대야",
        "How many servers are there?",
        FREE,
        ("number",),
        "select count(*) as m_count from plant.ci where ci_class = 'server'",
    ),
    Form("greeting", "안녕하세요", "hello", route="direct"),
    Form("order", "{m} 재시작해줘", "restart {m}", route="reject", refused=True),
)


def make_suite(cases: int) -> Suite:
    """Shape: the same cases for the same number, and the first ones of every larger suite."""
    made = tuple(_case(number) for number in range(cases))
    title = Text(ko="성능 측정", en="Benchmark")
    # That a server has no standing alarm or no open work is an answer.
    criteria = Criteria(max_empty_rate=0.25)
    return Suite(suite="benchmark", title=title, source="plant_db", criteria=criteria, cases=made)


def _case(number: int) -> GoldenCase:
    form = FORMS[number % len(FORMS)]
    turn = number // len(FORMS)
    tag, names = MACHINES[turn % len(MACHINES)]
    text = form.ko if turn % 2 == 0 else form.en
    hours, as_of = 24 + turn % 49, ANCHOR - timedelta(minutes=number)
    since = as_of - timedelta(hours=hours)
    gold = form.gold.format(tag=tag, since=since.isoformat(), as_of=as_of.isoformat())
    return GoldenCase(
        id=f"{form.name}-{number:05d}",
        question=text.format(m=names[turn % len(names)], n=hours),
        tags=(form.name,),
        as_of=as_of,
        expect=Expectation(
            route=form.route,
            status=("failed",) if form.refused else ("success",),
            queries=form.queries,
            blocks=form.blocks,
            max_replans=4,
            facts=(Fact(sql=gold, match=form.match),) if gold else (),
        ),
    )
