"""A model that means well: it answers what the built-in planner would, in a reply's form."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from model_server.as_reply import as_reply

from dagster_project.canvas import Canvas
from dagster_project.planner.plan_prompt import plan_request
from dagster_project.planner.plan_question import plan_reading, read_question

Messages = list[dict[str, Any]]


class HonestBrain:
    """Asked for sentences it gives the facts as they are. Safe from many threads."""

    def __init__(self, canvas: Canvas) -> None:
        desk = canvas.desk(canvas.release())
        calendar = desk.planner.policy.calendar
        assert calendar.as_of != "now"
        self._assets, self._as_of = desk.planner, calendar.as_of
        self._prompt = desk.prompts["route_plan"]
        self._reply = cache(self._reply_to)

    def __call__(self, messages: Messages, request: dict[str, Any]) -> str:
        text = messages[1]["content"]
        if "sentences" in json.dumps(request.get("response_format", {})):
            return json.dumps({"sentences": [_part(text, "facts")]})
        return self._reply(_part(text, "question"))

    def _reply_to(self, question: str) -> str:
        reading = read_question(question, self._assets, self._as_of)
        assert reading.linked is not None
        _, offered = plan_request(
            reading.linked,
            reading.text,
            self._assets,
            self._as_of,
            reading.language,
            self._prompt.spec,
            self._prompt.ref,
            lambda _: True,
            frozenset(),
        )
        reply = as_reply(plan_reading(reading, self._assets), offered, self._assets)
        return json.dumps(reply, ensure_ascii=False)


def _part(text: str, name: str) -> str:
    return json.loads(text.rsplit(f"<{name}>", 1)[1].split(f"</{name}>", maxsplit=1)[0])
