"""Ask through a running Dagster webserver, over GraphQL. Needs neither Dagster nor the database.

    CanvasClientError
    ├── ServerUnreachable   nothing answers at the address                     UPSTREAM_UNAVAILABLE
    ├── LocationMissing     the server does not know the job                  DATA_NOT_FOUND
    ├── LaunchRefused       the launch's values do not fit the job's config    INVALID_PARAMS
    ├── RunFailed           the run ended without an answer                    INTERNAL_ERROR
    └── AnswerTimeout       no answer in time; the run goes on                 EXECUTE_TIMEOUT

An ask that could not be answered is an answer too: its `status` is `failed`, and nothing is raised.
"""

from __future__ import annotations

import time
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self

import httpx2
import orjson

from dagster_project.contracts.errors import CanvasError
from dagster_project.contracts.plan import JsonPatch
from dagster_project.contracts.value import Language, Value

LOCATION = "canvas"
AnswerJob = Literal["ask", "rerun"]
OPS: dict[AnswerJob, str] = {"ask": "answer", "rerun": "answer_again"}
"""Each job that answers, and its one op."""
LAUNCH = """
mutation LaunchAsk($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on RunConfigValidationInvalid { errors { message } }
    ... on PipelineNotFoundError { message }
    ... on PythonError { message }
    ... on UnauthorizedError { message }
  }
}
"""
READ = """
query ReadAnswer($runId: ID!) {
  runOrError(runId: $runId) {
    __typename
    ... on Run {
      status
      assetMaterializations {
        metadataEntries {
          label
          ... on JsonMetadataEntry { jsonString }
          ... on TextMetadataEntry { text }
          ... on FloatMetadataEntry { floatValue }
        }
      }
    }
    ... on RunNotFoundError { message }
    ... on PythonError { message }
  }
}
"""
WHY_FAILED = """
query WhyFailed($runId: ID!) {
  logsForRun(runId: $runId, limit: 1000) {
    ... on EventConnection {
      events {
        ... on ExecutionStepFailureEvent {
          error { message errorChain { error { message } } }
        }
        ... on RunFailureEvent { message }
        ... on RunCanceledEvent { message }
      }
    }
  }
}
"""
_PAUSES = ((1.0, 0.05), (10.0, 0.1), (float("inf"), 0.5))
"""Until so many seconds have passed, wait so many between two reads."""
_ENDED = frozenset({"SUCCESS", "FAILURE", "CANCELED"})


class CanvasClientError(CanvasError):
    """The ask did not come back as an answer."""


class ServerUnreachable(CanvasClientError):
    code = "UPSTREAM_UNAVAILABLE"


class LocationMissing(CanvasClientError):
    code = "DATA_NOT_FOUND"


class LaunchRefused(CanvasClientError):
    code = "INVALID_PARAMS"


class RunFailed(CanvasClientError):
    code = "INTERNAL_ERROR"


class AnswerTimeout(CanvasClientError):
    code = "EXECUTE_TIMEOUT"


class ClientAnswer(Value):
    """What came back for one question."""

    run_id: str
    """Dagster's run; open it at `<url>/runs/<run_id>`."""
    trace_id: str
    route: str
    status: str
    summary: str
    answer: dict[str, Any]
    """The whole answer, as `contracts.answer.Answer` in JSON."""
    references: tuple[dict[str, Any], ...]
    release_id: str
    seconds: float
    """From launch to answer, as seen here."""


