"""Keys by reference: checked at each read, in the audit each time, and nowhere in clear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dagster_project.contracts.errors import AssetNotFound, InvalidRequest, StoreError
from dagster_project.llm import endpoints
from dagster_project.llm.ask_models import AskModels
from dagster_project.llm.keys import (
    KeyRefused,
    check_key,
    read_key,
    register_key,
    registered_keys,
    retire_key,
)
from dagster_project.store.audit import audit_rows
from dagster_project.store.database import Database
from tests.llm.models_lab import ask, policy_over, rows, spender
from tests.model_server import ModelServer, echoes_key, good

KEY = "sk-Tz81-vN04-first"
OTHER = "sk-Qp77-mB39-second"
WORD = '{"word": "valve"}'
HOUR = timedelta(hours=1)


def _register(database: Database, environ: dict[str, str], **given: Any) -> None:
    settings: dict[str, Any] = {"by": "park", "reason": "first key", "environ": environ}
    register_key(database, "plant_llm", "env:LLM_KEY", **(settings | given))


def _read(database: Database, environ: dict[str, str], reference: str = "key:plant_llm") -> str:
    return read_key(database, reference, by="canvas", reason="trace t-1", environ=environ)


def _acts(database: Database, subject: str | None = "key:plant_llm") -> list[tuple[str, str]]:
    return [(row.act, row.by) for row in reversed(audit_rows(database, subject))]


def test_a_key_is_registered_read_and_retired_with_a_row_each(database: Database) -> None:
    """Who did what is in the audit; the key itself is in no table."""
    environ = {"LLM_KEY": KEY}
    _register(database, environ)
    assert _read(database, environ) == KEY
    (known,) = registered_keys(database)
    assert (known.name, known.reference, known.written_by) == ("plant_llm", "env:LLM_KEY", "park")
    retire_key(database, "plant_llm", by="choi", reason="no longer used")
    assert registered_keys(database) == ()
    with pytest.raises(KeyRefused, match="no key 'plant_llm' is registered"):
        _read(database, environ)
    assert _acts(database) == [
        ("register", "park"),
        ("read", "canvas"),
        ("retire", "choi"),
        ("fail", "canvas"),
    ]
    with database.pool.connection() as connection:
        kept = connection.execute("select a::text from canvas.audit a").fetchall()
    assert KEY not in str(kept)


def test_a_key_that_was_changed_behind_its_reference_is_refused(database: Database) -> None:
    """The checksum of the writing no longer fits; the message says what to do and shows no key."""
    _register(database, {"LLM_KEY": KEY})
    with pytest.raises(KeyRefused) as refused:
        _read(database, {"LLM_KEY": OTHER})
    assert str(refused.value) == (
        "the key behind env:LLM_KEY is not the one that was registered as 'plant_llm'."
        " Register it anew: canvas keys set plant_llm env:LLM_KEY"
    )
    _register(database, {"LLM_KEY": OTHER}, reason="rotated")
    assert _read(database, {"LLM_KEY": OTHER}) == OTHER
    assert [act for act, _ in _acts(database)] == ["register", "fail", "register", "read"]


def test_the_checksum_is_salted(database: Database) -> None:
    """The same key twice has two checksums, and none of them is the key."""
    with database.pool.connection() as connection:
        kept = []
        for _ in range(2):
            _register(database, {"LLM_KEY": KEY})
            found = connection.execute("select salt, checksum from canvas.model_key").fetchone()
            connection.commit()
            assert found is not None
            kept.append((bytes(found[0]), bytes(found[1])))
    assert kept[0][0] != kept[1][0]
    assert kept[0][1] != kept[1][1]
    assert KEY.encode() not in b"".join(kept[0])


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        ("expires_at = now() - interval '1 second'", "expired at"),
        ("not_before = now() + interval '1 hour'", "is not valid before"),
    ],
)
def test_a_key_out_of_its_time_is_refused(database: Database, moved: str, words: str) -> None:
    """At read, not only at write."""
    environ = {"LLM_KEY": KEY}
    _register(database, environ, not_before=datetime.now(UTC) - HOUR)
    assert _read(database, environ) == KEY
    with database.pool.connection() as connection:
        connection.execute(f"update canvas.model_key set {moved}")  # pyright: ignore
    with pytest.raises(KeyRefused, match=words):
        _read(database, environ)
    assert _acts(database)[-1] == ("fail", "canvas")


def test_a_reference_that_leads_nowhere_is_refused_and_told(
    database: Database, tmp_path: Path
) -> None:
    """At write and at read, for variables and files; direct references too."""
    with pytest.raises(KeyRefused, match="'LLM_KEY' is not set"):
        _register(database, {})
    assert _acts(database) == [("fail", "park")]
    with pytest.raises(KeyRefused, match="cannot be read"):
        _read(database, {}, f"file:{tmp_path}/none")
    with pytest.raises(KeyRefused, match="cannot be a key"):
        _read(database, {"LLM_KEY": "열쇠"}, "env:LLM_KEY")
    assert _read(database, {"LLM_KEY": KEY}, "env:LLM_KEY") == KEY
    assert _acts(database, "key:env:LLM_KEY") == [("fail", "canvas"), ("read", "canvas")]


def test_a_file_that_was_rotated_is_noticed(database: Database, tmp_path: Path) -> None:
    """Its name is the same, its content is not what was registered."""
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    register_key(database, "of_file", f"file:{file}", by="park", reason="from a file")
    assert check_key(database, "of_file", by="park") == ""
    file.write_text(OTHER)
    assert "is not the one that was registered" in check_key(database, "of_file", by="park")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Plant LLM"},
        {"reference": KEY},
        {"reason": " "},
        {"expires_at": datetime.now(UTC) - HOUR},
        {"expires_at": datetime(2999, 1, 1)},
        {"not_before": datetime.now(UTC) + 2 * HOUR, "expires_at": datetime.now(UTC) + HOUR},
    ],
)
def test_what_cannot_be_registered_is_said_before_anything_is_kept(
    database: Database, wrong: dict[str, Any]
) -> None:
    """Names, references, reasons and times that make no sense; the key is not repeated."""
    given: dict[str, Any] = {"name": "plant_llm", "reference": "env:LLM_KEY", "reason": "why"}
    with pytest.raises(InvalidRequest) as refused:
        register_key(database, **(given | wrong), by="park", environ={"LLM_KEY": KEY})
    assert KEY not in str(refused.value)
    assert registered_keys(database) == ()


def test_retiring_what_is_not_there_is_said(database: Database) -> None:
    """With the command that lists them."""
    with pytest.raises(AssetNotFound, match="canvas keys list"):
        retire_key(database, "none", by="park", reason="why")


def test_a_read_that_cannot_be_told_gives_no_key() -> None:
    """Without the database there is no audit, so there is no key."""
    gone = Database("postgresql://nobody@127.0.0.1:9/none", "")
    try:
        with pytest.raises(StoreError):
            _read(gone, {"LLM_KEY": KEY}, "env:LLM_KEY")
    finally:
        gone.close()


# -- in an ask


@pytest.fixture
def keyed(database: Database, scripted_model: ModelServer) -> Callable[..., AskModels]:
    """A model whose endpoint takes KEY only, over a registered key."""
    scripted_model.key = KEY
    scripted_model.always = good(WORD)

    def make(environ: dict[str, str], reference: str = "key:plant_llm", **given: Any) -> AskModels:
        policy = policy_over([scripted_model.base_url])
        provider = policy.providers[0].model_copy(update={"api_key_ref": reference})
        policy = policy.model_copy(update={"providers": (provider,)})
        return AskModels(policy, database, environ=environ, **given)

    return make


def test_clients_keep_a_key_for_a_while_and_then_read_it_again(
    database: Database, keyed: Callable[..., AskModels], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two asks are one read; when the while is over an expired key is noticed without a restart."""
    environ = {"LLM_KEY": KEY}
    _register(database, environ)
    told: list[str] = []
    models = keyed(environ, remember_secret=told.append)
    assert [ask(models).value, ask(models).value] == ["valve", "valve"]
    assert _acts(database) == [("register", "park"), ("read", "canvas")]
    assert told == [KEY]
    monkeypatch.setattr(endpoints, "KEY_SECONDS", 0.0)
    again = keyed(environ)
    assert ask(again).value == "valve"
    with database.pool.connection() as connection:
        connection.execute("update canvas.model_key set expires_at = now()")
    answer = ask(again)
    assert answer.value is None
    assert answer.failure.startswith("main has no key: the key 'plant_llm' expired at ")
    assert [act for act, _ in _acts(database)][-2:] == ["read", "fail"]


def test_an_endpoint_that_refuses_a_key_makes_it_be_read_anew(
    database: Database, keyed: Callable[..., AskModels]
) -> None:
    """A key that was rotated at both ends works with the next ask, not five minutes later."""
    environ = {"LLM_KEY": OTHER}
    models = keyed(environ, "env:LLM_KEY")
    assert ask(models).failure == "main answered 401"
    environ["LLM_KEY"] = KEY
    assert ask(models, who=spender("t-2")).value == "valve"


def test_a_key_that_an_endpoint_repeats_is_in_no_row_and_no_reason(
    database: Database, keyed: Callable[..., AskModels], scripted_model: ModelServer
) -> None:
    """Its error text is cleaned before it is kept."""
    scripted_model.always = echoes_key()
    answer = ask(keyed({"LLM_KEY": KEY}, "env:LLM_KEY"))
    assert answer.value is None
    assert KEY not in str(answer)
    assert KEY not in str(rows(database, "detail"))
