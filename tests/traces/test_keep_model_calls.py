"""What models were asked comes back whole, costs little, and never holds a secret."""

from __future__ import annotations

from typing import Any

import zstandard
from hypothesis import given
from hypothesis import strategies as st
from psycopg.rows import dict_row
from pydantic_core import from_json, to_json

from dagster_project.contracts.assets.policy import Retention
from dagster_project.contracts.model_call import Message
from dagster_project.contracts.trace import Trace
from dagster_project.store.database import Database
from dagster_project.traces.content import digest_of
from dagster_project.traces.find import TraceFilter, get, search
from dagster_project.traces.ids import new_trace_id
from dagster_project.traces.keep import _row, keep, keep_all
from dagster_project.traces.model_calls import fill_calls, lift_calls
from dagster_project.traces.packing import base_of, pack_payload
from dagster_project.traces.prune import prune
from dagster_project.traces.redact import REPLACEMENT, SecretWall
from dagster_project.traces.sizes import trace_sizes
from traces.asked_models import SYSTEM, listed_queries, model_call, modelled, with_calls
from traces.prune_examples import (
    NOW,
    OLD,
    YOUNG,
    aged,
    assert_whole,
    needed_payloads,
    payloads,
)
from traces.trace_examples import table_trace


def kept_again(database: Database, trace: Trace) -> Trace:
    keep(database, trace)
    read = get(database, trace.trace_id)
    inputs = tuple(i.model_copy(update={"prev_output": None}) for i in read.stage_inputs)
    return read.model_copy(update={"stage_inputs": inputs})


def test_calls_come_back_as_they_were(database: Database) -> None:
    """Prompts, replies, routing and health of several calls of two stages survive the store."""
    repaired = model_call(3, attempt=2, outcome="repaired")
    turn = Message(role="assistant", content='the "reply"\n\\ with \x01 and 정지')
    repaired = repaired.model_copy(update={"messages": (*model_call(3).messages, turn)})
    trace = with_calls(
        table_trace(3), model_call(3), repaired, fallbacks=("planner: built-in (main refused)",)
    )
    phrased = trace.stage_outputs[3].model_copy(update={"model_calls": (model_call(9),)})
    outputs = (*trace.stage_outputs[:3], phrased, *trace.stage_outputs[4:])
    trace = trace.model_copy(update={"stage_outputs": outputs})

    assert kept_again(database, trace) == trace


def test_many_traces_with_calls_are_kept_in_one_commit(database: Database) -> None:
    """`keep_all` shares what prompts have in common, and each trace reads whole."""
    traces = [modelled(seed) for seed in range(5)]

    keep_all(database, traces)

    read = [get(database, trace.trace_id) for trace in traces]
    assert [r.stage_outputs[0] for r in read] == [t.stage_outputs[0] for t in traces]


def test_a_row_says_what_the_ask_cost(database: Database) -> None:
    """Tokens and cost are columns, in listings, and can be filtered by; without a model they
    are 0."""
    dear = with_calls(table_trace(1), model_call(1, tokens=90_000))
    for trace in (dear, modelled(2), table_trace(3)):
        keep(database, trace)

    with database.pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        row = cursor.execute(
            "select tokens_in, tokens_out, cost_usd from canvas.trace where trace_id = %s",
            (dear.trace_id,),
        ).fetchone()
    listed = search(database, TraceFilter())
    found = search(database, TraceFilter(min_cost_usd=0.01))

    assert row == {"tokens_in": 90_000, "tokens_out": 66, "cost_usd": dear.cost_usd}
    assert [summary.tokens_in for summary in listed] == [0, 1_234, 90_000]
    assert [(summary.trace_id, summary.cost_usd) for summary in found] == [(dear.trace_id, 0.09)]


def test_calls_do_not_name_the_output() -> None:
    """Equal outputs have one digest, whoever was asked and however long it took; a fallback makes
    another."""
    trace = table_trace(4)
    one, other = (with_calls(trace, model_call(seed, elapsed_ms=seed)) for seed in (5, 6))
    fell = with_calls(trace, model_call(5), fallbacks=("planner: spare (main answered 500)",))
    names = [digest_of(t.stage_outputs[0], trace.trace_id) for t in (one, other, fell)]

    assert names[0] == names[1] != names[2]


