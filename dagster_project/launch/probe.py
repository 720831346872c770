"""What Dagster's webserver says of itself, over GraphQL."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass

_QUERY = """
{
  workspaceOrError {
    __typename
    ... on Workspace {
      locationEntries {
        name
        loadStatus
        locationOrLoadError { __typename ... on PythonError { message } }
      }
    }
    ... on PythonError { message }
  }
  instance { daemonHealth { allDaemonStatuses { required healthy } } }
}
"""


@dataclass(frozen=True, slots=True)
class Answering:
    """The webserver answered."""

    location_loaded: bool
    load_error: str | None
    """Why the code location did not load."""
    daemon_healthy: bool
    """Every daemon that is needed has given a sign of life of late."""


def probe(port: int, timeout_seconds: float = 5.0) -> Answering | None:
    """Ask the webserver on a loopback port; None when it does not answer like one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_seconds)
    try:
        body = json.dumps({"query": _QUERY})
        connection.request("POST", "/graphql", body, {"content-type": "application/json"})
        data = json.loads(connection.getresponse().read())["data"]
        return _read(data)
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()


def _read(data: dict) -> Answering:
    workspace = data["workspaceOrError"]
    entries = workspace.get("locationEntries", [])
    errors = [
        entry["locationOrLoadError"]["message"]
        for entry in entries
        if (entry["locationOrLoadError"] or {}).get("__typename") == "PythonError"
    ]
    if workspace["__typename"] == "PythonError":
        errors.append(workspace["message"])
    loaded = bool(entries) and all(entry["loadStatus"] == "LOADED" for entry in entries)
    daemons = data["instance"]["daemonHealth"]["allDaemonStatuses"]
    return Answering(
        location_loaded=loaded and not errors,
        load_error="\n".join(errors) or None,
        daemon_healthy=all(d["healthy"] for d in daemons if d["required"]),
    )
