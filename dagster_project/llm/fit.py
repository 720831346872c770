"""Whether a question fits a model: its tokens into the context, its highest cost into the ask."""

from __future__ import annotations

import json

from dagster_project.contracts.assets.models import Model
from dagster_project.contracts.model_call import Message
from dagster_project.llm.budgets import cost_usd, over_ask
from dagster_project.llm.port import ModelRequest
from dagster_project.llm.tokens import estimate_tokens

_TOKENS_PER_MESSAGE = 8
"""For its role and marks."""


class Fit:
    """Of one request. Tokens are counted high."""

    def __init__(self, request: ModelRequest) -> None:
        self._max_out = request.max_output_tokens
        form = json.dumps(request.reply.schema, ensure_ascii=False)
        self._tokens_of_form = estimate_tokens(form)
        self._counted: dict[Message, int] = {}

    def max_out(self, model: Model) -> int:
        return min(self._max_out, model.max_output_tokens)

    def highest_usd(self, model: Model, messages: tuple[Message, ...]) -> float:
        return cost_usd(model, self._tokens_in(messages), self.max_out(model))

    def problem(self, model: Model, messages: tuple[Message, ...], left_usd: float) -> str:
        """Shape: completes "main …"; empty when it fits."""
        needed = self._tokens_in(messages) + self.max_out(model)
        if needed > model.context_tokens:
            return f"holds {model.context_tokens:,} tokens and this may need {needed:,}"
        return over_ask(self.highest_usd(model, messages), left_usd)

    def _tokens_in(self, messages: tuple[Message, ...]) -> int:
        return self._tokens_of_form + sum(map(self._tokens, messages))

    def _tokens(self, message: Message) -> int:
        if message not in self._counted:
            self._counted[message] = estimate_tokens(message.content) + _TOKENS_PER_MESSAGE
        return self._counted[message]