def test_outputs_without_a_model_keep_the_names_they_had() -> None:
    """Traces from before there were models share payloads with those after: nothing was added to
    an output's content."""
    trace = table_trace(4)
    output = trace.stage_outputs[2]
    old = output.model_dump_json(exclude={"model_calls", "fallbacks"})

    assert digest_of(type(output).model_validate_json(old), trace.trace_id) == digest_of(
        output, trace.trace_id
    )
    assert "model_calls" not in old


def test_the_same_question_again_stores_no_prompt(database: Database) -> None:
    """Next night's ask with the same prompt adds a row and no payload; another question adds only
    the pieces of its prompt that are new."""
    long = listed_queries(56, 1)
    first = with_calls(table_trace(11), model_call(1, user=f"{long}\nQuestion: 1?"))
    text = first.model_dump_json().replace(first.trace_id, new_trace_id(first.created_at))
    again = Trace.model_validate_json(text)
    again = with_calls(again, model_call(1, user=f"{long}\nQuestion: 1?", elapsed_ms=3.0))
    keep(database, first)
    before = trace_sizes(database).payloads

    keep(database, again)
    same = trace_sizes(database).payloads
    other = f"One more line first.\n{long}\nQuestion: 2?"
    keep(database, with_calls(table_trace(11), model_call(1, user=other)))

    assert same == before
    assert trace_sizes(database).payloads == before + 1


@given(
    st.lists(st.tuples(st.sampled_from(("system", "user", "assistant")), st.text()), max_size=4),
    st.integers(0, 60),
)
def test_every_message_is_put_together_again(messages: list[tuple[Any, str]], lines: int) -> None:
    """Whatever a prompt holds, what is cut is filled again, letter by letter."""
    long = "\n".join(f"{text}{n}\u2028\r" for n in range(lines) for _, text in messages)
    call = model_call(1).model_copy(
        update={
            "messages": (
                *(Message(role=role, content=text) for role, text in messages),
                Message(role="user", content=long * 3),
            )
        }
    )
    outputs = with_calls(table_trace(1), call).stage_outputs
    bare = [output.model_copy(update={"model_calls": ()}) for output in outputs]

    lifted = lift_calls(outputs)

    body = from_json(to_json(lifted.body))
    assert fill_calls(bare, body, lifted.pieces) == outputs


def test_long_prompts_of_many_questions_stay_small() -> None:
    """A prompt of 5,000 tokens costs a trace less than a third of its bytes although no two list
    the same; where most is the same it costs a tenth; a repair turn costs almost nothing."""
    prompts = {seed: f"{listed_queries(56, seed)}\nQuestion {seed}?" for seed in range(40)}
    alike = {seed: f"{listed_queries(56, 1)}\nQuestion {seed}?" for seed in range(40)}
    plain = [table_trace(seed) for seed in prompts]
    raw = sum(len(prompt.encode()) for prompt in prompts.values())
    assert raw / len(prompts) > 15_000

    asked, shared, repaired = (
        [
            with_calls(trace, *(model_call(n, user=told[n], attempt=a) for a in turns))
            for n, trace in enumerate(plain)
        ]
        for told, turns in ((prompts, (1,)), (alike, (1,)), (prompts, (1, 2)))
    )

    assert stored(asked) - stored(plain) < raw / 3
    assert stored(shared) - stored(plain) < raw / 10
    assert stored(repaired) - stored(asked) < 200 * len(prompts)


def stored(traces: list[Trace]) -> int:
    """Bytes of bodies and payloads, each payload once."""
    seen: dict[bytes, int] = {}
    bodies = 0
    for trace in traces:
        values, payloads = _row(trace, SecretWall())
        bodies += len(values["body"])
        seen |= {name: len(pack_payload(*parts)) for name, parts in payloads.items()}
    return bodies + sum(seen.values())


