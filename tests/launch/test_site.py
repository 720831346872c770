"""What `up` does for a site before it is asked anything."""

from __future__ import annotations

from pathlib import Path

from dagster_project.launch.dagster_home import command, environment, started_for
from dagster_project.launch.site import example_question, make_ready
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import current_release_id
from dagster_project.store.database import Database
from dagster_project.store.settings import Settings


def test_the_demo_asks_for_a_status() -> None:
    """The shipped site's first question is the status check of its documentation."""
    shipped = Path(__file__).resolve().parents[2]
    assert example_question(load_site(shipped).assets.values()) == "GT-01 상태 알려줘"


def test_a_site_without_examples_asks_nothing() -> None:
    """No query with an example means no first question."""
    assert example_question([]) is None


def test_a_site_is_published_once(database: Database, settings: Settings, tmp_path: Path) -> None:
    """An empty site publishes nothing, and says nothing of it."""
    (tmp_path / "assets_config").mkdir()
    told: list[str] = []
    make_ready(Settings(tmp_path, settings.state_dir), database, told.append)
    assert current_release_id(database) is None
    assert told == []


def test_runs_get_the_same_site_state_and_database(database: Database, settings: Settings) -> None:
    """What Dagster starts sees this installation, whatever the caller's environment said."""
    caller = {
        "CANVAS_HOME": "/elsewhere",
        "DAGSTER_HOME": "/elsewhere",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "ko_KR.UTF-8",
        "CANVAS_USER": "somebody@example.com",
        "CANVAS_MODEL_URL": "http://127.0.0.1:9/v1",
        "PLANT_DB_PASSWORD": "from the caller",
    }
    given = environment(settings, database, caller)
    assert given["CANVAS_HOME"] == str(settings.home)
    assert given["CANVAS_STATE"] == str(settings.state_dir)
    assert given["DAGSTER_HOME"] == str(settings.dagster_home)
    assert given["CANVAS_DATABASE_URL"] == settings.database_url
    assert given["LANG"] == "ko_KR.UTF-8"
    assert not {"PYTHONDONTWRITEBYTECODE", "CANVAS_USER"} & set(given)
    referred_to = ("CANVAS_MODEL_URL", "PLANT_DB_PASSWORD")
    assert all(given[name] == caller[name] for name in referred_to)


def test_another_database_means_another_start(database: Database, settings: Settings) -> None:
    """A part that runs for an older address of the database is not taken for the right one."""
    argv = command("daemon", 3000)
    now = environment(settings, database)
    moved = now | {"CANVAS_DAGSTER_URL": "postgresql+psycopg2://elsewhere/canvas"}
    assert started_for(argv, now) != started_for(argv, moved)
    assert started_for(argv, now) == started_for(argv, now | {"TERM": "xterm"})