class CanvasClient:
    """Asks at one webserver, on one kept-alive connection. Safe from many threads."""

    def __init__(self, url: str, location: str = LOCATION, timeout_seconds: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self.location = location
        self._http = httpx2.Client(timeout=timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def ask(
        self,
        question: str,
        *,
        user: str = "anonymous",
        tenant: str = "default",
        roles: tuple[str, ...] = ("operator",),
        language: Language | None = None,
        as_of: datetime | str | None = None,
        overrides: dict[str, str] | None = None,
        release_id: str | None = None,
        wait_seconds: float = 120.0,
    ) -> ClientAnswer:
        """Launch the job `ask` and wait for its answer. Raises: any CanvasClientError."""
        started = time.perf_counter()
        config: dict[str, object] = {
            "question": question,
            "user": user,
            "tenant": tenant,
            "roles": list(roles),
            "overrides": overrides or {},
        }
        if language is not None:
            config["language"] = language
        if as_of is not None:
            config["as_of"] = as_of if isinstance(as_of, str) else as_of.isoformat()
        run_id = self.launch(config, release_id)
        return self.wait_for_answer(run_id, started, wait_seconds)

    def rerun(
        self,
        trace_id: str,
        *,
        choose: int | None = None,
        patch: JsonPatch | None = None,
        question: str | None = None,
        user: str | None = None,
        tenant: str = "default",
        roles: tuple[str, ...] | None = None,
        overrides: dict[str, str] | None = None,
        same_release: bool = False,
        reason: str = "",
        wait_seconds: float = 120.0,
    ) -> ClientAnswer:
        """Launch the job `rerun` with one of a choice, a patch or a question, and wait for its
        answer. Raises: any CanvasClientError."""
        started = time.perf_counter()
        given: dict[str, object] = {
            "choose": choose,
            "patch": None if patch is None else orjson.dumps(patch).decode(),
            "question": question,
            "user": user,
            "roles": None if roles is None else list(roles),
            "overrides": overrides,
        }
        config = {name: value for name, value in given.items() if value is not None}
        config |= {"trace_id": trace_id, "tenant": tenant, "reason": reason}
        config["same_release"] = same_release
        run_id = self.launch(config, job="rerun")
        return self.wait_for_answer(run_id, started, wait_seconds)

    def launch(
        self, config: dict[str, object], release_id: str | None = None, job: AnswerJob = "ask"
    ) -> str:
        """Start a run of a job that answers, return its run id. `release_id` pins the config it
        answers with."""
        tags = [] if release_id is None else [{"key": "canvas/release", "value": release_id}]
        params = {
            "selector": {
                "repositoryLocationName": self.location,
                "repositoryName": "__repository__",
                "jobName": job,
            },
            "runConfigData": {"ops": {OPS[job]: {"config": config}}},
            "executionMetadata": {"tags": tags},
        }
        outcome = self._post(LAUNCH, {"params": params})["launchRun"]
        match outcome["__typename"]:
            case "LaunchRunSuccess":
                return outcome["run"]["runId"]
            case "RunConfigValidationInvalid":
                problems = "; ".join(error["message"] for error in outcome["errors"])
                raise LaunchRefused(f"{self.url} refused the values of the job {job!r}: {problems}")
            case "PipelineNotFoundError":
                raise LocationMissing(
                    f"{self.url} has no job {job!r} in the code location {self.location!r}.",
                    "Is the location loaded? See the page Deployment, or run `canvas status`.",
                )
            case other:
                detail = outcome.get("message", "")
                raise LaunchRefused(
                    f"{self.url} did not launch the job {job!r}: {other} {detail}".strip()
                )

    def wait_for_answer(
        self, run_id: str, started: float | None = None, wait_seconds: float = 120.0
    ) -> ClientAnswer:
        """Read status and answer by run id until the answer is there."""
        started = time.perf_counter() if started is None else started
        while (waited := time.perf_counter() - started) < wait_seconds:
            run = self._post(READ, {"runId": run_id})["runOrError"]
            if run["__typename"] != "Run":
                raise RunFailed(f"run {run_id} cannot be read: {run.get('message', run)}")
            if run["assetMaterializations"]:
                return _answer_of(run_id, run, time.perf_counter() - started)
            if run["status"] in _ENDED:
                raise RunFailed(
                    f"run {run_id} ended as {run['status']} without an answer:"
                    f" {self._why_failed(run_id)}",
                    f"Its log is at {self.url}/runs/{run_id}",
                )
            time.sleep(next(pause for until, pause in _PAUSES if waited < until))
        raise AnswerTimeout(
            f"run {run_id} gave no answer within {wait_seconds:g} s.",
            f"It goes on; read it later with wait_for_answer, or at {self.url}/runs/{run_id}",
        )

    def _why_failed(self, run_id: str) -> str:
        log = self._post(WHY_FAILED, {"runId": run_id})["logsForRun"]
        events = [event for event in log.get("events", ()) if event]
        for event in events:
            if error := event.get("error"):
                causes = error["errorChain"]
                message = (causes[-1]["error"] if causes else error)["message"]
                return message.strip().removeprefix("dagster._core.definitions.events.Failure: ")
        return " ".join(event["message"] for event in events if event.get("message"))

    def _post(self, query: str, variables: dict[str, object]) -> dict[str, Any]:
        """One GraphQL call. Raises: ServerUnreachable, when what answers is no Dagster."""
        body = orjson.dumps({"query": query, "variables": variables})
        headers = {"content-type": "application/json"}
        try:
            reply = self._http.post(f"{self.url}/graphql", content=body, headers=headers)
            document = orjson.loads(reply.content)
        except (httpx2.HTTPError, httpx2.InvalidURL, orjson.JSONDecodeError) as error:
            raise ServerUnreachable(
                f"no Dagster webserver answers at {self.url}: {error}.",
                "Start one with `canvas up`, or check the address.",
            ) from error
        if not isinstance(document, dict) or document.get("data") is None:
            raise ServerUnreachable(
                f"{self.url}/graphql answered {reply.status_code}: {reply.text[:300]}"
            )
        return document["data"]


def _answer_of(run_id: str, run: dict[str, Any], seconds: float) -> ClientAnswer:
    entries = {
        entry["label"]: entry for entry in run["assetMaterializations"][0]["metadataEntries"]
    }
    answer = orjson.loads(entries["answer"]["jsonString"])
    return ClientAnswer(
        run_id=run_id,
        trace_id=entries["trace_id"]["text"],
        route=entries["route"]["text"],
        status=entries["status"]["text"],
        summary=answer["summary"],
        answer=answer,
        references=tuple(answer["references"]),
        release_id=entries["release"]["text"],
        seconds=seconds,
    )
