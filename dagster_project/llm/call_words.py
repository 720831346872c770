"""What came of a call, in words that follow the model's name and of which it wrote none."""

from __future__ import annotations

from dagster_project.contracts.model_call import ModelCall
from dagster_project.llm.health import OUTCOME_WORDS


def what_came(call: ModelCall, limit_seconds: float, retry_after_seconds: float | None) -> str:
    """For example `timed out after 8 s`, `answered 500`."""
    words = OUTCOME_WORDS[call.outcome]
    match call.outcome:
        case "timed_out":
            return f"{words} after {seconds_text(limit_seconds)}"
        case "rate_limited" if retry_after_seconds is not None:
            return f"answered {call.http_status} (wait {seconds_text(retry_after_seconds)})"
        case "rate_limited" | "server_error" | "no_rights" | "bad_request" if call.http_status:
            return f"answered {call.http_status}"
    return words


def seconds_text(seconds: float) -> str:
    return f"{round(seconds, 1):g} s"


def repair_text(problems: tuple[str, ...]) -> str:
    """The user's message of a repair turn."""
    listed = "\n".join(f"- {problem}" for problem in problems) or "- it does not fit the form"
    return (
        f"That answer cannot be used:\n{listed}\n"
        "Answer again, whole, in the same form. Name only what was listed."
    )
