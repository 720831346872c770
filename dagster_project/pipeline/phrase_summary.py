"""Compose's only word with a model: the plain summary in better words, or the plain summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from pydantic import ValidationError

from dagster_project.contracts.model_call import Message, ModelCall
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.plan_reply import SummaryReply
from dagster_project.contracts.stage import ExecuteResult, StepResult
from dagster_project.llm.port import ModelRequest, OutOfContract, Speaker
from dagster_project.llm.reply_schema import reply_schema
from dagster_project.llm.tokens import estimate_tokens
from dagster_project.pipeline.hold_phrase import MOST_CHARACTERS, Held, hold
from dagster_project.pipeline.named_rows import PASSAGE, has_columns
from dagster_project.pipeline.phrase_facts import LONGEST_CELL
from dagster_project.pipeline.plain_text import one_line
from dagster_project.pipeline.rows_prompt import quoted, rows_for_model
from dagster_project.planner.prompt_text import rendered

_MAX_OUTPUT_TOKENS = 400
_TOLD_PROBLEMS = 6
_LONGEST_REASON = 160


@dataclass(frozen=True, slots=True)
class Phrased:
    """The summary that is shown, and what it took."""

    summary: str
    calls: tuple[ModelCall, ...] = ()
    fallbacks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    not_asked: str = ""
    """Why no model was asked: there is nothing to phrase."""


def phrase_summary(
    plain: str,
    executed: ExecuteResult,
    plan: Plan,
    question: str,
    literals: Iterable[str],
    known: frozenset[str],
    speaker: Speaker,
) -> Phrased:
    """A model's sentences if every one of them holds, else the plain summary and why.

    Effects: as of `speaker.models.ask`.
    """
    if why := nothing_to_phrase(plain, executed, plan):
        return Phrased(plain, not_asked=why)
    try:
        request = _request(plain, executed, plan, question, speaker)
    except Exception as error:  # of a template: any type, from what it calls
        return _plain(plain, f"the prompt does not render: {error}")
    refused: list[Held] = []

    def read(parsed: Any) -> str:
        sentences = _sentences(parsed)
        held = hold(sentences, plain, executed, plan, question, known, tuple(literals))
        if not held.ok:
            refused.append(held)
            raise OutOfContract(_problems(held))
        return " ".join(sentence.strip() for sentence in sentences)

    literals = tuple(literals)
    answer = speaker.models.ask(request, read, speaker.spender, speaker.seconds)
    if answer.value is not None:
        return Phrased(answer.value, calls=answer.calls)
    why = answer.failure
    if refused and (not answer.calls or answer.calls[-1].outcome == "out_of_contract"):
        why = f"the phrase was refused: {refused[-1].refusals[0].detail}"
    return _plain(plain, why, answer.calls)


def nothing_to_phrase(plain: str, executed: ExecuteResult, plan: Plan) -> str:
    """Why no token is to be spent; empty where a phrase can add something."""
    if plan.open_slots:
        return "it asks back"
    told = [result for result in executed.steps if result.error is None and result.empty is None]
    if not told:
        return "no step has rows"
    rows = [result for result in told if not has_columns(result, PASSAGE)]
    if not rows:
        return "only passages of documents were found"
    if len(executed.steps) == 1 and _is_one_cell(rows[0]):
        return "it is one figure"
    if any(one_line(cell) in one_line(plain) for cell in _written_texts(told)):
        return "the plain summary quotes a text that somebody wrote, which goes to no model"
    if len(plain) > MOST_CHARACTERS:
        return "the plain summary is longer than a phrase may be"
    return ""


def _written_texts(results: list[StepResult]) -> Iterator[str]:
    """Cells of free text, and whatever is as long as one."""
    for result in results:
        for row in result.rows:
            for cell, column in zip(row, result.columns, strict=True):
                if isinstance(cell, str) and cell and (column.free_text or _is_long(cell)):
                    yield cell


def _is_long(cell: str) -> bool:
    return len(cell) > LONGEST_CELL or not cell.isprintable()


def _is_one_cell(result: StepResult) -> bool:
    return len(result.rows) == 1 and len(result.columns) == 1


def _request(
    plain: str, executed: ExecuteResult, plan: Plan, question: str, speaker: Speaker
) -> ModelRequest:
    """Raises: what a template raises."""
    prompt = speaker.prompt
    variables = {"language": plan.language, "question": quoted(question), "plain": quoted(plain)}
    frame = rendered(prompt, variables | {"rows": ""})
    left = prompt.max_tokens - sum(map(estimate_tokens, frame))
    rows = rows_for_model(plan, executed, plain, prompt.max_rows, left)
    system, user = rendered(prompt, variables | {"rows": rows.text})
    if (count := estimate_tokens(system) + estimate_tokens(user)) > prompt.max_tokens:
        raise ValueError(f"about {count} tokens without a row, max_tokens is {prompt.max_tokens}")
    return ModelRequest(
        purpose="compose",
        prompt=speaker.prompt_ref,
        messages=(Message(role="system", content=system), Message(role="user", content=user)),
        reply=reply_schema(SummaryReply),
        intended=prompt.model,
        max_output_tokens=_MAX_OUTPUT_TOKENS,
        subject=_digest("compose", question, plan.language),
        parts={
            "prompt": f"{prompt.system}\n{prompt.user}",
            "rows": rows.text,
            "plain": plain,
            "question": question,
        },
    )


def _digest(*texts: str) -> str:
    return blake2b("\x00".join(texts).encode(), digest_size=16).hexdigest()


def _sentences(parsed: Any) -> list[str]:
    """Raises: OutOfContract."""
    try:
        return SummaryReply.model_validate(parsed).sentences
    except ValidationError as error:
        raise OutOfContract(("the reply is {'sentences': ['...']} and nothing else",)) from error


def _problems(held: Held) -> tuple[str, ...]:
    """The first few, as the model is told."""
    return tuple(
        one.detail if one.sentence is None else f"sentence {one.sentence + 1}: {one.detail}"
        for one in held.refusals[:_TOLD_PROBLEMS]
    )


def _plain(plain: str, why: str, calls: tuple[ModelCall, ...] = ()) -> Phrased:
    line = one_line(why)
    if len(line) > _LONGEST_REASON:
        line = f"{line[:_LONGEST_REASON]}…"
    return Phrased(plain, calls=calls, fallbacks=(f"summary: plain ({line})",))
