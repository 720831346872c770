"""Who is made of, runs on, uses, is protected by, connects to and depends on whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from sources.embedded.plant.it import DATABASE_SYSTEMS, MIDDLEWARE_SYSTEMS, SYSTEMS
from sources.embedded.plant.model import Ci

Relation = tuple[str, str, str]
RELATIONS = (
    "composed_of",
    "deployed_on",
    "runs_on",
    "uses",
    "protected_by",
    "connected_to",
    "depends_on",
)


def relations(items: Iterable[Ci]) -> tuple[Relation, ...]:
    """Every edge once, sorted. Two cycles on purpose: the core ring and three applications."""
    items = tuple(items)
    edges = {
        *((ci.parent_id, "composed_of", ci.ci_id) for ci in items if ci.parent_id),
        *_process(),
        *_electrical(),
        *_control(items),
        *_network(),
        *_hosting(),
        *_software(),
    }
    return tuple(sorted(edges))


def _process() -> Iterator[Relation]:
    for n in range(1, 5):
        yield f"GT-{n:02d}", "depends_on", f"LOP-{n:02d}"
        yield f"GT-{n:02d}", "depends_on", f"CMP-{n:02d}"
        yield f"GT-{n:02d}", "depends_on", f"FV-{n:02d}"
        yield f"HRSG-{n:02d}", "depends_on", f"GT-{n:02d}"
        yield f"ST-{(n + 1) // 2:02d}", "depends_on", f"HRSG-{n:02d}"
        for pump in (2 * n - 1, 2 * n):
            yield f"HRSG-{n:02d}", "depends_on", f"BFP-{pump:02d}"
        yield f"CND-{(n + 1) // 2:02d}", "depends_on", f"CWP-{n:02d}"
        yield f"BFP-{2 * n - 1:02d}", "connected_to", f"FWV-{n:02d}"
    for n in (1, 2):
        yield f"ST-{n:02d}", "depends_on", f"CND-{n:02d}"
        yield f"ST-{n:02d}", "depends_on", f"LOP-{n + 4:02d}"


def _electrical() -> Iterator[Relation]:
    for n in range(1, 7):
        driver = f"GT-{n:02d}" if n <= 4 else f"ST-{n - 4:02d}"
        yield f"GEN-{n:02d}", "depends_on", driver
        yield f"GEN-{n:02d}", "connected_to", f"TR-{n:02d}"
    for n in range(1, 13):
        yield f"TR-{(n - 1) % 8 + 1:02d}", "protected_by", f"CB-{n:02d}"
    for n in range(1, 9):
        yield f"BFP-{n:02d}", "depends_on", "TR-07" if n <= 4 else "TR-08"


def _control(items: tuple[Ci, ...]) -> Iterator[Relation]:
    for n in range(1, 5):
        yield f"HRSG-{n:02d}", "depends_on", f"CTRL-{n:02d}"
    for n in range(1, 7):
        machine = f"GT-{n:02d}" if n <= 4 else f"ST-{n - 4:02d}"
        yield machine, "protected_by", f"CTRL-{(n + 1) % 6 + 1:02d}"
        switch = "SW-07" if n in (3, 4) else "SW-11" if n <= 2 else "SW-12"
        yield f"CTRL-{n:02d}", "depends_on", switch
        yield f"CTRL-{n:02d}", "connected_to", switch
    for ci in items:
        if ci.ci_class == "sensor":
            unit = int(ci.ci_id[3:5])
            yield ci.ci_id, "connected_to", f"CTRL-{(unit - 1) % 10 % 6 + 1:02d}"


def _network() -> Iterator[Relation]:
    ring = ("SW-01", "SW-02", "SW-11", "SW-12", "SW-01")
    for here, there in pairwise(ring):
        yield here, "connected_to", there
    for n in range(3, 11):
        yield f"SW-{n:02d}", "depends_on", f"SW-{n % 2 + 1:02d}"
        yield f"RACK-{n - 2:02d}", "depends_on", f"SW-{n:02d}"
    yield "RACK-06", "depends_on", "SW-07"
    for n in range(1, 4):
        yield f"RT-{n:02d}", "connected_to", f"SW-{n % 2 + 1:02d}"
        yield f"RT-{n:02d}", "protected_by", f"FW-{n:02d}"
    yield "SW-07", "protected_by", "FW-04"


def _hosting() -> Iterator[Relation]:
    for n in range(1, 41):
        rack = (n - 1) // 5 + 1
        yield f"OS-{n:03d}", "runs_on", f"SRV-{n:03d}"
        yield f"SRV-{n:03d}", "connected_to", f"SW-{rack + 2:02d}"
        yield f"SRV-{n:03d}", "depends_on", f"SW-{rack + 2:02d}"
        yield f"SRV-{n:03d}", "uses", f"STG-{n % 4 + 1:02d}"
    for n in range(1, 20):
        yield f"SRV-{n:03d}", "protected_by", f"FW-{n % 3 + 1:02d}"


def _software() -> Iterator[Relation]:
    for n in range(1, 9):
        yield f"DB-{n:02d}", "runs_on", f"OS-{n + 11:03d}"
        yield f"MW-{n:02d}", "runs_on", f"OS-{n:03d}"
    for position, system in enumerate(SYSTEMS):
        for number in (position * 2 + 1, position * 2 + 2):
            app = f"APP-{number:02d}"
            yield app, "deployed_on", f"SRV-{number + 20:03d}"
            if system[0] in DATABASE_SYSTEMS:
                yield app, "uses", f"DB-{DATABASE_SYSTEMS.index(system[0]) + 1:02d}"
            if system[0] in MIDDLEWARE_SYSTEMS:
                yield app, "uses", f"MW-{MIDDLEWARE_SYSTEMS.index(system[0]) + 1:02d}"
    for app, needs in (
        ("APP-07", "APP-12"),
        ("APP-12", "APP-15"),
        ("APP-15", "APP-07"),
        ("APP-01", "APP-02"),
    ):
        yield app, "depends_on", needs
    yield "SYS-PMS", "depends_on", "SYS-HIS"
    yield "SYS-MES", "depends_on", "SYS-ERP"
    yield "SYS-CMMS", "depends_on", "SYS-ERP"
