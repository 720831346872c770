"""Names of machines for the resolver's benchmark: made up, the same every time, all distinct."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import keystrokes

SITES = (
    *(("서울", "Seoul"), ("부산", "Busan"), ("인천", "Incheon"), ("울산", "Ulsan")),
    *(("여수", "Yeosu"), ("당진", "Dangjin"), ("포항", "Pohang"), ("광양", "Gwangyang")),
    *(("군산", "Gunsan"), ("보령", "Boryeong"), ("태안", "Taean"), ("하동", "Hadong")),
    *(("삼척", "Samcheok"), ("동해", "Donghae"), ("강릉", "Gangneung"), ("원주", "Wonju")),
    *(("청주", "Cheongju"), ("대전", "Daejeon"), ("세종", "Sejong"), ("전주", "Jeonju")),
    *(("목포", "Mokpo"), ("순천", "Suncheon"), ("진주", "Jinju"), ("창원", "Changwon")),
    *(("거제", "Geoje"), ("통영", "Tongyeong"), ("제주", "Jeju"), ("평택", "Pyeongtaek")),
    *(("화성", "Hwaseong"), ("안산", "Ansan"), ("이천", "Icheon"), ("구미", "Gumi")),
)
AREAS = (
    *(("보일러실", "Boiler House"), ("터빈실", "Turbine Hall"), ("취수장", "Intake")),
    *(("변전소", "Substation"), ("탈황동", "Scrubber"), ("회처리동", "Ash Handling")),
    *(("수처리동", "Water Treatment"), ("연료동", "Fuel Yard"), ("전산실", "Data Hall")),
    *(("냉각탑", "Cooling Tower"), ("하역부두", "Jetty"), ("폐수장", "Effluent Plant")),
)
KINDS = (
    *(("급수펌프", "Feed Pump", "BFP"), ("순환수펌프", "Circulating Pump", "CWP")),
    *(("복수펌프", "Condensate Pump", "CEP"), ("압력전송기", "Pressure Transmitter", "PT")),
    *(("온도센서", "Temperature Sensor", "TT"), ("유량계", "Flow Meter", "FT")),
    *(("제어밸브", "Control Valve", "CV"), ("차단밸브", "Shutoff Valve", "SV")),
    *(("송풍기", "Blower", "FDF"), ("전동기", "Motor", "MTR"), ("감속기", "Gearbox", "GBX")),
    *(("변압기", "Transformer", "TR"), ("차단기", "Breaker", "CB")),
    *(("열교환기", "Heat Exchanger", "HX"), ("컨베이어", "Conveyor", "CNV")),
    *(("분쇄기", "Pulverizer", "PLV"), ("압축기", "Compressor", "CMP")),
    *(("서버", "Server", "SRV"), ("스위치", "Switch", "SW"), ("제어기", "Controller", "CTRL")),
)  # fmt: skip


SIDES = (
    *(("동측", "East", "E"), ("서측", "West", "W"), ("남측", "South", "S"), ("북측", "North", "N")),
    *(
        ("상부", "Upper", "U"),
        ("하부", "Lower", "L"),
        ("예비", "Standby", "SB"),
        ("주", "Main", "M"),
    ),
)


def machines(aliases: int) -> tuple[list[EntityName], int]:
    """Machines with four names each, until there are so many; how many names there are.

    A quarter has no number, so that only spelling tells it from others. The names are a tag, one
    in each language, and a short Korean one.
    """
    chance = Random(11)
    names: list[EntityName] = []
    seen: set[str] = set()
    count = 0
    for name in _machines(chance):
        fresh = [text for text in name.all_names() if keystrokes(text) not in seen]
        if len(fresh) < len(name.all_names()):
            continue
        seen.update(map(keystrokes, fresh))
        names.append(name)
        count += len(fresh)
        if count >= aliases:
            return names, count
    return names, count


def _machines(chance: Random) -> Iterator[EntityName]:
    places = [(site, area, kind) for site in SITES for area in AREAS for kind in KINDS]
    for site, area, kind in places:
        for ko, en, letter in SIDES:
            yield EntityName(
                "machine",
                f"{site[1][:3].upper()}{area[1][0]}-{kind[2]}-{letter}",
                f"{site[0]} {area[0]} {ko} {kind[0]}",
                f"{site[1]} {area[1]} {en} {kind[1]}",
                (f"{area[0]} {ko} {site[0]}{kind[0]}",),
            )
    unit = 0
    while True:
        unit += 1
        chance.shuffle(places)
        for site, area, kind in places:
            number = 100 * unit + chance.randrange(100)
            tag = f"{site[1][:3].upper()}{area[1][0]}-{kind[2]}-{number}"
            yield EntityName(
                "machine",
                tag,
                f"{site[0]} {area[0]} {kind[0]} {number}호",
                f"{site[1]} {area[1]} {kind[1]} {number}",
                (f"{area[0]} {site[0]}{kind[0]} {number}",),
            )
