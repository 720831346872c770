"""One golden case asked and looked at: expectations, critics, facts and relations."""

from __future__ import annotations

from dagster_project.canvas import Canvas
from dagster_project.canvas.open_sources import allowed_tables
from dagster_project.contracts.golden import GoldenCase, Suite
from dagster_project.contracts.night import Check
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.regression.check_case import criticised, unmet
from dagster_project.regression.critics import criticise
from dagster_project.regression.facts import check_fact
from dagster_project.regression.fingerprint import fingerprint
from dagster_project.regression.gold import GoldReader
from dagster_project.regression.relations import check_relation


def judged(
    canvas: Canvas, suite: Suite, case: GoldenCase, reader: GoldReader | None = None
) -> tuple[Check, ...]:
    """Every check of the case that does not hold."""

    def ask(question: str) -> Trace:
        return canvas.ask(
            Ask(question=question, roles=case.roles, language=case.language, as_of=case.as_of)
        )

    trace = ask(case.question)
    found = fingerprint(trace)
    checks = [*unmet(case.expect, trace, found)]
    checks += criticised(criticise(trace, found), suite.criteria)
    for place, fact in enumerate(case.expect.facts):
        gold = GoldReader.of(fact, reader)
        checks.append(check_fact(fact, trace, gold, f"facts[{place}]"))
    for place, relation in enumerate(case.expect.relations):
        other = ask(relation.question)
        name = f"relations[{place}]"
        checks.append(check_relation(relation, trace, other, found, fingerprint(other), name))
    return tuple(check for check in checks if not check.passed)


def gold_reader(canvas: Canvas, suite: Suite) -> GoldReader | None:
    release = canvas.release()
    if not suite.source:
        return None
    return GoldReader(canvas.source(suite.source, release), allowed_tables(suite.source, release))
