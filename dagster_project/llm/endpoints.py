"""The endpoints of a policy, opened when first asked and kept; keys are read again in time.

`env:NAME` is looked up for each ask: while NAME is not set the model is not there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from dagster_project.contracts.assets.models import Model, ModelPolicy, Provider
from dagster_project.contracts.errors import CanvasError
from dagster_project.llm.keys import read_key
from dagster_project.llm.port import Spender

if TYPE_CHECKING:
    from dagster_project.llm.call import ModelEndpoint
    from dagster_project.store.database import Database

KEY_SECONDS = 300.0
"""So long a key is used before it is read again."""
_REFUSED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class NotThere:
    """A model cannot be asked. Shape: completes "main …"."""

    why: str


@dataclass(frozen=True, slots=True)
class _Key:
    text: str
    refused: str
    until: float


_Place = tuple[str, str, str, str]
"""Model, base URL, what the endpoint calls it, key."""


class Endpoints:
    """Safe from many threads; not across forks."""

    def __init__(
        self,
        policy: ModelPolicy,
        database: Database,
        home: Path,
        environ: Mapping[str, str],
        remember_secret: Callable[[str], None],
    ) -> None:
        self._providers = {provider.name: provider for provider in policy.providers}
        self._database = database
        self._home = home
        self._environ = environ
        self._remember_secret = remember_secret
        self._lock = Lock()
        self._keys: dict[str, _Key] = {}
        self._opened: dict[_Place, ModelEndpoint] = {}

    def missing(self, model: Model) -> str:
        """The variable without which a model is not there; empty when nothing is missing."""
        provider = self._providers[model.provider]
        for reference in (provider.base_url, model.model, provider.api_key_ref or ""):
            scheme, _, name = reference.partition(":")
            if scheme == "env" and not self._environ.get(name, "").strip():
                return f"{name} is not set"
        if not self._value(provider.base_url).startswith(("http://", "https://")):
            return f"{provider.base_url.removeprefix('env:')} is not an http(s) address"
        return ""

    def get(self, model: Model, spender: Spender) -> ModelEndpoint | NotThere:
        """Effects: opens it on first use; reads its key now and then, which the audit tells."""
        if missing := self.missing(model):
            return NotThere(f"is not there: {missing}")
        provider = self._providers[model.provider]
        key = self._key(provider, spender)
        if key.refused:
            return NotThere(f"has no key: {key.refused}")
        place = (model.name, self._value(provider.base_url), self._value(model.model), key.text)
        with self._lock:
            if place not in self._opened:
                self._opened[place] = self._open(model, provider, place)
            return self._opened[place]

    def forget_key(self, model: Model) -> None:
        """The endpoint refused it: it may have been replaced, so it is read anew."""
        with self._lock:
            self._keys.pop(model.provider, None)

    def close(self) -> None:
        with self._lock:
            while self._opened:
                self._opened.popitem()[1].close()
            self._keys.clear()

    def _open(self, model: Model, provider: Provider, place: _Place) -> ModelEndpoint:
        # The client's hundred modules are loaded here, before the clock of a call runs.
        import dagster_project.llm.exchange  # noqa: F401
        from dagster_project.llm.call import ModelEndpoint

        _, base_url, name, key = place
        return ModelEndpoint(
            base_url,
            key,
            name,
            ca_file=str(self._home / provider.ca_file) if provider.ca_file else None,
            stream=model.stream,
            temperature=model.temperature,
        )

    def _key(self, provider: Provider, spender: Spender) -> _Key:
        if provider.api_key_ref is None:
            return _Key("", "", float("inf"))
        with self._lock:
            known = self._keys.get(provider.name)
        if known is not None and time.monotonic() < known.until:
            return known
        read = self._read(provider.api_key_ref, provider, spender)
        with self._lock:
            self._keys[provider.name] = read
        return read

    def _read(self, reference: str, provider: Provider, spender: Spender) -> _Key:
        now = time.monotonic()
        why = f"provider {provider.name}, trace {spender.trace_id}"
        try:
            key = read_key(
                self._database, reference, by="canvas", reason=why, environ=self._environ
            )
        except CanvasError as refused:
            return _Key("", str(refused), now + _REFUSED_SECONDS)
        self._remember_secret(key)
        return _Key(key, "", now + KEY_SECONDS)

    def _value(self, reference: str) -> str:
        scheme, _, name = reference.partition(":")
        return self._environ.get(name, "").strip() if scheme == "env" else reference
