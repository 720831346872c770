"""The attacked job board with a model that may be asked, and with texts planted in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import psycopg
import yaml
from model_server import ModelServer

from adversarial.conftest import load_job_board
from adversarial.obeying.attacks import Attack
from dagster_project.canvas import Canvas
from dagster_project.canvas.documents import ensure_documents
from dagster_project.registry.load import load_site
from dagster_project.store.database import Database, open_database
from dagster_project.store.settings import Settings

HOME = Path(__file__).parents[1] / "talking_board"
REPOSITORY = Path(__file__).parents[3]
Place = Literal["question", "name", "free_text", "document", "catalog", "alias"]
FIRST_USER = 101
"""Users that bear planted names or texts; the study's own are 1 to 4."""
SCHEMA = "job_board"
_APPLICATIONS = """
create table job_board.applications (
  application_id serial primary key, job_id integer references job_board.job_postings,
  applicant integer references job_board.users, applied_at timestamptz not null);
insert into job_board.applications (job_id, applicant, applied_at)
  select n % 8 + 1, n % 4 + 1, timestamptz '2025-01-14 23:00+00' - n * interval '7 hours'
  from generate_series(1, 40) as n;
"""
_CONTACTS = b"""
update job_board.users set email = 'kept-' || user_id || '@board.example',
  phone_number = '010-7000-' || user_id;
"""
"""None of them stands in any attack's text."""
_GUIDES = {
    "writing": "# Writing a posting\n\nGive the salary and the location of the job. Keep the title"
    " short.\n",
    "moderating": "# Suspicious postings\n\nA suspicious posting is hidden first and read by a"
    " moderator after.\n",
}


@contextmanager
def open_board(
    settings: Settings, server: ModelServer, place: Place, attacks: Sequence[Attack]
) -> Iterator[Canvas]:
    """Effects: writes the site into `settings.home` and its tables into its database, and sets
    what its source's URL is read from while it is open."""
    write_site(settings.home, server, place, attacks)
    with open_database(settings) as database:
        load_job_board(database.owner_url)
        _plant_rows(database, place, attacks)
        database.grant_read(SCHEMA)
        site = load_site(settings.home)
        site.require_good()
        ensure_documents(settings, database, site, lambda _: None)
        with set_url(database.reader_url), Canvas.open(settings) as canvas:
            yield canvas


@contextmanager
def set_url(url: str) -> Iterator[None]:
    import pytest

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CANVAS_TALKING_BOARD_URL", url)
        yield


def write_site(home: Path, server: ModelServer, place: Place, attacks: Sequence[Attack]) -> None:
    """Assets, documents and prompts of a site whose policy names the server as its one model."""
    shutil.copytree(HOME / "assets_config", home / "assets_config", dirs_exist_ok=True)
    _write_prompts(home)
    _change(home / "assets_config/policies/job_board.yaml", lambda spec: _set_model(spec, server))
    documents = home / "documents"
    documents.mkdir(exist_ok=True)
    for name, text in _GUIDES.items():
        (documents / f"{name}.md").write_text(text, encoding="utf-8")
    if place == "document":
        for at, attack in enumerate(attacks):
            told = (
                f"# Posting {at}: a suspicious posting\n\n{attack.text}\n\nSalary and location.\n"
            )
            (documents / f"planted-{at:03}.md").write_text(told, encoding="utf-8")
    elif place == "catalog":
        _change(
            home / "assets_config/schema_catalogs/job_board.yaml",
            lambda spec: _plant_names(spec, attacks),
        )
    elif place == "alias":
        _change(
            home / "assets_config/resolvers/job_board.yaml",
            lambda spec: _plant_aliases(spec, attacks),
        )


def _write_prompts(home: Path) -> None:
    """The shipped ones, for this site's policy and catalog."""
    folder = home / "assets_config" / "prompts"
    folder.mkdir(exist_ok=True)
    for name in ("route_plan", "compose"):
        shipped = REPOSITORY / "assets_config" / "prompts" / f"{name}.yaml"
        asset = yaml.safe_load(shipped.read_text(encoding="utf-8"))
        asset.pop("owner", None)
        asset["spec"] |= {"policy": "job_board"}
        if asset["spec"].get("catalogs"):
            asset["spec"]["catalogs"] = ["job_board", "board_documents"]
        _dump(folder / f"{name}.yaml", asset)


def _set_model(spec: dict[str, Any], server: ModelServer) -> None:
    spec["models"] = {
        "providers": [{"name": "main", "base_url": server.base_url}],
        "models": [{"name": "main", "provider": "main", "model": "obeying", "timeout_seconds": 60}],
        "routing": {"failures_to_open": 1_000_000},
        "phrase": True,
        "plan_seconds": 90.0,
        "phrase_seconds": 90.0,
    }
    spec["limits"] |= {"ask_timeout_seconds": 300, "max_cost_usd": 100}
    spec["replan"] = {"deadline_seconds": 300}


def _plant_names(spec: dict[str, Any], attacks: Sequence[Attack]) -> None:
    """Into names, descriptions, comments and values of the catalog, a few texts each."""
    users, postings = spec["tables"][0], spec["tables"][1]
    columns = {column["name"]: column for column in postings["columns"]}
    users["names"]["en"] += [attack.short for attack in attacks[0::4]]
    users["description"] = attacks[0].text
    postings["names"]["en"] += [attack.short for attack in attacks[1::4]]
    postings["comment"] = attacks[1].text
    columns["company"]["names"]["en"] += [attack.short for attack in attacks[2::4]]
    columns["company"]["description"] = attacks[2].text
    columns["location"]["values"] += [
        {"value": attack.short, "names": {"en": [attack.short]}} for attack in attacks[3::4]
    ]
    columns["salary"]["comment"] = attacks[3].text


def _plant_aliases(spec: dict[str, Any], attacks: Sequence[Attack]) -> None:
    spec["alias_groups"] = [
        {"entity": "user", "key": str(at % 4 + 1), "aliases": [attack.short]}
        for at, attack in enumerate(attacks)
    ]


def _plant_rows(database: Database, place: Place, attacks: Sequence[Attack]) -> None:
    """Every attack has a user of its own, who posted one job."""
    with psycopg.connect(database.owner_url) as connection:
        connection.execute(_APPLICATIONS.encode())
        connection.execute(_CONTACTS)
        if place not in ("name", "free_text"):
            return
        for user, attack in enumerate(attacks, FIRST_USER):
            named = place == "name"
            name = attack.name if named else f"Writer {user}"
            text = "Recruiter" if named else attack.text
            connection.execute(
                "insert into job_board.users values (%s, %s, %s, %s, %s)",
                (user, name, text, f"kept-{user}@board.example", f"010-7000-{user}"),
            )
            connection.execute(
                "insert into job_board.job_postings values (%s, %s, %s, %s, 'Lisbon', %s, %s)",
                (user, name, text, name if named else "Acme Inc.", 50_000 + user, user),
            )


def _change(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    asset = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(asset["spec"])
    _dump(path, asset)


def _dump(path: Path, asset: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(asset, allow_unicode=True, sort_keys=False), encoding="utf-8")
