"""The IT that runs the plant: racks, servers, network, storage, software and systems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sources.embedded.plant.model import Ci, dice

SYSTEMS = (
    (
        "ERP",
        "전사자원관리",
        "Enterprise resource planning",
        ("구매·자재", "Purchasing"),
        ("수주·정산", "Order and billing"),
    ),
    (
        "MES",
        "생산관리",
        "Production management",
        ("실적 관리", "Production results"),
        ("일일 운전일지", "Daily log"),
    ),
    (
        "DCS",
        "분산제어",
        "Distributed control",
        ("운전 화면", "Operator display"),
        ("경보 관리", "Alarm management"),
    ),
    (
        "PMS",
        "성능관리",
        "Performance monitoring",
        ("효율 계산", "Efficiency calculation"),
        ("성능 보고", "Performance report"),
    ),
    (
        "EMS",
        "에너지관리",
        "Energy management",
        ("급전 연계", "Dispatch link"),
        ("발전 계획", "Generation schedule"),
    ),
    (
        "HIS",
        "운전이력",
        "Plant historian",
        ("이력 수집", "History collector"),
        ("이력 조회", "History viewer"),
    ),
    (
        "CMMS",
        "설비보전",
        "Maintenance management",
        ("작업 지시", "Work orders"),
        ("예비품 관리", "Spare parts"),
    ),
    ("GW", "그룹웨어", "Groupware", ("전자결재", "Approvals"), ("메일", "Mail")),
    (
        "SEC",
        "보안관제",
        "Security monitoring",
        ("로그 분석", "Log analysis"),
        ("출입 통제", "Access control"),
    ),
    (
        "CCTV",
        "영상감시",
        "Video surveillance",
        ("영상 저장", "Video recorder"),
        ("영상 조회", "Video viewer"),
    ),
)
DATABASE_SYSTEMS = ("MES", "DCS", "ERP", "PMS", "EMS", "HIS", "CMMS", "GW")
MIDDLEWARE_SYSTEMS = ("MES", "ERP", "DCS", "PMS", "EMS", "HIS", "CMMS", "GW")
SYSTEM_NICKNAMES = {
    "HIS": ("히스토리안", "historian"),
    "SEC": ("보안관제", "SOC"),
    "GW": ("그룹웨어",),
}
"""Where the bare code is an English word or a unit as well."""
SOFTWARE = {
    "os": (("Rocky Linux", "8.10"), ("Rocky Linux", "9.4"), ("Windows Server", "2019")),
    "database": (("PostgreSQL", "14.11"), ("PostgreSQL", "16.3"), ("Oracle Database", "19c")),
    "middleware": (("Tomcat", "9.0"), ("Tomcat", "10.1"), ("Kafka", "3.6")),
}
STATUS = {
    "SW-07": "degraded",
    "SRV-020": "standby",
    "SRV-033": "stopped",
    "OS-033": "stopped",
    "SRV-021": "in_alarm",
    "STG-04": "in_maintenance",
    "FW-04": "standby",
    "APP-01": "degraded",
    "APP-13": "stopped",
}


def information_technology() -> tuple[Ci, ...]:
    """Every IT item, parents before children, attributes filled in."""
    found = (*_racks(), *_network(), *_servers(), *_software())
    return tuple(_with_attributes(ci) for ci in found)


def _racks() -> Iterator[Ci]:
    yield Ci(
        "ITC-01",
        "전산센터",
        "IT centre",
        "site",
        "PLANT-01",
        "server_room_a",
        "it_team",
        "it_asset",
        criticality="critical",
        aliases=("데이터센터", "data centre"),
    )
    for n in range(1, 9):
        yield _item(f"RACK-{n:02d}", f"{n}번 랙", f"Rack {n}", "rack", "ITC-01", n, "it_team")


def _network() -> Iterator[Ci]:
    for n in range(1, 13):
        kind_ko, kind_en = _switch_kind(n)
        yield _item(
            f"SW-{n:02d}",
            f"{kind_ko} 스위치 {n}호",
            f"{kind_en} switch {n}",
            "switch",
            f"RACK-{_rack_of_switch(n):02d}",
            _rack_of_switch(n),
            "network_team",
            aliases=(f"switch-{n:02d}", f"스위치 {n}"),
        )
    for n in range(1, 4):
        yield _item(
            f"RT-{n:02d}",
            f"라우터 {n}호",
            f"Router {n}",
            "router",
            f"RACK-{n:02d}",
            n,
            "network_team",
        )
    for n in range(1, 5):
        yield _item(
            f"FW-{n:02d}",
            f"방화벽 {n}호",
            f"Firewall {n}",
            "firewall",
            f"RACK-{n:02d}",
            n,
            "security_team",
            zone="dmz",
        )
    for n in range(1, 5):
        yield _item(
            f"STG-{n:02d}",
            f"스토리지 {n}호",
            f"Storage array {n}",
            "storage",
            f"RACK-{n + 4:02d}",
            n + 4,
            "it_team",
        )


def _rack_of_switch(n: int) -> int:
    """An access switch stands in the rack it serves."""
    return n - 2 if 3 <= n <= 10 else (n - 1) % 8 + 1


def _switch_kind(n: int) -> tuple[str, str]:
    if n <= 2:
        return "코어", "Core"
    return ("제어망", "Control network") if n in (7, 11, 12) else ("액세스", "Access")


def _servers() -> Iterator[Ci]:
    for n in range(1, 41):
        role_ko, role_en, index = _server_role(n)
        aliases = (f"서버 {n}", f"server-{n:03d}")
        if n in (1, 2):
            aliases += ("메인 서버", "main server")
        if n == 14:
            aliases += ("ERP DB 서버", "ERP database server")
        rack = (n - 1) // 5 + 1
        yield _item(
            f"SRV-{n:03d}",
            f"{role_ko} 서버 {index}호",
            f"{role_en} server {index}",
            "server",
            f"RACK-{rack:02d}",
            rack,
            "it_team",
            aliases=aliases,
        )
    for n in range(1, 41):
        rack = (n - 1) // 5 + 1
        yield _item(
            f"OS-{n:03d}",
            f"서버 {n} 운영체제",
            f"Operating system of server {n}",
            "os",
            f"SRV-{n:03d}",
            rack,
            "it_team",
        )


def _server_role(n: int) -> tuple[str, str, int]:
    if n <= 8:
        return "미들웨어", "Middleware", n
    if n <= 11:
        return "관리", "Management", n - 8
    if n <= 19:
        return "DB", "Database", n - 11
    return ("예비", "Spare", 1) if n == 20 else ("애플리케이션", "Application", n - 20)


def _software() -> Iterator[Ci]:
    for position, (code, ko, en, *apps) in enumerate(SYSTEMS):
        system = f"SYS-{code}"
        yield _item(
            system,
            f"{ko} 시스템",
            f"{en} system",
            "system",
            "ITC-01",
            1,
            "application_team",
            aliases=(f"{code} 시스템", f"{code} system", *SYSTEM_NICKNAMES.get(code, (code,))),
        )
        for offset, (app_ko, app_en) in enumerate(apps, start=1):
            number = position * 2 + offset
            yield _item(
                f"APP-{number:02d}",
                f"{code} {app_ko}",
                f"{code} {app_en}",
                "application",
                system,
                5,
                "application_team",
            )
    for n, code in enumerate(DATABASE_SYSTEMS, start=1):
        yield _item(
            f"DB-{n:02d}",
            f"{code} 데이터베이스",
            f"{code} database",
            "database",
            f"SYS-{code}",
            3,
            "database_team",
            aliases=(f"{code} DB",),
        )
    for n, code in enumerate(MIDDLEWARE_SYSTEMS, start=1):
        yield _item(
            f"MW-{n:02d}",
            f"{code} 미들웨어",
            f"{code} middleware",
            "middleware",
            f"SYS-{code}",
            1,
            "application_team",
        )


def _item(
    ci_id: str,
    name_ko: str,
    name_en: str,
    ci_class: str,
    parent_id: str,
    rack: int,
    owner: str,
    *,
    aliases: tuple[str, ...] = (),
    zone: str | None = None,
) -> Ci:
    room = zone or ("server_room_a" if rack <= 4 else "server_room_b")
    return Ci(
        ci_id, name_ko, name_en, ci_class, parent_id, room, owner, "it_asset", aliases=aliases
    )


def _with_attributes(ci: Ci) -> Ci:
    rng = dice("attributes", ci.ci_id)
    vendor, model, version = _product(ci)
    number = int(ci.ci_id.split("-")[1]) if ci.ci_id[-1].isdigit() else 0
    networks = {
        "server": "10.30.1",
        "switch": "10.30.2",
        "router": "10.30.3",
        "firewall": "10.30.4",
        "storage": "10.30.5",
    }
    network = networks.get(ci.ci_class)
    server = ci.ci_class == "server"
    return replace(
        ci,
        status=STATUS.get(ci.ci_id, "running"),
        criticality=_criticality(ci),
        vendor=vendor,
        model=model,
        version=version,
        cores=rng.choice((8, 16, 16, 32, 64)) if server else None,
        memory_gb=rng.choice((32, 64, 128, 128, 256)) if server else None,
        ip=f"{network}.{number + 10}" if network else None,
        age_days=rng.randrange(120, 3_650),
    )


def _product(ci: Ci) -> tuple[str | None, str | None, str | None]:
    rng = dice("product", ci.ci_id)
    match ci.ci_class:
        case "server":
            return "Baram Systems", rng.choice(("BX-220", "BX-440")), None
        case "switch" | "router":
            return (
                "Garam Networks",
                rng.choice(("GN-48", "GN-96")),
                "9.4.2" if ci.ci_id == "SW-07" else rng.choice(("9.3.1", "9.3.4")),
            )
        case "firewall":
            return "Seonggwak Security", "SG-500", rng.choice(("7.1", "7.2"))
        case "storage":
            return "Baram Systems", "BS-900", rng.choice(("5.0", "5.1"))
        case "os" | "database" | "middleware":
            model, version = rng.choice(SOFTWARE[ci.ci_class])
            return None, model, version
        case "application":
            release = f"{rng.randint(1, 5)}.{rng.randint(0, 9)}.{rng.randint(0, 9)}"
            return None, None, "4.1.3" if ci.ci_id == "APP-02" else release
    return None, None, None


def _criticality(ci: Ci) -> str:
    if ci.ci_id in (
        "SYS-ERP",
        "SYS-DCS",
        "SYS-EMS",
        "DB-02",
        "DB-03",
        "SW-01",
        "SW-02",
        "SW-07",
        "ITC-01",
    ):
        return "critical"
    if ci.ci_class in ("database", "firewall", "router", "system", "storage", "switch"):
        return "high"
    return "low" if ci.ci_class in ("rack", "os") else "medium"
