"""Entity names in questions: exact look-up and misspelt names, at 1,000 and 100,000 names.

Floor: one dict probe. Peer: rapidfuzz `extractOne` over all names, for one misspelt name.
Run: python benchmarks/resolver.py [--quick] [--names 100000]. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import rapidfuzz
from rapidfuzz import fuzz, process

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName

KINDS = (
    ("가스터빈", "Gas Turbine", "GT"),
    ("급수펌프", "Feed Pump", "FP"),
    ("서버", "Server", "SRV"),
)
SYLLABLES = (
    "가강고구나남다동라마무바북사상서수신안양영오용우울원이인장전정제조주중진천청춘하한해호홍화"
)
FORMS = (
    "{} 상태 알려줘",
    "{}의 최근 알람은?",
    "what is the status of {}?",
    "어제 {}에서 발생한 이벤트 목록",
)


def things(count: int) -> list[EntityName]:
    """Machines with a Korean name without a number (so that only spelling tells them apart), an
    English one with a number, and a code."""
    chance = random.Random(3)
    names = []
    for n in range(count):
        ko, en, code = KINDS[n % len(KINDS)]
        site = "".join(chance.choices(SYLLABLES, k=4))
        names.append(
            EntityName("ci", f"{code}-{n:06d}", f"{site} {ko}", f"{en} {n}", (f"{ko}{n}",))
        )
    return names


def misspelt(name: str, chance: random.Random) -> str:
    """One letter replaced; no digit is touched."""
    place = chance.choice([i for i, c in enumerate(name) if c.isalpha()])
    wrong = chance.choice("가나다라마바사") if "가" <= name[place] <= "힣" else chance.choice("xqz")
    return name[:place] + wrong + name[place + 1 :]


def timed(call: Callable[[str], object], texts: list[str]) -> tuple[float, float]:
    """p50 and p95 of CPU milliseconds."""
    spent = []
    for text in texts:
        start = time.process_time()
        call(text)
        spent.append((time.process_time() - start) * 1000)
    return statistics.median(spent), statistics.quantiles(spent, n=20)[18]


def measure(count: int, questions: int) -> dict[str, float]:
    chance = random.Random(7)
    names = things(count)
    start = time.process_time()
    index = EntityIndex.build([], names)
    built = time.process_time() - start
    picked = chance.choices(names, k=questions)
    exact = [chance.choice(FORMS).format(chance.choice(n.all_names())) for n in picked]
    typos = [misspelt(n.label_ko, chance) for n in picked]
    start = time.process_time()
    index.find(typos[0])
    typo_table = time.process_time() - start
    exact_p50, exact_p95 = timed(index.find_whole, exact)
    typo_p50, typo_p95 = timed(index.find, typos)
    offered = [[c.key for m in index.find(typo) for c in m.candidates] for typo in typos]
    right = sum(keys[:1] == [name.key] for keys, name in zip(offered, picked, strict=True))
    among = sum(name.key in keys for keys, name in zip(offered, picked, strict=True))
    labels = [n.label_ko for n in names]
    sentences = [chance.choice(FORMS).format(typo) for typo in typos]
    in_sentence_p50, in_sentence_p95 = timed(index.find, sentences)
    best = [process.extractOne(t, labels, scorer=fuzz.ratio)[0] for t in typos[:60]]
    peer_right = sum(b == n.label_ko for b, n in zip(best, picked, strict=False))
    peer_p50, peer_p95 = timed(
        lambda text: process.extractOne(text, labels, scorer=fuzz.ratio), typos[:60]
    )
    keys = {n.label_ko: n for n in names}
    floor = time.process_time()
    for name in picked:
        keys.get(name.label_ko)
    floor = (time.process_time() - floor) * 1000 / questions
    return {
        "names": count,
        "build_cpu_seconds": round(built, 3),
        "typo_table_cpu_seconds": round(typo_table, 3),
        "floor_dict_probe_ms": round(floor, 5),
        "exact_p50_ms": round(exact_p50, 4),
        "exact_p95_ms": round(exact_p95, 4),
        "typo_p50_ms": round(typo_p50, 4),
        "typo_p95_ms": round(typo_p95, 4),
        "typo_in_sentence_p50_ms": round(in_sentence_p50, 4),
        "typo_in_sentence_p95_ms": round(in_sentence_p95, 4),
        "typo_first": round(right / questions, 3),
        "typo_offered": round(among / questions, 3),
        "peer_first": round(peer_right / len(best), 3),
        "peer_scan_p50_ms": round(peer_p50, 3),
        "peer_scan_p95_ms": round(peer_p95, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=1_000)
    parser.add_argument("--quick", action="store_true", help="a fifth of the names and questions")
    given = parser.parse_args()
    fifth = 5 if given.quick else 1
    counts = (1_000, given.names // fifth)
    results = {count: measure(count, given.questions // fifth) for count in counts}
    figures = {
        f"{name}_{n}": value for n, found in results.items() for name, value in found.items()
    }
    for name, value in figures.items():
        print(f"{name:>36}  {value}")
    exact = figures[f"exact_p95_ms_{counts[1]}"]
    targets = [{"name": "exact_p95_ms", "value": exact, "target": "< 0.05", "met": exact < 0.05}]
    versions = {"python": sys.version.split()[0], "rapidfuzz": rapidfuzz.__version__}
    report = {"name": "resolver", "versions": versions, "figures": figures, "targets": targets}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
