"""The embedded Postgres: our own supervisor over the wheel's binaries.

The server outlives the process that started it: `up` starts or attaches, only `down` stops. It
listens on 127.0.0.1 with a random password. "Running" means that it lets us in with that password;
that a process id exists is not enough.
"""

from __future__ import annotations

import secrets
import shutil
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg

from dagster_project.contracts.errors import StoreError
from dagster_project.store.os_account import OsAccount, binaries, choose_account, cluster_folder
from dagster_project.store.ports import becomes_free, free_port
from dagster_project.store.postmaster import disown_stale_pid_file, find_postmaster
from dagster_project.store.small_files import locked, read_json, write_json

OWNER = "canvas_owner"
DATABASE = "canvas"
_START_PATIENCE_SECONDS = 30.0
_PORT_PATIENCE_SECONDS = 3.0
"""Others dial the port we had. After a crash its last children may hold it a moment longer."""
_FIRST_PORT, _LAST_PORT = 20_000, 29_999
"""Below the range from which systems take ports for outgoing connections."""

_SERVER_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The password is random, so more rounds would only make each new connection slower.
    "scram_iterations": "64",
}


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """Where the server is and whether it answers."""

    running: bool
    started: bool
    """True when this call started it."""
    port: int | None
    pid: int | None
    data_dir: Path
    log: Path