def test_a_secret_of_several_lines_is_found_across_a_cut(database: Database) -> None:
    """A prompt is searched whole, so that no cut hides a secret with a line's end in it."""
    filler = "".join(f"line {n}\n" for n in range(400))
    secrets = [f"-----BEGIN-{n}-----\n{n}{n}{n}{n}abcd\n-----END-{n}-----" for n in range(8)]
    wall = SecretWall()
    for secret in secrets:
        wall.remember(secret)
    user = "".join(f"{filler[n * 40 :]}{secret}\n" for n, secret in enumerate(secrets))
    trace = with_calls(table_trace(7), model_call(1, user=user))

    keep(database, trace, wall=wall)

    (call,) = get(database, trace.trace_id).stage_outputs[0].model_calls
    assert "abcd" not in call.messages[1].content
    assert call.messages[1].content.count(REPLACEMENT) == len(secrets)


def test_a_secret_in_a_prompt_or_an_echo_is_replaced(database: Database) -> None:
    """A resolved secret in a message, a raw reply, what was read of it or why it failed is cleaned
    in every form: as it stands, in a URL, and as JSON within the reply's text."""
    secret = 'k"3y\\/비밀-0192837465'
    echoes = {
        "plain": f"the key is {secret}",
        "json": '{"reasoning":"k\\"3y\\\\/비밀-0192837465"}',
        "ascii": '{"reasoning":"k\\"3y\\\\/\\ube44\\ubc00-0192837465"}',
        "url": "https://u:k%223y%5C%2F%EB%B9%84%EB%B0%80-0192837465@host",
    }
    wall = SecretWall()
    wall.remember(secret)
    calls = [
        model_call(1, user=f"Question: is {secret} right?", reply=reply).model_copy(
            update={
                "parsed": {"reasoning": secret, secret: [secret]},
                "detail": f"401 for {secret}",
            }
        )
        for reply in echoes.values()
    ]
    trace = with_calls(table_trace(6), *calls, fallbacks=(f"planner: built-in ({secret})",))

    keep(database, trace, wall=wall)

    read = get(database, trace.trace_id).stage_outputs[0]
    assert [call.reply for call in read.model_calls] == [
        f"the key is {REPLACEMENT}",
        f'{{"reasoning":"{REPLACEMENT}"}}',
        f'{{"reasoning":"{REPLACEMENT}"}}',
        f"https://u:{REPLACEMENT}@host",
    ]
    for call in read.model_calls:
        assert call.messages[1].content == f"Question: is {REPLACEMENT} right?"
        assert call.messages[0].content == SYSTEM
        assert call.parsed == {"reasoning": REPLACEMENT, REPLACEMENT: [REPLACEMENT]}
        assert call.detail == f"401 for {REPLACEMENT}"
    assert read.fallbacks == (f"planner: built-in ({REPLACEMENT})",)
    assert _everything(database).count("0192837465") == 0


def _everything(database: Database) -> str:
    """All that the tables of traces hold, unpacked."""
    with database.pool.connection() as connection:
        rows = connection.execute("select digest, body from canvas.payload").fetchall()
        listed = connection.execute("select t::text from canvas.trace t").fetchall()
    bodies = {bytes(digest): bytes(body) for digest, body in rows}
    texts = [str(listed)]
    for body in bodies.values():
        if base_of(body) is None:
            texts.append(zstandard.ZstdDecompressor().decompress(body[17:]).decode())
    return "\n".join(texts)


def test_pieces_of_prompts_go_with_the_last_trace_that_has_them(database: Database) -> None:
    """A prune takes the pieces that only old traces hold, and leaves those that a young one
    shares, which stays readable."""
    first, other = (f"{listed_queries(56, n)}\nQuestion: {n}?" for n in (1, 2))
    old = aged(with_calls(table_trace(1), model_call(1, user=other)), OLD)
    shared = aged(with_calls(table_trace(1), model_call(1, user=first)), OLD)
    young = aged(with_calls(table_trace(1), model_call(1, user=f"New line\n{first}")), YOUNG)
    keep_all(database, (old, shared, young))
    before = len(payloads(database))

    prune(database, Retention(), by="tests", now=NOW)

    assert_whole(database)
    assert set(payloads(database)) == needed_payloads(database)
    assert len(payloads(database)) < before
    (call,) = get(database, young.trace_id).stage_outputs[0].model_calls
    assert call.messages[1].content == f"New line\n{first}"
