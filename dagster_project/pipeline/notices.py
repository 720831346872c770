"""What the reader must know beside the facts: questions back, assumptions, gaps."""

from __future__ import annotations

from dagster_project.contracts.block import NoticeBlock
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.stage import ExecuteResult
from dagster_project.pipeline.phrases import ask_back, say, say_empty, window_words


def notices_of(plan: Plan, executed: ExecuteResult) -> list[NoticeBlock]:
    """Questions back first, then what was assumed, left out and missing."""
    language = plan.language
    notices = [
        NoticeBlock(
            id=f"ask{i}",
            level="question",
            text=ask_back(slot, language),
            empty="no_such_entity" if slot.reason.startswith("no_such") else None,
        )
        for i, slot in enumerate(plan.open_slots, start=1)
    ]
    if plan.time_assumed and plan.time_range is not None and plan.steps and not plan.gave_up:
        window = window_words(plan.time_range.text, language)
        text = say("assumed", language, window=window)
        notices.append(NoticeBlock(id="assumed", level="info", text=text))
    notices += [
        NoticeBlock(id=f"gave_up{i}", level="warning", text=text)
        for i, text in enumerate(plan.gave_up, start=1)
    ]
    if plan.assumed:
        taken = ", ".join(f"{e.mention} = {e.key} ({e.label})" for e in plan.assumed)
        notices.append(
            NoticeBlock(id="taken", level="warning", text=say("taken", language, taken=taken))
        )
    if plan.withheld:
        text = say("withheld", language, columns=", ".join(plan.withheld))
        notices.append(
            NoticeBlock(id="withheld", level="warning", text=text, empty="not_permitted")
        )
    if plan.not_used:
        text = say("not_used", language, words=", ".join(plan.not_used))
        notices.append(NoticeBlock(id="not_used", level="warning", text=text))
    return [*notices, *_missing(plan, executed)]


def _missing(plan: Plan, executed: ExecuteResult) -> list[NoticeBlock]:
    """Steps that gave nothing because something failed or was refused."""
    language = plan.language
    purposes = {s.id: s.purpose for s in plan.steps}
    found: list[NoticeBlock] = []
    for result in executed.steps:
        if result.error is not None and result.empty is not None:
            why = say_empty(result.empty, language)
            text = say("missing", language, purpose=purposes[result.step], why=why)
            found.append(
                NoticeBlock(
                    id=f"{result.step}.missing", level="warning", text=text, empty=result.empty
                )
            )
    return found
