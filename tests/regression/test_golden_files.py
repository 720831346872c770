"""Golden sets are read whole or refused with file, line, field and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.contracts.value import AssetId
from dagster_project.regression.golden_files import load_suites, suite_assets

KNOWN = {AssetId("source:plant_db"), AssetId("query:ci_profile"), AssetId("query:ci_status")}
GOOD = """\
suite: good
title: {ko: 좋은 것, en: Good}
source: plant_db
quarantine:
  - {case: one, until: 2026-03-01, reason: flaky, by: team:operations}
cases:
  - id: one
    question: how is GT-01
    expect:
      queries: [ci_profile]
      facts:
        - {sql: "select 1 as m_count"}
"""


def written(home: Path, **files: str) -> Path:
    (home / "golden_sets").mkdir(exist_ok=True)
    for name, text in files.items():
        (home / "golden_sets" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return home


def test_a_site_without_golden_sets_has_none(tmp_path: Path) -> None:
    """A missing folder is no error."""
    found = load_suites(tmp_path)
    assert (found.suites, found.findings) == ({}, ())


def test_a_good_suite_is_read_whole(tmp_path: Path) -> None:
    """What stands in the file is in the suite, and its assets are named."""
    found = load_suites(written(tmp_path, good=GOOD), KNOWN)
    assert found.findings == ()
    suite = found.suites["good"]
    assert suite.cases[0].expect.queries == ("ci_profile",)
    assert suite.quarantine[0].until.isoformat() == "2026-03-01"
    assert suite_assets(suite, KNOWN) == ("query:ci_profile", "source:plant_db")


def test_an_asset_that_is_gone_is_not_named(tmp_path: Path) -> None:
    """A suite points at assets of the site only."""
    suite = load_suites(written(tmp_path, good=GOOD)).suites["good"]
    assert suite_assets(suite, {AssetId("query:ci_profile")}) == ("query:ci_profile",)


def test_the_other_suites_go_on(tmp_path: Path) -> None:
    """A bad file is refused alone."""
    home = written(tmp_path, good=GOOD, bad="suite: bad\n")
    found = load_suites(home, KNOWN)
    assert list(found.suites) == ["good"]
    assert {f.path for f in found.findings} == {"golden_sets/bad.yaml"}


@pytest.mark.parametrize(
    ("change", "code", "field", "line", "way_out"),
    [
        (("suite: good", "suite: other"), "CFG012", "suite", 1, "good"),
        (("source: plant_db", "source: plnt_db"), "CFG030", "source", 3, "plant_db"),
        (("{case: one", "{case: ono"), "CFG080", "quarantine[0].case", 5, "one"),
        (("source: plant_db", "source: ''"), "CFG081", "cases[0].expect.facts[0].sql", 12, "sour"),
        (("[ci_profile]", "[ci_profil]"), "CFG030", "cases[0].expect.queries[0]", 10, "ci_profile"),
        (("queries:", "querys:"), "CFG020", "cases[0].expect.querys", 10, "queries"),
        (("id: one", "id: one two"), "CFG024", "cases[0].id", 7, "pattern"),
        (("{sql:", "{rows: [], sql:"), "CFG025", "cases[0].expect.facts[0]", 12, ""),
        (("suite: good", "suite: [good"), "CFG004", "", 2, ""),
        (("suite: good", "suite: good\nsuite: good"), "CFG005", "", 2, "once"),
    ],
)  # fmt: skip
def test_a_bad_file_says_where_and_what_to_do(
    tmp_path: Path, change: tuple[str, str], code: str, field: str, line: int, way_out: str
) -> None:
    """Each finding names the file, the line, the field and what was expected or is nearest."""
    found = load_suites(written(tmp_path, good=GOOD.replace(*change, 1)), KNOWN)
    assert found.suites == {}
    first = found.findings[0]
    told = (first.path, first.code, first.field, first.line)
    assert told == ("golden_sets/good.yaml", code, field, line)
    assert way_out in f"{first.expected} {first.nearest}"


def test_an_id_occurs_once(tmp_path: Path) -> None:
    """Two cases of one id would be one in the history."""
    twice = GOOD + "  - {id: one, question: again}\n"
    (finding,) = load_suites(written(tmp_path, good=twice)).findings
    assert (finding.code, finding.field, finding.line) == ("CFG028", "cases[1].id", 13)


def test_generated_cases_can_be_quarantined(tmp_path: Path) -> None:
    """Their ids are not in the file."""
    text = GOOD.replace("{case: one", "{case: gen-alias-x")
    assert load_suites(written(tmp_path, good=text), KNOWN).findings == ()


def test_a_file_that_is_no_suite_is_named(tmp_path: Path) -> None:
    """A misspelt ending or a list at the top is not passed by in silence."""
    home = written(tmp_path, listed="- a\n")
    (home / "golden_sets" / "other.yml").write_text("suite: other\n")
    (home / "golden_sets" / "gone.yaml").symlink_to(home / "nowhere.yaml")
    found = load_suites(home)
    assert {(f.path, f.code) for f in found.findings} == {
        ("golden_sets/gone.yaml", "CFG009"),
        ("golden_sets/listed.yaml", "CFG007"),
        ("golden_sets/other.yml", "CFG008"),
    }
