"""One request to one model through the `openai` client. Whatever happens is a Reply."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagster_project.contracts.assets.models import ReplyFormat
from dagster_project.contracts.model_call import CallOutcome, Message
from dagster_project.llm.chat_request import Dialect
from dagster_project.llm.port import ReplySchema

if TYPE_CHECKING:
    from dagster_project.llm.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one request; never an exception."""

    outcome: CallOutcome
    """`ok`: JSON was read. Whether it is what was asked for is for its reader to say."""
    detail: str = ""
    """What was wrong, in one short line without the key."""
    text: str = ""
    """As it came, as far as it came."""
    parsed: Any = None
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_estimated: bool = False
    http_status: int | None = None
    server_ms: float = 0.0
    """From handing the request over until the last byte."""
    retry_after_seconds: float | None = None
    format: ReplyFormat = "json_schema"
    format_refused: bool = False
    """The endpoint does not know this format: try the next."""


class ModelEndpoint:
    """One model of one provider. Safe from many threads and in forked processes."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        *,
        ca_file: str | None = None,
        stream: bool = False,
        temperature: float | None = 0.0,
    ) -> None:
        """Opens and checks nothing yet: a wrong address, key or ca_file shows in a Reply."""
        self._base_url = base_url
        self._key = api_key.strip()
        self._model = model
        self._ca_file = ca_file
        self._dialect = Dialect(stream=stream, temperature=temperature)
        self._lock = threading.Lock()
        self._exchange: Exchange | None = None

    def call(
        self,
        messages: Sequence[Message],
        reply: ReplySchema,
        format: ReplyFormat,
        max_output_tokens: int,
        seconds: float,
    ) -> Reply:
        """Never raises, and is back within `seconds` whatever the endpoint does."""
        deadline = time.monotonic() + seconds
        # The client is some hundred modules: only processes that do ask a model load it.
        from dagster_project.llm.exchange import CannotOpen, Exchange

        try:
            with self._lock:
                if self._exchange is None:
                    self._exchange = Exchange(
                        self._base_url, self._key, self._model, self._ca_file, self._dialect
                    )
                exchange = self._exchange
        except CannotOpen as problem:
            return Reply(problem.outcome, str(problem), format=format)
        return exchange.call(messages, reply, format, max_output_tokens, seconds, deadline)

    def close(self) -> None:
        """End the connections; a later call opens new ones."""
        with self._lock:
            exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.close()


def load_client() -> None:
    """Load the `openai` client ahead of the first call, which otherwise waits for it.

    Effects: half a second of processor time, once in a process; from any thread.
    """
    import dagster_project.llm.exchange  # noqa: F401
