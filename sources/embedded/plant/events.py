"""Everyday events over fifteen months and more: alarms, deployments, checks, security alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sources.embedded.plant.model import Ci, Event, both, dice

HISTORY_DAYS = 480
ALARM_WEIGHTS = {"critical": 3, "major": 14, "minor": 33, "warning": 50}
SECURITY_WEIGHTS = {"critical": 4, "major": 16, "minor": 30, "warning": 50}
TO_ACKNOWLEDGE_MINUTES = {"critical": 12, "major": 35, "minor": 150, "warning": 500}


@dataclass(frozen=True, slots=True)
class Message:
    alarm_code: str
    ko: str
    en: str

    @property
    def text(self) -> str:
        return both(self.ko, self.en)


ALARMS: dict[str, tuple[Message, ...]] = {
    "gas_turbine": (
        Message("VIB-HI", "베어링 진동 상한 초과", "Bearing vibration high"),
        Message("EXH-HI", "배기가스 온도 편차 과대", "Exhaust temperature spread high"),
        Message("LOP-LO", "윤활유 압력 저하", "Lube oil pressure low"),
    ),
    "steam_turbine": (
        Message("VIB-HI", "베어링 진동 상한 초과", "Bearing vibration high"),
        Message("STP-LO", "주증기 압력 저하", "Main steam pressure low"),
    ),
    "hrsg": (
        Message("DRM-LO", "드럼 수위 저하", "Drum level low"),
        Message("STT-HI", "증기 온도 상한 초과", "Steam temperature high"),
    ),
    "generator": (Message("WND-HI", "권선 온도 상한 초과", "Winding temperature high"),),
    "pump": (
        Message("VIB-HI", "펌프 진동 상한 초과", "Pump vibration high"),
        Message("FLT-DP", "필터 차압 과대", "Filter differential pressure high"),
        Message("SEAL-LK", "축봉 누설 감지", "Seal leak detected"),
    ),
    "fan": (Message("VIB-HI", "팬 진동 상한 초과", "Fan vibration high"),),
    "valve": (Message("POS-DV", "밸브 개도 편차", "Valve position deviation"),),
    "transformer": (
        Message("OIL-HI", "변압기 유온 상한 초과", "Transformer oil temperature high"),
        Message("GAS-HI", "유중 가스 증가", "Dissolved gas rising"),
    ),
    "breaker": (Message("SF6-LO", "SF6 가스 압력 저하", "SF6 gas pressure low"),),
    "sensor": (Message("SIG-BAD", "신호 불량", "Bad signal quality"),),
    "controller": (Message("COM-ERR", "제어기 통신 오류", "Controller communication error"),),
    "server": (
        Message("CPU-HI", "CPU 사용률 상한 초과", "CPU usage high"),
        Message("MEM-HI", "메모리 사용률 상한 초과", "Memory usage high"),
        Message("DSK-HI", "디스크 용량 부족", "Disk space low"),
    ),
    "switch": (Message("PRT-ERR", "포트 오류 증가", "Port errors rising"),),
    "router": (Message("LNK-DN", "회선 단절", "Link down"),),
    "firewall": (Message("SES-HI", "세션 수 과다", "Session count high"),),
    "storage": (Message("CAP-HI", "스토리지 용량 부족", "Storage capacity low"),),
    "database": (Message("CON-HI", "DB 연결 수 상한 초과", "Database connections high"),),
    "middleware": (Message("HEAP-HI", "힙 메모리 부족", "Heap memory low"),),
    "application": (
        Message("RSP-HI", "응답 지연", "Slow response"),
        Message("ERR-HI", "오류율 상승", "Error rate rising"),
    ),
}
SECURITY = (
    Message("SEC-LGN", "로그인 반복 실패", "Repeated failed logins"),
    Message("SEC-SCN", "포트 스캔 탐지", "Port scan detected"),
    Message("SEC-MAL", "악성코드 의심 파일", "Suspicious file found"),
    Message("SEC-POL", "차단 정책 위반", "Blocked by policy"),
)
STATUS_CHANGES = (
    Message("ST-STOP", "정지됨", "Stopped"),
    Message("ST-RUN", "기동됨", "Started"),
    Message("ST-STBY", "대기 전환", "Switched to standby"),
)
DAYS_BETWEEN: dict[str, dict[str, float]] = {
    "threshold_alarm": {
        "gas_turbine": 6,
        "steam_turbine": 9,
        "hrsg": 10,
        "generator": 30,
        "pump": 22,
        "fan": 40,
        "valve": 60,
        "transformer": 26,
        "breaker": 90,
        "sensor": 70,
        "controller": 50,
        "server": 17,
        "switch": 35,
        "router": 45,
        "firewall": 40,
        "storage": 50,
        "database": 14,
        "middleware": 24,
        "application": 13,
    },
    "status_change": {"gas_turbine": 30, "steam_turbine": 40, "pump": 45, "fan": 60, "server": 90},
    "deployment": {"application": 24, "middleware": 80, "database": 110, "os": 120},
    "security_alert": {"firewall": 5, "server": 60, "router": 30, "application": 90},
    "health_check": {"server": 30, "database": 15, "controller": 30, "switch": 45, "storage": 30},
}
"""Mean days between two events of a kind, by class."""
NEVER = {
    ("SRV-014", "security_alert"),
    ("SRV-020", "threshold_alarm"),
    ("SRV-020", "security_alert"),
    ("GEN-06", "threshold_alarm"),
    ("TR-06", "threshold_alarm"),
    ("APP-18", "deployment"),
    ("CTF-08", "threshold_alarm"),
    ("RT-03", "security_alert"),
}
"""True zeros: these never had an event of that kind."""


def everyday_events(items: Iterable[Ci], anchor: datetime) -> Iterator[Event]:
    """Events that belong to no incident, machine by machine. None at or after the anchor."""
    for ci in items:
        for event_type, pace in DAYS_BETWEEN.items():
            days = pace.get(ci.ci_class)
            if days is not None and (ci.ci_id, event_type) not in NEVER:
                yield from _of_one(ci, event_type, days, anchor)


def _of_one(ci: Ci, event_type: str, days: float, anchor: datetime) -> Iterator[Event]:
    rng = dice("events", ci.ci_id, event_type)
    pace = days * (0.7 + 0.6 * rng.random())
    at = anchor - timedelta(days=HISTORY_DAYS) + timedelta(days=rng.random() * pace)
    while at < anchor - timedelta(minutes=2):
        whole_second = at.replace(microsecond=0)
        yield _event(ci, event_type, whole_second, anchor, rng)
        at += timedelta(days=0.02 + rng.expovariate(1 / pace))


def _event(ci: Ci, event_type: str, at: datetime, anchor: datetime, rng: Random) -> Event:
    if event_type == "threshold_alarm":
        message, severity = rng.choice(ALARMS[ci.ci_class]), _pick(ALARM_WEIGHTS, rng)
        return alarm(ci.ci_id, event_type, severity, message, at, anchor, rng)
    if event_type == "security_alert":
        message, severity = rng.choice(SECURITY), _pick(SECURITY_WEIGHTS, rng)
        return alarm(ci.ci_id, event_type, severity, message, at, anchor, rng)
    if event_type == "deployment":
        version = f"{rng.randint(1, 5)}.{rng.randint(0, 9)}.{rng.randint(0, 9)}"
        return notice(
            ci.ci_id,
            event_type,
            Message("DEP-OK", f"버전 {version} 배포", f"Version {version} deployed"),
            at,
        )
    if event_type == "status_change":
        return notice(ci.ci_id, event_type, rng.choice(STATUS_CHANGES), at)
    if rng.random() < 0.12:
        failed = Message("HC-FAIL", "상태 점검 실패", "Health check failed")
        return alarm(ci.ci_id, event_type, "warning", failed, at, anchor, rng)
    return notice(
        ci.ci_id, event_type, Message("HC-OK", "상태 점검 정상", "Health check passed"), at
    )


def notice(ci_id: str, event_type: str, message: Message, at: datetime) -> Event:
    """An event nobody has to act on: acknowledged and over when it happens."""
    return Event(ci_id, event_type, "info", message.alarm_code, message.text, at, at, at)


def alarm(
    ci_id: str,
    event_type: str,
    severity: str,
    message: Message,
    at: datetime,
    anchor: datetime,
    rng: Random,
) -> Event:
    """An event that is acknowledged and cleared later, or not yet at the anchor."""
    patience = TO_ACKNOWLEDGE_MINUTES[severity]
    seen = at + timedelta(minutes=1 + int(rng.expovariate(1 / patience)))
    over = at + timedelta(minutes=4 + int(rng.expovariate(1 / (patience * 2))))
    ignored = severity in ("warning", "minor") and rng.random() < 0.15
    standing = ignored and anchor - at < timedelta(days=60) and rng.random() < 0.3
    return Event(
        ci_id,
        event_type,
        severity,
        message.alarm_code,
        message.text,
        at,
        None if ignored or seen >= anchor else seen,
        over if over < anchor and not standing else None,
    )


def _pick(weights: dict[str, int], rng: Random) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]
