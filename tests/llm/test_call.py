"""One request to one model: everything that its endpoint can do becomes a Reply, in time."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from dagster_project.contracts.assets.models import ReplyFormat
from dagster_project.contracts.model_call import CallOutcome
from dagster_project.llm.call import Reply
from tests.llm.one_call import (
    ASKED,
    BRAIN,
    EXPECTED,
    KEY,
    PLAN,
    SCHEMA,
    SLOW,
    SLOW_SECONDS,
    asked,
    endpoint,
    says_plan,
)
from tests.model_server import (
    BEHAVIOURS,
    Behaviour,
    ModelServer,
    bad_request,
    body_of,
    cut_json,
    drip_head,
    error_within,
    good,
    huge,
    ignores_stream,
    knows_only,
    no_usage,
    rate_limited,
    redirect,
    refuses_parameters,
    server_error,
)


def once(server: ModelServer, behaviour: Behaviour, **options: Any) -> Reply:
    """What a new endpoint says to one request of that behaviour."""
    server.brain = says_plan
    server.script(behaviour)
    with endpoint(server, **options) as found:
        return asked(found)


def test_every_behaviour_is_expected() -> None:
    """No behaviour of the scripted server is left out below."""
    assert set(EXPECTED) == set(BEHAVIOURS)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("name", EXPECTED)
def test_each_behaviour(name: str, stream: bool, scripted_model: ModelServer) -> None:
    """Its outcome and status, in time, with a reason where it failed, and the key nowhere."""
    scripted_model.brain = says_plan
    scripted_model.script(BEHAVIOURS[name]())
    seconds = SLOW_SECONDS if name in SLOW else 10.0
    with endpoint(scripted_model, stream=stream) as found:
        start = time.monotonic()
        reply = asked(found, seconds=seconds)
        took = time.monotonic() - start
    assert (reply.outcome, reply.http_status) == EXPECTED[name]
    assert took < seconds + 1.0
    assert 0 < reply.server_ms <= took * 1000
    assert (reply.detail == "") is (reply.outcome == "ok")
    assert len(reply.detail) < 250
    assert KEY[:8] not in repr(reply)
    assert reply.format_refused is (name == "refuses_format")
    if reply.outcome == "ok" and name != "wrong_schema":
        assert reply.parsed == PLAN
    assert len(scripted_model.requests) == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_it_works_again_after_each(stream: bool, scripted_model: ModelServer) -> None:
    """No behaviour leaves a connection or a clock behind that spoils the next request."""
    scripted_model.brain = says_plan
    with endpoint(scripted_model, stream=stream) as found:
        for name, make in BEHAVIOURS.items():
            scripted_model.script(make())
            asked(found, seconds=0.2 if name in SLOW else 10.0)
            assert asked(found).parsed == PLAN, name


@pytest.mark.parametrize(
    ("behaviour", "seconds"),
    [
        (rate_limited(after=7), 7.0),
        (rate_limited(after=1.5), 1.5),
        (rate_limited(after_ms=250), 0.25),
        (rate_limited(after=9, after_ms=250), 0.25),
        (rate_limited(after=90, at_date=True), 89.0),
        (rate_limited(after=-90, at_date=True), 0.0),
        (rate_limited(after=99_999_999), 86_400.0),
        (rate_limited(), None),
        (body_of(b"", status=429, headers={"retry-after": "soon"}), None),
        (body_of(b"", status=503, headers={"retry-after": "3"}), 3.0),
        (body_of(b"", status=429, headers={"retry-after-ms": "-5", "retry-after": "2"}), 2.0),
    ],
)
def test_when_to_come_back(
    behaviour: Behaviour, seconds: float | None, scripted_model: ModelServer
) -> None:
    """Retry-After in seconds, milliseconds or as a date is told in seconds, within a day."""
    reply = once(scripted_model, behaviour)
    assert reply.outcome in ("rate_limited", "server_error")
    if seconds is None:
        assert reply.retry_after_seconds is None
    else:
        slack = 2.0 if seconds == 89.0 else 0.0
        assert reply.retry_after_seconds == pytest.approx(seconds, abs=slack)


@pytest.mark.parametrize(
    ("behaviour", "outcome", "said"),
    [
        (bad_request("no such model", 404), "bad_request", "404: no model m-1"),
        (bad_request("unprocessable", 422), "bad_request", "422: unprocessable"),
        (bad_request("pay first", 402), "no_rights", "account: pay first"),
        (bad_request("late", 408), "timed_out", "408: late"),
        (bad_request("busy", 409), "server_error", "409: busy"),
        (bad_request("blocked by the content_filter"), "refused", "filter"),
        (server_error(503), "server_error", "503"),
        (redirect(status=302), "bad_request", "base_url"),
        (body_of(b"[]", status=500), "server_error", "500"),
        (body_of(b'{"error": "model is loading"}', status=500), "server_error", "is loading"),
        (body_of(b"{" * 90_000, status=500), "server_error", "500"),
        (body_of(b" " * 3_000_000, status=500), "server_error", "500"),
        (body_of(b"", status=204), "unreadable", "not JSON"),
        (body_of(b'{"choices": ['), "unreadable", "not JSON"),
        (body_of(b"\xff\xfe\x00"), "unreadable", "not JSON"),
        (body_of(b'{"a":' * 100_000), "unreadable", "not JSON"),
        (body_of(b"null"), "unreadable", "no choice"),
        (body_of(b'{"choices": {"0": 1}}'), "unreadable", "no choice"),
        (body_of(b'{"choices": [null]}'), "unreadable", "no choice"),
        (body_of(b'{"choices": [{"message": 3}]}'), "unreadable", "empty"),
        (body_of(b"{}", headers={"content-encoding": "gzip"}), "unreadable", "packed"),
        (error_within(429), "rate_limited", "429"),
        (error_within("odd"), "server_error", "The upstream failed"),
        (error_within(None), "server_error", "The upstream failed"),
    ],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_answers_that_are_none(
    behaviour: Behaviour,
    outcome: CallOutcome,
    said: str,
    stream: bool,
    scripted_model: ModelServer,
) -> None:
    """Odd statuses, broken bodies and errors within 200 have an outcome and a reason too."""
    reply = once(scripted_model, behaviour, stream=stream)
    assert reply.outcome == outcome
    assert said in reply.detail
    assert reply.parsed is None


def test_a_dripped_head_ends_in_time(scripted_model: ModelServer) -> None:
    """Headers that never end are given up when the time is over."""
    scripted_model.script(drip_head())
    with endpoint(scripted_model) as found:
        start = time.monotonic()
        assert asked(found, seconds=SLOW_SECONDS).outcome == "timed_out"
        assert time.monotonic() - start < SLOW_SECONDS + 1.0


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_no_time_no_request(seconds: float, scripted_model: ModelServer) -> None:
    """Without any time left nothing is asked."""
    with endpoint(scripted_model) as found:
        assert asked(found, seconds=seconds).outcome == "timed_out"
    assert scripted_model.requests == []


def test_a_schema_is_sent_as_it_is(scripted_model: ModelServer) -> None:
    """json_schema: strict, our own schema, our messages untouched, one limit, one temperature."""
    once(scripted_model, good())
    sent = scripted_model.requests[0].body
    assert sent.pop("response_format") == {
        "type": "json_schema",
        "json_schema": {"name": "plan", "strict": True, "schema": SCHEMA.schema},
    }
    assert sent.pop("messages") == [one.model_dump() for one in ASKED]
    assert sent == {"model": "m-1", "max_tokens": 400, "temperature": 0.0}


@pytest.mark.parametrize("form", ["json_object", "text"])
def test_other_forms_say_the_schema_in_words(
    form: ReplyFormat, scripted_model: ModelServer
) -> None:
    """json_object and text: the last message ends with the schema; only the first is a format."""
    scripted_model.always = knows_only(form)
    with endpoint(scripted_model, temperature=None) as found:
        assert asked(found, form).outcome == "ok"
        assert asked(found, "json_schema").format_refused
    sent = scripted_model.requests[0]
    expected = {"type": "json_object"} if form == "json_object" else None
    assert sent.response_format == expected
    assert sent.messages[0]["content"] == "You plan."
    assert sent.messages[1]["content"].startswith("상태는?")
    assert json.dumps(SCHEMA.schema, separators=(",", ":")) in sent.messages[1]["content"]
    assert "temperature" not in sent.body


@pytest.mark.parametrize("form", ["json_schema", "json_object", "text"])
def test_a_format_is_refused_only_where_it_was_sent(
    form: ReplyFormat, scripted_model: ModelServer
) -> None:
    """An endpoint that knows words only refuses both formats, and never the words."""
    scripted_model.always = knows_only("text")
    with endpoint(scripted_model) as found:
        reply = asked(found, form)
    assert reply.format == form
    assert reply.format_refused is (form != "text")
    assert (reply.outcome == "ok") is (form == "text")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_parameters_that_a_model_does_not_know(stream: bool, scripted_model: ModelServer) -> None:
    """What a 400 names is sent otherwise or left out, in the same call, and remembered."""
    scripted_model.brain = says_plan
    scripted_model.always = refuses_parameters("max_tokens", "temperature", "stream_options")
    with endpoint(scripted_model, stream=stream) as found:
        assert asked(found).parsed == PLAN
        tries = len(scripted_model.requests)
        assert asked(found).parsed == PLAN
    assert tries == (4 if stream else 3)
    assert len(scripted_model.requests) == tries + 1
    assert scripted_model.requests[-1].body["max_completion_tokens"] == 400


def test_a_question_about_temperature_is_no_parameter(scripted_model: ModelServer) -> None:
    """An error that repeats words of the question does not change what is sent."""
    said = "cannot answer: what is the temperature and max_completion_tokens of P-101"
    reply = once(scripted_model, bad_request(said))
    assert reply.outcome == "bad_request"
    assert len(scripted_model.requests) == 1


def test_a_parameter_refused_for_ever_ends(scripted_model: ModelServer) -> None:
    """An endpoint that is never content is asked a few times, and that is a bad request."""
    scripted_model.always = bad_request("'temperature' and 'max_completion_tokens' are wrong")
    with endpoint(scripted_model) as found:
        assert asked(found).outcome == "bad_request"
    assert len(scripted_model.requests) <= 4


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_tokens_are_the_endpoints_or_counted_high(
    stream: bool, scripted_model: ModelServer
) -> None:
    """Usage is taken as told; without it, both counts are guessed and marked."""
    told = once(scripted_model, good(), stream=stream)
    guessed = once(scripted_model, no_usage(), stream=stream)
    failed = once(scripted_model, server_error(), stream=stream)
    assert not told.tokens_estimated
    assert told.tokens_out == len(BRAIN) // 4 + 1
    assert guessed.tokens_estimated
    assert guessed.tokens_in > told.tokens_in
    assert guessed.tokens_out >= told.tokens_out
    assert (failed.tokens_in, failed.tokens_out, failed.tokens_estimated) == (0, 0, False)


@pytest.mark.parametrize(
    "usage",
    [3, [], {"prompt_tokens": "9"}, {"prompt_tokens": -4, "completion_tokens": 0},
     {"prompt_tokens": True, "completion_tokens": 1e99}],
)  # fmt: skip
def test_odd_usage_is_guessed_over(usage: Any, scripted_model: ModelServer) -> None:
    """Usage that is no count is not believed."""
    body = {"choices": [{"message": {"content": BRAIN}, "finish_reason": "stop"}], "usage": usage}
    reply = once(scripted_model, body_of(json.dumps(body).encode()))
    assert reply.outcome == "ok"
    assert reply.tokens_estimated
    assert reply.tokens_in > 20
    assert reply.tokens_out > 5


def test_a_stream_that_is_not_streamed(scripted_model: ModelServer) -> None:
    """An endpoint that answers whole although a stream was asked for is read whole."""
    assert once(scripted_model, ignores_stream(), stream=True).parsed == PLAN


def test_half_an_answer_is_kept(scripted_model: ModelServer) -> None:
    """What came before a cut is in `text`, for the trace."""
    reply = once(scripted_model, cut_json())
    assert reply.text == BRAIN[: len(BRAIN) // 2]
    scripted_model.script(BEHAVIOURS["ends_early"]())
    with endpoint(scripted_model, stream=True) as found:
        assert BRAIN.startswith(asked(found).text)


def test_a_stream_without_an_end_is_cut(scripted_model: ModelServer) -> None:
    """All of the JSON was there, but nobody said that it was all: it is not taken."""
    event = {"choices": [{"delta": {"content": BRAIN}, "finish_reason": None}]}
    said = f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n"
    behaviour = body_of(said.encode(), content_type="text/event-stream")
    reply = once(scripted_model, behaviour, stream=True)
    assert (reply.outcome, reply.text, reply.parsed) == ("cut", BRAIN, None)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_an_answer_has_a_size(stream: bool, scripted_model: ModelServer) -> None:
    """Reading ends at the limit, long before all of a large answer has come."""
    reply = once(scripted_model, huge(200_000_000), stream=stream)
    assert (reply.outcome, reply.text) == ("unreadable", "")
    assert "larger than 1400000 bytes" in reply.detail


def test_text_can_be_stored(scripted_model: ModelServer) -> None:
    """NUL and half characters do not get into `text`; a pair split over two events is whole."""
    body = {"choices": [{"message": {"content": "a\x00b \ud83d"}, "finish_reason": "stop"}]}
    assert once(scripted_model, body_of(json.dumps(body).encode())).text == "a\ufffdb \ufffd"
    parts = [{"content": "{\"a\": \"\ud83d"}, {"content": "\ude00\"}"}]  # fmt: skip
    events = [{"choices": [{"delta": one, "finish_reason": None}]} for one in parts]
    events.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    said = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    behaviour = body_of(said.encode(), content_type="text/event-stream")
    assert once(scripted_model, behaviour, stream=True).parsed == {"a": "😀"}
