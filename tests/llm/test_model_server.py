"""The scripted server is what an OpenAI client takes it for."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

from dagster_project.contracts.plan_reply import PlanReply
from dagster_project.llm.reply_schema import reply_schema
from tests.model_server import ModelServer, good, rate_limited


def client(server: ModelServer, key: str = "sk-1") -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key=key, max_retries=0, timeout=10)


def completion(server: ModelServer, **more: Any) -> Any:
    message: Any = {"role": "user", "content": "hello"}
    return client(server).chat.completions.create(model="m", messages=[message], **more)


def test_embeddings_in_both_forms(scripted_model: ModelServer) -> None:
    """base64, which the client asks for by itself, and floats are the same vectors."""
    given, texts = client(scripted_model).embeddings, ["펌프", "pump"]
    packed = given.create(model="e", input=texts)
    plain = given.create(model="e", input=texts, encoding_format="float")
    assert scripted_model.other_requests[0].body["encoding_format"] == "base64"
    for one, other in zip(packed.data, plain.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding)
    assert packed.data[0].embedding != packed.data[1].embedding


def test_models_and_keys(scripted_model: ModelServer) -> None:
    """It lists its models, and with a key of its own takes no other."""
    scripted_model.models = ("a", "b")
    assert [one.id for one in client(scripted_model).models.list()] == ["a", "b"]
    scripted_model.key = "sk-2"
    with pytest.raises(openai.AuthenticationError):
        client(scripted_model).models.list()


def test_script_then_always_then_good(scripted_model: ModelServer) -> None:
    """The script is worked off in order, then `always` holds; all of it is recorded."""
    scripted_model.brain = lambda messages, request: f"{messages[0]['content']} {request['model']}"
    scripted_model.always = good("later")
    scripted_model.script(good(), rate_limited())
    assert completion(scripted_model).choices[0].message.content == "hello m"
    with pytest.raises(openai.RateLimitError):
        completion(scripted_model)
    assert completion(scripted_model).choices[0].message.content == "later"
    requests = scripted_model.requests
    assert [one.behaviour for one in requests] == ["good", "rate_limited", "good"]
    assert all(one.had_key and "authorization" not in one.headers for one in requests)


def test_a_good_answer_fits_the_schema(scripted_model: ModelServer) -> None:
    """Without a brain it answers with an instance of the schema, whole and as a stream."""
    schema = reply_schema(PlanReply)
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema.schema}}
    whole = completion(scripted_model, response_format=form).choices[0].message.content
    PlanReply.model_validate_json(whole)
    events = list(
        completion(
            scripted_model,
            response_format=form,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    said = "".join(one.choices[0].delta.content or "" for one in events if one.choices)
    assert json.loads(said) == json.loads(whole)
    assert events[-1].usage.completion_tokens > 0


def test_down_and_up_on_the_same_port(scripted_model: ModelServer) -> None:
    """Down it refuses connections; up again it has its port and its script."""
    scripted_model.script(good("kept"))
    before = scripted_model.base_url
    scripted_model.down()
    with pytest.raises(openai.APIConnectionError):
        completion(scripted_model)
    scripted_model.up()
    assert scripted_model.base_url == before
    assert completion(scripted_model).choices[0].message.content == "kept"
