"""Finding the right verified query among many: top-1 and top-5 at 10 to 10,000, Korean and English.

A generated family over a generated catalog: what is measured, of which rows, narrowed to what,
split by what, of one machine or of all. Each query has three examples in each language; the
questions are worded as no example is, and a third of their names are in no example. Of those every
other one is in no catalog either ("new words"): there nothing but a neighbour can be found. The
weights of the index were chosen on another wording of the questions than the one reported here.
Peer: BM25 full text over the same examples, by whole words.

Then the site's own verified queries, each asked by an example of its own that was left out; and,
where the public data is beside the repository, Korean questions about 282 tables (ko-wikisql, five
folds) and English ones about a network (by what their Cypher reads, left out one by one).

Times are of the CPU; memory is what the process grew by.

Run: python benchmarks/template_retrieval.py [--quick] [--chart]. The last line is JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "tests"))

from retrieval_peer import FullText
from retrieval_real import chart, real_sets, shipped

from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.value import AssetId
from dagster_project.llm.tokens import estimate_tokens
from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.plan_prompt import plan_request
from dagster_project.planner.shortlist import able_templates, template_index
from dagster_project.planner.template_index import TemplateIndex
from dagster_project.planner.templates import features, match_template
from dagster_project.planner.text import normalise
from dagster_project.registry.load import load_site
from tests.planner.prompts.family import AS_OF, Asked, held_out, meanings, planner

REPOSITORY = Path(__file__).resolve().parents[1]
Figures = dict[str, float]
SIZES = (10, 100, 1_000, 10_000)
LANGUAGES = ("ko", "en")


def p50_p95(milliseconds: Sequence[float]) -> tuple[float, float]:
    return statistics.median(milliseconds), statistics.quantiles(milliseconds, n=20)[18]


def memory_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def share(places: Sequence[int | None], within: int) -> float:
    """Of the questions, those whose query is among the first so many."""
    found = sum(place is not None and place < within for place in places)
    return round(found / len(places), 3) if places else 0.0


def place_of(query: str, ranked: Sequence[tuple[str, float]]) -> int | None:
    return next((n for n, (name, _) in enumerate(ranked) if name == query), None)


def measure(size: int, questions: int, prompt: PromptSpec) -> Figures:
    started = time.process_time()
    assets = planner(size)
    prepared = time.process_time() - started
    before = memory_mb()
    started = time.process_time()
    index = template_index(assets)
    built = time.process_time() - started
    grown = memory_mb() - before
    peer = FullText([(t.query, e) for t in assets.templates for e in t.spec.examples.all()])
    figures: Figures = {
        "prepare_seconds": round(prepared, 2),
        "build_seconds": round(built, 2),
        "memory_mb": round(max(grown, 0.0), 1),
    }
    asked = {lang: held_out(meanings()[:size], lang, questions) for lang in LANGUAGES}
    for language in LANGUAGES:
        figures |= recall(asked[language], assets, index, peer)
    both = [*asked["ko"], *asked["en"]]
    figures |= timings(both, assets, index, prompt)
    figures |= built_in(both[:: max(1, len(both) // 40)], assets)
    return figures


def recall(
    asked: list[Asked], assets: PlannerAssets, index: TemplateIndex, peer: FullText
) -> Figures:
    language = asked[0].language
    ours, theirs = [], []
    for one in asked:
        linked = assets.read(normalise(one.question), AS_OF)
        ours.append(place_of(one.query, index.best(linked, 8)))
        theirs.append(place_of(one.query, peer.best(one.question, 8)))
    known = [p for p, one in zip(ours, asked, strict=True) if not one.new_words]
    new = [p for p, one in zip(ours, asked, strict=True) if one.new_words]
    return {
        f"{language}_top1": share(ours, 1),
        f"{language}_top5": share(ours, 5),
        f"{language}_known_words_top1": share(known, 1),
        f"{language}_known_words_top5": share(known, 5),
        f"{language}_new_words_top1": share(new, 1),
        f"{language}_new_words_top5": share(new, 5),
        f"{language}_peer_top1": share(theirs, 1),
        f"{language}_peer_top5": share(theirs, 5),
    }


def timings(
    asked: list[Asked], assets: PlannerAssets, index: TemplateIndex, prompt: PromptSpec
) -> Figures:
    finding, requesting, tokens, listed = [], [], [], []
    for one in asked:
        text = normalise(one.question)
        linked = assets.read(text, AS_OF)
        started = time.process_time()
        index.best(linked, 8)
        finding.append((time.process_time() - started) * 1000)
        started = time.process_time()
        request, offered = plan_request(
            linked, text, assets, AS_OF, one.language, prompt, "", lambda _: True, frozenset()
        )
        requesting.append((time.process_time() - started) * 1000)
        tokens.append(sum(estimate_tokens(m.content) for m in request.messages))
        listed.append(one.query in offered.queries)
    found, asked_for = p50_p95(finding), p50_p95(requesting)
    return {
        "retrieval_p50_ms": round(found[0], 2),
        "retrieval_p95_ms": round(found[1], 2),
        "request_p50_ms": round(asked_for[0], 2),
        "request_p95_ms": round(asked_for[1], 2),
        "prompt_tokens_p50": statistics.median(tokens),
        "prompt_tokens_most": max(tokens),
        "right_one_listed": round(sum(listed) / len(listed), 3),
    }


def built_in(asked: list[Asked], assets: PlannerAssets) -> Figures:
    """The built-in planner's own matching, over all templates and over the exact shortlist."""
    spent: dict[int, list[float]] = {1: [], len(assets.templates) + 1: []}
    differ = 0
    for one in asked:
        said = features(assets.read(normalise(one.question), AS_OF))
        results = []
        for many, times in spent.items():
            started = time.process_time()
            able = able_templates(assets, said, many)
            found = [match_template(t, said, AS_OF) for t in able]
            times.append((time.process_time() - started) * 1000)
            results.append([(m.template.query, m.score) for m in found])
        differ += results[0] != results[1]
    shortlist, scan = (statistics.median(times) for times in spent.values())
    return {
        "built_in_scan_p50_ms": round(scan, 2),
        "built_in_shortlist_p50_ms": round(shortlist, 2),
        "built_in_differing": differ,
    }


