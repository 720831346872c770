"""Three incidents with a known cause, visible in metrics, events, work history and topology.

    1 lube oil   a cancelled filter change on LOP-02 starves GT-02 of oil until it trips,
                 and its neighbours raise an alarm flood
    2 leak       release 4.2.0 of APP-02 leaks connections of DB-03 until SRV-014 is exhausted
    3 firmware   firmware 9.4.2 on SW-07 drops packets: applications fail, and CTRL-03 loses the
                 feedwater of HRSG-03

Times are given as days and hours before the anchor. docs/demo-plant.md has the SQL for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sources.embedded.plant.events import ALARMS, Message, alarm, notice
from sources.embedded.plant.model import Ci, Event, Maintenance, WorkOrder, both, dice


@dataclass(frozen=True, slots=True)
class Shift:
    """A change of one series in a window: `ramp` grows to `by`, `add` adds it, `set` replaces."""

    ci_id: str
    metric: str
    start: datetime
    end: datetime
    mode: Literal["ramp", "add", "set"]
    by: float


SHIFT_SQL = """
update plant.metric_sample set value = round(100 * least(%(high)s::float8, greatest(0, case %(mode)s
    when 'set' then %(by)s::float8
    when 'add' then value + %(by)s::float8
    else value + %(by)s::float8 * extract(epoch from observed_at - %(start)s::timestamptz)
        / extract(epoch from %(end)s::timestamptz - %(start)s::timestamptz) end))) / 100
where ci_id = %(ci_id)s and metric = %(metric)s
    and observed_at >= %(start)s::timestamptz and observed_at < %(end)s::timestamptz
