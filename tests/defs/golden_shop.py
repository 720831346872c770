"""The shop with one golden suite, published, with a Dagster instance: nights run for real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import dagster as dg

from dagster_project.canvas import Canvas
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.location import code_location
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.store.settings import Settings

DAY = "2026-02-03"
SUITE = """
suite: machines
title: {ko: 기계, en: Machines}
source: shop_db
criteria: {min_pass_rate: 0.9}
cases:
  - id: pump-one
    question: status of P-1
    expect:
      queries: [machine_status]
      facts: [{sql: "select id, name_en, type, age as m_age from shop.machine where id = 'P-1'"}]
  - id: pump-two
    question: status of P-2
    expect:
      facts: [{sql: "select id, name_en, type, age as m_age from shop.machine where id = 'P-2'"}]
"""
GOOD, BAD = "WHERE id = %(machine)s", "WHERE id > %(machine)s"


@dataclass(frozen=True)
class GoldenShop:
    """What the tests do to it."""

    settings: Settings
    instance: dg.DagsterInstance
    reader_url: str

    def write_suite(self, name: str = "machines", text: str = SUITE) -> None:
        folder = self.settings.home / "golden_sets"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(text)

    def edit(self, old: str, new: str) -> None:
        """In the query that both cases ask."""
        path = self.settings.home / "assets_config/queries/machine_status.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def publish(self) -> None:
        """Past the gate."""
        with Canvas.open(self.settings) as canvas:
            sync(canvas.database, load_site(self.settings.home).require_good(), "editor", "an edit")
            publish(canvas.database, None, "editor", "an edit")

    def location(self) -> dg.Definitions:
        return code_location(self.settings)

    def run(
        self, job: str, config: dict[str, Any] | None = None, **given: Any
    ) -> dg.ExecuteInProcessResult:
        return (
            self.location()
            .resolve_job_def(job)
            .execute_in_process(
                run_config=config or {}, instance=self.instance, raise_on_error=False, **given
            )
        )

    def night(self, suite: str = "machines", day: str = DAY, **config: Any) -> Any:
        """A run of the job `regression`."""
        self.instance.add_dynamic_partitions("golden_suite", [suite])
        given = {"ops": {"golden_night": {"config": config}}} if config else None
        key = dg.MultiPartitionKey({"date": day, "suite": suite})
        return self.run("regression", given, partition_key=key)

    def tick(self, sensor: str, cursor: str | None = None) -> Any:
        """One evaluation of a sensor, as the daemon makes it."""
        repository = self.location().get_repository_def()
        context = dg.build_sensor_context(
            instance=self.instance,
            cursor=cursor,
            repository_def=repository,
            resources={"canvas": CanvasResource(self.settings)},
        )
        return repository.get_sensor_def(sensor).evaluate_tick(context)

    def tags(self, result: dg.ExecuteInProcessResult) -> dict[str, str]:
        run = self.instance.get_run_by_id(result.run_id)
        assert run is not None
        return dict(run.tags)


def materializations(result: dg.ExecuteInProcessResult, key: str) -> list[dict[str, Any]]:
    """The metadata of each materialization of an asset."""
    return [
        {name: entry.value for name, entry in event.materialization.metadata.items()}
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(key.split("/"))
    ]
