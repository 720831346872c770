"""What a call of a language model costs on our side: all but the server's own time.

    python benchmarks/model_overhead.py [--quick]

A scripted OpenAI-compatible server in a process of its own answers at once, with what the built-in
planner would, and tells for each request how long it had it: from its last byte until the answer
was written. `overhead` is wall time minus that. Measured in turns, question by question:

- `floor`: a bare httpx2 client posts the same body on a connection that is kept, and reads it;
- `call`, `call_stream`: one `ModelEndpoint.call`: request, deadline, limits, JSON read;
- `ask`: `AskModels.ask`: choice by health, budgets, the call, the reply read, the ledger's commit;
- `prompt`: `plan_request` alone: retrieval, catalog, budget of tokens;
- `whole`: `prompt` and `ask` together: what one call of route_plan adds to the built-in planner.

Over the demo plant in an embedded Postgres, on a machine that should have nothing else to do:
`load_per_core` tells. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import httpx2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dagster_project.canvas import Canvas
from dagster_project.canvas.open_models import open_models
from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.plan import PlanOutput
from dagster_project.launch.site import make_ready
from dagster_project.llm.call import ModelEndpoint
from dagster_project.llm.chat_request import Dialect
from dagster_project.llm.port import ModelRequest, Models, Spender
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.offered import Offered
from dagster_project.planner.plan_prompt import plan_request
from dagster_project.planner.plan_question import plan_reading, read_question
from dagster_project.planner.reply.read_plan_reply import read_plan_reply
from dagster_project.store.database import open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import load_settings
from tests.model_server.as_reply import as_reply

REPOSITORY = Path(__file__).resolve().parents[1]
AS_OF = datetime(2026, 2, 4, tzinfo=UTC)
QUESTIONS = (
    "GT-01 상태 알려줘",
    "GT-01 최근 알람 보여줘",
    "최근 24시간 심각도별 이벤트 수",
    "how many critical events on GT-02 in the last 7 days",
    "How many servers are there?",
    "List the pumps in maintenance",
    "what does ERP depend on",
    "가스터빈 과열 대응 절차 문서 찾아줘",
    "SRV-014 CPU 추이",
    "what is affected if GT-02 fails and what should I do",
)
TARGET_MS = 5.0
T = TypeVar("T")
KEY = "sk-of-the-benchmark"
OUTPUT_TOKENS = 1_500


@dataclass(frozen=True)
class Took:
    """`cpu_ms`: of this process; of a Postgres nothing."""

    wall_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class Planned:
    """A question as route_plan has it before a model is asked, and an honest answer."""

    reading: Any
    request: ModelRequest
    offered: Offered
    answer: str


@dataclass(frozen=True)
class Bench:
    assets: PlannerAssets
    models: Models
    prompt: PromptSpec
    planned: tuple[Planned, ...]
    base_url: str


def main() -> int:
    options = _options()
    rounds = 12 if options.quick else 120
    with _bench() as bench:
        figures = _figures(_measured(bench, rounds), bench)
    whole, call = figures["whole_overhead_p95_ms"], figures["call_overhead_p95_ms"]
    report = {
        "name": "model_overhead",
        "versions": {
            "python": sys.version.split()[0],
            **{name: version(name) for name in ("openai", "httpx2", "psycopg")},
        },
        "figures": figures,
        "targets": [
            {"name": name, "value": value, "target": f"< {TARGET_MS:g}", "met": value < TARGET_MS}
            for name, value in (("whole_overhead_p95_ms", whole), ("call_overhead_p95_ms", call))
        ],
    }
    for name, value in figures.items():
        print(f"{name:36} {value}")
    print(json.dumps(report))
    return 0


def _measured(bench: Bench, rounds: int) -> dict[str, list[Took]]:
    """What each took, by name. All take their turn on every question."""
    endpoints = {
        name: ModelEndpoint(bench.base_url, KEY, "scripted", stream=name == "call_stream")
        for name in ("call", "call_stream")
    }
    client = httpx2.Client(trust_env=False, timeout=30)
    asked: dict[str, Callable[[Planned], Took]] = {
        "floor": lambda one: _floor(client, bench.base_url, one),
        "call": lambda one: _call(endpoints["call"], one),
        "call_stream": lambda one: _call(endpoints["call_stream"], one),
        "ask": lambda one: _ask(bench, one),
    }
    found: dict[str, list[Took]] = {}
    order: list[str] = []
    before = len(_server_times(client, bench.base_url))
    for turn in range(rounds + 1):
        if turn == 1:  # the first of each opens connections and loads the client
            before += len(order)
            order.clear()
            found.clear()
        for one in bench.planned:
            for name, ask in asked.items():
                found.setdefault(name, []).append(ask(one))
                order.append(name)
            found.setdefault("prompt", []).append(
                _timed(lambda one=one: _request(one.reading, bench.assets, bench.prompt))[0]
            )
    times = _server_times(client, bench.base_url)[before:]
    if len(times) != len(order):
        raise AssertionError(f"{len(order)} requests were made, the server had {len(times)}")
    for name in asked:
        own = [ms for asked_as, ms in zip(order, times, strict=True) if asked_as == name]
        found[name] = [
            Took(took.wall_ms - ms, took.cpu_ms) for took, ms in zip(found[name], own, strict=True)
        ]
    client.close()
    for endpoint in endpoints.values():
        endpoint.close()
    return found


def _timed(work: Callable[[], T]) -> tuple[Took, T]:
    started, cpu = time.perf_counter(), time.thread_time()
    made = work()
    cpu_ms = (time.thread_time() - cpu) * 1_000
    return Took((time.perf_counter() - started) * 1_000, cpu_ms), made


def _floor(client: httpx2.Client, base_url: str, one: Planned) -> Took:
    body = Dialect(stream=False, temperature=0.0).body(
        "scripted", one.request.messages, one.request.reply, "json_schema", OUTPUT_TOKENS
    )
    headers = {"content-type": "application/json", "authorization": f"Bearer {KEY}"}

    def post() -> Any:
        sent = json.dumps(body).encode()
        answer = client.post(f"{base_url}/chat/completions", content=sent, headers=headers)
        return json.loads(json.loads(answer.content)["choices"][0]["message"]["content"])

    return _timed(post)[0]


def _call(endpoint: ModelEndpoint, one: Planned) -> Took:
    asked = one.request
    took, reply = _timed(
        lambda: endpoint.call(asked.messages, asked.reply, "json_schema", OUTPUT_TOKENS, 30.0)
    )
    if reply.outcome != "ok":
        raise AssertionError(f"{one.offered.question!r} was not answered: {reply}")
    return took


def _ask(bench: Bench, one: Planned) -> Took:
    spender = Spender("plant", "benchmark", "t-benchmark", AS_OF.date(), 1.0)

    def read(parsed: Any) -> PlanOutput:
        return read_plan_reply(parsed, one.offered, bench.assets)

    took, answer = _timed(lambda: bench.models.ask(one.request, read, spender, 30.0))
    if answer.value is None or len(answer.calls) != 1:
        raise AssertionError(f"{one.offered.question!r} was not one call: {answer.failure}")
    return took


def _request(
    reading: Any, assets: PlannerAssets, prompt: PromptSpec
) -> tuple[ModelRequest, Offered]:
    return plan_request(
        reading.linked,
        reading.text,
        assets,
        reading.as_of,
        reading.language,
        prompt,
        "route_plan:1",
        lambda _: True,
        frozenset(),
    )


def _planned(question: str, assets: PlannerAssets, prompt: PromptSpec) -> Planned:
    reading = read_question(question, assets, AS_OF, None)
    if reading.settled is not None:
        raise AssertionError(f"{question!r} is settled before a model is asked")
    request, offered = _request(reading, assets, prompt)
    built_in: PlanOutput = plan_reading(reading, assets)
    answer = json.dumps(as_reply(built_in, offered, assets), ensure_ascii=False)
    return Planned(reading, request, offered, answer)


@contextmanager
def _bench() -> Iterator[Bench]:
    """The demo plant with the shipped policy, whose one model is the scripted server."""
    with tempfile.TemporaryDirectory(prefix="model-overhead-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        settings = load_settings(environ={**os.environ, "CANVAS_STATE": str(folder)})
        try:
            with open_database(settings) as database, Canvas.open(settings) as canvas:
                make_ready(settings, database, lambda _: None)
                desk = canvas.desk(canvas.release())
                prompt = desk.prompts["route_plan"].spec
                planned = tuple(_planned(q, desk.planner, prompt) for q in QUESTIONS)
                with _server(folder, planned) as base_url:
                    os.environ |= {
                        "CANVAS_MODEL_URL": base_url,
                        "CANVAS_MODEL": "scripted",
                        "CANVAS_MODEL_KEY": KEY,
                    }
                    models = open_models(desk.planner.policy, database, settings.home)
                    yield Bench(desk.planner, models, prompt, planned, base_url)
        finally:
            EmbeddedPostgres(settings.embedded_dir).down()


@contextmanager
def _server(folder: Path, planned: tuple[Planned, ...]) -> Iterator[str]:
    answers = folder / "answers.json"
    answers.write_text(json.dumps({one.offered.question: one.answer for one in planned}))
    command = [sys.executable, "-m", "tests.model_server", str(answers)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def _server_times(client: httpx2.Client, base_url: str) -> list[float]:
    return client.get(f"{base_url}/times").json()


def _figures(took: dict[str, list[Took]], bench: Bench) -> dict[str, float]:
    took["whole"] = [
        Took(a.wall_ms + b.wall_ms, a.cpu_ms + b.cpu_ms)
        for a, b in zip(took["prompt"], took["ask"], strict=True)
    ]
    sent = [sum(len(m.content) for m in one.request.messages) for one in bench.planned]
    found: dict[str, float] = {
        "calls": len(took["call"]),
        "questions": len(bench.planned),
        "prompt_characters_p50": statistics.median(sent),
        "load_per_core": round(os.getloadavg()[0] / (os.cpu_count() or 1), 2),
    }
    for name, values in took.items():
        shown = name if name == "prompt" else f"{name}_overhead"
        cuts = statistics.quantiles([one.wall_ms for one in values], n=100)
        found[f"{shown}_p50_ms"] = round(cuts[49], 3)
        found[f"{shown}_p95_ms"] = round(cuts[94], 3)
        found[f"{shown}_p99_ms"] = round(cuts[98], 3)
        found[f"{name}_cpu_p50_ms"] = round(statistics.median(one.cpu_ms for one in values), 3)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="under a minute")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
