"""Where a Neo4j is and how to log in, from an asset's parts or from a URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sources.errors import SourceUnavailable

SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
_PORT = 7687


@dataclass(frozen=True, slots=True)
class Target:
    """Where, who, and which certificates are trusted. Its password is in no text of it."""

    host: str
    port: int = _PORT
    scheme: str = "neo4j"
    database: str | None = None
    """None is the user's home database."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """Certificates to trust instead of the system's; for the schemes with `+s`."""

    @property
    def shown(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}/{self.database or ''}"

    def driver_arguments(self) -> tuple[str, dict[str, Any]]:
        """The driver's URI and its settings for login and certificates."""
        import neo4j

        host = f"[{self.host}]" if ":" in self.host else self.host
        settings: dict[str, Any] = {}
        scheme = self.scheme
        if self.ca_file is not None and scheme.endswith("+s"):
            scheme = scheme.removesuffix("+s")  # the driver takes own certificates only this way
            settings["encrypted"] = True
            settings["trusted_certificates"] = neo4j.TrustCustomCAs(str(self.ca_file))
        if self.user is not None:
            settings["auth"] = neo4j.basic_auth(self.user, self.password or "")
        return f"{scheme}://{host}:{self.port}", settings


def target_of_url(source: str, url: str, ca_file: Path | None = None) -> Target:
    """From `neo4j+s://user:password@host:7687/database`. Raises: SourceUnavailable."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORT
    except ValueError:
        parts, port = urlsplit(""), _PORT
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise SourceUnavailable(
            source,
            "its URL cannot be read.",
            "Write neo4j://user:password@host:7687/database.",
        )
    return Target(
        host=parts.hostname,
        port=port,
        scheme=parts.scheme,
        database=unquote(parts.path.strip("/")) or None,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        ca_file=ca_file,
    )
