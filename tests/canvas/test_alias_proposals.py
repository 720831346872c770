"""Names that nothing bears become proposals; people decide; they count when published."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lab import SCHEMA, SITE, load_lab

from dagster_project.canvas import Canvas
from dagster_project.canvas.alias_decisions import Acceptance, accept, decline
from dagster_project.canvas.alias_file import with_alias
from dagster_project.canvas.alias_proposals import Proposal, collect_proposals
from dagster_project.canvas.alias_tables import accepted_aliases
from dagster_project.contracts.errors import AssetNotFound, InvalidRequest
from dagster_project.contracts.trace import Ask
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.resolver.index import EntityIndex
from dagster_project.store.audit import audit_rows
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NEXT_YEAR = datetime.now(UTC).date() + timedelta(days=365)


@dataclass(frozen=True)
class Lab:
    canvas: Canvas
    home: Path

    @property
    def index(self) -> EntityIndex:
        return self.canvas.desk(self.canvas.release()).planner.index

    def collect(self) -> tuple[Proposal, ...]:
        return collect_proposals(self.canvas.database, LONG_AGO, self.index)

    def said(self, **more: object) -> Acceptance:
        given = {"entity": "instrument", "key": "OV-01", "owner": "team:lab"}
        return Acceptance.model_validate(given | {"reason": "they say so", "by": "test"} | more)

    def text(self) -> str:
        return (self.home / "assets_config" / "resolvers" / "lab.yaml").read_text()


@pytest.fixture
def lab_copy(
    make_settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Lab]:
    """A laboratory of the test's own, with files that it may edit."""
    home = shutil.copytree(SITE, tmp_path / "site")
    settings = make_settings(home=home)
    with open_database(settings) as database:
        load_lab(database.owner_url)
        database.grant_read(SCHEMA)
        monkeypatch.setenv("CANVAS_LAB_URL", database.reader_url)
        versions.sync(database, load_site(home).require_good(), by="test")
        versions.publish(database, None, by="test", reason="test")
    with Canvas.open(settings) as canvas:
        yield Lab(canvas, home)


def test_names_that_asks_used_are_counted_once_per_ask(lab_copy: Lab) -> None:
    """Collecting twice counts nothing twice; a new ask counts; candidates carry scores."""
    for question in (
        "OV-77 온도 이력",
        "status of ov77",
        "how many faults does the little one have?",
    ):
        lab_copy.canvas.ask(Ask(question=question))
    first = {one.normal_form: one for one in lab_copy.collect()}
    assert first["ov77"].seen == 2
    assert len({asked.trace_id for asked in first["ov77"].questions}) == 2
    assert [c.key for c in first["ov77"].candidates][:2] == ["OV-01", "OV-02"]
    assert all(0 <= c.score <= 1 for c in first["ov77"].candidates)
    assert {c.key for c in first["the little one"].candidates} == {"SC-01", "CF-01"}
    assert {one.normal_form: one for one in lab_copy.collect()} == first
    lab_copy.canvas.ask(Ask(question="OV-77 상태"))
    assert {one.normal_form: one.seen for one in lab_copy.collect()}["ov77"] == 3


def test_an_accepted_name_counts_once_it_is_published(lab_copy: Lab) -> None:
    """The resolver's file gets the alias as a draft edit; asks know it after publishing."""
    lab_copy.canvas.ask(Ask(question="OV-77 상태"))
    (proposal,) = lab_copy.collect()
    before = lab_copy.text()
    said = lab_copy.said(expires=NEXT_YEAR)
    database = lab_copy.canvas.database
    taken, path = accept(database, lab_copy.home, lab_copy.index, proposal.id, said)
    assert (taken.status, taken.entity, taken.key) == ("accepted", "instrument", "OV-01")
    added = [line for line in path.read_text().splitlines() if line not in before.splitlines()]
    assert len(added) == 1
    assert all(text in added[0] for text in ("OV-01", "OV-77", "team:lab", str(NEXT_YEAR)))
    assert lab_copy.index.bearers("OV-77") == ()
    versions.sync(database, load_site(lab_copy.home).require_good(), by="test")
    versions.publish(database, None, by="test", reason="test")
    assert [c.key for c in lab_copy.index.bearers("OV-77")] == ["OV-01"]
    assert ("ov77", "instrument", "OV-01") in accepted_aliases(database)
    (row,) = audit_rows(database, "alias:ov77")
    assert (row.act, row.by, row.reason) == ("accept", "test", "they say so")


