"""golden_sets/*.yaml → one asset per suite, with the check `verdict`, below what its cases read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import dagster as dg

from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.errors import CanvasError
from dagster_project.contracts.finding import Finding
from dagster_project.contracts.golden import Suite
from dagster_project.contracts.value import AssetId
from dagster_project.defs.ask import ANSWER_KEY
from dagster_project.defs.asset_specs import asset_key
from dagster_project.defs.canvas_resource import CanvasResource
from dagster_project.defs.entries import Entry
from dagster_project.defs.golden_metadata import verdict_check
from dagster_project.regression.golden_files import load_suites, suite_assets

if TYPE_CHECKING:
    from dagster_project.store.database import Database

SUITE_DIMENSION = "golden_suite"
SUITES = dg.DynamicPartitionsDefinition(name=SUITE_DIMENSION)
FIRST_DAY = "2026-01-01"
"""The earliest night that can be backfilled."""
VERDICT = "verdict"
_GROUP = "golden"


@dataclass(frozen=True, slots=True)
class SuiteFile:
    """One file of golden_sets/. A refused one has no suite, and its findings say why."""

    name: str
    suite: Suite | None
    findings: tuple[Finding, ...] = ()

    @property
    def key(self) -> dg.AssetKey:
        return suite_key(self.name)


def suite_key(name: str) -> dg.AssetKey:
    return asset_key(AssetId(f"golden:{name}"))


def suite_files(home: Path) -> tuple[SuiteFile, ...]:
    """Every file of the site's golden_sets/, good or refused, by name."""
    found = load_suites(home)
    files = {name: SuiteFile(name, suite) for name, suite in found.suites.items()}
    for finding in found.findings:
        name = PurePosixPath(finding.path).stem
        if name not in found.suites:
            told = files[name].findings if name in files else ()
            files[name] = SuiteFile(name, None, (*told, finding))
    return tuple(files[name] for name in sorted(files))


def night_partitions(zone: str) -> dg.MultiPartitionsDefinition:
    """Date × suite. The date is the day on which the night runs, so today's is there."""
    days = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=zone, end_offset=1)
    return dg.MultiPartitionsDefinition({"date": days, "suite": SUITES})


def site_zone(entries: Sequence[Entry]) -> str:
    """The time zone of the policy `default`, or of the only one; else UTC."""
    found = {
        entry.asset.header.name: entry.asset.spec.calendar.time_zone
        for entry in entries
        if entry.asset and isinstance(entry.asset.spec, PolicySpec)
    }
    zone = found.get("default") or (next(iter(found.values())) if len(found) == 1 else "UTC")
    try:
        return ZoneInfo(zone).key
    except (ValueError, OSError):
        return "UTC"


def suite_specs(files: Sequence[SuiteFile], entries: Sequence[Entry]) -> list[dg.AssetSpec]:
    """A suite stands on the answers, and on the sources and queries that its file names."""
    known = {entry.id for entry in entries}
    return [_spec(file, known) for file in files]


def _spec(file: SuiteFile, known: set[AssetId]) -> dg.AssetSpec:
    path = dg.MetadataValue.path(f"golden_sets/{file.name}.yaml")
    suite = file.suite
    if suite is None:
        reasons = "\n".join(f"- `{finding}`" for finding in file.findings)
        return dg.AssetSpec(
            file.key,
            group_name=_GROUP,
            kinds={"yaml"},
            tags={"canvas/state": "refused"},
            description=f"**This file was refused; its nights fail until then.**\n\n{reasons}",
            metadata={"path": path},
        )
    return dg.AssetSpec(
        file.key,
        deps=[ANSWER_KEY, *(asset_key(asset) for asset in suite_assets(suite, known))],
        group_name=_GROUP,
        kinds={"yaml"},
        owners=[suite.owner] if suite.owner.startswith("team:") and len(suite.owner) > 5 else [],
        description=f"**{suite.title.ko}** · {suite.title.en}\n\n{suite.description}",
        metadata={
            "path": path,
            "cases": len(suite.cases),
            "criteria": dg.MetadataValue.json(suite.criteria.model_dump(mode="json")),
        },
    )


def verdict_checks(files: Sequence[SuiteFile]) -> dg.AssetChecksDefinition:
    """The check of each suite. A night evaluates it; run by itself it reads the newest night."""
    by_key = {file.key: file for file in files}

    @dg.multi_asset_check(
        name="read_verdicts",
        description="Reads the newest whole night of each suite from the store; runs no case.",
        specs=[
            dg.AssetCheckSpec(
                VERDICT,
                asset=file.key,
                description="The newest whole night of the suite is green.",
            )
            for file in files
        ],
        can_subset=True,
    )
    def read_verdicts(
        context: dg.AssetCheckExecutionContext, canvas: dg.ResourceParam[CanvasResource]
    ) -> Iterator[dg.AssetCheckResult]:
        from dagster_project.store.database import open_database

        try:
            with open_database(canvas.settings) as database:
                for key in context.selected_asset_check_keys:
                    yield read_verdict(database, by_key[key.asset_key])
        except CanvasError as error:
            raise dg.Failure(str(error), allow_retries=False) from None

    return read_verdicts


def read_verdict(database: "Database", file: SuiteFile) -> dg.AssetCheckResult:
    """What the store says of a suite. Red: refused, or never run, or its newest night is red."""
    from dagster_project.regression.nights import newest_nights

    whole = [n for n in newest_nights(database, file.name, 30) if not n.only]
    if file.findings or not whole:
        told = "; ".join(map(str, file.findings)) or f"no night of {file.name} has run yet"
        return dg.AssetCheckResult(
            asset_key=file.key, check_name=VERDICT, passed=False, description=told
        )
    found = verdict_check(file.key, VERDICT, whole[0])
    return dg.AssetCheckResult(
        asset_key=found.asset_key,
        check_name=found.check_name,
        passed=found.passed,
        severity=found.severity,
        description=found.description,
        metadata=found.metadata,
    )
