"""What was read from a question, as a prompt lists it: the things, the times, the rules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dagster_project.contracts.assets.policy import Calendar, QuickRule
from dagster_project.contracts.plan import EntityMention
from dagster_project.contracts.table_plan import TimeRange
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.line_room import first_that_fit
from dagster_project.planner.link import Linked
from dagster_project.planner.offered import DEFAULT_TIME
from dagster_project.planner.quoted import name, quoted, readable

OUT_OF_SCOPE = "out_of_scope"
_WINDOW_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LONGEST_QUESTION = 2_000
"""Characters; a longer one is cut."""
_ENTITIES_SHARE = 0.2
"""Of the whole prompt."""
_TIMES_SHARE = 0.1
_NONE = "none"
_LONGEST_LABEL = 60
_LONGEST_REASON = 70


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """What was read from one question, as a prompt lists it and as a reply may name it."""

    entities: dict[str, EntityMention]
    times: dict[str, TimeRange]
    rules: dict[str, QuickRule]
    variables: dict[str, str]
    """Of the prompt: as_of, time_zone, entities, times, rules, question."""
    parts: dict[str, str]
    """The same without instants: what a kept reply is found by."""


def read_for_prompt(
    linked: Linked, question: str, assets: PlannerAssets, as_of: datetime, max_tokens: int
) -> ReadQuestion:
    """Of so many things or times that they would fill the prompt, the first ones."""
    calendar = assets.policy.calendar
    zone = ZoneInfo(calendar.time_zone)
    entities = entities_of(linked, assets)
    things = first_that_fit(
        ((key, _entity_line(key, found)) for key, found in entities.items()),
        int(_ENTITIES_SHARE * max_tokens),
    )
    said = _times(linked, calendar, as_of)
    spans = first_that_fit(
        (
            (key, f"{key} {quoted(words)} = {_local(t.start, zone)} to {_local(t.end, zone)}")
            for key, (words, t) in said.items()
        ),
        int(_TIMES_SHARE * max_tokens),
    )
    grain = linked.times.bucket
    steps = [f"the question asks for steps of one {grain}"] if grain else []
    rules = {rule.name: rule for rule in assets.policy.quick_rules}
    listed = {
        "entities": "\n".join(things.values()) or _NONE,
        "rules": "\n".join(_rule_lines(rules)),
    }
    return ReadQuestion(
        entities={key: entities[key] for key in things},
        times={key: said[key][1] for key in spans},
        rules=rules,
        variables={
            **listed,
            "as_of": _local(as_of, zone),
            "time_zone": calendar.time_zone,
            "times": "\n".join([*spans.values(), *steps]) or _NONE,
            "question": quoted(readable(question), LONGEST_QUESTION),
        },
        parts={
            **listed,
            "times": json.dumps([{k: said[k][0] for k in spans}, grain], ensure_ascii=False),
            "question": question,
        },
    )


def entities_of(linked: Linked, assets: PlannerAssets) -> dict[str, EntityMention]:
    """By key, in order of place. Where two kinds share a key, the second is `kind:key`."""
    every = assets.index.ambiguity_policy == "top_k"
    found: dict[str, EntityMention] = {}
    for token in linked.tokens:
        mention = token.mention
        if mention is None or mention.unknown:
            continue
        shared = mention.ambiguous and every
        for candidate in mention.candidates if shared else mention.candidates[:1]:
            held = found.get(candidate.key)
            alone = held is None or held.entity == candidate.entity
            found.setdefault(
                candidate.key if alone else f"{candidate.entity}:{candidate.key}", candidate
            )
    return found


def _entity_line(key: str, found: EntityMention) -> str:
    """Without the label: that is data of a source, and the question's own words are enough."""
    return (
        f"{quoted(key)} is a {name(found.entity)}, said as {quoted(found.mention, _LONGEST_LABEL)}"
    )


def _times(linked: Linked, calendar: Calendar, as_of: datetime) -> dict[str, tuple[str, TimeRange]]:
    """The policy's window as `default`, and `t1`, `t2` ... in order of place, with their words."""
    window = calendar.default_window
    back = timedelta(**{_WINDOW_UNITS[window[-1]]: int(window[:-1])})
    end = as_of + timedelta(microseconds=1)
    usual = TimeRange(start=as_of - back, end=end, text=window)
    found = {DEFAULT_TIME: (f"last {window}", usual)}
    for n, span in enumerate(linked.times.ranges, start=1):
        found[f"t{n}"] = (linked.question[span.start : span.end], span.range)
    return found


def _local(instant: datetime, zone: ZoneInfo) -> str:
    """To the minute, so that a line is as long today as tomorrow."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"


def _rule_lines(rules: dict[str, QuickRule]) -> list[str]:
    """Each with what it is for, and the one for everything else."""
    return [
        *(f"{name(key)} ({rule.action}) {_purpose(rule)}" for key, rule in rules.items()),
        f"{OUT_OF_SCOPE} (direct) nothing listed can answer the question",
    ]


def _purpose(rule: QuickRule) -> str:
    """A reject by its reason: what it turns away had better not stand in a prompt."""
    if rule.action == "reject":
        return quoted(rule.answer.en, _LONGEST_REASON)
    like = rule.examples[:1] or rule.words.all()[:1]
    return f"e.g. {', '.join(quoted(text, _LONGEST_REASON) for text in like)}"
