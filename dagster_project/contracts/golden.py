"""R1, R3, R4: golden cases, what must hold for them, and by which criteria a suite is judged."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field, model_validator

from dagster_project.contracts.answer import AnswerStatus
from dagster_project.contracts.block import CellValue
from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.model_call import ModelMode
from dagster_project.contracts.plan import Route
from dagster_project.contracts.replan import Trigger
from dagster_project.contracts.value import Intent, Language, Text, Value

Tier = Literal["rows", "subset", "ranking", "newest", "value"]
"""How gold rows must be found in one step's rows. rows: exactly these, in any order · subset: these
among others · ranking: exactly these, ties in any order · newest: these first · value: one row, one
cell. Columns are found by their values; a gold column named `m_...` only among measures."""
RelationKind = Literal["same_rows", "contains", "sums_to", "same_plan"]
"""same_rows: both answer with the same rows · contains: this one's rows hold all of the other's ·
sums_to: this one's measure, added up, is the other's · same_plan: both make the same plan (B13)."""
CriticName = Literal["groundedness", "citation", "compile", "contract"]


class Fact(Value):
    """What the answer must hold, computed when the case runs or typed; exactly one of the two."""

    sql: str | None = None
    """Gold by a query over the suite's source; times with their offset from UTC."""
    rows: tuple[tuple[CellValue, ...], ...] | None = None
    """Typed gold."""
    columns: tuple[str, ...] = ()
    """Of typed gold; `m_...` marks a measure."""
    match: Tier = "rows"
    tolerance: float = Field(default=0.0, ge=0)
    """Relative, for numbers: 0.01 lets 99 to 101 pass for 100."""
    unit: str | None = None
    """The measure must carry it."""

    @model_validator(mode="after")
    def _one_gold(self) -> Fact:
        if (self.sql is None) == (self.rows is None):
            raise ValueError("a fact has either sql or rows")
        if self.rows is not None and not self.columns:
            raise ValueError("typed rows need the names of their columns")
        return self


class Relation(Value):
    """A metamorphic or invariant claim beside another question (R8, B15)."""

    kind: RelationKind
    question: str


class Expectation(Value):
    """What must hold; what is left out is not looked at."""

    route: Route | None = None
    status: tuple[AnswerStatus, ...] = ()
    """One of these; empty: any but failed, on the route orch."""
    intent: Intent | None = None
    entities: tuple[str, ...] | None = None
    """Keys, exactly these."""
    queries: tuple[str, ...] | None = None
    """Query assets by name: these are among the steps."""
    blocks: tuple[str, ...] | None = None
    """Types of blocks that the reader sees: these are among them."""
    empty: EmptyReason | None = None
    """Some step or block is empty for this reason."""
    rule: str | None = None
    """The policy's quick rule that decides."""
    asks_back: Literal["missing", "ambiguous", "no_such_entity", "no_such_value", "unread_time"] | (
        None
    ) = None
    triggers: tuple[Trigger, ...] | None = None
    """The control loop's triggers, exactly these."""
    max_replans: int = Field(default=0, ge=0)
    """Rounds that the loop may add by itself."""
    min_references: int = Field(default=0, ge=0)
    facts: tuple[Fact, ...] = ()
    relations: tuple[Relation, ...] = ()


class Drill(Value):
    """The case's source fails on purpose; the answer must say so and lose nothing else."""

    fails: Literal["unreachable", "too_slow", "broken_query", "no_rights"]
    calls: int | None = Field(default=None, ge=1)
    """So many calls fail, the first ones; None: all."""


class GoldenCase(Value):
    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    question: str = Field(min_length=1)
    language: Language | None = None
    """Of the answer; None: the question's."""
    tags: tuple[str, ...] = ()
    user: str = "golden"
    roles: tuple[str, ...] = ("operator",)
    as_of: datetime | None = None
    """None: the policy's."""
    drill: Drill | None = None
    expect: Expectation = Expectation()
    skip: str | None = None
    """Why it does not run; a skipped case without a reason cannot be written."""


class Quarantine(Value):
    """A flaky case that does not count for a while (B8)."""

    case: str
    until: date
    """From this day on it counts again."""
    reason: str
    by: str


class Criteria(Value):
    """R3: what a suite holds its nights to; each is judged by statistics, see `Verdict`."""

    max_replan_increase: float = Field(default=1.5, ge=1)
    """Replans of the night over those of the baseline."""
    max_empty_rate: float = Field(default=0.1, ge=0, le=1)
    """Answers with an empty that no case expects."""
    min_reference_coverage: float = Field(default=0.8, ge=0, le=1)
    """Blocks of facts with a reference, of all blocks of facts."""
    min_pass_rate: float = Field(default=0.95, ge=0, le=1)
    min_ran: float = Field(default=1.0, ge=0, le=1)
    """Cases that ran to an end, of those not skipped."""
    max_source_age_hours: float | None = Field(default=None, gt=0)
    """Of the newest health look at a source that the cases read; where it is older, the night looks
    itself. None: health does not matter."""
    min_critic_score: float = Field(default=0.9, ge=0, le=1)
    critics: dict[CriticName, float] = {
        "groundedness": 1.0,
        "citation": 1.0,
        "compile": 1.0,
        "contract": 1.0,
    }
    """Weights."""
    alpha: float = Field(default=0.01, gt=0, lt=0.5)
    """How often a suite that did not change may be called worse."""
    repeats: int = Field(default=2, ge=0, le=20)
    """A case that looks worse is asked this often again before it counts."""


class Generate(Value):
    """Cases that are made from the assets themselves, anew each night (R8, B13, B15)."""

    aliases: int = Field(default=0, ge=0)
    """Most cases of another name for the same thing."""
    paraphrases: int = Field(default=0, ge=0)
    """Most cases of another listed example of the same query."""
    wider_times: int = Field(default=0, ge=0)
    """Most cases where a wider window holds the narrower one's rows."""
    parts: int = Field(default=0, ge=0)
    """Most cases where parts sum to the whole."""
    seed: int = 7


class Suite(Value):
    """One file of golden_sets/: cases that are run and judged together."""

    suite: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: Text
    description: str = ""
    owner: str = ""
    source: str = ""
    """The source asset that gold queries ask."""
    model: ModelMode = "fill"
    """Whether its cases ask models, where the policy names one."""
    criteria: Criteria = Criteria()
    quarantine: tuple[Quarantine, ...] = ()
    generate: Generate = Generate()
    cases: tuple[GoldenCase, ...] = ()
