"""A site's golden_sets/ → every good suite, every bad file a list of findings.

A bad file is refused whole; every other suite goes on. No folder is no suite.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from pydantic import ValidationError

from dagster_project.contracts.finding import Finding
from dagster_project.contracts.golden import Suite
from dagster_project.contracts.value import AssetId
from dagster_project.registry.field_errors import field_problems
from dagster_project.registry.lines import Lines
from dagster_project.registry.problem import Problem, listed, nearest, shown
from dagster_project.registry.read_yaml import MAX_FILE_BYTES, YamlProblem, read_yaml

FOLDER = "golden_sets"
_NO_SUITE = Problem("CFG008", (), "a golden set ends in .yaml", "the file renamed to .yaml")


@dataclass(frozen=True, slots=True)
class GoldenSets:
    """The suites of a site by name, and what is wrong with its other files."""

    suites: dict[str, Suite] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def load_suites(home: FilePath, known: Collection[AssetId] | None = None) -> GoldenSets:
    """Every suite of `home/golden_sets/`, in the order of their names.

    `known`: the site's assets; with them, what a suite names must be among them.
    """
    folder = home / FOLDER
    suites: dict[str, Suite] = {}
    findings: list[Finding] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(".") or path.suffix not in (".yaml", ".yml", ".json"):
            continue
        shown_path = f"{FOLDER}/{path.name}"
        if path.suffix != ".yaml":
            findings.append(_NO_SUITE.finding(shown_path, None))
            continue
        suite, wrong = read_suite(shown_path, path, known)
        findings += wrong
        if suite is not None:
            suites[suite.suite] = suite
    return GoldenSets(suites, tuple(findings))


def suite_assets(suite: Suite, assets: Collection[AssetId]) -> tuple[AssetId, ...]:
    """The assets that a suite names, of those that exist: its source and the queries expected."""
    named = [AssetId(f"source:{suite.source}")] if suite.source else []
    named += [
        AssetId(f"query:{name}") for case in suite.cases for name in case.expect.queries or ()
    ]
    return tuple(sorted({asset for asset in named if asset in assets}))


def read_suite(
    shown_path: str,
    path: FilePath,
    known: Collection[AssetId] | None = None,
    stem: str = "",
) -> tuple[Suite | None, tuple[Finding, ...]]:
    """One file's suite, or why it is refused. `stem`: the name that it will have."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        wrong = Problem("CFG009", (), f"it cannot be read: {error.strerror}", "a readable file")
        return None, (wrong.finding(shown_path, None),)
    suite, problems = _parsed(data, known, stem or path.stem)
    if not problems:
        return suite, ()
    readable = all(problem.code > "CFG009" for problem in problems)
    lines = Lines(data) if readable else None
    return None, tuple(problem.finding(shown_path, lines) for problem in problems)


def _parsed(
    data: bytes, known: Collection[AssetId] | None, stem: str
) -> tuple[Suite | None, list[Problem]]:
    try:
        document = read_yaml(data)
    except YamlProblem as wrong:
        problem = Problem(wrong.code, (), wrong.message, wrong.expected, line=wrong.line)
        return None, [problem]
    if not isinstance(document, dict):
        expected = "`suite:`, `title:`, `cases:` ..."
        return None, [Problem("CFG007", (), f"{shown(document)} at the top", expected)]
    try:
        suite = Suite.model_validate(document)
    except ValidationError as error:
        return None, field_problems(error, Suite, document, ())
    return suite, [*_name(suite, stem), *_cases(suite), *_references(suite, known)]


def _name(suite: Suite, stem: str) -> Iterator[Problem]:
    if suite.suite != stem:
        wrong = f"suite {suite.suite!r} in the file {stem!r}"
        expected = f"`suite: {stem}`, or the file named {suite.suite}.yaml"
        yield Problem("CFG012", ("suite",), wrong, expected, stem)


def _cases(suite: Suite) -> Iterator[Problem]:
    """Each id once, quarantine only of cases that are there, SQL only with a source."""
    ids: set[str] = set()
    for at, case in enumerate(suite.cases):
        if case.id in ids:
            yield Problem(
                "CFG028", ("cases", at, "id"), f"case {case.id!r} occurs twice", "each id once"
            )
        ids.add(case.id)
        for place, fact in enumerate(case.expect.facts):
            if fact.sql is not None and not suite.source:
                where = ("cases", at, "expect", "facts", place, "sql")
                wrong = "gold by SQL in a suite without a source"
                yield Problem("CFG081", where, wrong, "`source:` with a source asset's name")
    for at, quarantined in enumerate(suite.quarantine):
        # Generated cases are not in the file; their ids say so.
        if quarantined.case not in ids and not quarantined.case.startswith("gen-"):
            wrong = f"no case {quarantined.case!r}"
            near = nearest(quarantined.case, ids)
            yield Problem("CFG080", ("quarantine", at, "case"), wrong, listed(ids), near)


def _references(suite: Suite, known: Collection[AssetId] | None) -> Iterator[Problem]:
    if known is None:
        return
    if suite.source and f"source:{suite.source}" not in known:
        yield _no_asset("source", suite.source, ("source",), known)
    for at, case in enumerate(suite.cases):
        for place, query in enumerate(case.expect.queries or ()):
            if f"query:{query}" not in known:
                where = ("cases", at, "expect", "queries", place)
                yield _no_asset("query", query, where, known)


def _no_asset(
    kind: str, name: str, at: tuple[str | int, ...], known: Collection[AssetId]
) -> Problem:
    names = [asset.partition(":")[2] for asset in known if asset.startswith(f"{kind}:")]
    return Problem("CFG030", at, f"no {kind} {name!r}", listed(names), nearest(name, names))
