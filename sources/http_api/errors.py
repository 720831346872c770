"""From the client's errors and the API's answers to the tree of `sources.errors`. No secret."""

from __future__ import annotations

import json
import re
import ssl

import httpx2

from sources.errors import (
    QueryFailed,
    RightsMissing,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
)
from sources.http_api.rate_limit import retry_after_seconds
from sources.http_api.reply import Reply

_MAX_MESSAGE = 240
_SAID = ("message", "detail", "error_description", "error", "title", "errors", "reason", "msg")
_EXPIRED, _NOT_YET, _WRONG_NAMES = 10, 9, (62, 63, 64)
_UNKNOWN_ISSUERS = (2, 18, 19, 20, 21, 24, 27)


class BadStatus(Exception):
    """The API answered, and not with 2xx: the cause of the error that our callers know."""


def translate(source: str, error: httpx2.HTTPError, timeout_seconds: float) -> SourceError:
    """The error that our callers know, to be raised `from` the client's."""
    if isinstance(error, httpx2.TimeoutException):
        if isinstance(error, httpx2.ConnectTimeout):
            return SourceUnavailable(
                source,
                f"no connection within {timeout_seconds:g} s.",
                "Check host, port and that it is running.",
            )
        return timed_out(source, timeout_seconds)
    if (found := _certificate_error(error)) is not None:
        return SourceUnavailable(source, *_certificate(found))
    if isinstance(error, httpx2.ConnectError):
        reason = f"cannot connect: {str(error) or type(error).__name__}."
        return SourceUnavailable(source, reason, "Check host, port and that it is running.")
    reason = f"the connection was lost: {str(error) or type(error).__name__}."
    return SourceUnavailable(source, reason, "Ask again when the API is back.")


def timed_out(source: str, timeout_seconds: float) -> SourceTimeout:
    return SourceTimeout(
        source,
        f"the API had not answered in full after {timeout_seconds:g} s.",
        "Narrow the query or raise the time-out.",
    )


def refused(source: str, reply: Reply, path: str, secret: str) -> SourceError:
    """What an answer other than 2xx means. `path` is the document's, without values."""
    where = f"GET {path} answered {reply.status}"
    said = _message(reply, secret)
    reason = f"{where}: {said}" if said else f"{where}."
    match reply.status:
        case 401:
            return RightsMissing(source, reason, "Check the token that token_ref leads to.")
        case 403:
            return RightsMissing(source, reason, "Give the token's owner the right to read this.")
        case 404:
            return QueryFailed(source, reason, "Check the path against the API's description.")
        case 429:
            wait = retry_after_seconds(reply.headers)
            when = f"in {wait:.0f} s" if wait is not None else "later"
            return SourceUnavailable(source, f"{where}: too many requests.", f"Ask again {when}.")
        case status if status >= 500:
            return SourceUnavailable(source, reason, "Ask again when the API is well.")
        case _:
            return QueryFailed(source, reason, "Correct the query.")


def without_secret(text: str, secret: str) -> str:
    return text.replace(secret, "…") if secret else text


def _message(reply: Reply, secret: str) -> str:
    """The first thing the body says, on one line, cut."""
    if reply.is_json:
        try:
            text = _said(json.loads(reply.body), 3)
        except (ValueError, RecursionError):
            text = ""
    elif reply.content_type.startswith("text/plain"):
        text = reply.body[:1_000].decode("utf-8", "replace")
    else:
        return f"a body of {reply.content_type or 'no type'}."
    line = " ".join(re.sub(r"[^\S ]|[\x00-\x1f\x7f]", " ", without_secret(text, secret)).split())
    line = line if len(line) <= _MAX_MESSAGE else f"{line[:_MAX_MESSAGE]}…"
    return line if not line or line.endswith((".", "…")) else f"{line}."


def _said(value: object, depth: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and depth:
        return "; ".join(filter(None, (_said(one, depth - 1) for one in value[:3])))
    if isinstance(value, dict) and depth:
        for name in _SAID:
            if name in value and (text := _said(value[name], depth - 1)):
                return text
    return ""


def _certificate_error(error: BaseException) -> ssl.SSLError | None:
    seen: BaseException | None = error
    for _ in range(6):
        if isinstance(seen, ssl.SSLError):
            return seen
        if seen is None:
            return None
        seen = seen.__cause__ or seen.__context__
    return None


def _certificate(error: ssl.SSLError) -> tuple[str, str]:
    if not isinstance(error, ssl.SSLCertVerificationError):
        reason = f"TLS failed: {error.reason or type(error).__name__}."
        return reason, "Check that base_url's scheme and port are right."
    code = error.verify_code
    if code == _EXPIRED:
        return "the server's certificate has expired.", "Have it renewed."
    if code == _NOT_YET:
        return "the server's certificate is not valid yet.", "Check the clocks of both sides."
    if code in _WRONG_NAMES:
        return (
            f"the server's certificate is for another host name ({error.verify_message}).",
            "Write the certificate's host in base_url.",
        )
    if code in _UNKNOWN_ISSUERS:
        return (
            f"the server's certificate comes from an unknown issuer ({error.verify_message}).",
            "Name the issuer's certificate in ca_file.",
        )
    return f"the server's certificate is refused: {error.verify_message}.", "Have it replaced."
