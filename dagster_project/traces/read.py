"""From stored bytes back to the trace that was kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pydantic_core import from_json

from dagster_project.contracts.errors import StoreError
from dagster_project.contracts.stage import StageOutput
from dagster_project.contracts.trace import Trace
from dagster_project.contracts.value import STAGES, TraceId
from dagster_project.traces.content import LIFTED, fill, previous_output
from dagster_project.traces.model_calls import FIELD, fill_calls, piece_count
from dagster_project.traces.packing import base_of, digests_in, unpack_body, unpack_payload

Fetch = Callable[[list[bytes]], Iterable[tuple[bytes, bytes]]]
"""Digests in, rows of the table payload out."""


def rebuild(trace_id: TraceId, body: bytes, fetch: Fetch) -> Trace:
    """The whole trace, equal to the kept one, with `prev_output` known. Raises: StoreError."""
    digests = digests_in(body)
    contents = _contents(digests, fetch)
    rest, *lifted = unpack_body(body, [contents[name] for name in digests]).split(LIFTED)
    values = iter(lifted)
    tree = from_json(rest)
    calls = tree.pop(FIELD, None)
    end = len(digests) - piece_count(calls)
    bare = [
        StageOutput.model_validate_json(fill(contents[name], values, trace_id))
        for name in digests[1:end]
    ]
    outputs = fill_calls(bare, calls, [contents[name] for name in digests[end:]])
    assets = from_json(contents[digests[0]])
    tree["applied_assets"] = assets["applied_assets"]
    tree["asset_versions"] = assets["asset_versions"]
    stages = [output.stage for output in outputs]
    for position, given in enumerate(tree["stage_inputs"]):
        given["applied_assets"] = assets["inputs"][position]
        base = previous_output(position, given["stage"], stages)
        if given["prev_output"] is None and base is not None:
            given["prev_output"] = digests[base + 1].hex()
    return Trace.model_validate({**tree, "stage_outputs": outputs})


def _contents(wanted: list[bytes], fetch: Fetch) -> dict[bytes, bytes]:
    """Contents by digest, with those they lean on; at most five rounds, one per stage."""
    packed: dict[bytes, bytes] = {}
    missing = list(dict.fromkeys(wanted))
    while missing:
        found = {bytes(name): bytes(body) for name, body in fetch(missing)}
        if lost := [name.hex() for name in missing if name not in found]:
            raise StoreError(
                f"Payload(s) of a trace are gone: {', '.join(lost)}.",
                "Restore the table canvas.payload from a backup.",
            )
        packed |= found
        bases = (base_of(body) for body in found.values())
        missing = [base for base in dict.fromkeys(bases) if base and base not in packed]
    contents: dict[bytes, bytes] = {}
    for name in packed:
        _unpack(name, packed, contents, (*STAGES, "assets"))
    return contents


def _unpack(
    name: bytes, packed: dict[bytes, bytes], contents: dict[bytes, bytes], deeper: tuple[str, ...]
) -> bytes:
    """A payload leans on one of an earlier stage, so it is never deeper than there are stages."""
    if not deeper:
        raise StoreError(
            f"The payload {name.hex()} leans on itself.",
            "Restore the table canvas.payload from a backup.",
        )
    if name not in contents:
        base = base_of(packed[name])
        known = _unpack(base, packed, contents, deeper[1:]) if base else b""
        contents[name] = unpack_payload(packed[name], known, name)
    return contents[name]
