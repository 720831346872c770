"""What runs for a state's folder."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg

from dagster_project.launch import work_orders
from dagster_project.launch.parts import PARTS, find_process, listens, read_parts
from dagster_project.launch.probe import probe
from dagster_project.launch.serve import known_port
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part, as seen now."""

    name: str
    running: bool
    pid: int | None
    place: str | None
    """Where it answers: a URL, or host, port and database."""
    log: str | None
    detail: str = ""


def status(settings: Settings) -> tuple[PartStatus, ...]:
    """Postgres, webserver, daemon, and what the site's sources need. Starts nothing."""
    return (_postgres(settings), *_dagster(settings), *_work_orders(settings))


def _postgres(settings: Settings) -> PartStatus:
    if settings.database_url is None:
        seen = EmbeddedPostgres(settings.embedded_dir).status()
        place = f"127.0.0.1:{seen.port}/canvas" if seen.port else None
        return PartStatus("postgres", seen.running, seen.pid, place, str(seen.log))
    parts = urlsplit(settings.database_url)
    place = f"{parts.hostname}:{parts.port or 5432}{parts.path}"
    try:
        psycopg.connect(settings.database_url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return PartStatus("postgres", False, None, place, None, str(error).strip())
    return PartStatus("postgres", True, None, place, None, "the database in CANVAS_DATABASE_URL")


def _dagster(settings: Settings) -> list[PartStatus]:
    recorded = read_parts(settings.state_dir)
    port = known_port(settings)
    alive = {name: name in recorded and find_process(recorded[name]) is not None for name in PARTS}
    seen = probe(port) if port is not None and alive["webserver"] else None
    answers = {
        "webserver": seen is not None and seen.location_loaded,
        "daemon": seen is None or seen.daemon_healthy,
    }
    details = {
        "webserver": (seen.load_error or "") if seen else "GraphQL does not answer",
        "daemon": "" if answers["daemon"] else "no sign of life of late",
    }
    return [
        PartStatus(
            name=name,
            running=alive[name] and answers[name],
            pid=recorded[name].pid if alive[name] else None,
            place=f"http://127.0.0.1:{port}" if name == "webserver" and port else None,
            log=str(settings.logs_dir / f"{name}.log"),
            detail=details[name] if alive[name] else "",
        )
        for name in PARTS
    ]


def _work_orders(settings: Settings) -> list[PartStatus]:
    """Nothing where the site has not wanted it."""
    port = work_orders.known_port(settings)
    if port is None:
        return []
    part = read_parts(settings.state_dir).get("work_orders")
    alive = part is not None and find_process(part) is not None
    answers = part is not None and alive and listens(part, port) and work_orders.answers(port)
    return [
        PartStatus(
            name="work_orders",
            running=answers,
            pid=part.pid if part is not None and alive else None,
            place=f"http://127.0.0.1:{port}",
            log=str(settings.logs_dir / "work_orders.log"),
            detail="does not answer" if alive and not answers else "",
        )
    ]
