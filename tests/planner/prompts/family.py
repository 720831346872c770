"""A generated family of verified queries over a generated catalog, each of its own meaning:
what is measured, of which rows, narrowed to what, split by what, of one machine or of all.

Examples and held-out questions are worded differently, in Korean and in English, and a held-out
question may use names that no example uses; every other thing's third name no catalog knows.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import product

from planner.prompts.family_words import AGGREGATES, FACTS, FILTERS, GROUPS, MEASURES, Word

from dagster_project.contracts.asset_version import AssetVersion, ConfigAsset, Release
from dagster_project.contracts.assets import AssetHeader, Kind
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.query import ParamSpec, QuerySpec
from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    EntitySpec,
    JoinKey,
    SchemaCatalogSpec,
    TableSpec,
    ValueMeaning,
)
from dagster_project.contracts.value import Language, Names, ReleaseId, Text
from dagster_project.planner.assets import PlannerAssets, prepare
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName

AS_OF = datetime(2026, 3, 18, 3, tzinfo=UTC)
MOST = 10_000
MACHINES = tuple(f"MX-{n:02d}" for n in range(1, 41))
VALUES = {value: column for column, values in FILTERS.items() for value in values}
VALUE_WORDS = {value: word for values in FILTERS.values() for value, word in values.items()}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one verified query answers; None: not measured but counted, not narrowed, not split."""

    fact: str
    measure: str | None
    aggregate: str | None
    value: str | None
    group: str | None
    of_one: bool

    @property
    def query(self) -> str:
        parts = (
            self.fact,
            f"{self.aggregate}_{self.measure}" if self.measure else "count",
            self.value or "all",
            f"by_{self.group}" if self.group else "whole",
            "one" if self.of_one else "any",
        )
        return "_".join(parts)


@dataclass(frozen=True, slots=True)
class Asked:
    """A held-out question and the query that answers it."""

    question: str
    language: Language
    query: str
    new_words: bool
    """It says something by a name that neither a catalog nor an example has."""


@cache
def meanings() -> tuple[Meaning, ...]:
    """All that are used, in an order that makes the first ten thousand a fair mix."""
    measured = [(None, None), *product(MEASURES, AGGREGATES)]
    found = [
        Meaning(fact, measure, aggregate, value, group, of_one)
        for fact, (measure, aggregate), value, group, of_one in product(
            FACTS, measured, (None, *VALUES), (None, *GROUPS), (False, True)
        )
    ]
    random.Random(11).shuffle(found)
    return tuple(found[:MOST])


# -- words


def known_names(kind: dict[str, Word], key: str) -> Names:
    """What the catalog calls it: the third name only of every other thing."""
    ko, en = kind[key]
    most = 3 if list(kind).index(key) % 2 else 2
    return Names(ko=ko[:most], en=en[:most])


class _Words:
    """Names for one question: `said` tells which of the three; new ones are noted."""

    def __init__(self, language: Language, chance: random.Random, most: int) -> None:
        self.korean = language == "ko"
        self.chance, self.most = chance, most
        self.new = False

    def of(self, kind: dict[str, Word], key: str | None) -> str:
        if key is None:
            return ""
        names = kind[key][0 if self.korean else 1]
        place = self.chance.randrange(self.most)
        known = known_names(kind, key)
        self.new |= names[place] not in (known.ko if self.korean else known.en)
        return names[place]


def _said(meaning: Meaning, words: _Words) -> dict[str, str]:
    return {
        "machine": words.chance.choice(MACHINES) if meaning.of_one else "",
        "fact": words.of(FACTS, meaning.fact),
        "value": words.of(VALUE_WORDS, meaning.value),
        "group": words.of(GROUPS, meaning.group),
        "measure": words.of(MEASURES, meaning.measure),
        "aggregate": words.of(AGGREGATES, meaning.aggregate),
    }


def _plural(noun: str) -> str:
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x")) else "s")


def _korean(form: int, s: dict[str, str]) -> str:
    what = f"{s['measure']} {s['aggregate']}" if s["measure"] else "건수"
    by = f"{s['group']}별 " if s["group"] else ""
    each = f"{s['group']}마다 " if s["group"] else ""
    one = f"{s['machine']} " if s["machine"] else ""
    rows = f"{s['value']} {s['fact']}".strip()
    asked = f"{s['aggregate']} {s['measure']}" if s["measure"] else "건수"
    match form:
        case 0:
            return f"{one}{by}{rows} {what} 알려줘"
        case 1:
            return f"지난주 {one}{rows} {by}{what}"
        case 2:
            return f"{rows} {what} {by}{one}조회해줘"
        case 3:
            return f"{one}{rows}의 {asked}을 {each}정리해서 볼 수 있을까?"
        case _:
            where = f"{s['machine']}에서 있었던 " if s["machine"] else ""
            return f"어제 {where}{rows} 중 {each}{asked}가 궁금합니다"


