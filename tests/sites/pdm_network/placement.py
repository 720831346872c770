"""Where the published machines are taken to stand in the published network, and what cools them.

The two data sets know nothing of each other; these mappings join them, by arithmetic alone.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from chillers.api import read_csv
from graph_cases.network import FOLDER as NETWORK

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
CHILLERS = SHARED / "assetops-chillers"
RUNBOOKS = SHARED / "runbooks-prometheus"
PDM = SHARED / "azure-pdm"
NEEDED = (PDM, NETWORK, CHILLERS, RUNBOOKS)
ALERTS = {
    "error1": "NodeClockSkewDetected",
    "error2": "NodeRAIDDegraded",
    "error3": "NodeFilesystemSpaceFillingUp",
    "error4": "NodeNetworkReceiveErrs",
    "error5": "NodeHighNumberConntrackEntriesUsed",
}
"""The alert that each type of error is taken to raise; a runbook bears its name."""
_STEP = 37
"""Has no divisor in common with 100: every rack gets machines of every age."""


def network_rows(file: str) -> Iterator[dict[str, str]]:
    """`nodes_Machine`, `rels_HOLDS`: the small network's rows as they are written."""
    with (NETWORK / "small" / f"{file}.csv").open(newline="") as stream:
        yield from csv.DictReader(stream)


def node_of_machine() -> dict[int, int]:
    """Machine 1 to 100 of the maintenance data to a node of the network."""
    nodes = sorted(int(row["node_id"]) for row in network_rows("nodes_Machine"))
    return {machine: nodes[machine * _STEP % len(nodes)] for machine in range(1, len(nodes) + 1)}


def rack_of_node() -> dict[int, str]:
    """Node of a machine to the name of the rack that holds it."""
    names = {row["node_id"]: row["name"] for row in network_rows("nodes_Rack")}
    return {int(row["end_id"]): names[row["start_id"]] for row in network_rows("rels_HOLDS")}


def placements() -> list[tuple[int, str, str]]:
    """Machine, name of its node, rack."""
    names = {int(row["node_id"]): row["name"] for row in network_rows("nodes_Machine")}
    racks = rack_of_node()
    return [(machine, names[node], racks[node]) for machine, node in node_of_machine().items()]


def chillers() -> dict[str, str]:
    """Id to name of every chiller that has work orders."""
    rows = read_csv(CHILLERS, "all_wo_with_code_component_events.csv")
    return dict(sorted({row["equipment_id"]: row["equipment_name"] for row in rows}.items()))


def cooling() -> list[tuple[str, str]]:
    """Rack and chiller: the racks take the chillers in turn."""
    racks = sorted(row["name"] for row in network_rows("nodes_Rack"))
    return [(racks[place % len(racks)], chiller) for place, chiller in enumerate(chillers())]