class EmbeddedPostgres:
    """One Postgres cluster in a folder, shared by all processes of its user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def up(self) -> ServerStatus:
        """Start the server, or attach to it; the database `canvas` is there afterwards.

        Effects: makes the cluster on first use. Raises: StoreError.
        """
        if self._lets_us_in():
            return self._seen(running=True)
        self._make_folder()
        with locked(self.folder / "lock"):
            if self._lets_us_in():
                return self._seen(running=True)
            self._set_aside_data_without_password()
            if not self._data_dir.exists():
                self._make_cluster()
            self._start()
            self._make_database()
        return self._seen(running=True, started=True)

    def down(self) -> bool:
        """Stop the server. True when one was running. Raises: StoreError."""
        if not self._data_dir.exists():
            return False
        with locked(self.folder / "lock"):
            if find_postmaster(self._data_dir) is None:
                return False
            code, output = self._pg("pg_ctl", "-D", str(self._data_dir), "-m", "fast", "-w", "stop")
            if code != 0 and find_postmaster(self._data_dir) is not None:
                raise StoreError(
                    f"The embedded Postgres in {self._data_dir} did not stop: {output}",
                    f"See {self._log}.",
                )
        return True

    def status(self) -> ServerStatus:
        """What is so now; starts nothing."""
        return self._seen(running=self._lets_us_in())

    def url(self, database: str = DATABASE) -> str:
        """The owner's URL. Raises: StoreError when the cluster was never made."""
        if self._port is None or self._password is None:
            raise StoreError(
                f"There is no embedded Postgres in {self.folder}.", "Run `canvas up` first."
            )
        return f"postgresql://{OWNER}:{quote(self._password)}@127.0.0.1:{self._port}/{database}"

    # Where things are ---------------------------------------------------------------------------

    @cached_property
    def _account(self) -> OsAccount:
        return choose_account()

    @cached_property
    def _cluster_dir(self) -> Path:
        known = read_json(self.folder / "place.json").get("cluster_dir")
        return Path(str(known)) if known else cluster_folder(self._account, self.folder / "cluster")

    @property
    def _data_dir(self) -> Path:
        return self._cluster_dir / "data"

    @property
    def _log(self) -> Path:
        return self._cluster_dir / "server.log"

    @property
    def _port(self) -> int | None:
        port = read_json(self.folder / "port.json").get("port")
        return port if isinstance(port, int) else None

    @property
    def _password(self) -> str | None:
        password = read_json(self.folder / "owner.json").get("password")
        return password if isinstance(password, str) else None

    def _seen(self, running: bool, started: bool = False) -> ServerStatus:
        living = find_postmaster(self._data_dir)
        pid = living.pid if living else None
        return ServerStatus(running, started, self._port, pid, self._data_dir, self._log)

    def _pg(self, program: str, *arguments: str) -> tuple[int, str]:
        return self._account.run([str(binaries(self._account) / program), *arguments])

    # Making -------------------------------------------------------------------------------------

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / "lock").touch()
        except OSError as error:
            raise StoreError(
                f"The folder {self.folder} cannot be written ({error.strerror}).",
                "Set CANVAS_STATE to a folder of your own.",
            ) from error

    def _set_aside_data_without_password(self) -> None:
        """The state folder was deleted and made anew, but the data was kept elsewhere."""
        if self._data_dir.exists() and self._password is None:
            if find_postmaster(self._data_dir) is not None:
                self._pg("pg_ctl", "-D", str(self._data_dir), "-m", "fast", "-w", "stop")
            self._data_dir.rename(self._data_dir.with_name(f"data.before-{time.time():.0f}"))

    def _make_cluster(self) -> None:
        """initdb beside the final place, then one rename: a killed initdb leaves nothing behind."""
        password = secrets.token_urlsafe(24)
        self._cluster_dir.parent.mkdir(parents=True, exist_ok=True)
        self._cluster_dir.mkdir(exist_ok=True)
        self._cluster_dir.chmod(0o755)
        self._account.own(self._cluster_dir)
        fresh, password_file = self._cluster_dir / "data.new", self._cluster_dir / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        self._account.own(password_file)
        self._log.touch(mode=0o600)
        self._account.own(self._log)
        try:
            self._initdb(fresh, password_file)
        finally:
            password_file.unlink()
        write_json(self.folder / "owner.json", {"password": password})
        write_json(self.folder / "place.json", {"cluster_dir": str(self._cluster_dir)})
        fresh.rename(self._data_dir)

    def _initdb(self, data_dir: Path, password_file: Path) -> None:
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        options = [f"--set={name}={value}" for name, value in _SERVER_OPTIONS.items()]
        code, output = self._pg(
            "initdb",
            f"--pgdata={data_dir}",
            f"--username={OWNER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            f"--locale={locale}",
            "--data-checksums",
            *options,
        )
        if code != 0:
            raise StoreError(
                f"initdb in {data_dir} ended with {code}: {output}.",
                "Mend what it names, or set CANVAS_DATABASE_URL to your own Postgres.",
            )

    # Starting -----------------------------------------------------------------------------------

    def _start(self) -> None:
        """Start until it lets us in: after a crash a first try can meet dying children."""
        deadline = time.monotonic() + _START_PATIENCE_SECONDS
        output = ""
        while not self._lets_us_in("postgres"):
            if time.monotonic() > deadline:
                raise StoreError(
                    f"The embedded Postgres in {self._data_dir} did not start within "
                    f"{_START_PATIENCE_SECONDS:.0f} s: {output}",
                    f"See {self._log}.",
                )
            living = find_postmaster(self._data_dir)
            if living is None:
                disown_stale_pid_file(self._data_dir)
                output = self._start_once()
            elif living.port != self._port:
                write_json(self.folder / "port.json", {"port": living.port})
            else:
                time.sleep(0.05)

    def _start_once(self) -> str:
        port = self._port
        if port is None or not becomes_free(port, _PORT_PATIENCE_SECONDS):
            port = free_port(_FIRST_PORT, _LAST_PORT)
            write_json(self.folder / "port.json", {"port": port})
        arguments = ["-D", str(self._data_dir), "-l", str(self._log), "-o", f"-p {port}"]
        code, output = self._pg("pg_ctl", *arguments, "-w", "-t", "10", "start")
        if code != 0:
            time.sleep(0.2)
        return output

    def _make_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            query = "select 1 from pg_database where datname = %s"
            if connection.execute(query, [DATABASE]).fetchone() is None:
                connection.execute(f"create database {DATABASE}")
                connection.execute("revoke connect on database postgres, template1 from public")
                connection.execute(f"revoke connect, temporary on database {DATABASE} from public")

    def _lets_us_in(self, database: str = DATABASE) -> bool:
        known = self._port is not None and self._password is not None
        if not known or find_postmaster(self._data_dir) is None:
            return False
        try:
            psycopg.connect(self.url(database), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True