def _english(form: int, s: dict[str, str]) -> str:
    rows = f"{s['value']} {_plural(s['fact'])}".strip()
    what = f"{s['aggregate']} {s['measure']}" if s["measure"] else "number"
    by = f" by {s['group']}" if s["group"] else ""
    per = f" for each {s['group']}" if s["group"] else ""
    one = f" on {s['machine']}" if s["machine"] else ""
    match form:
        case 0:
            return f"{what} of {rows}{by}{one}"
        case 1:
            return f"show the {what} of {rows}{one}{by} last week"
        case 2:
            return f"{s['machine']} {rows} {what}{by}".strip()
        case 3:
            return f"could you break out the {what} of {rows}{one}{per} for me?"
        case _:
            about = f"Regarding {s['machine']}, " if s["machine"] else ""
            return f"{about}what was the {what} across {rows} yesterday{per}?"


EXAMPLE_FORMS = (0, 1, 2)
HELD_OUT_FORM = 4
TUNING_FORM = 3
"""For choosing the weights of the index; never reported."""


def examples(meaning: Meaning) -> Names:
    """Three in each language, by the first two names of things."""
    return Names(ko=_examples_in(meaning, "ko"), en=_examples_in(meaning, "en"))


def _examples_in(meaning: Meaning, language: Language) -> tuple[str, ...]:
    words = _Words(language, random.Random(f"{meaning.query} {language}"), most=2)
    write = _korean if language == "ko" else _english
    return tuple(write(form, _said(meaning, words)) for form in EXAMPLE_FORMS)


def held_out(
    among: tuple[Meaning, ...], language: Language, count: int, form: int = HELD_OUT_FORM
) -> list[Asked]:
    """Questions for queries drawn from `among`, worded as no example is."""
    chance = random.Random(f"held out {language} {len(among)} {form}")
    write = _korean if language == "ko" else _english
    found = []
    for meaning in chance.choices(among, k=count):
        words = _Words(language, chance, most=3)
        question = write(form, _said(meaning, words))
        found.append(Asked(question, language, meaning.query, words.new))
    return found


# -- a release


def catalog() -> SchemaCatalogSpec:
    """A table for each kind of fact, all with the same columns, and the machines they are of."""
    machines = TableSpec(
        name="ops.machine",
        columns=(
            ColumnSpec(name="tag", type="text", role="key"),
            ColumnSpec(name="secret_note", type="text", names=Names(en=("secret note",))),
        ),
    )
    columns = (
        ColumnSpec(name="machine", type="text"),
        ColumnSpec(name="happened_at", type="timestamp", role="time"),
        *(
            ColumnSpec(name=name, type="number", role="measure", names=known_names(MEASURES, name))
            for name in MEASURES
        ),
        *(
            ColumnSpec(name=name, type="text", role="dimension", names=known_names(GROUPS, name))
            for name in GROUPS
        ),
        *(
            ColumnSpec(
                name=name,
                type="text",
                role="dimension",
                values=tuple(
                    ValueMeaning(value=value, names=known_names(VALUE_WORDS, value))
                    for value in values
                ),
            )
            for name, values in FILTERS.items()
        ),
    )
    facts = tuple(
        TableSpec(name=f"ops.{fact}", names=known_names(FACTS, fact), columns=columns)
        for fact in FACTS
    )
    return SchemaCatalogSpec(
        source="ops_db",
        entities=(
            EntitySpec(
                name="machine",
                table="ops.machine",
                key="tag",
                names=Names(ko=("기계",), en=("machine",)),
            ),
        ),
        tables=(machines, *facts),
        time_columns={f"ops.{fact}": "happened_at" for fact in FACTS},
        join_keys=tuple(
            JoinKey(many=f"ops.{fact}.machine", one="ops.machine.tag") for fact in FACTS
        ),
    )


def template(meaning: Meaning) -> QuerySpec:
    machine = ParamSpec(name="machine", type="entity", entity="machine")
    window = ParamSpec(name="window", type="time_range", required=False, default="7d")
    return QuerySpec(
        form="template",
        source="ops_db",
        catalog="ops",
        intents=("aggregate",),
        text="select 1",
        params=(machine, window) if meaning.of_one else (window,),
        examples=examples(meaning),
    )


def version(kind: Kind, name: str, spec: object, title: Text | None = None) -> AssetVersion:
    header = AssetHeader(kind=kind, name=name, description="Generated.", title=title)
    asset = ConfigAsset.model_construct(header=header, spec=spec)
    return AssetVersion.model_construct(
        asset=asset,
        number=1,
        status="published",
        created_by="test",
        created_at=AS_OF,
        reason="test",
    )


def release(count: int) -> Release:
    """The catalog, its open query and the first `count` verified queries."""
    out_of_scope = Text(ko="모릅니다", en="I do not know that")
    opened = QuerySpec(form="table_plan", source="ops_db", catalog="ops")
    made = [
        version("schema_catalog", "ops", catalog()),
        version("policy", "default", PolicySpec(out_of_scope=out_of_scope)),
        version("query", "ops_explore", opened),
        *(version("query", m.query, template(m)) for m in meanings()[:count]),
    ]
    return Release.model_construct(
        id=ReleaseId(f"family-{count}"), versions={v.asset.id: v for v in made}, warnings=()
    )


def index() -> EntityIndex:
    names = [EntityName("machine", tag, "", "") for tag in MACHINES]
    return EntityIndex.build([], names, today=AS_OF.date())


def planner(count: int) -> PlannerAssets:
    return prepare(release(count), index(), AS_OF)
