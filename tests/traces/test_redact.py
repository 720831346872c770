"""Secrets that are known to the process are never written down."""

from __future__ import annotations

from dagster_project.store.database import Database
from dagster_project.traces.find import get
from dagster_project.traces.keep import keep
from dagster_project.traces.redact import REPLACEMENT, SecretWall
from traces.rich_traces import rich_trace
from traces.trace_examples import table_trace

SECRET = 'p"4ss/wörd!'


def leaking(secret: str):
    trace = rich_trace(6, "ko")
    call = trace.tool_calls[0].model_copy(
        update={"params": {"dsn": f"postgresql://reader:{secret}@db:5432/plant", secret: 1}}
    )
    output = trace.stage_outputs[2]
    result = output.result.model_copy(update={"tool_calls": (call,)})
    outputs = list(trace.stage_outputs)
    outputs[2] = output.model_copy(update={"result": result})
    return trace.model_copy(
        update={
            "question": f"is {secret} right?",
            "tool_calls": (call,),
            "stage_outputs": tuple(outputs),
        }
    )


def test_a_known_secret_is_replaced_everywhere(database: Database) -> None:
    """A resolved secret in a question, a parameter or a key is replaced before writing."""
    wall = SecretWall()
    wall.remember(SECRET)
    trace = leaking(SECRET)

    keep(database, trace, wall=wall)

    read = get(database, trace.trace_id)
    with database.pool.connection() as connection:
        row = connection.execute("select question from canvas.trace").fetchone()
    assert row == (f"is {REPLACEMENT} right?",)
    assert SECRET not in str(read.model_dump())
    assert read.tool_calls[0].params == {
        "dsn": f"postgresql://reader:{REPLACEMENT}@db:5432/plant",
        REPLACEMENT: 1,
    }


def test_a_secret_that_is_an_everyday_word_does_not_break_the_trace(database: Database) -> None:
    """A password like `success` leaves the contract's own words alone, so the trace still reads."""
    wall = SecretWall()
    for word in ("success", "execute", "rows", "plant", "1234"):
        wall.remember(word)
    trace = table_trace(7)

    keep(database, trace, wall=wall)

    read = get(database, trace.trace_id)
    assert read.status == "success"
    assert read.trace_id == trace.trace_id
    assert [output.stage for output in read.stage_outputs][2] == "execute"
    assert list(read.asset_versions.values()) == list(trace.asset_versions.values())
    assert read.references[0].tables == (f"{REPLACEMENT}.event", f"{REPLACEMENT}.ci")


def test_a_url_encoded_secret_is_found() -> None:
    """The form a secret takes in a connection URL counts as the secret."""
    wall = SecretWall()
    wall.remember("p@ss/word")

    assert wall.meets(b'{"url":"postgresql://u:p%40ss%2Fword@h/d"}')
    assert wall.clean_text("u:p%40ss%2Fword@h") == f"u:{REPLACEMENT}@h"


def test_a_trace_without_secrets_is_untouched() -> None:
    """The wall finds nothing in ordinary text."""
    wall = SecretWall()
    wall.remember(SECRET)

    assert not wall.meets(table_trace(8).model_dump_json().encode())