def shipped_prompt() -> PromptSpec:
    """The site's prompt, over whichever catalogs there are."""
    spec = load_site(REPOSITORY).require_good().assets[AssetId("prompt:route_plan")].spec
    assert isinstance(spec, PromptSpec)
    return spec.model_copy(update={"catalogs": ()})


def table(results: dict[int, Figures]) -> str:
    sizes = list(results)
    lines = [f"{'':>28}" + "".join(f"{size:>10,}" for size in sizes)]
    for name in next(iter(results.values())):
        lines.append(f"{name:>28}" + "".join(f"{results[s][name]:>10}" for s in sizes))
    return "\n".join(lines)


def held_to(results: dict[int, Figures], prompt: PromptSpec) -> list[dict[str, object]]:
    many = results[max(results)]
    tokens = max(found["prompt_tokens_most"] for found in results.values())
    differing = sum(found["built_in_differing"] for found in results.values())
    limits = [
        ("ko_known_words_top5", many["ko_known_words_top5"], ">= 0.95"),
        ("en_known_words_top5", many["en_known_words_top5"], ">= 0.95"),
        ("retrieval_p95_ms", many["retrieval_p95_ms"], "<= 5"),
        ("memory_mb", many["memory_mb"], "<= 90"),
        ("prompt_tokens_most", tokens, f"<= {prompt.max_tokens}"),
        ("built_in_differing", differing, "<= 0"),
    ]
    found = []
    for name, value, target in limits:
        sign, limit = target.split()
        met = value >= float(limit) if sign == ">=" else value <= float(limit)
        found.append({"name": name, "value": value, "target": target, "met": met})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=400, help="for each size and language")
    parser.add_argument("--chart", action="store_true", help="write docs/images/…svg")
    parser.add_argument("--quick", action="store_true", help="up to 1,000, fewer questions")
    given = parser.parse_args()
    sizes = SIZES[:3] if given.quick else SIZES
    prompt = shipped_prompt()
    questions = 80 if given.quick else given.questions
    results = {size: measure(size, questions, prompt) for size in sizes}
    print(table(results))
    figures = {f"{name}_{size}": v for size, found in results.items() for name, v in found.items()}
    own = shipped() | real_sets(quick=given.quick)
    for name, value in own.items():
        print(f"{name:>40}  {value}")
    if given.chart:
        print(f"wrote {chart(results, REPOSITORY / 'docs/images/template_retrieval.svg')}")
    report = {
        "name": "template_retrieval",
        "versions": {"python": sys.version.split()[0], "numpy": version("numpy")},
        "figures": figures | own,
        "targets": held_to(results, prompt),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
