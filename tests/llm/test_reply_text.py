"""The JSON in what a model wrote, or why there is none."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.llm.reply_text import MAX_CHARACTERS, MAX_DEPTH, read_json

PLAN = {"kind": "plan", "steps": [{"id": "s1", "words": "bearing } {"}], "rule": None}
TEXT = json.dumps(PLAN)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False,
    allow_infinity=False) | st.text(st.characters(exclude_characters="\x00"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4)
    .filter(lambda key: "\x00" not in key), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"\ufeff  {TEXT}\n",
        f"```json\n{TEXT}\n```",
        f"```\n{TEXT}\n```",
        f"```JSON\r\n{TEXT}```",
        f"Sure! Here is the plan:\n\n```json\n{TEXT}\n```\nShall I go on?",
        f"The plan is {TEXT} and nothing else.",
        f"Use {{curly}} words, then {TEXT}",
        f"{TEXT}\n{json.dumps({'kind': 'reject'})}",
        f"<think>I could answer {{}} or {json.dumps({'kind': 'direct'})}.</think>\n{TEXT}",
        json.dumps(TEXT),
        json.dumps(PLAN, indent=4).replace("\n", "\r\n"),
    ],
)
def test_the_first_whole_object_is_read(text: str) -> None:
    """Alone, in a fence, among words, behind thoughts or written twice: it is the same object."""
    assert read_json(text).value == PLAN
    assert read_json(text).problem == ""


@pytest.mark.parametrize(
    ("text", "problem", "cut"),
    [
        ("", "empty", False),
        (" \ufeff\n", "empty", False),
        ("I do not know.", "no JSON object", False),
        ("null", "null, not a JSON object", False),
        ("42", "a number, not", False),
        ('"plan"', "a text, not", False),
        (TEXT[:-1], "too early", True),
        (TEXT[:25], "too early", True),
        (f"```json\n{TEXT[:30]}", "too early", True),
        ("<think>let me see", "thoughts", True),
        ('{"a": NaN}', "NaN", False),
        ('{"a": -Infinity}', "Infinity", False),
        ('{"a": 1e999}', "too large", False),
        ('{"a": ' + "9" * 31 + "}", "digits", False),
        ('{"a": "\\ud83d"}', "character that is none", False),
        ('{"a": "\\u0000"}', "character that is none", False),
        ('{"\\u0000": 1}', "character that is none", False),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "deeper", False),
        ("[" * 100_000, "deeper", False),
        ('{"a":' * 100_000, "deeper", False),
        ("x" * (MAX_CHARACTERS + 1), "longer", False),
        ("Here: {kind: 'plan', steps: [{\"id\": 1}], why: 'no quotes'}", "cannot be read", False),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(text: str, problem: str, cut: bool) -> None:
    """Each text without a usable object has a plain reason, and a cut one is told apart."""
    read = read_json(text)
    assert read.value is None
    assert problem in read.problem
    assert read.cut is cut


@pytest.mark.parametrize(
    "text",
    [
        "{" * 500_000,
        '{"a":' * 199_000,
        "{}x" * 300_000 + "{",
        "{x}" * 300_000,
        '{"' * 400_000,
        "```json\n" * 120_000,
        '{"a": "' + "\\" * 900_000,
        "x{" + '"' * 900_000,
    ],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    """A megabyte made to be slow is read, or given up, in less than a second."""
    start = time.process_time()
    read_json(text)
    assert time.process_time() - start < 1.0


@given(st.text(max_size=200) | st.text('{}[]":,\\`jn0e.-\n', max_size=60))
def test_no_text_raises(text: str) -> None:
    """Whatever is written, there is a value or a problem, never both."""
    read = read_json(text)
    assert (read.problem == "") is isinstance(read.value, (dict, list))


@given(st.dictionaries(st.text(max_size=5).filter(lambda k: "\x00" not in k), values, max_size=4),
       st.text("abc .,!\n", max_size=20), st.booleans())  # fmt: skip
def test_json_among_words_comes_back_as_it_was(
    value: dict[str, Any], words: str, fenced: bool
) -> None:
    """Any object that JSON can hold survives words and fences around it."""
    text = json.dumps(value)
    assert (
        read_json(f"{words}\n```json\n{text}\n```" if fenced else f"{words}{text}").value == value
    )


@given(st.dictionaries(st.text("ab", min_size=1), values, min_size=1), st.data())
def test_a_cut_object_is_never_taken(value: dict[str, Any], data: st.DataObject) -> None:
    """No beginning of an object is read as an object."""
    text = json.dumps(value)
    end = data.draw(st.integers(1, len(text) - 1))
    read = read_json(text[:end])
    assert read.value is None
    assert read.cut
