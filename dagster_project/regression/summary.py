"""The figures of a night."""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.contracts.golden import CriticName
from dagster_project.contracts.night import CaseResult, Summary
from dagster_project.regression.verdict import NOT_TESTED, Counted


class CriticSums:
    """Mean of each critic, added up while results pass by."""

    def __init__(self) -> None:
        self._sums: dict[CriticName, float] = {}
        self._count = 0

    def add(self, results: Sequence[CaseResult]) -> None:
        for result in results:
            if result.critics:
                self._count += 1
                for name, score in result.critics.items():
                    self._sums[name] = self._sums.get(name, 0.0) + score

    def means(self) -> dict[CriticName, float]:
        return {name: round(total / self._count, 4) for name, total in self._sums.items()}


def summarise(cases: Sequence[Counted], critics: CriticSums, seconds: float) -> Summary:
    """Cases in quarantine are shown, and count for nothing else."""
    ran = [case for case in cases if case.outcome not in NOT_TESTED and not case.aside]
    took = sorted(case.duration_ms for case in ran) or [0.0]
    facts = sum(case.facts for case in ran)
    pairs = [case.parity for case in ran if case.parity is not None]
    return Summary(
        cases=len(cases),
        ran=len(ran),
        passed=sum(case.outcome == "passed" for case in ran),
        failed=sum(case.outcome != "passed" for case in ran),
        skipped=sum(case.outcome == "skipped" for case in cases),
        quarantined=sum(case.aside for case in cases),
        replans=sum(case.replans for case in ran),
        empties=sum(case.empty for case in ran),
        reference_coverage=round(sum(c.cited for c in ran) / facts, 4) if facts else 1.0,
        critic_scores=critics.means(),
        parity=round(sum(pairs) / len(pairs), 4) if pairs else None,
        p50_ms=round(took[len(took) // 2], 3),
        p95_ms=round(took[min(len(took) - 1, int(len(took) * 0.95))], 3),
        seconds=round(seconds, 3),
        stale=sum(case.outcome == "stale" for case in cases),
        tokens=sum(case.tokens for case in cases),
        cost_usd=round(sum(case.cost_usd for case in cases), 8),
    )
