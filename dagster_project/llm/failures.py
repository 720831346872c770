"""From what an endpoint or the network did to an outcome and one plain line. No key, no exception.

| what happened | outcome |
|---|---|
| no connection, no such host, lost before an answer | unreachable |
| no whole answer in time | timed_out |
| 429 | rate_limited |
| 5xx, 409, an error within 200 | server_error |
| 401, 402, 403 | no_rights |
| other 4xx, 3xx | bad_request |
| 400 of a content filter | refused |
| lost within the answer | cut |
| larger than agreed, packed | unreadable |
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from dagster_project.contracts.model_call import CallOutcome
from dagster_project.llm.pinned_transport import AnswerTooLarge, PackedAnswer, Sent
from sources.http_api.errors import translate
from sources.http_api.rate_limit import retry_after_seconds

_MAX_SAID = 160
_KEY_PIECE = 6
_LONGEST_WAIT_SECONDS = 86_400.0
_FORMAT = re.compile(
    r"response[_ ]?format|json[_ ](schema|object|mode)|structured[_ ]outputs?|grammar", re.I
)
_FILTERED = re.compile(r"content[_ ](filter|management|policy)", re.I)


@dataclass(frozen=True, slots=True)
class Failure:
    outcome: CallOutcome
    detail: str
    status: int | None = None
    retry_after_seconds: float | None = None
    said: str = ""
    """The endpoint's whole error, to find out what it does not know. Never to be shown."""
    names_format: bool = False


def failure_of_status(
    status: int, body: str, headers: Mapping[str, str], key: str, model: str
) -> Failure:
    """An answer other than 2xx."""
    error = _error_in(body)
    said = error.get("message")
    shown = without_key(said, key) if isinstance(said, str) else ""
    code = f"{error.get('code')} {error.get('type')}"
    outcome, detail = _meaning(status, code, shown, model)
    if status in (400, 422) and _FILTERED.search(f"{code} {said}"):
        outcome, detail = "refused", "a filter of the endpoint refused the question"
    return Failure(
        outcome,
        detail,
        status,
        _wait(headers) if status in (429, 503) else None,
        body,
        status in (400, 404, 415, 422, 500, 501) and bool(_FORMAT.search(body)),
    )


def _meaning(status: int, code: str, shown: str, model: str) -> tuple[CallOutcome, str]:
    because = f": {shown}" if shown else ""
    if status == 429:
        if "quota" in code or "billing" in code:
            return "rate_limited", f"answered 429: the key's quota is used up{because}"
        return "rate_limited", f"answered 429, too many requests{because}"
    if status in (401, 403):
        # What is said here is about the key, often with a piece of it.
        return "no_rights", f"answered {status}: the key is not taken for {model}"
    if status == 402:
        return "no_rights", f"answered 402: nothing is left on the key's account{because}"
    if status >= 500 or status == 409:
        return "server_error", f"answered {status}{because}"
    if 300 <= status < 400:
        return "bad_request", f"answered {status}, a redirect; write its final address in base_url"
    if status == 404:
        return "bad_request", f"answered 404: no model {model} at this base_url{because}"
    return ("timed_out" if status == 408 else "bad_request"), f"answered {status}{because}"


def failure_within(body: Any, key: str, model: str) -> Failure | None:
    """An error that came with 200, as some gateways and every stream send it."""
    error = body.get("error") if isinstance(body, dict) and not body.get("choices") else None
    if not error:
        return None
    code = error.get("code") if isinstance(error, dict) else None
    is_status = isinstance(code, int) and not isinstance(code, bool) and 400 <= code < 600
    status = code if isinstance(code, int) and is_status else 500
    return failure_of_status(status, json.dumps(body), {}, key, model)


def failure_of_network(error: BaseException, sent: Sent, seconds: float) -> Failure:
    """An answer that did not come, or not whole."""
    found = _network_error(error)
    status = sent.status
    if status is not None and status >= 300:
        return failure_of_status(status, "", sent.headers or {}, "", "the model")
    if isinstance(found, AnswerTooLarge):
        return Failure("unreadable", f"its answer is larger than {sent.max_bytes} bytes", status)
    if isinstance(found, PackedAnswer):
        return Failure("unreadable", "its answer is packed, though none was asked for", status)
    if isinstance(found, httpx2.PoolTimeout):
        return Failure("timed_out", f"no connection was free within {seconds:.3g} s", status)
    if isinstance(found, httpx2.ConnectTimeout):
        return Failure("unreachable", f"no connection within {seconds:.3g} s", status)
    if isinstance(found, httpx2.TimeoutException):
        return Failure("timed_out", f"timed out after {seconds:.3g} s", status)
    if status is not None:
        return Failure("cut", "the connection was lost within its answer", status)
    if isinstance(found, httpx2.HTTPError):
        reason = translate("model", found, seconds).reason.rstrip(".")
        return Failure("unreachable", reason[:_MAX_SAID])
    return Failure("unreachable", f"the request could not be sent ({type(error).__name__})")


def without_key(text: str, key: str) -> str:
    """One short line. Shape: empty where it holds a piece of the key."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:2000]).split())
    pieces = {key[n : n + _KEY_PIECE] for n in range(max(1, len(key) - _KEY_PIECE + 1))}
    if key and any(piece in line for piece in pieces):
        return ""
    return line if len(line) <= _MAX_SAID else line[: _MAX_SAID - 1] + "…"


def _network_error(error: BaseException) -> BaseException:
    """The client's error below what was made of it."""
    seen: BaseException | None = error
    for _ in range(6):
        if isinstance(seen, httpx2.HTTPError):
            return seen
        if seen is None:
            break
        seen = seen.__cause__ or seen.__context__
    return error


def _error_in(body: str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, list) and found:
        found = found[0]
    if not isinstance(found, dict):
        return {}
    error = found.get("error", found)
    return error if isinstance(error, dict) else {"message": error}


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until it may be asked again, where the endpoint says so."""
    milliseconds = headers.get("retry-after-ms", "").strip()
    if re.fullmatch(r"\d{1,12}(\.\d+)?", milliseconds):
        return min(float(milliseconds) / 1000, _LONGEST_WAIT_SECONDS)
    seconds = retry_after_seconds(headers)
    return None if seconds is None else min(seconds, _LONGEST_WAIT_SECONDS)
