"""From the driver's errors to the tree of `sources.errors`. No password, no parameter's value."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from sources.errors import (
    QueryFailed,
    QueryRejected,
    RightsMissing,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
)
from sources.neo4j.target import Target

_EXPIRED = 10
"""OpenSSL's number for a certificate whose time is over."""
_BEGINNINGS: tuple[tuple[str, type[SourceError], str], ...] = (
    ("Neo.ClientError.Security.Forbidden", RightsMissing, "Grant the source's user to read it."),
    ("Neo.ClientError.Statement.AccessMode", QueryRejected, "Only reading may be sent."),
    ("Neo.ClientError.Statement", QueryFailed, "Correct the query."),
    ("Neo.ClientError.Procedure", QueryFailed, "Correct the query."),
    ("Neo.ClientError", QueryFailed, "Correct the query."),
    ("Neo.TransientError", SourceUnavailable, "Ask again in a while."),
    ("Neo.DatabaseError", QueryFailed, "Look into the server's log."),
)


def translate(
    source: str, error: BaseException, timeout_seconds: float, target: Target
) -> SourceError:
    """The error that our callers know, to be raised `from` the driver's."""
    from neo4j import exceptions as driver

    if target.ca_file is not None and not target.ca_file.is_file():
        reason = f"its file of certificates {str(target.ca_file)!r} is not there."
        return SourceUnavailable(source, reason, "Correct the source's ca_file.")
    certificate = _certificate_reason(error)
    if certificate is not None:
        return SourceUnavailable(source, f"{target.shown}: {certificate[0]}", certificate[1])
    code = getattr(error, "code", None) or ""
    if isinstance(error, driver.AuthError) and "Forbidden" not in code:
        return _refused_login(source, code, target)
    if code.startswith("Neo.ClientError.Database.DatabaseNotFound"):
        reason = f"there is no database {target.database!r} at {target.host}:{target.port}."
        return SourceUnavailable(source, reason, "Correct the source's database.")
    if "TransactionTimedOut" in code or code.endswith(("Transaction.Terminated", "LockClient")):
        return timed_out(source, timeout_seconds)
    for beginning, kind, instruction in _BEGINNINGS:
        if code.startswith(beginning):
            return kind(source, _first_line(error), instruction)
    if isinstance(error, driver.BrokenRecordError):
        reason = f"a value cannot be read: {_first_line(error)}"
        return QueryFailed(source, reason, "Return it as text: toString(...).")
    return _no_connection(source, error, target)


def timed_out(source: str, timeout_seconds: float) -> SourceTimeout:
    return SourceTimeout(
        source,
        f"no answer within {timeout_seconds:g} s; the statement was given up.",
        "Narrow the question, raise the time-out, or check that the server is alive.",
    )


def _refused_login(source: str, code: str, target: Target) -> SourceError:
    if "RateLimit" in code:
        reason = (
            f"{target.host}:{target.port} lets user {target.user!r} wait after wrong passwords."
        )
    else:
        reason = f"{target.host}:{target.port} refused user {target.user!r} and its password."
    return SourceUnavailable(source, reason, "Correct the source's user or its secret reference.")


def _no_connection(source: str, error: BaseException, target: Target) -> SourceError:
    where = f"{target.host}:{target.port}"
    causes = tuple(_causes(error))
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        reason = f"nothing listens at {where}: the server is stopped or the port is wrong."
    elif any("resolve" in str(cause) for cause in causes):
        reason = f"the name {target.host!r} is not known."
    elif any(isinstance(cause, ssl.SSLError) for cause in causes):
        reason = f"{where} does not speak TLS."
    elif any(isinstance(cause, TimeoutError) for cause in causes):
        reason = f"{where} takes connections but does not answer."
    elif any(isinstance(cause, OSError) for cause in causes):
        found = next(cause for cause in causes if isinstance(cause, OSError))
        reason = f"the connection to {where} broke: {type(found).__name__}."
    else:
        reason = f"{where}: {_first_line(error)}"
    return SourceUnavailable(source, reason, "Check host, port, scheme and that it is running.")


def _certificate_reason(error: BaseException) -> tuple[str, str] | None:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code == _EXPIRED:
                return "its certificate has expired.", "Have it renewed on the server."
            return (
                f"its certificate is not trusted: {cause.verify_message}.",
                "Name the certificates to trust in ca_file, or correct the host.",
            )
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it came from, and what a group of them holds."""
    waiting = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        waiting += getattr(one, "exceptions", ())


def _first_line(error: BaseException) -> str:
    text = getattr(error, "message", None) or str(error).strip() or type(error).__name__
    line = str(text).splitlines()[0].strip()
    return line if line.endswith(".") else f"{line}."
