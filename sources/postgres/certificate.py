"""Why a PostgreSQL's certificate is refused: the driver says only that it is."""

from __future__ import annotations

import socket
import ssl
import struct
from typing import Any

_REFUSED = "certificate verify failed"
"""In the driver's message."""
_ASK_FOR_TLS = struct.pack("!ii", 8, 80877103)
"""PostgreSQL's SSLRequest; the server answers S where it speaks TLS."""
_EXPIRED, _NOT_YET = 10, 9
"""OpenSSL's numbers."""


def certificate_reason(
    parts: dict[str, Any], told: BaseException, timeout_seconds: float
) -> tuple[str, str] | None:
    """What is wrong and what to do, seen by a handshake of our own; None where it is not that.

    `parts` are the connection's, `told` the driver's error. Effects: one connection, given up at
    the handshake; no password is sent. Never raises.
    """
    if _REFUSED not in str(told):
        return None
    host = str(parts.get("hostaddr") or parts.get("host") or "localhost").split(",")[0]
    port = int(str(parts.get("port") or "5432").split(",")[0])
    try:
        with socket.create_connection((host, port), timeout_seconds) as plain:
            plain.sendall(_ASK_FOR_TLS)
            if plain.recv(1) != b"S":
                return None
            name = str(parts.get("host") or host).split(",")[0]
            with _context(parts).wrap_socket(plain, server_hostname=name):
                return None
    except ssl.SSLCertVerificationError as error:
        return _told(error)
    except (OSError, ValueError):
        return None


def _context(parts: dict[str, Any]) -> ssl.SSLContext:
    trusted = parts.get("sslrootcert")
    context = ssl.create_default_context(cafile=None if trusted in (None, "system") else trusted)
    context.check_hostname = parts.get("sslmode") == "verify-full"
    return context


def _told(error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    if error.verify_code == _EXPIRED:
        return "the server's certificate has expired.", "Have it renewed."
    if error.verify_code == _NOT_YET:
        return "the server's certificate is not valid yet.", "Check the clocks of both sides."
    return (
        f"the server's certificate is not trusted: {error.verify_message}.",
        "Name the certificates to trust in the URL's sslrootcert, or correct the host.",
    )