def test_a_collision_needs_force(lab_copy: Lab) -> None:
    """A name that means something else already is taken only when a person insists."""
    lab_copy.canvas.ask(Ask(question="how many faults does the little one have?"))
    (proposal,) = lab_copy.collect()
    before, database = lab_copy.text(), lab_copy.canvas.database
    with pytest.raises(InvalidRequest, match="SC-01"):
        accept(database, lab_copy.home, lab_copy.index, proposal.id, lab_copy.said())
    assert lab_copy.text() == before
    said = lab_copy.said(force=True)
    taken, _ = accept(database, lab_copy.home, lab_copy.index, proposal.id, said)
    assert taken.status == "accepted"
    assert "the little one" in lab_copy.text().replace(before, "")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"key": "OV-99"}, "OV-99"),
        ({"entity": "ghost"}, "ghost"),
        ({"expires": date(2020, 1, 1)}, "2020-01-01"),
        ({"owner": " "}, "--owner"),
        ({"reason": ""}, "--reason"),
    ],
)
def test_what_cannot_hold_is_refused(lab_copy: Lab, wrong: dict[str, object], told: str) -> None:
    """A stranger, a past date, no owner, no reason: nothing is written."""
    lab_copy.canvas.ask(Ask(question="OV-77 상태"))
    (proposal,) = lab_copy.collect()
    before, database = lab_copy.text(), lab_copy.canvas.database
    with pytest.raises(InvalidRequest) as refused:
        accept(database, lab_copy.home, lab_copy.index, proposal.id, lab_copy.said(**wrong))
    assert told in str(refused.value)
    assert (lab_copy.text(), lab_copy.collect()[0].status) == (before, "proposed")


def test_a_declined_name_stays_declined(lab_copy: Lab) -> None:
    """It is counted on, never proposed again, and decided once."""
    lab_copy.canvas.ask(Ask(question="OV-77 상태"))
    (proposal,) = lab_copy.collect()
    database = lab_copy.canvas.database
    assert decline(database, proposal.id, "test", "it was scrapped").status == "declined"
    lab_copy.canvas.ask(Ask(question="OV-77 온도"))
    (again,) = lab_copy.collect()
    assert (again.status, again.seen, again.reason) == ("declined", 2, "it was scrapped")
    with pytest.raises(InvalidRequest, match="declined by test"):
        decline(database, proposal.id, "test", "again")
    with pytest.raises(AssetNotFound, match="999"):
        decline(database, 999, "test", "no such")


def test_the_file_keeps_its_comments_and_layout() -> None:
    """Only one line is new; the same thing, owner and date share a group."""
    text = (
        "kind: resolver  # names\nname: x\nspec:\n  entity_mappings: [{entity: a, catalog: b}]\n"
        "  alias_groups:\n    # by hand\n    - {entity: a, key: '1', aliases: [\"one\"]}\n"
        "  ambiguity_policy: ask_user\n"
    )
    once = with_alias(text, "하나", "a", "1", "team:x", None)
    new = [line for line in once.splitlines() if line not in text.splitlines()]
    assert new == ["    - {entity: a, key: '1', aliases: [하나], owner: team:x}"]
    assert [line for line in once.splitlines() if line not in new] == text.splitlines()
    twice = with_alias(once, "1 호", "a", "1", "team:x", None)
    assert "aliases: [하나, 1 호], owner: team:x" in twice
    bare = with_alias("spec:\n  entity_mappings: []\n", "one", "a", "1", None, None)
    assert "aliases: [one]" in bare
