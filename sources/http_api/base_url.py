"""The one address that an HTTP source may ask, and whether another URL is still within it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from sources.errors import SourceUnavailable

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class BaseUrl:
    """Scheme, host, port and the path that every request starts with."""

    scheme: str
    host: str
    """Lower case; an IPv6 address without its brackets."""
    port: int
    path: str
    """Without its last slash; empty for the whole host."""

    @property
    def origin(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == _DEFAULT_PORTS[self.scheme]
        return f"{self.scheme}://{shown}" + ("" if usual else f":{self.port}")

    @property
    def text(self) -> str:
        return self.origin + self.path

    def path_of(self, url: str) -> str | None:
        """The decoded path below the base of an absolute or host-relative URL.

        Shape: None where it leads to another scheme, host or port, or out of the base's path.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return None
        if parts.scheme or parts.netloc:
            if parts.scheme not in _DEFAULT_PORTS or parts.username or parts.password:
                return None
            there = (parts.scheme, (parts.hostname or "").lower(), port)
            port = port if port is not None else _DEFAULT_PORTS[parts.scheme]
            if (*there[:2], port) != (self.scheme, self.host, self.port):
                return None
        path = unquote(parts.path) or "/"
        if not path.startswith("/") or "\\" in path or {".", ".."} & set(path.split("/")):
            return None
        if self.path and path != self.path and not path.startswith(f"{self.path}/"):
            return None
        return path[len(self.path) :] or "/"


def read_base_url(text: str, *, source: str) -> BaseUrl:
    """Raises: SourceUnavailable; the message never repeats a user or password of the URL."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _unreadable(source, "cannot be read") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise _unreadable(source, "is not http:// or https:// with a host")
    if parts.username is not None or parts.password is not None:
        raise _unreadable(source, "holds a user or password; use token_ref")
    if parts.query or parts.fragment:
        raise _unreadable(source, "has something behind ? or #")
    segments = parts.path.split("/")
    if "\\" in text or {".", ".."} & set(unquote(parts.path).split("/")) or "" in segments[1:-1]:
        raise _unreadable(source, "has a path with '.', '..', '//' or a backslash")
    host = parts.hostname.lower()
    try:
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _unreadable(source, "has a host name that is none") from None
    port = port if port is not None else _DEFAULT_PORTS[parts.scheme]
    return BaseUrl(parts.scheme, ascii_host, port, parts.path.rstrip("/"))


def _unreadable(source: str, why: str) -> SourceUnavailable:
    return SourceUnavailable(
        source, f"its base_url {why}.", "Write https://host/path in the source's connection."
    )
