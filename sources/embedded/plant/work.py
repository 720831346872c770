"""Maintenance and work orders of fifteen months and more, with free text in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

from sources.embedded.plant.model import Ci, Maintenance, WorkOrder, both, dice

HISTORY_DAYS = 490
DAYS_BETWEEN_JOBS = {
    "gas_turbine": 45,
    "steam_turbine": 60,
    "hrsg": 70,
    "generator": 120,
    "compressor": 150,
    "pump": 110,
    "fan": 170,
    "valve": 230,
    "transformer": 140,
    "breaker": 260,
    "condenser": 160,
    "controller": 200,
    "server": 210,
    "switch": 260,
    "storage": 180,
    "database": 150,
}
JOB_WEIGHTS = {"preventive": 45, "corrective": 25, "inspection": 26, "overhaul": 4}
COST_KRW = {
    "preventive": 1_800_000,
    "corrective": 5_200_000,
    "inspection": 600_000,
    "overhaul": 240_000_000,
}
HOURS = {"preventive": 6.0, "corrective": 11.0, "inspection": 3.0, "overhaul": 180.0}
SUMMARIES = {
    "preventive": (
        both("윤활유 교체 및 필터 청소", "Oil change and filter cleaning"),
        both("정기 점검 및 체결부 조임", "Scheduled service, fasteners tightened"),
        both("펌웨어 갱신", "Firmware update"),
    ),
    "corrective": (
        both("베어링 교체", "Bearing replaced"),
        both("누유 부위 패킹 교체", "Leaking gasket replaced"),
        both("전원 모듈 교체", "Power module replaced"),
        both("축 정렬 재조정", "Shaft realigned"),
    ),
    "inspection": (
        both("진동 및 온도 측정, 이상 없음", "Vibration and temperature measured, no finding"),
        both("절연 저항 측정", "Insulation resistance measured"),
        both("외관 점검, 부식 발견", "Visual inspection, corrosion found"),
    ),
    "overhaul": (both("분해 정비", "Full overhaul"),),
}
IT_SUMMARIES = {
    "preventive": (
        both("보안 패치 적용", "Security patches applied"),
        both("펌웨어 갱신", "Firmware update"),
    ),
    "corrective": (
        both("디스크 교체", "Disk replaced"),
        both("전원 모듈 교체", "Power module replaced"),
    ),
    "inspection": (
        both("용량 점검", "Capacity review"),
        both("백업 복구 시험", "Backup restore test"),
    ),
    "overhaul": (both("장비 교체", "Equipment replaced"),),
}
ORDERS = (
    (
        both("누유 보수 요청", "Repair an oil leak"),
        both(
            "바닥에서 기름 자국 발견, 패킹 확인 필요", "Oil traces on the floor, check the gasket"
        ),
    ),
    (
        both("이상 소음 점검", "Check unusual noise"),
        both("기동 시 금속성 소음 발생", "Metallic noise at start-up"),
    ),
    (
        both("계기 교정", "Calibrate instrument"),
        both("현장 지시치와 제어실 지시치 불일치", "Field and control room readings differ"),
    ),
    (
        both("필터 교체", "Replace filter"),
        both("차압 상승 추세", "Differential pressure is rising"),
    ),
    (both("도장 보수", "Repaint"), both("부식 진행 부위 도장", "Paint corroded surface")),
)
IT_ORDERS = (
    (
        both("디스크 증설", "Add disk capacity"),
        both("보관 기간 연장으로 용량 부족 예상", "Longer retention needs more space"),
    ),
    (
        both("보안 패치 적용", "Apply security patch"),
        both("취약점 공지에 따른 조치", "Follow-up of a vulnerability notice"),
    ),
    (
        both("느린 조회 개선", "Improve slow query"),
        both("월말 집계 화면 지연", "Month-end report is slow"),
    ),
    (both("계정 권한 정리", "Review access rights"), both("반기 권한 검토", "Half-yearly review")),
)
DAYS_BETWEEN_ORDERS = {
    **{c: d * 0.8 for c, d in DAYS_BETWEEN_JOBS.items()},
    "application": 70,
    "sensor": 300,
}
PRIORITIES = {"urgent": 6, "high": 22, "normal": 52, "low": 20}
NO_WORK = {"SRV-020", "GEN-06", "CB-11", "STG-02"}
"""True zeros: no maintenance and no order ever."""


def everyday_maintenance(items: Iterable[Ci], anchor: datetime) -> Iterator[Maintenance]:
    """Jobs that belong to no incident. None begins at or after the anchor."""
    for ci in items:
        days = DAYS_BETWEEN_JOBS.get(ci.ci_class)
        if days is None or ci.ci_id in NO_WORK:
            continue
        rng = dice("maintenance", ci.ci_id)
        for at in _moments(rng, days, anchor):
            yield _job(ci, at, anchor, rng)


def everyday_orders(items: Iterable[Ci], anchor: datetime) -> Iterator[WorkOrder]:
    """Orders that belong to no incident. None is requested at or after the anchor."""
    for ci in items:
        days = DAYS_BETWEEN_ORDERS.get(ci.ci_class)
        if days is None or ci.ci_id in NO_WORK:
            continue
        rng = dice("orders", ci.ci_id)
        for at in _moments(rng, days, anchor):
            yield _order(ci, at, anchor, rng)


def _moments(rng: Random, days: float, anchor: datetime) -> Iterator[datetime]:
    """Quarter hours of the working day, some `days` apart."""
    at = anchor - timedelta(days=HISTORY_DAYS) + timedelta(days=rng.random() * days)
    while at < anchor - timedelta(days=1):
        yield at.replace(minute=15 * rng.randrange(4), second=0, microsecond=0)
        at += timedelta(days=1 + rng.expovariate(1 / days))


def _job(ci: Ci, at: datetime, anchor: datetime, rng: Random) -> Maintenance:
    kind = rng.choices(list(JOB_WEIGHTS), list(JOB_WEIGHTS.values()))[0]
    if kind == "overhaul" and ci.ci_class not in ("gas_turbine", "steam_turbine", "hrsg"):
        kind = "corrective"
    ended = at + timedelta(minutes=15 * max(2, round(HOURS[kind] * 4 * (0.5 + rng.random()))))
    texts = (IT_SUMMARIES if ci.category == "it_asset" else SUMMARIES)[kind]
    cost = round(COST_KRW[kind] * (0.4 + 1.2 * rng.random()), -4)
    result = "follow_up_needed" if rng.random() < 0.12 else "completed"
    summary = rng.choice(texts)
    if ended >= anchor:
        return Maintenance(ci.ci_id, kind, at, None, int(cost), "in_progress", summary)
    return Maintenance(ci.ci_id, kind, at, ended, int(cost), result, summary)


def _order(ci: Ci, at: datetime, anchor: datetime, rng: Random) -> WorkOrder:
    priority = rng.choices(list(PRIORITIES), list(PRIORITIES.values()))[0]
    title, description = rng.choice(IT_ORDERS if ci.category == "it_asset" else ORDERS)
    done = at + timedelta(hours=4 + int(rng.expovariate(1 / 160)))
    status, completed = "done", done
    if rng.random() < 0.05:
        status, completed = "cancelled", None
    elif done >= anchor:
        status, completed = ("in_progress" if rng.random() < 0.4 else "open"), None
    return WorkOrder(ci.ci_id, priority, status, title, description, at, completed, ci.owner)
