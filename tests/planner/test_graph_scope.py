"""What questions say of relations: which way is walked, how far, what is shown, what is asked.

Planned over the harbour's files alone; no graph and no database is needed to read a question.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.value import ReleaseId
from dagster_project.planner.assets import PlannerAssets, prepare
from dagster_project.planner.plan_question import plan_question
from dagster_project.registry.load import load_site
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName

SITE = Path(__file__).with_name("harbour_site")
AS_OF = datetime(2026, 3, 18, 3, tzinfo=UTC)
DEVICES = (
    ("CR-01", "1호 크레인", "Crane one", "crane"),
    ("CR-02", "2호 크레인", "Crane two", "crane"),
    ("CR-03", "3호 크레인", "Crane three", "crane"),
    ("BT-01", "북쪽 벨트", "North belt", "belt"),
    ("BT-02", "남쪽 벨트", "South belt", "belt"),
    ("SS-01", "북쪽 변전소", "North substation", "substation"),
    ("SS-02", "남쪽 변전소", "South substation", "substation"),
    ("GB-07", "권상 감속기", "Hoist gearbox", "gearbox"),
    ("SRV-01", "제어 서버", "Control server", "server"),
    ("APP-TOS", "터미널 운영 시스템", "Terminal operating system", "application"),
)


class Read(NamedTuple):
    """What a question is to be read as."""

    view: str
    direction: str
    start: str
    """The thing named; of a path both, in order."""
    shows: tuple[str, ...] = ()
    """A collection, classes, or one thing, that narrow what is shown."""
    hops: int | None = None
    """Where the question says how far."""
    table: str = ""
    """What is asked over the things found."""
    measure: str = ""
    """Aggregate of it; none is a listing."""


def out(start: str, *shows: str, **asked: object) -> Read:
    return Read("dependency", "out", start, shows, **asked)  # pyright: ignore[reportArgumentType]


def suffers(start: str, *shows: str, **asked: object) -> Read:
    return Read("impact", "in", start, shows, **asked)  # pyright: ignore[reportArgumentType]


def parts(start: str, *shows: str, **asked: object) -> Read:
    return Read("composition", "out", start, shows, **asked)  # pyright: ignore[reportArgumentType]


def beside(start: str, *shows: str, **asked: object) -> Read:
    return Read("neighbors", "both", start, shows, **asked)  # pyright: ignore[reportArgumentType]


def path(start: str, end: str, **asked: object) -> Read:
    return Read("path", "both", f"{start} {end}", **asked)  # pyright: ignore[reportArgumentType]


WRITTEN_BLIND = {
    "CR-01이 의존하는 장비": out("CR-01"),
    "CR-01에 의존하는 장비": suffers("CR-01"),
    "SS-02가 멈추면 영향 받는 장비": suffers("SS-02"),
    "SS-02 영향 범위": suffers("SS-02"),
    "TOS가 의존하는 서버": out("APP-TOS", "server"),
    "SS-01에 의존하는 크레인은 몇 대야?": suffers("SS-01", "crane"),
    "CR-03의 부품": parts("CR-03"),
    "CR-03의 하위 설비 2단계까지": parts("CR-03", hops=2),
    "BT-02와 연결된 장비": beside("BT-02"),
    "CR-01에서 SS-01까지 경로": path("CR-01", "SS-01"),
    "CR-01과 SS-01의 연결 경로": path("CR-01", "SS-01"),
    "CR-02가 의존하는 장비의 최대 온도": out("CR-02", table="yard.reading", measure="max"),
    "SS-01에 의존하는 장비의 지난주 알람": suffers("SS-01", table="yard.alarm"),
    "SS-01에 의존하는 장비의 알람 건수": suffers("SS-01", table="yard.alarm", measure="count"),
    "BT-01에 연결된 장비의 평균 부하": beside("BT-01", table="yard.reading", measure="avg"),
    "SRV-01이 죽으면 무엇이 영향을 받아?": suffers("SRV-01"),
    "what does CR-01 depend on": out("CR-01"),
    "what depends on CR-01": suffers("CR-01"),
    "which cranes depend on SS-01": suffers("SS-01", "crane"),
    "dependencies of TOS": out("APP-TOS"),
    "what is affected if SS-02 fails": suffers("SS-02"),
    "impact of SS-02": suffers("SS-02"),
    "parts of CR-03": parts("CR-03"),
    "what is BT-02 connected to": beside("BT-02"),
    "path from CR-01 to SS-01": path("CR-01", "SS-01"),
    "what does CR-02 rely on within 2 hops": out("CR-02", hops=2),
    "maximum temperature of everything CR-02 depends on": out(
        "CR-02", table="yard.reading", measure="max"
    ),
    "alarms last week on what depends on SS-01": suffers("SS-01", table="yard.alarm"),
    "how many alarms do the devices that depend on SS-01 have": suffers(
        "SS-01", table="yard.alarm", measure="count"
    ),
    "which servers does TOS depend on": out("APP-TOS", "server"),
    "what is GB-07 part of": Read("composition", "in", "GB-07"),
    "critical alarms of the parts of CR-03": parts("CR-03", table="yard.alarm"),
}
"""Written before any of them was asked: 30 of 32 were read right at first."""

WRITTEN_AFTER = {
    "SS-01에 영향을 주는 장비": out("SS-01"),
    "SS-01이 영향을 주는 장비": suffers("SS-01"),
    "CR-01이 영향을 받는 장비": out("CR-01"),
    "SS-01의 영향을 받는 크레인": suffers("SS-01", "crane"),
    "SS-01이 고장 나면 영향 받는 앱": suffers("SS-01", "application"),
    "무엇이 SS-01에 의존해?": suffers("SS-01"),
    "CR-01은 무엇에 의존하나요?": out("CR-01"),
    "CR-01 의존성 3단계": out("CR-01", hops=3),
    "CR-01을 필요로 하는 장비": suffers("CR-01"),
    "CR-01이 필요로 하는 장비": out("CR-01"),
    "SS-01이 지탱하는 장비": suffers("SS-01"),
    "CR-03을 보호하는 장비": Read("neighbors", "out", "CR-03"),
    "GB-07이 소속된 장비": Read("composition", "in", "GB-07"),
    "CR-03에 소속된 감속기": parts("CR-03", "gearbox"),
    "CR-01과 CR-02가 의존하는 장비": out("CR-01 CR-02"),
    "CR-01이 SS-01에 의존해?": out("CR-01", "SS-01"),
    "북쪽 선석에서 SS-01에 의존하는 장비": suffers("SS-01", "north"),
    "SS-01에 의존하는 장비의 심각한 알람": suffers("SS-01", table="yard.alarm"),
    "SS-01에 의존하는 크레인의 지난주 최대 부하": suffers(
        "SS-01", "crane", table="yard.reading", measure="max"
    ),
    "what affects CR-01": out("CR-01"),
    "what does SS-01 affect": suffers("SS-01"),
    "what is CR-01 affected by": out("CR-01"),
    "devices affected by SS-01": suffers("SS-01"),
    "if SS-01 fails, what depends on it": suffers("SS-01"),
    "CR-01's dependencies": out("CR-01"),
    "what supports CR-01": out("CR-01"),
    "what does SS-01 support": suffers("SS-01"),
    "what guards CR-03": Read("neighbors", "out", "CR-03"),
    "what does SS-01 guard": Read("neighbors", "in", "SS-01"),
    "what belongs to CR-03": parts("CR-03"),
    "which gearboxes are part of CR-03": parts("CR-03", "gearbox"),
    "what is made of GB-07": Read("composition", "in", "GB-07"),
    "what do CR-01 and CR-02 depend on": out("CR-01 CR-02"),
    "does CR-01 depend on SS-01": out("CR-01", "SS-01"),
    "critical alarms of what depends on SS-01": suffers("SS-01", table="yard.alarm"),
    "devices in the north berth that depend on SS-01": suffers("SS-01", "north"),
    "which devices have a dependency on SS-01": suffers("SS-01"),
    "how is CR-01 connected to SS-01": path("CR-01", "SS-01"),
    "neighbours of BT-02 within 2 hops": beside("BT-02", hops=2),
    "cranes and belts that depend on SS-01": suffers("SS-01", "crane", "belt"),
}
"""Written with the first in view, for what they left out: 25 of 40 were read right at first."""
PLACES = {
    "cameras on QY-2": parts("QY-2", "Camera"),
    "2부두에 있는 카메라": parts("QY-2", "Camera"),
    "which sheds are on Quay 1": parts("QY-1", "Shed"),
    "which quay is camera 7 on": Read("composition", "in", "7", ("Quay",)),
    "카메라 7은 어느 부두에 있어": Read("composition", "in", "7", ("Quay",)),
    "cameras in the same shed as camera 7": beside("7", "Camera"),
    "카메라 7과 같은 창고에 있는 카메라": beside("7", "Camera"),
    "how many outages did the cameras on QY-2 have": parts(
        "QY-2", "Camera", table="yard.outage", measure="count"
    ),
    "1부두 카메라의 지난주 정지 기록": parts("QY-1", "Camera", table="yard.outage"),
    "average age of the cameras on QY-1": parts(
        "QY-1", "Camera", table="yard.camera", measure="avg"
    ),
    "2부두에서 가장 오래된 카메라": parts("QY-2", "Camera", table="yard.camera"),
    "programs that depend on SS-01": suffers("SS-01", "Program"),
    "SS-01에 의존하는 프로그램": suffers("SS-01", "Program"),
}
"""Written when a site of racks and machines had shown that such names were passed over."""
ALL = WRITTEN_BLIND | WRITTEN_AFTER | PLACES


@cache
def planner() -> PlannerAssets:
    assets = load_site(SITE).require_good().assets
    versions = {
        key: AssetVersion(
            asset=asset, number=1, status="published", created_by="test", created_at=AS_OF,
            reason="test",
        )
        for key, asset in assets.items()
    }  # fmt: skip
    release = Release(id=ReleaseId("harbour"), versions=versions)
    resolver = release.by_kind["resolver"][0].asset.spec
    assert isinstance(resolver, ResolverSpec)
    names = [EntityName("device", tag, ko, en, cls=cls) for tag, ko, en, cls in DEVICES]
    names += [EntityName("quay", f"QY-{n}", f"{n}부두", f"Quay {n}") for n in (1, 2)]
    names += [EntityName("camera", str(n), "", "") for n in (4, 7, 9)]
    return prepare(release, EntityIndex.build([resolver], names, today=AS_OF.date()), AS_OF)


def plan_of(question: str) -> Plan:
    output = plan_question(question, planner(), AS_OF)
    assert output.plan is not None, f"{question!r}: {output.routing_reasoning}"
    assert not output.plan.open_slots, f"{question!r} asks back: {output.plan.open_slots}"
    return output.plan


def read(question: str, says_hops: bool = False) -> Read:
    """The plan of a question in the words of `Read`."""
    steps = plan_of(question).steps
    graph, asked = steps[0].graph_plan, steps[1:]
    assert graph is not None, f"{question!r} became {steps}"
    ends = (*graph.start.keys, *(graph.found.keys if graph.operation == "path" else ()))
    shows = [graph.found.label] if graph.found.label and graph.operation != "path" else []
    shows += [str(value) for f in graph.found.filters for value in f.values]
    if graph.operation != "path":
        shows += [str(key) for key in graph.found.keys]
    table = asked[0].table_plan if asked else None
    return Read(
        view=str(steps[0].graph_view),
        direction=graph.direction,
        start=" ".join(map(str, ends)),
        shows=tuple(shows),
        hops=int(graph.max_depth) if says_hops else None,
        table=table.table if table else "",
        measure=",".join(m.aggregate for m in table.measures) if table else "",
    )


@pytest.mark.parametrize("question", ALL)
def test_a_relation_is_read_as_it_is_said(question: str) -> None:
    """Direction, kind of walk, start, classes, hops, and what is asked over the things found."""
    wanted = ALL[question]
    assert read(question, wanted.hops is not None) == wanted


def test_an_adjective_of_what_is_asked_narrows_that() -> None:
    """Devices may be critical too, but "critical alarms" are alarms that are."""
    for question in ("critical alarms on dependencies of CR-03", "SS-01에 의존하는 장비 심각 알람"):
        graph, asked = plan_of(question).steps
        assert graph.graph_plan is not None
        assert asked.table_plan is not None
        assert graph.graph_plan.found.filters == ()
        assert [(f.column, f.values) for f in asked.table_plan.filters] == [
            ("yard.alarm.severity", ("critical",))
        ]


@pytest.mark.parametrize(
    "question",
    [
        "what is affected if SS-02 alarms",
        "when the alarm of SS-02 comes, what is affected",
        "if SS-01 has an alarm, what depends on it",
        "SS-01에 알람이 나면 영향 받는 장비",
        "SS-01 알람 시 영향 받는 장비",
    ],
)
def test_what_is_only_supposed_is_not_asked_for(question: str) -> None:
    """An alarm in a condition is no question for alarms."""
    found = read(question)
    assert (found.view, found.table) == ("impact", "")


def test_a_feed_says_which_column_brings_the_things_back() -> None:
    """What is asked over the things found is fed by their keys and can be held against them."""
    graph, asked = plan_of("maximum load of what CR-01 depends on").steps
    (feed,) = asked.feeds
    assert (feed.step, feed.column, feed.filter_column) == (graph.id, "key", "yard.reading.tag")
    assert asked.table_plan is not None
    assert feed.returned_as in [d.name for d in asked.table_plan.dimensions]


def test_a_thing_is_looked_for_among_its_own_kind() -> None:
    """Camera 7 is not shed 7: the start is of the collection that its entity has."""
    graph = plan_of("which quay is camera 7 on").steps[0].graph_plan
    assert graph is not None
    assert (graph.start.label, graph.start.keys) == ("Camera", ("7",))


def test_the_best_few_say_nothing_of_the_others() -> None:
    """Cameras that are not among the oldest were found all the same: they are not unmatched."""
    _, best = plan_of("the oldest cameras on QY-2").steps
    _, every = plan_of("outages of the cameras on QY-2").steps
    assert [feed.returned_as for feed in best.feeds] == [None]
    assert [feed.returned_as for feed in every.feeds] == ["number"]


def test_what_a_thing_is_part_of_is_called_so() -> None:
    """The step upwards is not called the parts of the thing."""
    assert plan_of("which quay is camera 7 on").steps[0].purpose == "what 7 is part of"
    assert plan_of("카메라 7은 어느 부두에 있어").steps[0].purpose == "7이(가) 속한 것"
