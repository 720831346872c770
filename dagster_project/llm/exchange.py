"""One request and its answer: sent, read as it comes, held to time and size, told as a Reply."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import openai

from dagster_project.contracts.assets.models import ReplyFormat
from dagster_project.contracts.model_call import CallOutcome, Message
from dagster_project.llm.call import Reply
from dagster_project.llm.chat_request import Dialect, in_words
from dagster_project.llm.completion import Said, add_part, judged, storable
from dagster_project.llm.failures import (
    Failure,
    failure_of_network,
    failure_of_status,
    failure_within,
)
from dagster_project.llm.pinned_transport import PinnedTransport, Sent
from dagster_project.llm.port import ReplySchema
from dagster_project.llm.tokens import estimate_tokens
from sources.errors import SourceUnavailable
from sources.http_api.base_url import BaseUrl, read_base_url
from sources.http_api.pinned import PinnedClients

_CONNECTIONS = 16
_BYTES_AROUND, _BYTES_PER_TOKEN = 1_000_000, 1_000
"""A stream wraps each token in an event of some hundred bytes."""
_ROUNDS = 4
"""A request, and again for each parameter that the endpoint does not know."""


class CannotOpen(Exception):
    """What the policy or a reference holds cannot be used."""

    def __init__(self, outcome: CallOutcome, problem: str) -> None:
        self.outcome: CallOutcome = outcome
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class _Asked:
    messages: Sequence[Message]
    reply: ReplySchema
    form: ReplyFormat
    max_output_tokens: int
    deadline: float
    """On the monotonic clock."""


class Exchange:
    """The `openai` client on a transport that reaches one host only."""

    def __init__(
        self, base_url: str, key: str, model: str, ca_file: str | None, dialect: Dialect
    ) -> None:
        """Raises: CannotOpen."""
        if not (key.isascii() and key.isprintable()):
            raise CannotOpen("no_rights", "its key holds characters that no header can have")
        try:
            base = read_base_url(base_url.strip(), source="model")
        except SourceUnavailable as error:
            raise CannotOpen("unreachable", error.reason.rstrip(".")) from None
        clients = PinnedClients(base, _context(base, ca_file), connections=_CONNECTIONS)
        self._key, self._model, self._dialect = key, model, dialect
        self._transport = PinnedTransport(clients, key)
        self._client = openai.OpenAI(
            base_url=base.text,
            api_key="set-by-the-transport",
            http_client=httpx2.Client(
                transport=self._transport, trust_env=False, follow_redirects=False
            ),
            max_retries=0,
        )

    def call(
        self,
        messages: Sequence[Message],
        reply: ReplySchema,
        form: ReplyFormat,
        max_output_tokens: int,
        seconds: float,
        deadline: float,
    ) -> Reply:
        """Never raises. `deadline` is `seconds` from when the caller began."""
        asked = _Asked(messages, reply, form, max_output_tokens, deadline)
        said, sent = Said(), Sent(_BYTES_AROUND + _BYTES_PER_TOKEN * max_output_tokens)
        if time.monotonic() >= deadline:
            return _told(Failure("timed_out", "no time was left to ask it"), said, sent, asked)
        self._transport.begin(deadline, sent)
        try:
            failure = self._ask(asked, said)
        except (ValueError, RecursionError) as error:
            failure = _unreadable(sent) or failure_of_network(error, sent, seconds)
        except Exception as error:
            failure = failure_of_network(error, sent, seconds)
        finally:
            self._transport.end()
        return _told(failure, said, sent, asked)

    def close(self) -> None:
        self._transport.close()

    def _ask(self, asked: _Asked, said: Said) -> Failure | None:
        """Fill in what is said. Shape: None where it came whole. Raises: what the client does."""
        failure: Failure | None = None
        for _ in range(_ROUNDS):
            body = self._dialect.body(
                self._model, asked.messages, asked.reply, asked.form, asked.max_output_tokens
            )
            left = max(asked.deadline - time.monotonic(), 0.001)
            create: Any = self._client.chat.completions.with_raw_response.create
            streamed = {"stream": True} if "stream" in body else {}
            try:
                # An extra_body is sent as it is; else the client walks all of the schema first.
                raw = create(
                    model=self._model, messages=(), extra_body=body, timeout=left, **streamed
                )
            except openai.APIStatusError as error:
                failure = failure_of_status(
                    error.status_code,
                    error.response.text,
                    error.response.headers,
                    self._key,
                    self._model,
                )
                again = error.status_code in (400, 422) and not failure.names_format
                if again and self._dialect.learn(failure.said, body):
                    continue
                return failure
            if "text/event-stream" in raw.http_response.headers.get("content-type", ""):
                return self._read_stream(raw.parse(to=openai.Stream[object]), said)
            found = json.loads(raw.http_response.read())
            add_part(said, found, "message")
            return failure_within(found, self._key, self._model)
        return failure

    def _read_stream(self, events: openai.Stream[object], said: Said) -> Failure | None:
        try:
            for event in events:
                add_part(said, event, "delta")
        except openai.APIConnectionError:
            raise
        except openai.APIError as error:
            found = {"error": error.body or {"message": "its stream ended with an error"}}
            return failure_within(found, self._key, self._model)
        if said.is_completion and said.finish is None:
            return Failure("cut", "its stream ended before the answer was whole")
        return None


def _unreadable(sent: Sent) -> Failure | None:
    """An answer that is not JSON; None where there was no answer."""
    if sent.status is None:
        return None
    kind = (sent.headers or {}).get("content-type", "").partition(";")[0][:40]
    shown = f" ({kind})" if kind and "json" not in kind else ""
    return Failure("unreadable", f"its answer is not JSON{shown}", sent.status)


def _told(failure: Failure | None, said: Said, sent: Sent, asked: _Asked) -> Reply:
    text = storable(said.text)
    outcome, detail, parsed = (
        (failure.outcome, failure.detail, None) if failure is not None else judged(said, text)
    )
    tokens_in, tokens_out, estimated = 0, 0, False
    if sent.at is not None and (failure is None or text or outcome in ("timed_out", "cut")):
        # A model that was broken off has read the question all the same.
        tokens_in = said.tokens_in or _estimated_in(asked)
        tokens_out = said.tokens_out or estimate_tokens(text or said.refusal)
        estimated = said.tokens_in is None or said.tokens_out is None
    return Reply(
        outcome,
        detail,
        text or storable(said.refusal),
        parsed,
        tokens_in,
        tokens_out,
        estimated,
        sent.status if failure is None or failure.status is None else failure.status,
        sent.server_ms,
        None if failure is None else failure.retry_after_seconds,
        asked.form,
        failure is not None and failure.names_format and asked.form != "text",
    )


def _estimated_in(asked: _Asked) -> int:
    """With the schema, which endpoints count as a part of the question."""
    said = sum(estimate_tokens(one.content) + 4 for one in asked.messages)
    return said + estimate_tokens(in_words(asked.reply))


def _context(base: BaseUrl, ca_file: str | None) -> ssl.SSLContext:
    """Raises: CannotOpen."""
    if base.scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or type(error).__name__
        raise CannotOpen("unreachable", f"its ca_file {ca_file!r} cannot be read: {why}") from None
