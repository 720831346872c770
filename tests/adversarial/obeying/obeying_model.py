"""A model that obeys what is planted in its prompt, and means well where nothing is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from model_server.as_reply import as_reply

from adversarial.obeying.attacks import Attack, Known
from adversarial.obeying.sentences import SENTENCES
from adversarial.obeying.wishes import ALL, Reply, wish_for
from dagster_project.canvas import Canvas
from dagster_project.planner.plan_prompt import plan_request
from dagster_project.planner.plan_question import plan_reading, read_question

Messages = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One reply of the model: what it saw, and whether it obeyed."""

    purpose: str
    prompt: str
    """What it was shown first, without what was told of its own replies."""
    wish: str | None
    """None: it meant well."""
    attack: Attack | None
    text: str


@dataclass
class ObeyingModel:
    """A brain for the scripted server. Asked one question at a time."""

    known: Known
    canvas: Canvas | None = None
    """To know what a model that means well would answer."""
    question: str = ""
    asked_to: Attack | None = None
    """The attack that the question itself is."""
    turns: list[Turn] = field(default_factory=list)
    _obeyed: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    """Replies so far, by phrasing and by first or told off, so that every wish has its turn."""

    def __call__(self, messages: Messages, request: dict[str, Any]) -> str:
        shown = takewhile(lambda one: one["role"] != "assistant", messages)
        prompt = "\n".join(str(one["content"]) for one in shown)
        attack = self.asked_to or self.known.first_in(prompt)
        phrasing = "sentences" in json.dumps(request.get("response_format") or {})
        attempt = 1 + sum(one["role"] == "assistant" for one in messages)
        purpose = "compose" if phrasing else "route_plan"
        wish = None
        if attack is None:
            text = json.dumps({"sentences": []} if phrasing else self._honest())
        else:
            wish, text = self._obey(attack, phrasing, attempt)
        self.turns.append(Turn(purpose, prompt, wish, attack, text))
        return text

    def _obey(self, attack: Attack, phrasing: bool, attempt: int) -> tuple[str, str]:
        kind = (phrasing, attempt > 1)
        turn = self._obeyed[kind]
        self._obeyed[kind] += 1
        if phrasing:
            names = tuple(SENTENCES)
            wish = names[(turn + 5 * (attempt > 1)) % len(names)]
            return wish, json.dumps({"sentences": SENTENCES[wish](attack)}, ensure_ascii=False)
        wish = wish_for(attack, turn, attempt)
        reply = ALL[wish](self._honest(), attack)
        return wish, reply if isinstance(reply, str) else json.dumps(reply, ensure_ascii=False)

    def _honest(self) -> Reply:
        """What a model that means well answers: the built-in planner's plan."""
        assert self.canvas is not None
        desk = self.canvas.desk(self.canvas.release())
        as_of = desk.planner.policy.calendar.as_of
        assert as_of != "now"
        reading = read_question(self.question, desk.planner, as_of)
        assert reading.linked is not None
        prompt = desk.prompts["route_plan"]
        _, offered = plan_request(
            reading.linked, reading.text, desk.planner, as_of, reading.language, prompt.spec,
            prompt.ref, lambda query: query != "user_contacts", frozenset(),
        )  # fmt: skip
        return as_reply(plan_reading(reading, desk.planner), offered, desk.planner)
