"""R1: what must hold for an answer, looked at one by one; the facts themselves are in `facts`."""

from __future__ import annotations

from collections.abc import Iterator

from dagster_project.contracts.golden import Criteria, CriticName, Expectation
from dagster_project.contracts.night import Check, Fingerprint
from dagster_project.contracts.trace import Trace


def unmet(expect: Expectation, trace: Trace, found: Fingerprint) -> Iterator[Check]:
    """Every expectation that does not hold."""
    looked_at = (
        _route(expect, found),
        _status(expect, found),
        _is("intent", expect.intent, found.intent),
        _entities(expect, trace),
        _among("queries", expect.queries, found.queries),
        _among("blocks", expect.blocks, tuple(kind(block) for block in found.blocks)),
        _empty(expect, trace, found),
        _rule(expect, trace),
        _asks_back(expect, found),
        _triggers(expect, found),
        _at_most("max_replans", expect.max_replans, found.replans),
        _at_least("min_references", expect.min_references, found.references),
    )
    yield from (check for check in looked_at if check is not None)


def criticised(scores: dict[CriticName, float], criteria: Criteria) -> Iterator[Check]:
    """Critics that a suite weighs and whose score is under its least."""
    for name, weight in criteria.critics.items():
        if weight and scores[name] < criteria.min_critic_score:
            least = f"at least {criteria.min_critic_score:g}"
            yield _fails(f"critic.{name}", least, f"{scores[name]:.2f}")


def kind(block: str) -> str:
    """`table` of `table:events (folded)#1f…`."""
    return block.partition(":")[0]


def unexpected_empty(expect: Expectation, found: Fingerprint) -> bool:
    """An empty result that the case does not ask for; a part of a larger answer may be empty."""
    reasons = set(found.empties.values())
    whole = bool(found.rows) and len(found.empties) == len(found.rows)
    return whole and expect.empty not in reasons


def _fails(name: str, expected: object, found: object) -> Check:
    return Check(name=name, passed=False, expected=str(expected), found=str(found))


def _is(name: str, expected: object, found: object) -> Check | None:
    return None if expected is None or expected == found else _fails(name, expected, found)


def _route(expect: Expectation, found: Fingerprint) -> Check | None:
    return _is("route", expect.route, found.route)


def _status(expect: Expectation, found: Fingerprint) -> Check | None:
    if expect.status:
        good = found.status in expect.status
        return None if good else _fails("status", " or ".join(expect.status), found.status)
    if found.route != "orch" or found.status != "failed":
        return None
    return _fails("status", "an answer", f"failed ({found.error})")


def _entities(expect: Expectation, trace: Trace) -> Check | None:
    if expect.entities is None:
        return None
    plan = trace.plan_validated or trace.plan_raw.plan
    keys = sorted({entity.key for entity in plan.entities}) if plan else []
    wanted = sorted(expect.entities)
    return None if keys == wanted else _fails("entities", ", ".join(wanted), ", ".join(keys))


def _among(name: str, wanted: tuple[str, ...] | None, found: tuple[str, ...]) -> Check | None:
    lacking = [item for item in wanted or () if item not in found]
    return _fails(name, ", ".join(lacking), ", ".join(found) or "none") if lacking else None


def _empty(expect: Expectation, trace: Trace, found: Fingerprint) -> Check | None:
    """Of a step, or of a block where no step ran."""
    blocks = (shown.block.empty for shown in trace.answer.screen.blocks)
    reasons = {*found.empties.values(), *(reason for reason in blocks if reason)}
    if expect.empty is None or expect.empty in reasons:
        return None
    return _fails("empty", expect.empty, ", ".join(sorted(reasons)) or "rows")


def _rule(expect: Expectation, trace: Trace) -> Check | None:
    if expect.rule is None:
        return None
    reject = trace.plan_raw.reject
    if reject is not None:
        met = reject.policy_id.endswith(f"#{expect.rule}")
    else:
        met = repr(expect.rule) in trace.plan_raw.routing_reasoning
    return None if met else _fails("rule", expect.rule, trace.plan_raw.routing_reasoning)


def _asks_back(expect: Expectation, found: Fingerprint) -> Check | None:
    reasons = [slot.partition(":")[2] for slot in found.asks_back]
    if expect.asks_back is None:
        if not reasons:
            return None
        return _fails("asks_back", "an answer", f"asks back: {', '.join(found.asks_back)}")
    if expect.asks_back in reasons:
        return None
    return _fails("asks_back", expect.asks_back, ", ".join(reasons) or "an answer")


def _triggers(expect: Expectation, found: Fingerprint) -> Check | None:
    if expect.triggers is None:
        return None
    seen = tuple(trigger.partition(" ")[0] for trigger in found.triggers)
    if sorted(seen) == sorted(expect.triggers):
        return None
    return _fails("triggers", ", ".join(expect.triggers) or "none", ", ".join(seen) or "none")


def _at_most(name: str, limit: int, found: int) -> Check | None:
    return None if found <= limit else _fails(name, f"at most {limit}", found)


def _at_least(name: str, limit: int, found: int) -> Check | None:
    return None if found >= limit else _fails(name, f"at least {limit}", found)
