"""What is said where a block does not show all that there is."""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.contracts.block import (
    Block,
    DocLinkBlock,
    GraphBlock,
    NoticeBlock,
    PathBlock,
)
from dagster_project.contracts.plan import PlanStep
from dagster_project.contracts.stage import StepResult
from dagster_project.contracts.value import Language
from dagster_project.pipeline.phrases import say


def with_cut(
    block: GraphBlock | PathBlock | DocLinkBlock | None,
    step: PlanStep,
    language: Language,
    result: StepResult | None = None,
) -> Sequence[Block]:
    """The block, and a notice where it is not all that there is."""
    match block:
        case None:
            return []
        case GraphBlock(truncated=True):
            shown, total = block.shown_nodes, block.total_nodes
            return [block, cut_notice("cut_graph", block, step, language, shown, total)]
        case PathBlock(truncated=True):
            notice = cut_notice("cut_ways", block, step, language, len(block.paths), 0)
            return [block, notice]
        case DocLinkBlock() if result and len(block.passages) < len(result.rows):
            notice = cut_notice(
                "cut", block, step, language, len(block.passages), result.total_rows
            )
            return [block, notice]
        case _:
            return [block]


def cut_notice(
    phrase: str, block: Block, step: PlanStep, language: Language, shown: int, total: int | None
) -> NoticeBlock:
    """`total` None: nobody has counted them."""
    phrase = phrase if total is not None else f"{phrase}_unknown"
    return NoticeBlock(
        id=f"{block.id}.cut",
        level="info",
        text=say(phrase, language, purpose=step.purpose, shown=shown, total=total),
        references=block.references,
    )
