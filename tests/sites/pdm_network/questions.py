"""Questions over the placed machines, with what is true of them by the published files.

Four need three engines or more, each asked in both languages and of another rack, machine or
software; the others need one or two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sites.pdm_network import gold

MARCH, FEBRUARY = (2015, 3), (2015, 2)
GRAPH, TABLES, DOCUMENTS, API = "network", "pdm_db", "runbooks", "chillers"
LAST_WEEK = (datetime(2015, 3, 23, tzinfo=UTC), datetime(2015, 3, 30, tzinfo=UTC))
LAST_MONTH = (datetime(2015, 3, 1, tzinfo=UTC), datetime(2015, 4, 1, tzinfo=UTC))
Rows = list[tuple[object, ...]]


@dataclass(frozen=True)
class Join:
    """Of the things that one step gave, those that another found."""

    step: str
    given: frozenset[str]
    found: frozenset[str]

    @property
    def lost(self) -> frozenset[str]:
        return self.given - self.found


@dataclass(frozen=True)
class Gold:
    """Step to its columns and their rows, in any order; and what its joins match."""

    rows: dict[str, tuple[tuple[str, ...], Rows]]
    joins: tuple[Join, ...] = ()
    first_document: str = ""
    sources: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Question:
    id: str
    text: str
    gold: Callable[[], Gold]


def _join(step: str, given: Iterable[object], found: Iterable[object]) -> Join:
    return Join(step, frozenset(map(str, given)), frozenset(map(str, found)))


def _keys(values: Iterable[object]) -> tuple[tuple[str, ...], Rows]:
    return ("key",), [(value,) for value in values]


def _errors_and_guide(machines: set[int]) -> tuple[dict[str, tuple[tuple[str, ...], Rows]], str]:
    found = gold.errors(machines, MARCH)
    main = gold.main_error(found)
    rows: dict[str, tuple[tuple[str, ...], Rows]] = {
        "errors": (("machine_id", "errors"), [*gold.by_machine(found).items()]),
        "main": (("error_type", "alert", "errors"), [main]),
    }
    return rows, gold.runbook(main[1])


def _cooling(racks: set[str]) -> tuple[dict[str, tuple[tuple[str, ...], Rows]], Join]:
    chillers = gold.chillers_of(racks)
    orders = gold.orders(chillers, MARCH)
    rows: dict[str, tuple[tuple[str, ...], Rows]] = {
        "cooling": (("equipment_id",), [(one,) for one in chillers]),
        "orders": (("wo_id", "equipment_id"), [*orders.items()]),
    }
    return rows, _join("orders", chillers, orders.values())


def rack_errors(rack: str) -> Gold:
    """Graph, tables, documents."""
    machines = gold.in_rack(rack)
    rows, document = _errors_and_guide(machines)
    erring = gold.by_machine(gold.errors(machines, MARCH))
    return Gold(
        {"machines": _keys(machines), **rows},
        (_join("errors", machines, erring),),
        document,
        (GRAPH, TABLES, TABLES, DOCUMENTS),
    )


def rack_failures(rack: str) -> Gold:
    """Graph, tables, the maintenance system."""
    machines = gold.in_rack(rack)
    failed = gold.failures(machines, MARCH)
    cooled, served = _cooling({rack})
    rows: Rows = [(f"{one.at.isoformat()}", one.machine, one.what) for one in failed]
    return Gold(
        {
            "machines": _keys(machines),
            "failures": (("occurred_at", "machine_id", "component"), rows),
            **cooled,
        },
        (_join("failures", machines, gold.by_machine(failed)), served),
        sources=(GRAPH, TABLES, TABLES, API),
    )


def software_vibration(software: str) -> Gold:
    """Graph, tables, graph again, tables, the maintenance system."""
    machines = gold.running(software)
    shaken = gold.vibration(machines, *LAST_MONTH)
    racks = {gold.rack_of(machine) for machine in shaken}
    cooled, served = _cooling(racks)
    peaks: Rows = [(machine, max(held), len(held)) for machine, held in shaken.items()]
    return Gold(
        {
            "machines": _keys(machines),
            "vibration": (("machine_id", "peak_vibration", "readings"), peaks),
            "racks": _keys(racks),
            **cooled,
        },
        (_join("vibration", machines, shaken), _join("cooling", racks, racks), served),
        sources=(GRAPH, TABLES, GRAPH, TABLES, API),
    )


def mates(machine: int) -> Gold:
    """All four: graph, tables, documents, the maintenance system."""
    others, rack = gold.mates(machine), gold.rack_of(machine)
    rows, document = _errors_and_guide(others)
    cooled, served = _cooling({rack})
    erring = gold.by_machine(gold.errors(others, MARCH))
    return Gold(
        {"mates": _keys(others), **rows, "racks": _keys({rack}), **cooled},
        (_join("errors", others, erring), _join("cooling", {rack}, {rack}), served),
        document,
        (GRAPH, TABLES, TABLES, DOCUMENTS, GRAPH, TABLES, API),
    )


THREE_ENGINES = (
    Question(
        "en_rack_errors",
        "What errors did the machines in rack 2-1 have last month, and which runbook is for them?",
        lambda: rack_errors("DC1-RCK-2-1"),
    ),
    Question(
        "ko_rack_errors",
        "지난달 4-1 랙 기계들의 오류와 그 조치 방법을 알려줘",
        lambda: rack_errors("DC1-RCK-4-1"),
    ),
    Question(
        "en_rack_failures",
        "Which machines in DC1-RCK-3-1 failed last month, and what work was done on its chillers?",
        lambda: rack_failures("DC1-RCK-3-1"),
    ),
    Question(
        "ko_rack_failures",
        "지난달 2-1 랙 기계의 고장과, 그 랙 냉동기의 작업 지시 내역",
        lambda: rack_failures("DC1-RCK-2-1"),
    ),
    Question(
        "en_software_vibration",
        "How high was the vibration of the machines running couchbase last month, "
        "and what work orders did their chillers have?",
        lambda: software_vibration("couchbase"),
    ),
    Question(
        "ko_software_vibration",
        "지난달 neo4j가 도는 기계들의 최대 진동과 해당 냉동기의 작업 지시",
        lambda: software_vibration("neo4j"),
    ),
    Question(
        "en_mates",
        "Machines that share a rack with machine 20: their errors last month, the runbook "
        "and work orders of the chillers",
        lambda: mates(20),
    ),
    Question(
        "ko_mates",
        "33호기와 같은 랙 설비의 지난달 오류, 조치 절차 및 냉동기 작업 지시는?",
        lambda: mates(33),
    ),
)


def _scope(found: Iterable[object], step: str = "scope") -> Gold:
    return Gold({step: _keys(found)}, sources=(GRAPH,))


def _fed(machines: set[int], columns: tuple[str, ...], rows: Rows, *joins: Join) -> Gold:
    steps = {"scope": _keys(machines), "s1": (columns, rows)}
    return Gold(steps, joins, sources=(GRAPH, TABLES))


def _count(machines: set[int], happened: int) -> Gold:
    return _fed(machines, ("count",), [(happened,)])


def _oldest(machines: set[int]) -> Gold:
    most = max(gold.ages()[machine] for machine in machines)
    rows: Rows = [(one, most) for one in machines if gold.ages()[one] == most]
    return _fed(machines, ("machine_id", "age_years"), rows)


def _average_age(machines: set[int]) -> Gold:
    ages = [gold.ages()[machine] for machine in machines]
    return _fed(machines, ("avg_age_years",), [(sum(ages) / len(ages),)])


def _peaks(machines: set[int]) -> Gold:
    shaken = gold.vibration(machines, *LAST_WEEK)
    rows: Rows = [(machine, max(held)) for machine, held in shaken.items()]
    joined = _join("s1", machines, shaken)
    return _fed(machines, ("machine_id", "max_vibration"), rows, joined)


def _failures_of(machine: int) -> Gold:
    failed = gold.failures({machine}, FEBRUARY)
    rows: Rows = [(one.machine, one.at.isoformat(), one.what) for one in failed]
    return Gold({"s1": (("machine_id", "occurred_at", "component"), rows)}, sources=(TABLES,))


def _orders(name: str) -> Gold:
    orders = gold.orders({gold.chiller_named(name)}, MARCH)
    rows: Rows = [*orders.items()]
    return Gold({"chiller_orders": (("wo_id", "equipment_id"), rows)}, sources=(API,))


def _document(alert: str) -> Gold:
    return Gold({}, first_document=gold.runbook(alert), sources=(DOCUMENTS,))


FEWER_ENGINES = (
    Question(
        "en_machines_in_a_rack",
        "machines in rack DC1-RCK-1-1",
        lambda: _scope(gold.in_rack("DC1-RCK-1-1")),
    ),
    Question(
        "ko_switches_in_a_rack",
        "랙 3-1에 있는 스위치",
        lambda: _scope(gold.switches("DC1-RCK-3-1")),
    ),
    Question(
        "en_rack_of_a_node",
        "which rack is DC1-RCK-2-1-M-97 in?",
        lambda: _scope({"DC1-RCK-2-1"}, "rack_of"),
    ),
    Question(
        "ko_rack_of_a_machine",
        "6번 기계는 어느 랙에 있어?",
        lambda: _scope({gold.rack_of(6)}, "rack_of"),
    ),
    Question(
        "en_rack_mates",
        "Which machines are in the same rack as m-050?",
        lambda: _scope(gold.mates(50), "rack_mates"),
    ),
    Question(
        "en_machines_of_a_software",
        "machines that run couchbase",
        lambda: _scope(gold.running("couchbase"), "machines_running"),
    ),
    Question(
        "ko_failures_of_a_rack",
        "3-1 랙 기계의 2월 고장 건수",
        lambda: _count(
            gold.in_rack("DC1-RCK-3-1"), len(gold.failures(gold.in_rack("DC1-RCK-3-1"), FEBRUARY))
        ),
    ),
    Question(
        "en_errors_of_a_rack",
        "how many errors did the machines in rack 1-1 have in February 2015",
        lambda: _count(
            gold.in_rack("DC1-RCK-1-1"), len(gold.errors(gold.in_rack("DC1-RCK-1-1"), FEBRUARY))
        ),
    ),
    Question(
        "en_age_of_a_rack",
        "average age of the machines in rack 4-1",
        lambda: _average_age(gold.in_rack("DC1-RCK-4-1")),
    ),
    Question(
        "ko_oldest_of_a_rack",
        "4-1 랙에서 가장 오래된 기계",
        lambda: _oldest(gold.in_rack("DC1-RCK-4-1")),
    ),
    Question(
        "en_vibration_of_a_rack",
        "peak vibration of the machines in rack 1-1 last week",
        lambda: _peaks(gold.in_rack("DC1-RCK-1-1")),
    ),
    Question("ko_failures_of_a_machine", "기계 7의 2015년 2월 고장", lambda: _failures_of(7)),
    Question(
        "en_orders_of_a_chiller",
        "work orders of chiller 10 last month",
        lambda: _orders("Chiller 10"),
    ),
    Question("ko_orders_of_a_chiller", "지난달 6번 냉동기 작업 지시", lambda: _orders("Chiller 6")),
    Question(
        "en_runbook",
        "what should I do about NodeFilesystemSpaceFillingUp on a machine?",
        lambda: _document("NodeFilesystemSpaceFillingUp"),
    ),
    Question("ko_runbook", "NodeRAIDDegraded 런북 보여줘", lambda: _document("NodeRAIDDegraded")),
)
