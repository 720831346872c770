"""The demo's work-order service is a part of `up` where a source needs it, and only there."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from dagster_project.launch.work_orders import is_wanted
from dagster_project.registry.load import load_site
from sources.embedded.work_orders.attach import answers, work_order_url

from .installation import Installation, kill
from .test_up_and_down import EVERYTHING, marked

WITH_SERVICE = EVERYTHING | {"work_orders"}
SOURCE = """\
kind: source
name: work_orders
description: What the maintenance system knows.
owner: team:operations
spec:
  engine: {engine}
  environment: {environment}
  seed: {seed}
  connection: {{base_url: "https://cmms.example"}}
  permissions:
    allowed_tables: ["*"]
    allowed_operations: [get]
"""


def write_source(
    home: Path,
    engine: str = "http_api",
    environment: str = "mock",
    seed: str = "plant_work_orders",
) -> Path:
    file = home / "assets_config" / "sources" / "work_orders.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(SOURCE.format(engine=engine, environment=environment, seed=seed))
    return file


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, True),
        ({"environment": "real"}, False),
        ({"seed": "combined_cycle_plant"}, False),
        ({"engine": "postgres"}, False),
    ],
)
def test_only_its_own_seed_wants_it(tmp_path: Path, changed: dict[str, str], wanted: bool) -> None:
    """A mock HTTP API with this seed wants the service; a real one, or another seed, does not."""
    write_source(tmp_path, **changed)
    assert is_wanted(load_site(tmp_path).assets.values()) is wanted


def test_up_mends_and_stops_it(installation: Installation) -> None:
    """It comes with the site's source, is mended at its port, and goes with `down`."""
    source = write_source(installation.home)
    first = installation.up()
    assert set(first["pids"]) == WITH_SERVICE
    place = installation.parts()["work_orders"]["place"]
    assert answers(int(place.rpartition(":")[2]))
    assert work_order_url(installation.state_dir) == place

    kill(first["pids"]["work_orders"])
    assert installation.alive() == EVERYTHING
    assert work_order_url(installation.state_dir) != place
    again = installation.up()
    assert {n for n in WITH_SERVICE if again["pids"][n] != first["pids"][n]} == {"work_orders"}
    assert installation.parts()["work_orders"]["place"] == place

    source.unlink()
    assert set(installation.up()["pids"]) == EVERYTHING
    assert "work_orders" not in installation.parts()

    write_source(installation.home)
    assert set(installation.up()["pids"]) == WITH_SERVICE
    down = json.loads(installation.canvas("down", "--json").stdout)
    assert set(down["parts"]) == WITH_SERVICE
    assert marked(installation.state_dir) == []


def test_a_taken_port_is_exchanged(installation: Installation) -> None:
    """Another program on the port as last used is left alone, and not taken for the service."""
    write_source(installation.home)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (installation.state_dir / "work_orders.json").write_text(json.dumps({"port": port}))
        assert set(installation.up()["pids"]) == WITH_SERVICE
        assert installation.alive() == WITH_SERVICE
        assert not installation.parts()["work_orders"]["place"].endswith(f":{port}")
