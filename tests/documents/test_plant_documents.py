"""The demo plant's documents are true to the plant: its alarm codes, its machines, its words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import yaml

from dagster_project.store.settings import Settings
from sources.vector.folder import read_document
from tests.documents.plant_glossary import plant_glossary

DOCUMENTS = Path(__file__).resolve().parents[2] / "documents"
FILES = sorted((DOCUMENTS / "plant").rglob("*.md"))


def _front(file: Path) -> dict[str, list[str]]:
    return yaml.safe_load(file.read_text().split("---")[1])


def test_every_document_has_its_head_and_passages() -> None:
    """Title, tags and machines; about twenty-five of them, each found by its title."""
    assert len(FILES) >= 25
    titles = set()
    for file in FILES:
        document = read_document(file.name, file.read_bytes(), 220)
        front = _front(file)
        assert document.title == front["title"]
        assert front["tags"]
        assert front["applies_to"]
        titles.add(document.title)
    assert len(titles) == len(FILES)


def test_alarm_codes_and_machines_are_the_plants(make_settings: Callable[..., Settings]) -> None:
    """Nothing is written about a machine or an alarm that the plant does not have."""
    settings = make_settings(plant=True)
    with psycopg.connect(str(settings.database_url)) as connection:
        machines = {row[0] for row in connection.execute("select ci_id from plant.ci")}
        codes = {
            row[0]
            for row in connection.execute(
                "select distinct alarm_code from plant.event where alarm_code is not null"
            )
        }
    for file in FILES:
        front = _front(file)
        assert set(front["applies_to"]) <= machines, file
        assert set(front.get("alarm_codes", [])) <= codes, file
    told = {code for file in FILES for code in _front(file).get("alarm_codes", [])}
    quiet = {code for code in codes if code.startswith(("ST-", "HC-"))}
    assert codes - quiet <= told


def test_the_glossary_is_words_in_both_languages() -> None:
    """Each line is what a catalog takes as a group of names."""
    groups = plant_glossary()
    assert len(groups) >= 60
    for names in groups:
        assert names.ko
        assert names.en
