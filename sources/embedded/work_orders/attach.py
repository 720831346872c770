"""Where the demo's work orders are served: by the part that `canvas up` keeps, else by us."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Final

SEED: Final = "plant_work_orders"
"""What a mock source of engine http_api names to get this service."""
TOKEN: Final = "demo-plant-work-orders"
"""Part of the demo data, as the orders are: it keeps nothing secret."""
OPENAPI: Final = "/openapi.json"
RECORD: Final = "work_orders.json"
"""File of the state's folder that holds the part's port."""


def work_order_url(state_dir: Path) -> str:
    """The URL of the running part, else of a server on a thread of this process.

    Effects: may start that thread, once per process.
    """
    port = kept_port(state_dir)
    if port is not None and answers(port):
        return f"http://127.0.0.1:{port}"
    from sources.embedded.work_orders.serve import url_of_this_process

    return url_of_this_process()


def kept_port(state_dir: Path) -> int | None:
    """The part's port, as last used."""
    try:
        kept = json.loads((state_dir / RECORD).read_text())
    except (OSError, ValueError):
        return None
    port = kept.get("port") if isinstance(kept, dict) else None
    return port if isinstance(port, int) and 0 < port < 65_536 else None


def answers(port: int, timeout_seconds: float = 1.0) -> bool:
    """Whether this service, and no other program, answers there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_seconds)
    try:
        connection.request("GET", "/about")
        said = json.loads(connection.getresponse().read(1_000))
        return isinstance(said, dict) and said.get("service") == SEED
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
