"""A published site whose policy names a scripted model, and a brain that may change its mind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openai  # noqa: F401  # loading it takes longer than these models may
from demo_data import allow_demo
from model_server import ModelServer, model_server
from model_server.as_reply import as_reply
from with_model.site import site_with_models

from dagster_project.canvas import Canvas
from dagster_project.pipeline.desk import Desk
from dagster_project.planner.offered import Offered
from dagster_project.planner.plan_prompt import plan_request
from dagster_project.planner.plan_question import plan_question, read_question
from dagster_project.planner.text import normalise
from dagster_project.store.settings import Settings

from .own_site import OwnSite


@dataclass
class Brain:
    """Answers what the built-in planner would, or for some questions what it would for others."""

    canvas: Canvas
    questions: Iterable[str]
    instead: dict[str, str] = field(default_factory=dict)
    """Question to the question whose plan is given."""

    def __call__(self, messages: list[dict[str, Any]], request: dict[str, Any]) -> str:
        if "sentences" in json.dumps(request.get("response_format", {})):
            facts = messages[1]["content"].partition("<facts>")[2].partition("</facts>")[0]
            return json.dumps({"sentences": [json.loads(facts).replace(". ", "; ")]})
        text = messages[1]["content"].rpartition("<question>")[2]
        asked = next(q for q in sorted(self.questions, key=len, reverse=True) if _says(text, q))
        desk = self.canvas.desk(self.canvas.release())
        as_of = desk.planner.policy.calendar.as_of
        assert as_of != "now"
        planned = plan_question(self.instead.get(asked, asked), desk.planner, as_of)
        return json.dumps(as_reply(planned, _offered(asked, desk, as_of), desk.planner))


def _offered(question: str, desk: Desk, as_of: datetime) -> Offered:
    """What the prompt about the question lists."""
    read, prompt = read_question(question, desk.planner, as_of), desk.prompts["route_plan"]
    assert read.linked is not None
    told = (as_of, read.language, prompt.spec, prompt.ref, lambda _: True, frozenset())
    return plan_request(read.linked, read.text, desk.planner, *told)[1]


def _says(text: str, question: str) -> bool:
    return normalise(question) in text or json.dumps(question) in text


@dataclass(frozen=True)
class ModelledSite(OwnSite):
    """`server.requests` counts what was asked."""

    server: ModelServer
    brain: Brain

    @property
    def requests(self) -> int:
        return len(self.server.requests)

    def spent_on(self, act: Callable[[], Any]) -> tuple[Any, int]:
        """What the act gives, and how often a model was asked for it."""
        before = self.requests
        return act(), self.requests - before


@contextmanager
def modelled_site(
    make_settings: Callable[..., Settings], folder: Path, questions: Iterable[str], **models: Any
) -> Iterator[ModelledSite]:
    """The shipped assets with one model, published as the first release, over the seeded plant."""
    with model_server() as server:
        home = site_with_models(folder / "site", [server], **models)
        settings = make_settings(home, plant=True)
        with Canvas.open(settings) as canvas:
            allow_demo(canvas.database)
            brain = Brain(canvas, tuple(questions))
            server.brain = brain
            site = ModelledSite(canvas, home, server, brain)
            site.publish()
            yield site
