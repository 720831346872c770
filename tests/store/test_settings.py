"""Settings: flags over environment over defaults, and clear words about bad values."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dagster_project.contracts.errors import InvalidRequest
from dagster_project.store.settings import load_settings


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "assets_config").mkdir(parents=True)
    return folder


def test_a_flag_wins_over_the_environment(site: Path, tmp_path: Path) -> None:
    """`--home` is used although CANVAS_HOME names another folder."""
    assert load_settings(site, {"CANVAS_HOME": str(tmp_path)}).home == site


def test_the_working_folder_is_the_site_when_it_looks_like_one(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without flag and variable, a folder with assets_config/ is the site."""
    monkeypatch.chdir(site)
    assert load_settings(environ={}).home == site


def test_elsewhere_the_shipped_site_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In any other folder the site is the one that comes with the code."""
    monkeypatch.chdir(tmp_path)
    assert (load_settings(environ={}).home / "dagster_project").is_dir()


def test_state_is_beside_the_site(site: Path) -> None:
    """What running leaves behind goes to `.canvas` in the site's folder."""
    assert load_settings(site, {}).state_dir == site / ".canvas"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_site_that_cannot_be_written_has_its_state_elsewhere(site: Path, tmp_path: Path) -> None:
    """Two read-only sites have two state folders in the user's own place."""
    site.chmod(0o555)
    state = load_settings(site, {"XDG_STATE_HOME": str(tmp_path)}).state_dir
    assert state.is_relative_to(tmp_path / "canvas")


def test_an_own_database_replaces_the_embedded_one(site: Path) -> None:
    """Both spellings of the scheme are taken, also with a driver."""
    for scheme in ("postgresql", "postgres", "postgresql+psycopg2"):
        environ = {"CANVAS_DATABASE_URL": f"{scheme}://me:pw@db:5433/ops?sslmode=require"}
        url = load_settings(site, environ).database_url
        assert url == "postgresql://me:pw@db:5433/ops?sslmode=require"


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"CANVAS_HOME": "/nowhere"}, r"CANVAS_HOME is '/nowhere'.*assets_config"),
        ({"CANVAS_STATE": "/etc/passwd"}, "CANVAS_STATE.*is a file"),
        ({"CANVAS_DATABASE_URL": "mysql://h/db"}, r"CANVAS_DATABASE_URL.*mysql://…"),
        ({"CANVAS_DATABASE_URL": "localhost"}, "CANVAS_DATABASE_URL must be a URL"),
        ({"CANVAS_DATABASE_URL": "postgresql://h"}, "names no database"),
        ({"CANVAS_READER_URL": "postgresql://h/db"}, "CANVAS_DATABASE_URL is not"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(
    site: Path, environ: dict[str, str], message: str
) -> None:
    """The error says which variable, what is wrong and what to write."""
    home = None if "CANVAS_HOME" in environ else site
    with pytest.raises(InvalidRequest, match=message):
        load_settings(home, environ)


def test_a_bad_url_does_not_show_its_password(site: Path) -> None:
    """The password in a refused URL is not printed."""
    with pytest.raises(InvalidRequest) as refused:
        load_settings(site, {"CANVAS_DATABASE_URL": "mysql://me:hidden@h/db"})
    assert "hidden" not in str(refused.value)
