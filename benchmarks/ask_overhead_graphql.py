"""The part of `ask_overhead.py` that asks through a running Dagster: launch to answer."""

from __future__ import annotations

import json
import time
import urllib.request

from dagster_project.client import CanvasClient, ClientAnswer

WHERE = """query Where($id: ID!) { runOrError(runId: $id) { ... on Run {
  creationTime startTime endTime stepStats { startTime endTime } } } }"""


def through_graphql(url: str, asks: int = 5) -> dict[str, object]:
    """Launch to answer through a running Dagster, and where the seconds of the median ask go."""
    seen: list[tuple[float, dict[str, float]]] = []
    with CanvasClient(url) as client:
        for _ in range(asks):
            launched = time.time()
            answer = client.ask("GT-01 상태 알려줘")
            seen.append((answer.seconds, _where(url, answer.run_id, launched, answer)))
    seen.sort(key=lambda one: one[0])
    return {
        "graphql_launch_to_answer_s": [round(seconds, 2) for seconds, _ in seen],
        "graphql_where_the_median_goes_s": seen[len(seen) // 2][1],
    }


def _where(url: str, run_id: str, launched: float, answer: ClientAnswer) -> dict[str, float]:
    """Seconds per part. The parts up to the answer add up to what the caller waited."""
    body = json.dumps({"query": WHERE, "variables": {"id": run_id}}).encode()
    headers = {"content-type": "application/json"}
    while True:
        with urllib.request.urlopen(urllib.request.Request(f"{url}/graphql", body, headers)) as got:
            run = json.load(got)["data"]["runOrError"]
        if run["endTime"] and run["stepStats"]:
            break
        time.sleep(0.2)
    step = run["stepStats"][0]
    own = float(answer.answer["duration_ms"]) / 1_000
    parts = {
        "launch to run created": run["creationTime"] - launched,
        "queue, and start of the run's process": run["startTime"] - run["creationTime"],
        "run start to step start": step["startTime"] - run["startTime"],
        "the ask itself": own,
        "the rest of the step, and reading it back": launched
        + answer.seconds
        - step["startTime"]
        - own,
        "after the answer: the run's end": max(0.0, run["endTime"] - launched - answer.seconds),
    }
    return {name: round(seconds, 3) for name, seconds in parts.items()}
