"""What `ask` and `explain` have in common: a question and all that shapes how it is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dagster_project.contracts.trace import Ask

_OPTIONS = (
    click.argument("question"),
    click.option("--language", type=click.Choice(["ko", "en"]), help="Instead of the question's."),
    click.option("--user", default="anonymous", envvar="CANVAS_USER", show_envvar=True),
    click.option("--tenant", default="default", envvar="CANVAS_TENANT", show_envvar=True),
    click.option("--role", "roles", multiple=True, help="May be given more than once [operator]."),
    click.option(
        "--as-of",
        metavar="TIME",
        help="ISO 8601; without an offset, in the site's zone. Default: the policy's calendar.",
    ),
    click.option(
        "--override",
        "overrides",
        multiple=True,
        metavar="KIND:NAME=NAME:VERSION",
        help="Another version of an asset, for this question only; makes it a test run.",
    ),
)


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def build_ask(given: dict[str, Any]) -> Ask:
    """From the options above. Raises: click.UsageError, InvalidRequest."""
    from dagster_project.contracts.errors import InvalidRequest
    from dagster_project.contracts.trace import Ask

    question = given["question"].strip()
    if not question:
        raise InvalidRequest("The question is empty.", 'Write it after `ask`, in quotes: "…".')
    overrides = dict(override_pair(text) for text in given["overrides"])
    return Ask(
        question=question,
        user=given["user"],
        tenant=given["tenant"],
        roles=given["roles"] or ("operator",),
        language=given["language"],
        as_of=parse_time("--as-of", given["as_of"]),
        asset_overrides=overrides,
        test_mode=bool(overrides),
    )


def parse_time(option: str, text: str | None) -> datetime | None:
    """Raises: InvalidRequest for what is not an ISO 8601 time."""
    from dagster_project.contracts.errors import InvalidRequest

    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequest(
            f"{option} is {text!r}, which is no time.",
            "Write ISO 8601, for example 2026-01-15T09:00+09:00.",
        ) from error


def override_pair(text: str) -> tuple[str, str]:
    from dagster_project.contracts.errors import InvalidRequest

    asset, equals, version = text.partition("=")
    if not equals or ":" not in asset or ":" not in version:
        raise InvalidRequest(
            f"--override is {text!r}.",
            "Write `kind:name=name:version`, for example query:ci_status=ci_status:4.",
        )
    return asset, version
