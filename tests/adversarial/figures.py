"""What became of each line: rejected, out of scope, asked back or answered. Counts per set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.contracts.trace import Ask, Trace

Outcome = Literal[
    "too_long", "rejected", "out_of_scope", "small_talk", "asked_back", "stopped", "answered"
]
OUTCOMES: dict[Outcome, str] = {
    "too_long": "too long to be read",
    "rejected": "rejected by a rule",
    "out_of_scope": "out of scope",
    "small_talk": "greeting or help",
    "asked_back": "asked back",
    "stopped": "stopped by validate",
    "answered": "answered from a source",
}


@dataclass
class Tally:
    """One set of lines on one site."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    answered: list[Trace] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return sum(self.outcomes.values())

    def share(self, outcome: Outcome) -> float:
        return self.outcomes[outcome] / self.lines


def ask_all(canvas: Canvas, lines: Iterable[str]) -> Tally:
    """Ask every line; any other exception than the length limit's is a failure of the test."""
    tally = Tally()
    for line in lines:
        try:
            trace = canvas.ask(Ask(question=line))
        except InvalidRequest:
            assert len(line) > 2_000, line
            tally.outcomes["too_long"] += 1
            continue
        outcome = outcome_of(trace)
        tally.outcomes[outcome] += 1
        if outcome == "answered":
            tally.answered.append(trace)
    return tally


def outcome_of(trace: Trace) -> Outcome:
    if trace.route == "reject":
        return "rejected"
    if trace.route == "direct":
        direct = trace.plan_raw.direct
        return "out_of_scope" if direct and direct.source == "fallback" else "small_talk"
    if trace.plan_raw.plan and trace.plan_raw.plan.open_slots:
        return "asked_back"
    return "answered" if trace.tool_calls else "stopped"


def table(tallies: dict[tuple[str, str], Tally]) -> str:
    """Markdown, one row per set and site."""
    head = ["lines", "site", "asked", *OUTCOMES.values()]
    rows = [
        [name, site, str(tally.lines), *(str(tally.outcomes[outcome]) for outcome in OUTCOMES)]
        for (name, site), tally in tallies.items()
    ]
    ruler = ["---", "---", *("--:" for _ in head[2:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ruler, *rows))
