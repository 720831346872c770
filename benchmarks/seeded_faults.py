"""Thirty faults and ten harmless edits, one at a time: what does a night make of each?

    python benchmarks/seeded_faults.py [--quick] [--crowd] [--only NAME ...]

A copy of the shipped site is run green and blessed once. Each edit is then made in a fresh copy of
its files, published in a fresh copy of its database, and every suite is run as a night; for each
red night a rollback request is filed. Told: whether a night is red, whether every red night names
exactly the edited asset as its culprit, and how long it took from the edit to the first request.
One edit at a time leaves the culprit search one suspect. With `--crowd` each fault is published
together with a harmless edit of every other asset that has one, so there are up to eight.
No Dagster is between: launching its runs comes on top. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import psycopg
from faults import FAULTS, HARMLESS, Edit

from dagster_project.canvas import Canvas
from dagster_project.contracts.golden import Suite
from dagster_project.contracts.night import Night
from dagster_project.launch.site import make_ready
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.regression.baselines import bless
from dagster_project.regression.golden_files import load_suites
from dagster_project.regression.requests import file_request
from dagster_project.regression.run_suite import run_suite
from dagster_project.store.database import open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[1]
DAY = date(2026, 2, 4)
BY = "seeded_faults"
GREEN_NIGHTS = 3
PREPARED = "prepared"
QUICK = ("wrong_column", "alias_collision", "screen_hides_block", "synonym_added")


@dataclass(frozen=True, slots=True)
class Finding:
    """What the nights after one edit said."""

    edit: str
    asset: str
    harmless: bool
    red: tuple[str, ...]
    """Suites."""
    suspects: int
    """Assets that were published together."""
    named: tuple[tuple[str, ...], ...]
    """For each red night the assets it calls culprits."""
    reasons: tuple[str, ...]
    """The first of each red night."""
    seconds_to_request: float | None
    """From the edit to the first request; None: none was filed."""
    seconds: float
    """All of it: publishing, every suite, culprits, requests with their dry runs."""

    @property
    def right(self) -> bool:
        return bool(self.red) and all(names == (self.asset,) for names in self.named)


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything of the study is."""

    folder: Path
    server: EmbeddedPostgres

    @property
    def home(self) -> Path:
        return self.folder / "site"

    def settings(self, database: str) -> Settings:
        return Settings(self.home, self.folder / "state", self.server.url(database))

    def take_files(self) -> None:
        """The shipped site as it is now; edits of the repository during a study do not matter."""
        for name in ("assets_config", "golden_sets"):
            shutil.copytree(REPOSITORY / name, self.folder / "shipped" / name)

    def reset_files(self) -> None:
        """The site's files as they are shipped."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.folder / "shipped", self.home)


def main() -> int:
    options = _options()
    edits = [edit for edit in (*FAULTS, *HARMLESS) if _wanted(edit, options)]
    with _place() as place:
        suites = _prepare(place)
        findings = [
            _study(place, suites, edit, _others(edit) if options.crowd else (), number)
            for number, edit in enumerate(edits)
        ]
    _show(findings)
    figures = _figures(findings, suites)
    for name, value in figures.items():
        print(f"{name:28} {value}")
    report = {
        "name": "seeded_faults",
        "versions": {"python": sys.version.split()[0]},
        "figures": figures,
        "findings": [{**asdict(finding), "right": finding.right} for finding in findings],
        "targets": [asdict(target) for target in _targets(findings)],
    }
    print(json.dumps(report, ensure_ascii=False))
    return 0


def _prepare(place: Place) -> list[Suite]:
    """The prepared state: every suite blessed, and green in the newest nights."""
    place.take_files()
    place.reset_files()
    _create_database(place.server, PREPARED)
    settings = place.settings(PREPARED)
    with open_database(settings) as database, Canvas.open(settings) as canvas:
        site = make_ready(settings, database, print)
        golden = load_suites(place.home, site.assets.keys())
        suites = list(golden.suites.values())
        if not suites:
            raise AssertionError(f"no golden suite to study: {golden.findings}")
        for suite in suites:
            first = _night(canvas, suite)
            bless(database, first.id, by=BY, reason="the site as it is shipped")
        for _ in range(GREEN_NIGHTS):
            for suite in suites:
                night = _night(canvas, suite)
                if night.verdict.colour != "green":
                    told = "; ".join(reason.text for reason in night.verdict.reasons)[:500]
                    raise AssertionError(f"{suite.suite} is not green before any edit: {told}")
    return suites


def _night(canvas: Canvas, suite: Suite) -> Night:
    return run_suite(canvas, suite, day=DAY, started_by="asset_change", by=BY)


def _others(edit: Edit) -> tuple[Edit, ...]:
    """One harmless edit of every other asset."""
    firsts = {other.asset: other for other in reversed(HARMLESS) if other.asset != edit.asset}
    return tuple(firsts.values())


def _study(
    place: Place, suites: Sequence[Suite], edit: Edit, others: Sequence[Edit], number: int
) -> Finding:
    """One edit, from the prepared state to its requests."""
    name = f"study_{number:02d}"
    _create_database(place.server, name, PREPARED)
    place.reset_files()
    settings = place.settings(name)
    try:
        with open_database(settings) as database, Canvas.open(settings) as canvas:
            make_ready(settings, database, lambda _: None)  # the copy's reader may read
            canvas.release()
            finding = _nights_after(canvas, place.home, suites, edit, others)
    finally:
        _drop_database(place.server, name)
    print(
        f"{edit.name:24} {'red ' + ', '.join(finding.red) if finding.red else 'green':40} "
        f"{'; '.join(', '.join(names) or '?' for names in finding.named)}",
        flush=True,
    )
    return finding


def _nights_after(
    canvas: Canvas, home: Path, suites: Sequence[Suite], edit: Edit, others: Sequence[Edit]
) -> Finding:
    for other in others:
        other.apply(home)
    started = time.perf_counter()
    edit.apply(home)
    suspects = _publish(canvas, home, edit, others)
    red: list[Night] = []
    to_request: float | None = None
    for suite in suites:
        night = _night(canvas, suite)
        if night.verdict.colour == "green":
            continue
        red.append(night)
        request = file_request(canvas, night.id)
        if request is not None and to_request is None:
            to_request = time.perf_counter() - started
    return Finding(
        edit=edit.name,
        asset=edit.asset,
        harmless=edit in HARMLESS,
        suspects=suspects,
        red=tuple(night.suite for night in red),
        named=tuple(_named(night) for night in red),
        reasons=tuple(night.verdict.reasons[0].text for night in red),
        seconds_to_request=to_request,
        seconds=time.perf_counter() - started,
    )


def _publish(canvas: Canvas, home: Path, edit: Edit, others: Sequence[Edit]) -> int:
    """As a person publishes; how many assets changed. Raises: ConfigError when one is refused."""
    site = load_site(home).require_good()
    changed = sync(canvas.database, site, by=BY, reason=edit.does).created
    strangers = set(changed) - {edit.asset, *(other.asset for other in others)}
    if strangers or (edit.asset not in changed and edit not in HARMLESS):
        raise AssertionError(f"{edit.name} changes {list(changed)}, not {edit.asset}")
    publish(canvas.database, None, by=BY, reason=edit.does)
    return len(changed)


def _named(night: Night) -> tuple[str, ...]:
    """All assets that the night calls culprits, of whatever group of cases."""
    return tuple(sorted({asset for culprit in night.culprits for asset in culprit.assets}))


def _show(findings: Sequence[Finding]) -> None:
    """The raw table, in Markdown."""
    print("\n| edit | asset | red suites | culprit | s to request |\n|---|---|---|---|--:|")
    for found in findings:
        took = found.seconds_to_request
        named = sorted({name for names in found.named for name in names})
        print(
            f"| {found.edit} | {found.asset} | {', '.join(found.red) or 'none'} "
            f"| {('right' if found.right else ', '.join(named) or 'unknown') if found.red else ''} "
            f"| {'' if took is None else f'{took:.1f}'} |"
        )
    print()


def _figures(findings: Sequence[Finding], suites: Sequence[Suite]) -> dict[str, object]:
    faults = [found for found in findings if not found.harmless]
    times = [f.seconds_to_request for f in faults if f.seconds_to_request is not None]
    return {
        "suites": len(suites),
        "cases": sum(len(suite.cases) for suite in suites),
        "faults": len(faults),
        "detected": sum(bool(found.red) for found in faults),
        "missed": [found.edit for found in faults if not found.red],
        "right_culprit": sum(found.right for found in faults),
        "harmless": len(findings) - len(faults),
        "false_alarms": sum(bool(found.red) for found in findings if found.harmless),
        "suspects_median": statistics.median(f.suspects for f in faults) if faults else None,
        "requests": len(times),
        "seconds_to_request_median": round(statistics.median(times), 2) if times else None,
        "seconds_to_request_max": round(max(times), 2) if times else None,
    }


@dataclass(frozen=True)
class Target:
    name: str
    value: float
    target: str
    met: bool


def _targets(findings: Sequence[Finding]) -> list[Target]:
    """Of the whole study; fewer edits cannot meet them."""
    faults = [found for found in findings if not found.harmless]
    detected, right = sum(bool(f.red) for f in faults), sum(f.right for f in faults)
    alarms = sum(bool(found.red) for found in findings if found.harmless)
    whole = len(findings) == len(FAULTS) + len(HARMLESS)
    return [
        Target("detected", detected, ">= 28 of 30", detected >= 28),
        Target("false_alarms", alarms, "0 of 10", alarms == 0 and whole),
        Target("right_culprit", right, ">= 26 of 30", right >= 26),
    ]


def _create_database(server: EmbeddedPostgres, name: str, template: str | None = None) -> None:
    copy = f" template {template} strategy file_copy" if template else ""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}{copy}".encode())


def _drop_database(server: EmbeddedPostgres, name: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)".encode())


@contextmanager
def _place() -> Iterator[Place]:
    """A server and a site of the study's own, stopped and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="seeded-faults-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "server")
        server.up()
        try:
            yield Place(folder, server)
        finally:
            server.down()


def _wanted(edit: Edit, options: argparse.Namespace) -> bool:
    names = options.only or (QUICK if options.quick else ())
    return not names or edit.name in names


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="four edits")
    parser.add_argument("--crowd", action="store_true", help="beside harmless edits of others")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these edits")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
