"""What is true, from the published files alone: plain Python, nothing of the product.

The moment asked at is 1 April 2015; "last month" is March, "last week" 23 to 29 March.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from sites.pdm_network.placement import (
    ALERTS,
    CHILLERS,
    PDM,
    RUNBOOKS,
    chillers,
    cooling,
    network_rows,
    node_of_machine,
    placements,
)

Month = tuple[int, int]


class Happening(NamedTuple):
    at: datetime
    machine: int
    what: str


def in_rack(rack: str) -> set[int]:
    return {machine for machine, _, held in placements() if held == rack}


def rack_of(machine: int) -> str:
    return next(rack for one, _, rack in placements() if one == machine)


def mates(machine: int) -> set[int]:
    return in_rack(rack_of(machine)) - {machine}


@cache
def running(software: str) -> set[int]:
    """Machines with a process that is an instance of the software or of one of its versions."""
    kinds = ("nodes_Software", "nodes_Software_Application", "nodes_Software_OS",
             "nodes_Software_Service")  # fmt: skip
    (own,) = {r["node_id"] for kind in kinds for r in network_rows(kind) if r["name"] == software}
    versions = {r["end_id"] for r in network_rows("rels_VERSION") if r["start_id"] == own}
    processes = {
        r["start_id"] for r in network_rows("rels_INSTANCE") if r["end_id"] in versions | {own}
    }
    nodes = {int(r["start_id"]) for r in network_rows("rels_RUNS") if r["end_id"] in processes}
    return {machine for machine, node in node_of_machine().items() if node in nodes}


def switches(rack: str) -> set[str]:
    (own,) = {r["node_id"] for r in network_rows("nodes_Rack") if r["name"] == rack}
    held = {r["end_id"] for r in network_rows("rels_HOLDS") if r["start_id"] == own}
    return {r["ip"] for r in network_rows("nodes_Switch") if r["node_id"] in held}


@cache
def happenings(file: str, column: str) -> tuple[Happening, ...]:
    with (PDM / file).open(newline="") as stream:
        return tuple(
            Happening(_time(row["datetime"]), int(row["machineID"]), row[column])
            for row in csv.DictReader(stream)
        )


def errors(machines: Iterable[int], month: Month) -> list[Happening]:
    return _of(happenings("PdM_errors.csv", "errorID"), machines, month)


def failures(machines: Iterable[int], month: Month) -> list[Happening]:
    return _of(happenings("PdM_failures.csv", "failure"), machines, month)


def by_machine(found: Iterable[Happening]) -> dict[int, int]:
    return dict(Counter(one.machine for one in found))


def main_error(found: Iterable[Happening]) -> tuple[str, str, int]:
    """The most frequent type, its alert and how often; of equals the first by name."""
    counted = Counter(one.what for one in found)
    most = min(counted, key=lambda kind: (-counted[kind], kind))
    return most, ALERTS[most], counted[most]


def runbook(alert: str) -> str:
    """The one document of this alert, by its file's name."""
    (found,) = RUNBOOKS.rglob(f"{alert}.md")
    return found.relative_to(RUNBOOKS).as_posix()


@cache
def telemetry() -> tuple[tuple[datetime, int, float], ...]:
    """When, which machine, vibration."""
    with gzip.open(PDM / "PdM_telemetry_m01-m20_2015q1.csv.gz", "rt", newline="") as stream:
        return tuple(
            (_time(row["datetime"]), int(row["machineID"]), float(row["vibration"]))
            for row in csv.DictReader(stream)
        )


def vibration(machines: Iterable[int], start: datetime, end: datetime) -> dict[int, list[float]]:
    wanted, found = set(machines), {}
    for at, machine, value in telemetry():
        if machine in wanted and start <= at < end:
            found.setdefault(machine, []).append(value)
    return found


def chillers_of(racks: Iterable[str]) -> set[str]:
    wanted = set(racks)
    return {chiller for rack, chiller in cooling() if rack in wanted}


def orders(equipment: Iterable[str], month: Month) -> dict[str, str]:
    """Work order to chiller, for work finished in the month."""
    wanted = set(equipment)
    file = CHILLERS / "all_wo_with_code_component_events.csv"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return {
            row["wo_id"]: row["equipment_id"]
            for row in csv.DictReader(stream)
            if row["equipment_id"] in wanted
            and _month(datetime.strptime(row["actual_finish"], "%m/%d/%y %H:%M")) == month
        }


def chiller_named(name: str) -> str:
    return next(chiller for chiller, called in chillers().items() if called == name)


@cache
def ages() -> dict[int, int]:
    with (PDM / "PdM_machines.csv").open(newline="") as stream:
        return {int(row["machineID"]): int(row["age"]) for row in csv.DictReader(stream)}


def _of(found: Iterable[Happening], machines: Iterable[int], month: Month) -> list[Happening]:
    wanted = set(machines)
    return [one for one in found if one.machine in wanted and _month(one.at) == month]


def _month(at: datetime) -> Month:
    return at.year, at.month


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
