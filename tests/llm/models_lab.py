"""What the tests of choosing, spending and keys share: policies over scripted servers, asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from dagster_project.contracts.assets.models import Budgets, Model, ModelPolicy, Provider, Routing
from dagster_project.contracts.model_call import Message, ModelCall
from dagster_project.contracts.value import Value
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.port import ModelRequest, OutOfContract, Spender
from dagster_project.llm.reply_schema import reply_schema
from dagster_project.store.database import Database

DAY = date(2026, 3, 14)


class Word(Value):
    """The reply that these tests ask for."""

    word: str


def policy_over(
    base_urls: Sequence[str],
    *,
    routing: Routing | None = None,
    budgets: Budgets | None = None,
    max_calls: int = 3,
    **of_model: Any,
) -> ModelPolicy:
    """Models `main`, `spare`, `third`, each of a provider of its own (`at_main` ...)."""
    names = ("main", "spare", "third")[: len(base_urls)]
    return ModelPolicy(
        providers=tuple(
            Provider(name=f"at_{name}", base_url=url)
            for name, url in zip(names, base_urls, strict=True)
        ),
        models=tuple(
            Model(name=name, provider=f"at_{name}", model="scripted", **of_model) for name in names
        ),
        routing=routing or Routing(),
        budgets=budgets or Budgets(),
        max_calls=max_calls,
    )


def request_for(text: str = "Say a word.", intended: str | None = None) -> ModelRequest:
    return ModelRequest(
        purpose="route_plan",
        prompt="words:1",
        messages=(Message(role="user", content=text),),
        reply=reply_schema(Word),
        intended=intended,
        max_output_tokens=100,
    )


def spender(trace: str = "t-1", *, user: str = "kim", ask_usd: float = 1.0) -> Spender:
    return Spender(tenant="plant", user=user, trace_id=trace, day=DAY, ask_usd=ask_usd)


def read_word(parsed: Any) -> str:
    """Takes any word but `wrong`."""
    if not isinstance(parsed, dict) or not isinstance(parsed.get("word"), str):
        raise OutOfContract(("there is no word",))
    if parsed["word"] == "wrong":
        raise OutOfContract(("the word is wrong",))
    return parsed["word"]


def ask(
    models: AskModels,
    *,
    read: Callable[[Any], Any] = read_word,
    who: Spender | None = None,
    seconds: float = 5.0,
    intended: str | None = None,
) -> Any:
    return models.ask(request_for(intended=intended), read, who or spender(), seconds)


def rows(database: Database, columns: str = "model, outcome") -> list[tuple[Any, ...]]:
    """Of the ledger, oldest first."""
    with database.pool.connection() as connection:
        return connection.execute(
            f"select {columns} from canvas.model_call order by at, id"  # pyright: ignore[reportArgumentType]
        ).fetchall()


def a_call(model: str = "main", outcome: str = "ok", cost_usd: float = 0.0) -> ModelCall:
    return ModelCall.model_validate(
        {
            "purpose": "route_plan",
            "prompt": "words:1",
            "provider": f"at_{model}",
            "model": model,
            "outcome": outcome,
            "elapsed_ms": 12.0,
            "cost_usd": cost_usd,
            "tokens_in": 10,
            "tokens_out": 5,
        }
    )
