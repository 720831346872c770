"""A channel is told of a filed request. Where to is in the environment, and stored nowhere."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from dagster_project.contracts.rollback import RollbackRequest
from dagster_project.store.audit import record

if TYPE_CHECKING:
    from dagster_project.store.database import Database

WEBHOOK_URL = "CANVAS_WEBHOOK_URL"
TIMEOUT_SECONDS = 3.0


def tell(database: Database, request: RollbackRequest) -> None:
    """POST a few lines of JSON to the URL in CANVAS_WEBHOOK_URL, once for each request.

    A channel that does not answer is told of in the audit; nothing waits longer for it than
    TIMEOUT_SECONDS. Killed between telling and noting, it may be told twice, never not at all.
    Effects: one row of the audit. Raises: StoreError.
    """
    url = os.environ.get(WEBHOOK_URL, "").strip()
    subject = f"request:{request.id}"
    if not url or _was_told(database, subject):
        return
    outcome = _post(url, message(request))
    with database.pool.connection() as connection:
        record(
            connection,
            by="canvas",
            act="notify",
            subject=subject,
            reason=f"{WEBHOOK_URL}: {outcome}",
            after={"told": outcome == "told"},
        )


def message(request: RollbackRequest) -> dict[str, object]:
    """What is sent. `text` alone is enough for a chat channel; no row of any source is in it."""
    moves = ", ".join(
        f"{asset_id} → {'out of the release' if number is None else number}"
        for asset_id, number in request.targets.items()
    )
    reasons = [reason.text for reason in request.evidence.reasons]
    return {
        "event": "rollback_requested",
        "request": request.id,
        "suite": request.suite,
        "night": request.night,
        "targets": request.targets,
        "reasons": reasons,
        "dry_run": {tried.suite: tried.verdict.colour for tried in request.evidence.dry_run},
        "text": f"{request.suite} is red: {'; '.join(reasons)}. To go back ({moves}):"
        f" canvas requests show {request.id}",
    }


def _post(url: str, content: dict[str, object]) -> str:
    """`told`, or why not. Time-outs of each step would not bound the whole, so a thread does it."""
    outcomes: list[str] = []
    sending = threading.Thread(target=lambda: outcomes.append(_send(url, content)), daemon=True)
    sending.start()
    sending.join(TIMEOUT_SECONDS)
    return outcomes[0] if outcomes else f"not told, no answer within {TIMEOUT_SECONDS:g} s"


def _send(url: str, content: dict[str, object]) -> str:
    """Never with the URL in it."""
    import httpx2

    try:
        # The answer's body is of no interest, and may be endless.
        with httpx2.stream("POST", url, json=content, timeout=TIMEOUT_SECONDS) as response:
            code = response.status_code
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        return f"not told, {type(error).__name__}"
    return "told" if 200 <= code < 300 else f"not told, HTTP {code}"


def _was_told(database: Database, subject: str) -> bool:
    with database.pool.connection() as connection:
        row = connection.execute(
            "select 1 from canvas.audit where subject = %s and act = 'notify'", (subject,)
        ).fetchone()
    return row is not None
