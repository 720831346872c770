"""The equipment of the plant: site, blocks, turbines and everything below them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sources.embedded.plant.model import Ci, dice

VENDORS = {
    "gas_turbine": ("Taebaek Turbine", "TGT-270F"),
    "steam_turbine": ("Taebaek Turbine", "TST-180"),
    "hrsg": ("Norrvik Boiler", "NB-3P"),
    "generator": ("Hanul Electric", "HG-300"),
    "compressor": ("Taebaek Turbine", "AX-17"),
    "pump": ("Daon Pump", "DP-900"),
    "fan": ("Mistral Air", "MF-72"),
    "condenser": ("Norrvik Boiler", "NC-12"),
    "valve": ("Seorak Control", "SV-40"),
    "transformer": ("Hanul Electric", "HT-350"),
    "breaker": ("Hanul Electric", "HB-245"),
    "sensor": ("Seorak Control", "SX-3"),
    "controller": ("Seorak Control", "SC-800"),
}
STATUS = {
    "GT-04": "in_maintenance",
    "HRSG-04": "stopped",
    "GEN-04": "stopped",
    "BFP-02": "standby",
    "BFP-04": "standby",
    "BFP-06": "standby",
    "BFP-07": "stopped",
    "BFP-08": "standby",
    "CWP-04": "standby",
    "CEP-02": "standby",
    "CEP-04": "standby",
    "CTF-08": "in_maintenance",
    "TR-03": "degraded",
    "BFP-05": "degraded",
    "CTRL-03": "degraded",
    "VT-0202": "in_alarm",
    "PT-1301": "in_alarm",
}


def equipment() -> tuple[Ci, ...]:
    """Every plant item, parents before children, attributes filled in."""
    found = (*_site(), *_turbines(), *_boilers(), *_cooling(), *_electrical(), *_sensors())
    return tuple(_with_attributes(ci) for ci in found)


def _site() -> Iterator[Ci]:
    yield Ci(
        "PLANT-01",
        "강변 복합화력발전소",
        "Riverside Combined Cycle Plant",
        "site",
        None,
        "control_room",
        "operations_team",
        criticality="critical",
        aliases=("발전소", "복합발전소", "the plant"),
    )
    for n in (1, 2):
        yield Ci(
            f"BLOCK-{n}",
            f"{n}블록",
            f"Block {n}",
            "block",
            "PLANT-01",
            "control_room",
            "operations_team",
            criticality="critical",
            aliases=(f"복합 {n}블록", f"power block {n}"),
        )


def _turbines() -> Iterator[Ci]:
    for n in range(1, 5):
        gt, block = f"GT-{n:02d}", f"BLOCK-{(n + 1) // 2}"
        yield _part(
            gt,
            f"가스터빈 {n}호기",
            f"Gas turbine {n}",
            "gas_turbine",
            block,
            aliases=(f"{n}호기", f"turbine-{n:02d}", f"unit {n}"),
            rated_mw=270.0,
        )
        yield _part(f"GEN-{n:02d}", f"발전기 {n}호기", f"Generator {n}", "generator", gt)
        yield _part(
            f"CMP-{n:02d}", f"가스터빈 {n}호기 압축기", f"GT {n} compressor", "compressor", gt
        )
        yield _part(
            f"LOP-{n:02d}",
            f"윤활유 펌프 {n}호",
            f"Lube oil pump {n}",
            "pump",
            gt,
            aliases=(f"루브 펌프 {n}",),
        )
        yield _part(f"IAF-{n:02d}", f"흡기 팬 {n}호", f"Inlet air fan {n}", "fan", gt)
        yield _part(f"FV-{n:02d}", f"연료 제어 밸브 {n}호", f"Fuel control valve {n}", "valve", gt)
    for n in (1, 2):
        st, unit = f"ST-{n:02d}", n + 4
        yield _part(
            st,
            f"증기터빈 {n}호기",
            f"Steam turbine {n}",
            "steam_turbine",
            f"BLOCK-{n}",
            aliases=(f"{n}호기", f"스팀터빈 {n}", f"unit {n}"),
            rated_mw=180.0,
        )
        yield _part(f"GEN-{unit:02d}", f"발전기 {unit}호기", f"Generator {unit}", "generator", st)
        yield _part(f"LOP-{unit:02d}", f"윤활유 펌프 {unit}호", f"Lube oil pump {unit}", "pump", st)
        yield _part(
            f"MSV-{unit:02d}", f"주증기 정지 밸브 {n}호", f"Main steam stop valve {n}", "valve", st
        )
        yield _part(f"GV-{unit:02d}", f"조속기 밸브 {n}호", f"Governor valve {n}", "valve", st)


def _boilers() -> Iterator[Ci]:
    for n in range(1, 5):
        hrsg = f"HRSG-{n:02d}"
        yield _part(
            hrsg,
            f"배열회수보일러 {n}호기",
            f"Heat recovery steam generator {n}",
            "hrsg",
            f"BLOCK-{(n + 1) // 2}",
            aliases=(f"보일러 {n}호기", f"HRSG {n}호기", f"boiler {n}"),
        )
        for pump in (2 * n - 1, 2 * n):
            yield _part(
                f"BFP-{pump:02d}",
                f"급수펌프 {pump}호",
                f"Boiler feed pump {pump}",
                "pump",
                hrsg,
                aliases=(f"보일러 급수펌프 {pump}", f"feedwater pump {pump}"),
            )
        yield _part(
            f"MSV-{n:02d}", f"보일러 주증기 밸브 {n}호", f"HRSG main steam valve {n}", "valve", hrsg
        )
        yield _part(
            f"FWV-{n:02d}", f"급수 제어 밸브 {n}호", f"Feedwater control valve {n}", "valve", hrsg
        )
        yield _part(f"BPV-{n:02d}", f"바이패스 밸브 {n}호", f"Bypass valve {n}", "valve", hrsg)


def _cooling() -> Iterator[Ci]:
    for n in (1, 2):
        yield _part(f"CND-{n:02d}", f"복수기 {n}호", f"Condenser {n}", "condenser", f"BLOCK-{n}")
    for n in range(1, 5):
        condenser = f"CND-{(n + 1) // 2:02d}"
        yield _part(
            f"CWP-{n:02d}",
            f"순환수펌프 {n}호",
            f"Circulating water pump {n}",
            "pump",
            condenser,
            aliases=(f"냉각수 펌프 {n}", f"cooling water pump {n}"),
        )
        yield _part(f"CEP-{n:02d}", f"복수펌프 {n}호", f"Condensate pump {n}", "pump", condenser)
    for n in range(1, 9):
        yield _part(
            f"CTF-{n:02d}",
            f"냉각탑 팬 {n}호",
            f"Cooling tower fan {n}",
            "fan",
            f"CND-{(n + 3) // 4:02d}",
        )


def _electrical() -> Iterator[Ci]:
    for n in range(1, 9):
        kind_ko, kind_en = (
            ("주변압기", "Main transformer") if n <= 6 else ("소내변압기", "Auxiliary transformer")
        )
        block = f"BLOCK-{1 if n in (1, 2, 5, 7) else 2}"
        yield _part(
            f"TR-{n:02d}",
            f"{kind_ko} {n}호",
            f"{kind_en} {n}",
            "transformer",
            block,
            aliases=(f"변압기 {n}호", f"transformer {n}"),
        )
    for n in range(1, 13):
        yield _part(
            f"CB-{n:02d}",
            f"차단기 {n}호",
            f"Circuit breaker {n}",
            "breaker",
            f"TR-{(n - 1) % 8 + 1:02d}",
        )
    for n in range(1, 7):
        yield _part(
            f"CTRL-{n:02d}",
            f"분산제어기 {n}호",
            f"DCS controller {n}",
            "controller",
            "BLOCK-1" if n <= 3 else "BLOCK-2",
        )


def _sensors() -> Iterator[Ci]:
    kinds = {
        "TT": ("온도 전송기", "Temperature transmitter"),
        "VT": ("진동 센서", "Vibration sensor"),
        "PT": ("압력 전송기", "Pressure transmitter"),
        "FT": ("유량 전송기", "Flow transmitter"),
    }
    plan = (
        *((n, f"GT-{n:02d}", {"TT": 4, "VT": 2, "PT": 1}) for n in range(1, 5)),
        *((n + 4, f"ST-{n:02d}", {"TT": 2, "VT": 2, "PT": 1, "FT": 1}) for n in (1, 2)),
        *((n + 10, f"HRSG-{n:02d}", {"TT": 2, "PT": 1, "FT": 1}) for n in range(1, 5)),
        *((n + 20, f"TR-{n:02d}", {"TT": 1}) for n in range(1, 9)),
    )
    for unit, parent, counts in plan:
        for kind, count in counts.items():
            ko, en = kinds[kind]
            for n in range(1, count + 1):
                number = f"{unit:02d}{n:02d}"
                yield _part(
                    f"{kind}-{number}", f"{ko} {number}", f"{en} {number}", "sensor", parent
                )


def _part(
    ci_id: str,
    name_ko: str,
    name_en: str,
    ci_class: str,
    parent_id: str,
    *,
    aliases: tuple[str, ...] = (),
    rated_mw: float | None = None,
) -> Ci:
    zone, owner = _place(ci_id, ci_class)
    return Ci(
        ci_id,
        name_ko,
        name_en,
        ci_class,
        parent_id,
        zone,
        owner,
        aliases=aliases,
        rated_mw=rated_mw,
        criticality=_criticality(ci_class),
    )


def _place(ci_id: str, ci_class: str) -> tuple[str, str]:
    if ci_class in ("transformer", "breaker"):
        return "switchyard", "electrical_team"
    if ci_class == "controller":
        return "control_room", "instrument_team"
    if ci_class == "sensor":
        zone = {"1": "boiler_area", "2": "switchyard"}.get(ci_id[3], "turbine_hall")
        return zone, "instrument_team"
    prefix = ci_id.partition("-")[0]
    if prefix in ("HRSG", "BFP", "FWV", "BPV") or (prefix == "MSV" and ci_id < "MSV-05"):
        return "boiler_area", "boiler_team"
    if prefix in ("CND", "CWP", "CEP", "CTF"):
        return "cooling_area", "boiler_team"
    return "turbine_hall", "electrical_team" if ci_class == "generator" else "turbine_team"


def _criticality(ci_class: str) -> str:
    if ci_class in ("gas_turbine", "steam_turbine", "hrsg", "controller"):
        return "critical"
    if ci_class in ("generator", "transformer", "compressor", "condenser"):
        return "high"
    return "low" if ci_class in ("sensor", "fan") else "medium"


def _with_attributes(ci: Ci) -> Ci:
    rng = dice("attributes", ci.ci_id)
    vendor, model = VENDORS.get(ci.ci_class, (None, None))
    oldest = 6_200 if ci.ci_class != "sensor" else 3_900
    return replace(
        ci,
        vendor=vendor,
        model=model,
        version=f"{rng.randint(1, 4)}.{rng.randint(0, 9)}" if ci.ci_class == "controller" else None,
        status=STATUS.get(ci.ci_id, "running"),
        age_days=rng.randrange(200, oldest),
        ip=f"10.20.1.{int(ci.ci_id[-2:]) + 10}" if ci.ci_class == "controller" else None,
    )
