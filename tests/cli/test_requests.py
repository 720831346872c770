"""`canvas requests …` shows the evidence, decides and applies; `canvas audit` tells all."""

from __future__ import annotations

from typing import get_args

import orjson
from regression.rollback_site import ALARMS, Site, site

from cli.conftest import runner
from dagster_project.cli import requests as requests_cli
from dagster_project.contracts.rollback import RequestStatus, RollbackRequest
from dagster_project.regression.requests import file_request

__all__ = ["site"]


def filed(site: Site) -> RollbackRequest:
    request = file_request(site.canvas, site.red().id)
    assert request is not None
    return request


def test_options_are_the_contracts_words() -> None:
    """Choices of --status are exactly the contract's closed set."""
    assert get_args(RequestStatus) == requests_cli.STATUSES


def test_show_tells_all_that_a_person_needs(site: Site) -> None:
    """Why it is red, what goes back, the question's diff, the dry run, and what was done."""
    request = filed(site)
    run = runner(site.canvas.settings)
    shown = run("requests", "show", str(request.id))
    assert shown.exit_code == 0, shown.output
    for text in (
        f"pending request {request.id} of small",
        f"{ALARMS} → {request.targets[ALARMS]}",
        "it fails",
        "uncleared events on GT-01",
        "differs from execute on",
        "green small: 2 of 2 pass",
        "request:",
    ):
        assert text in shown.stdout
    whole = orjson.loads(run("requests", "show", str(request.id), "--json").stdout)
    assert RollbackRequest.model_validate(whole["request"]) == request
    assert [row["act"] for row in whole["audit"]] == ["request"]


def test_list_by_status(site: Site) -> None:
    """--status chooses; the newest comes first; an empty list says so."""
    first, second = filed(site), filed(site)
    run = runner(site.canvas.settings)
    run("requests", "decline", str(first.id), "--by", "operator-1", "--reason", "it is meant so")
    found = orjson.loads(run("requests", "list", "--status", "declined", "--json").stdout)
    assert [request["id"] for request in found["requests"]] == [first.id]
    found = orjson.loads(run("requests", "list", "--json").stdout)
    assert [request["id"] for request in found["requests"]][:2] == [second.id, first.id]
    assert "operator-1: it is meant so" in run("requests", "list").stdout
    assert run("requests", "list", "--status", "failed").stdout == "no requests\n"


def test_approve_then_apply(site: Site) -> None:
    """A yes moves nothing yet; apply rolls back, runs the suite again and ends with 0."""
    request = filed(site)
    number, run = str(request.id), runner(site.canvas.settings)
    assert run("requests", "apply", number).exit_code == 2
    approved = run("requests", "approve", number, "--by", "operator-1", "--reason", "wrong rows")
    assert approved.exit_code == 0, approved.output
    assert f"next: canvas requests apply {number}" in approved.stdout
    assert site.number() != request.targets[ALARMS]
    for _ in range(2):
        applied = run("requests", "apply", number, "--by", "lee", "--json")
        assert applied.exit_code == 0, applied.output
        assert orjson.loads(applied.stdout)["request"]["status"] == "cured"
    assert site.number() == request.targets[ALARMS]
    told = orjson.loads(run("audit", f"request:{number}", "--json").stdout)["audit"]
    assert [(row["act"], row["by"]) for row in told] == [
        ("check", "lee"),
        ("rollback", "lee"),
        ("approve", "operator-1"),
        ("request", "canvas"),
    ]
    assert "before" in run("audit", "--limit", "5").stdout


def test_apply_of_what_moved_on_ends_badly(site: Site) -> None:
    """A request that cannot be applied any more says why, with the exit code 1."""
    request = filed(site)
    number, run = str(request.id), runner(site.canvas.settings)
    run("requests", "approve", number, "--by", "operator-1", "--reason", "wrong rows")
    site.good()
    applied = run("requests", "apply", number)
    assert applied.exit_code == 1
    assert "Nothing was moved" in applied.stdout


def test_a_second_opinion_is_refused(site: Site) -> None:
    """A decision stands; whoever differs is told who decided, with the exit code 2."""
    request = filed(site)
    number, run = str(request.id), runner(site.canvas.settings)
    run("requests", "approve", number, "--by", "operator-1", "--reason", "wrong rows")
    refused = run("requests", "decline", number, "--by", "lee", "--reason", "no")
    assert refused.exit_code == 2
    assert "was approved by operator-1" in refused.stderr
    assert run("requests", "approve", number, "--by", "operator-1").exit_code == 2
    assert run("requests", "show", "999999").exit_code == 1
