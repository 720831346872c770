"""A patch from outside on a plan: whole and without circles afterwards, or refused."""

from __future__ import annotations

import reprlib
from graphlib import CycleError, TopologicalSorter

import jsonpatch
from jsonpointer import JsonPointerException
from pydantic import ValidationError

from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.plan import JsonPatch, Plan
from dagster_project.pipeline.control_loop import apply_patch

# The library meets odd documents with whatever its own code runs into.
_UNFIT = (
    jsonpatch.JsonPatchException,
    JsonPointerException,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def patched_plan(plan: Plan, patch: JsonPatch) -> Plan:
    """The patched plan, whole and without circles. Raises: InvalidRequest naming the path."""
    try:
        patched = apply_patch(plan, patch)
    except ValidationError as error:
        first = error.errors()[0]
        at = "/" + "/".join(str(part) for part in first["loc"])
        got = reprlib.repr(first["input"])
        raise _bad_patch(f"makes no plan: at {at}: {first['msg']}, got {got}") from None
    except _UNFIT as error:
        raise _bad_patch(f"does not apply: {_failing(plan, patch)}: {error}") from None
    if problem := _broken_order(plan=patched):
        raise _bad_patch(f"makes no plan: {problem}")
    return patched


def _bad_patch(what: str) -> InvalidRequest:
    hint = "Write operations of RFC 6902 on the plan: `canvas trace show ID --json` has it."
    return InvalidRequest(f"The patch {what}.", hint)


def _failing(plan: Plan, patch: JsonPatch) -> str:
    """The first operation that does not apply."""
    document = plan.model_dump(mode="json")
    for number, operation in enumerate(patch, start=1):
        try:
            document = jsonpatch.apply_patch(document, [operation])
        except Exception:
            return f"operation {number} ({operation.get('op')} {operation.get('path')})"
    return "an operation"


def _broken_order(plan: Plan) -> str:
    """Steps that share an id, need one that is not there, or each other."""
    ids = [step.id for step in plan.steps]
    for place, step in enumerate(plan.steps):
        at = f"at /steps/{place}"
        if step.id in ids[:place]:
            return f"{at}/id: there is another step {step.id!r}"
        needs = {*step.depends_on, *(feed.step for feed in step.feeds)}
        if missing := sorted(needs - set(ids)):
            return f"{at}: it needs the step {missing[0]!r}, which is not there"
        if unwaited := sorted({feed.step for feed in step.feeds} - set(step.depends_on)):
            return f"{at}/depends_on: it is fed by {unwaited[0]!r} and does not wait for it"
    try:
        TopologicalSorter({step.id: step.depends_on for step in plan.steps}).prepare()
    except CycleError as error:
        return f"at /steps: {' → '.join(error.args[1])} is a circle"
    return ""
