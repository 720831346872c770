"""Real questions for template_retrieval.py: the site's own, and public ones where they are."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retrieval_peer import FullText

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.policy import PolicySpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    SchemaCatalogSpec,
    TableSpec,
)
from dagster_project.contracts.value import Names, ReleaseId, Text
from dagster_project.planner.assets import PlannerAssets, prepare
from dagster_project.planner.template_index import TemplateIndex
from dagster_project.planner.templates import Template, features
from dagster_project.planner.text import language_of, normalise
from dagster_project.resolver.index import EntityIndex
from tests.planner.prompts.family import version
from tests.planner.reply.demo_planner import demo_planner

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = REPOSITORY.parent / "shared" / "data"
NOW = datetime(2026, 2, 4, tzinfo=UTC)
LITERAL = re.compile(r"(['\"]).*?\1|\b\d+(?:\.\d+)?\b")
_FEW = 20
"""Fewer questions of a language than this tell nothing."""
Pair = tuple[str, str]
"""Query and question."""


def shipped() -> dict[str, float]:
    """The site's verified queries, each example left out once and asked."""
    assets = demo_planner()
    pairs = [(t.query, e) for t in assets.templates for e in t.spec.examples.all()]
    return left_out("shipped", assets, pairs, folds=len(pairs))


def real_sets(*, quick: bool) -> dict[str, float]:
    """Public questions; nothing where the data is not there."""
    found: dict[str, float] = {}
    if (DATA / "ko-wikisql").exists():
        tables, pairs = wiki_tables(), wiki_questions()
        found |= left_out("wikisql", assets_for(pairs, tables), pairs, folds=2 if quick else 5)
    if (DATA / "graph-network-management").exists():
        pairs = network_questions()
        found |= left_out("network", assets_for(pairs, ()), pairs, folds=5 if quick else 40)
    return found


def left_out(name: str, assets: PlannerAssets, pairs: list[Pair], folds: int) -> dict[str, float]:
    """Every question asked of an index that does not hold it. Only queries that have others."""
    meant = {text: features(assets.read(normalise(text), NOW)) for _, text in pairs}
    places: dict[str, list[tuple[int, int]]] = {}
    for fold in range(folds):
        asked = set(pairs[fold::folds])
        index, peer, kept = _index_without(asked, assets, meant)
        for query, question in sorted(asked):
            if query not in kept:
                continue
            ours = [q for q, _ in index.best(assets.read(normalise(question), NOW), 5)]
            theirs = [q for q, _ in peer.best(question, 5)]
            first, second = (r.index(query) if query in r else 9 for r in (ours, theirs))
            places.setdefault(language_of(question), []).append((first, second))
    return dict(_shares(name, places))


def _index_without(
    asked: set[Pair], assets: PlannerAssets, meant: dict[str, Any]
) -> tuple[TemplateIndex, FullText, set[str]]:
    templates, left = [], []
    for template in assets.templates:
        own = [e for e in template.spec.examples.all() if (template.query, e) not in asked]
        if own:
            spec = template.spec.model_copy(update={"examples": _names(own)})
            ordered = tuple(meant[e] for e in spec.examples.all())
            templates.append(Template.of(template.query, spec, ordered))
            left += [(template.query, e) for e in own]
    index = TemplateIndex.build(templates, assets.titles, assets.descriptions)
    return index, FullText(left), {t.query for t in templates}


def _names(texts: list[str]) -> Names:
    korean = tuple(t for t in texts if language_of(t) == "ko")
    return Names(ko=korean, en=tuple(t for t in texts if language_of(t) == "en"))


def _shares(name: str, places: dict[str, list[tuple[int, int]]]) -> Iterator[tuple[str, float]]:
    for language, found in sorted(places.items()):
        if len(found) < _FEW:
            continue
        yield f"{name}_{language}_questions", len(found)
        for who, side in (("", 0), ("peer_", 1)):
            for most in (1, 5):
                within = sum(place[side] < most for place in found) / len(found)
                yield f"{name}_{language}_{who}top{most}", round(within, 3)


# -- public data


def assets_for(pairs: list[Pair], tables: tuple[TableSpec, ...]) -> PlannerAssets:
    """A verified query for each name in `pairs`, with its questions as examples."""
    by_query: dict[str, list[str]] = {}
    for query, question in pairs:
        by_query.setdefault(query, []).append(question)
    policy = PolicySpec(out_of_scope=Text(ko="-", en="-"))
    made = [version("policy", "default", policy)]
    if tables:
        made.append(
            version("schema_catalog", "real", SchemaCatalogSpec(source="db", tables=tables))
        )
    for query, questions in by_query.items():
        spec = QuerySpec(form="template", source="db", text="-", examples=_names(questions))
        made.append(version("query", query, spec))
    release = Release.model_construct(
        id=ReleaseId("real"), versions={v.asset.id: v for v in made}, warnings=()
    )
    assets = prepare(release, EntityIndex.build([], [], today=NOW.date()), NOW)
    return replace(assets, descriptions={})


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _wiki_name(table: str) -> str:
    return "t_" + table.replace("-", "_").lower()


def wiki_tables() -> tuple[TableSpec, ...]:
    """Tables with the Korean names of their columns; what is in them is not told."""
    return tuple(
        TableSpec(
            name=f"wiki.{_wiki_name(table['id'])}",
            columns=tuple(
                ColumnSpec(name=f"c{n}", type="text", names=Names(ko=(header,)))
                for n, header in enumerate(table["header"])
            ),
        )
        for table in _lines(DATA / "ko-wikisql" / "tables.jsonl")
    )


def wiki_questions() -> list[Pair]:
    asked = _lines(DATA / "ko-wikisql" / "questions.jsonl")
    return list(dict.fromkeys((_wiki_name(q["table_id"]), q["question"]) for q in asked))


def network_questions() -> list[Pair]:
    """Questions whose Cypher is the same but for its literals are for the same query."""
    path = DATA / "graph-network-management" / "questions.csv"
    numbers: dict[str, int] = {}
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            form = " ".join(LITERAL.sub("?", row["cypher"]).lower().split())
            found.append((f"q_{numbers.setdefault(form, len(numbers))}", row["question"]))
    return list(dict.fromkeys(found))


# -- the curve


def chart(results: dict[int, dict[str, float]], path: Path) -> Path:
    """Top-1 and top-5 by size, both languages, against full text."""
    import altair as alt

    rows = [
        {
            "queries": size,
            "share": found[f"{language}_{who}top{most}"],
            "found by": label,
            "asked in": {"ko": "Korean", "en": "English"}[language],
            "among": f"first {most}" if most > 1 else "first",
        }
        for size, found in results.items()
        for language in ("ko", "en")
        for who, label in (("known_words_", "index"), ("new_words_", "index, new words"),
                           ("peer_", "full text"))
        for most in (1, 5)
    ]  # fmt: skip
    lines = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("queries:Q", scale=alt.Scale(type="log"), title="verified queries"),
            y=alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), title="right one found"),
            color=alt.Color("found by:N", title=None),
            strokeDash=alt.StrokeDash("among:N", title=None),
        )
        .properties(width=260, height=220)
        .facet(column=alt.Column("asked in:N", title=None))
    )
    lines.save(str(path))
    return path