"""


def before(anchor: datetime, days: float, hours: float = 0, minutes: float = 0) -> datetime:
    return anchor - timedelta(days=days) + timedelta(hours=hours, minutes=minutes)


def shifts(anchor: datetime) -> Iterator[Shift]:
    """What the incidents, and the overhaul of GT-04, do to the metrics."""
    wear, trip, repaired = before(anchor, 18), before(anchor, 15, 5, 2), before(anchor, 14, 6)
    yield Shift("GT-02", "lube_oil_pressure", wear, trip, "ramp", -1.3)
    yield Shift("GT-02", "bearing_vibration", wear, trip, "ramp", 7.5)
    yield Shift("LOP-02", "bearing_vibration", wear, trip, "ramp", 4.0)
    yield Shift("LOP-02", "flow", wear, trip, "ramp", -140)
    for ci_id, metric, value in (
        ("GT-02", "power_output", 0),
        ("GT-02", "rotor_speed", 0),
        ("GT-02", "exhaust_temperature", 62),
        ("GT-02", "bearing_vibration", 0.1),
        ("GT-02", "lube_oil_pressure", 0.3),
        ("GEN-02", "power_output", 0),
        ("HRSG-02", "flow", 18),
        ("HRSG-02", "steam_pressure", 21),
        ("HRSG-02", "steam_temperature", 190),
    ):
        yield Shift(ci_id, metric, trip, repaired, "set", value)
    yield Shift("ST-01", "power_output", trip, repaired, "add", -70)

    released, rolled_back = before(anchor, 7, 13, 10), before(anchor, 5, -7.5)
    yield Shift("DB-03", "db_connections", released, rolled_back, "ramp", 300)
    yield Shift("SRV-014", "cpu_usage", released, rolled_back, "ramp", 55)
    yield Shift("SRV-014", "memory_usage", released, rolled_back, "ramp", 32)
    yield Shift("APP-02", "response_time", released, rolled_back, "ramp", 8_400)
    yield Shift("APP-02", "error_rate", released, rolled_back, "ramp", 17)
    yield Shift("APP-01", "response_time", released, rolled_back, "ramp", 2_600)

    lost, found = before(anchor, 1, 5), before(anchor, 1, 7.5)
    yield Shift("SW-07", "network_throughput", lost, found, "set", 14)
    for n in range(1, 6):
        yield Shift(f"APP-{n:02d}", "error_rate", lost, found, "add", 22 - n)
        yield Shift(f"APP-{n:02d}", "response_time", lost, found, "add", 3_000)
    yield Shift("HRSG-03", "flow", lost, found, "add", -120)
    yield Shift("HRSG-03", "steam_pressure", lost, found, "add", -28)
    yield Shift("BFP-05", "flow", lost, found, "add", -110)
    yield Shift("SRV-021", "cpu_usage", before(anchor, 1, 5), anchor, "add", 48)

    overhaul = before(anchor, 5, -1)
    for ci_id, metric in (
        ("GT-04", "power_output"),
        ("GT-04", "rotor_speed"),
        ("GEN-04", "power_output"),
        ("HRSG-04", "flow"),
    ):
        yield Shift(ci_id, metric, overhaul, anchor, "set", 0)
    yield Shift("GT-04", "exhaust_temperature", overhaul, anchor, "set", 24)


def incident_events(items: Iterable[Ci], anchor: datetime) -> Iterator[Event]:
    """The events of all three, the flood among them."""
    yield from _lube_oil(tuple(items), anchor)
    yield from _connection_leak(anchor)
    yield from _firmware(anchor)


def _lube_oil(items: tuple[Ci, ...], anchor: datetime) -> Iterator[Event]:
    rng, kind = dice("incident", 1), "threshold_alarm"
    for days, ci_id, severity, message in (
        (
            17.2,
            "LOP-02",
            "warning",
            Message("FLT-DP", "필터 차압 과대", "Filter differential pressure high"),
        ),
        (
            16.4,
            "LOP-02",
            "minor",
            Message("FLT-DP", "필터 차압 과대", "Filter differential pressure high"),
        ),
        (16.1, "GT-02", "minor", Message("LOP-LO", "윤활유 압력 저하", "Lube oil pressure low")),
        (15.3, "GT-02", "major", Message("LOP-LO", "윤활유 압력 저하", "Lube oil pressure low")),
        (
            15.1,
            "GT-02",
            "major",
            Message("VIB-HI", "베어링 진동 상한 초과", "Bearing vibration high"),
        ),
    ):
        yield alarm(ci_id, kind, severity, message, before(anchor, days), anchor, rng)
    trip = before(anchor, 15, 5, 2)
    tripped = Message("TRIP-LOP", "윤활유 압력 저저 트립", "Trip on very low lube oil pressure")
    yield alarm("GT-02", kind, "critical", tripped, trip, anchor, rng)
    yield notice(
        "GT-02",
        "status_change",
        Message("ST-STOP", "정지됨", "Stopped"),
        trip + timedelta(seconds=4),
    )
    flooded = [ci for ci in items if ci.ci_class in ALARMS and _in_block_one(ci)]
    for n in range(240):
        ci = flooded[n % len(flooded)]
        severity = rng.choices(("major", "minor", "warning"), (15, 40, 45))[0]
        at = trip + timedelta(seconds=6 + int(n * 2.4))
        yield alarm(ci.ci_id, kind, severity, rng.choice(ALARMS[ci.ci_class]), at, anchor, rng)
    restarted = Message("ST-RUN", "기동됨", "Started")
    yield notice("GT-02", "status_change", restarted, before(anchor, 14, 6))


def _in_block_one(ci: Ci) -> bool:
    return ci.ci_id in (
        "GT-02",
        "HRSG-02",
        "ST-01",
        "GEN-02",
        "GEN-05",
        "TR-02",
        "LOP-02",
        "CMP-02",
        "FWV-02",
        "BFP-03",
    ) or (ci.ci_class == "sensor" and ci.parent_id in ("GT-02", "HRSG-02", "ST-01"))


def _connection_leak(anchor: datetime) -> Iterator[Event]:
    rng, released = dice("incident", 2), before(anchor, 7, 13, 10)
    deployed = Message("DEP-OK", "버전 4.2.0 배포", "Version 4.2.0 deployed")
    yield notice("APP-02", "deployment", deployed, released)
    for hours, ci_id, severity, message in (
        (
            9,
            "DB-03",
            "warning",
            Message("CON-HI", "DB 연결 수 상한 초과", "Database connections high"),
        ),
        (
            14,
            "DB-03",
            "major",
            Message("CON-HI", "DB 연결 수 상한 초과", "Database connections high"),
        ),
        (15, "APP-02", "major", Message("RSP-HI", "응답 지연", "Slow response")),
        (18, "SRV-014", "major", Message("CPU-HI", "CPU 사용률 상한 초과", "CPU usage high")),
        (
            22,
            "DB-03",
            "critical",
            Message("CON-MAX", "DB 연결 고갈", "Database connections exhausted"),
        ),
        (22.2, "APP-02", "critical", Message("ERR-HI", "오류율 상승", "Error rate rising")),
    ):
        yield alarm(
            ci_id,
            "threshold_alarm",
            severity,
            message,
            released + timedelta(hours=hours),
            anchor,
            rng,
        )
    rollback = Message("DEP-RB", "버전 4.1.3 으로 되돌림", "Rolled back to version 4.1.3")
    yield notice("APP-02", "deployment", rollback, before(anchor, 5, -7.5))


def _firmware(anchor: datetime) -> Iterator[Event]:
    rng, lost = dice("incident", 3), before(anchor, 1, 5)
    upgraded = Message("DEP-FW", "펌웨어 9.4.2 적용", "Firmware 9.4.2 installed")
    yield notice("SW-07", "deployment", upgraded, before(anchor, 2, 14))
    for minutes, ci_id, severity, message in (
        (
            1,
            "SW-07",
            "critical",
            Message("PKT-LOSS", "패킷 손실 급증", "Packet loss rising sharply"),
        ),
        (
            2,
            "CTRL-03",
            "critical",
            Message("COM-ERR", "제어기 통신 오류", "Controller communication error"),
        ),
        (3, "HRSG-03", "major", Message("FLW-LO", "급수 유량 저하", "Feedwater flow low")),
        (4, "BFP-05", "major", Message("FLW-LO", "펌프 유량 저하", "Pump flow low")),
        *(
            (5 + n, f"APP-{n:02d}", "major", Message("ERR-HI", "오류율 상승", "Error rate rising"))
            for n in range(1, 6)
        ),
    ):
        yield alarm(
            ci_id,
            "threshold_alarm",
            severity,
            message,
            lost + timedelta(minutes=minutes),
            anchor,
            rng,
        )
    yield Event(
        "SW-07",
        "threshold_alarm",
        "major",
        "PRT-ERR",
        both("포트 오류 증가", "Port errors rising"),
        before(anchor, 0, -3),
        None,
        None,
    )
    yield Event(
        "SRV-021",
        "threshold_alarm",
        "major",
        "CPU-HI",
        both("CPU 사용률 상한 초과", "CPU usage high"),
        before(anchor, 0, -2.5),
        None,
        None,
    )


def incident_maintenance(anchor: datetime) -> Iterator[Maintenance]:
    """What was done because of the incidents, and what caused the third."""
    yield Maintenance(
        "LOP-02",
        "corrective",
        before(anchor, 15, 8),
        before(anchor, 14, 4),
        18_400_000,
        "completed",
        both("막힌 필터 교체, 오일 세정", "Clogged filter replaced, oil flushed"),
    )
    yield Maintenance(
        "GT-02",
        "inspection",
        before(anchor, 15, 9),
        before(anchor, 14, 5),
        6_300_000,
        "follow_up_needed",
        both("저널 베어링 내시경 점검, 경미한 마모", "Journal bearing borescope, slight wear"),
    )
    yield Maintenance(
        "DB-03",
        "corrective",
        before(anchor, 5, -7),
        before(anchor, 5, -5.5),
        900_000,
        "completed",
        both("누적 연결 정리 후 재기동", "Leaked connections closed, restarted"),
    )
    yield Maintenance(
        "SW-07",
        "preventive",
        before(anchor, 2, 14),
        before(anchor, 2, 15),
        450_000,
        "completed",
        both("펌웨어 9.4.2 적용", "Firmware 9.4.2 installed"),
    )
    yield Maintenance(
        "GT-04",
        "overhaul",
        before(anchor, 5, -1),
        None,
        262_000_000,
        "in_progress",
        both("계획 분해 정비", "Planned full overhaul"),
    )


def incident_orders(anchor: datetime) -> Iterator[WorkOrder]:
    """Orders around the incidents; the cancelled filter change is the first one's cause."""
    yield WorkOrder(
        "LOP-02",
        "high",
        "cancelled",
        both("필터 교체", "Replace filter"),
        both("예비품 없음으로 취소", "Cancelled: no spare part"),
        before(anchor, 48, 1),
        None,
        "turbine_team",
    )
    yield WorkOrder(
        "GT-02",
        "urgent",
        "done",
        both("윤활유 계통 복구", "Restore lube oil system"),
        both("트립 후 LOP-02 필터 막힘 확인", "Clogged filter of LOP-02 found after trip"),
        before(anchor, 15, 5.5),
        before(anchor, 14, 5),
        "turbine_team",
    )
    yield WorkOrder(
        "APP-02",
        "urgent",
        "done",
        both("4.2.0 되돌리기", "Roll back 4.2.0"),
        both("DB-03 연결 누수", "Connections of DB-03 leak"),
        before(anchor, 6, 12),
        before(anchor, 5, -7.5),
        "application_team",
    )
    yield WorkOrder(
        "SW-07",
        "urgent",
        "open",
        both("펌웨어 되돌리기", "Roll back firmware"),
        both("9.4.2 적용 후 패킷 손실", "Packet loss since 9.4.2"),
        before(anchor, 1, 8),
        None,
        "network_team",
    )
    yield WorkOrder(
        "HRSG-03",
        "high",
        "in_progress",
        both("급수 제어 점검", "Check feedwater control"),
        both("통신 두절 중 유량 저하", "Flow fell while communication was lost"),
        before(anchor, 1, 9),
        None,
        "boiler_team",
    )
