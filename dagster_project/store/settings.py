"""Where the site, the state and the database are: from flags, then environment, then defaults."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dagster_project.contracts.errors import InvalidRequest

_PACKAGE_PARENT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Settings:
    """The site's folder, the state's folder, and whose database is used."""

    home: Path
    """The site: holds `assets_config/` and `golden_sets/`."""
    state_dir: Path
    """What running leaves behind: the embedded database, logs, passwords, process ids."""
    database_url: str | None = None
    """The user's own Postgres, as its owner; None: the embedded one."""
    reader_url: str | None = None
    """The SELECT-only role on the user's own Postgres; None: made by us."""

    @property
    def embedded_dir(self) -> Path:
        return self.state_dir / "postgres"

    @property
    def logs_dir(self) -> Path:
        return self.state_dir / "logs"

    @property
    def dagster_home(self) -> Path:
        return self.state_dir / "dagster_home"


def load_settings(
    home: Path | str | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Settings from a flag, `CANVAS_*` variables and defaults. Raises: InvalidRequest."""
    site = _site_folder(home, environ)
    database_url = _postgres_url("CANVAS_DATABASE_URL", environ)
    reader_url = _postgres_url("CANVAS_READER_URL", environ)
    if reader_url and not database_url:
        raise InvalidRequest(
            "CANVAS_READER_URL is set but CANVAS_DATABASE_URL is not.",
            "Set both to use your own Postgres, or neither to use the embedded one.",
        )
    return Settings(site, _state_folder(site, environ), database_url, reader_url)


def _site_folder(flag: Path | str | None, environ: Mapping[str, str]) -> Path:
    given = str(flag) if flag else environ.get("CANVAS_HOME", "")
    if given:
        name = "--home" if flag else "CANVAS_HOME"
        folder = Path(given).expanduser().absolute()
        if not (folder / "assets_config").is_dir():
            raise InvalidRequest(
                f"{name} is {given!r}, but {folder}/assets_config is not a folder.",
                "Point it at the folder that holds assets_config/ and golden_sets/.",
            )
        return folder
    here = Path.cwd()
    return here if (here / "assets_config").is_dir() else _PACKAGE_PARENT


def _state_folder(home: Path, environ: Mapping[str, str]) -> Path:
    given = environ.get("CANVAS_STATE", "")
    if given:
        folder = Path(given).expanduser().absolute()
        if folder.exists() and not folder.is_dir():
            raise InvalidRequest(
                f"CANVAS_STATE is {given!r}, which is a file.", "Name a folder, new or existing."
            )
        return folder
    beside = home / ".canvas"
    if os.access(beside if beside.exists() else home, os.W_OK | os.X_OK):
        return beside
    base = Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    mark = hashlib.blake2b(str(home).encode(), digest_size=4).hexdigest()
    return base / "canvas" / f"{home.name}-{mark}"


def _postgres_url(name: str, environ: Mapping[str, str]) -> str | None:
    given = environ.get(name, "")
    if not given:
        return None
    parts = urlsplit(given)
    scheme, _, rest = given.partition("://")
    if scheme.split("+")[0] not in ("postgresql", "postgres") or not parts.hostname:
        shown = f"{scheme}://…" if rest else "without '://'"
        raise InvalidRequest(
            f"{name} must be a URL of a Postgres database with a host; it is {shown}.",
            "Write postgresql://user:password@host:5432/database.",
        )
    if not parts.path.strip("/"):
        raise InvalidRequest(
            f"{name} names no database (host {parts.hostname}).",
            "Write postgresql://user:password@host:5432/database.",
        )
    return f"postgresql://{rest}"
