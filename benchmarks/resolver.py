"""Entity names in questions: exact look-up and misspelt names.

In memory at 1,000 and 100,000 names. Floor: one dict probe. Peer: rapidfuzz `extractOne` over all
names, for one misspelt name.

On disk at 1,000,000 names, each with one wrong key (replaced, left out, added or swapped; typed on
the Korean keyboard for Hangul; never a digit; not another name). Right is the thing whose name was
misspelt. Peers, each in a process of its own: rapidfuzz's scan of all names for at most two errors,
and symspellpy for one error, both over the same keystrokes; symspellpy is left out where it is not
installed. Times are CPU milliseconds; memory is what the process grew by, mapped pages included.

The demo plant: what becomes of each of its names with one wrong key.

Run: python benchmarks/resolver.py [--quick] [--names 100000]. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import rapidfuzz
from rapidfuzz import fuzz, process
from resolver_names import machines

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import keystrokes
from dagster_project.resolver.write_names import write_names
from tests.resolver.test_one_wrong_key import outcomes
from tests.resolver.typing_errors import one_wrong_key

Figures = dict[str, float]
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


def at_scale(aliases: int, questions: int) -> dict[str, Figures]:
    """The table on disk and its peers, each in a new process over the same names and errors."""
    contenders = ["ours", "rapidfuzz"]
    contenders += ["symspellpy"] if find_spec("symspellpy") else []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names, count = machines(aliases)
        start = time.perf_counter()
        write_names(names, folder / "names")
        written = time.perf_counter() - start
        keys = {keystrokes(text): thing.key for thing in names for text in thing.all_names()}
        (folder / "keys.txt").write_text("".join(f"{k}\t{v}\n" for k, v in keys.items()))
        typos = errors(names, keys, questions)
        (folder / "typos.json").write_text(json.dumps(typos, ensure_ascii=False))
        script = str(Path(__file__).with_name("resolver_million.py"))
        found = {}
        for contender in contenders:
            ran = subprocess.run(
                [sys.executable, script, contender, name],
                capture_output=True,
                text=True,
                check=True,
            )
            found[contender] = json.loads(ran.stdout.splitlines()[-1])
    found["ours"] |= {"names": count, "things": len(names), "written_seconds": round(written, 1)}
    return found


def errors(names: list[EntityName], keys: dict[str, str], count: int) -> list[tuple[str, str, str]]:
    """Misspelt names, the names they were, and whose. Shape: none is another name."""
    chance = random.Random(13)
    found: list[tuple[str, str, str]] = []
    while len(found) < count:
        thing = chance.choice(names)
        name = chance.choice(thing.all_names())
        typo = one_wrong_key(name, chance)
        if keystrokes(typo) not in keys:
            found.append((typo, name, thing.key))
    return found


def plant_shares() -> Figures:
    """What becomes of the demo plant's names with one wrong key: shares by outcome."""
    return {
        f"plant_{sort}_{what.replace(' ', '_')}": round(counts[what] / counts.total(), 4)
        for sort, counts in outcomes().items()
        for what in ("right", "asked", "not found", "wrong")
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--aliases", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=1_000)
    parser.add_argument(
        "--quick", action="store_true", help="a fifth of the names, a tenth of the aliases"
    )
    given = parser.parse_args()
    fifth, tenth = (5, 10) if given.quick else (1, 1)
    counts = (1_000, given.names // fifth)
    results = {count: measure(count, given.questions // fifth) for count in counts}
    figures = {
        f"{name}_{n}": value for n, found in results.items() for name, value in found.items()
    }
    scale = at_scale(given.aliases // tenth, 3 * given.questions // fifth)
    figures |= {f"{who}_{name}": n for who, found in scale.items() for name, n in found.items()}
    figures |= plant_shares()
    for name, value in figures.items():
        print(f"{name:>48}  {value}")
    if "symspellpy" not in scale:
        print("symspellpy is not installed here: its figures are missing (extra `bench`)")
    targets = held_to(figures, counts[1], scale)
    versions = {"python": sys.version.split()[0], "rapidfuzz": rapidfuzz.__version__}
    if "symspellpy" in scale:
        versions["symspellpy"] = version("symspellpy")
    report = {"name": "resolver", "versions": versions, "figures": figures, "targets": targets}
    print(json.dumps(report))


def held_to(
    figures: dict[str, float], many: int, scale: dict[str, Figures]
) -> list[dict[str, object]]:
    ours = scale["ours"]
    limits: list[tuple[str, float, str, bool]] = []
    exact = figures[f"exact_p95_ms_{many}"]
    limits.append(("exact_p95_ms", exact, "< 0.05", exact < 0.05))
    for name, most in (("typo_p95_ms", 1.0), ("memory_mb", 150.0), ("ready_seconds", 0.5)):
        limits.append((name, ours[name], f"<= {most}", ours[name] <= most))
    recall = ours["recall_at_1"]
    limits.append(("recall_at_1", recall, ">= 0.94", recall >= 0.94))
    wrong = figures["plant_names_wrong"]
    limits.append(("plant_names_wrong", wrong, "<= 0.003", wrong <= 0.003))
    return [
        {"name": name, "value": value, "target": target, "met": met}
        for name, value, target, met in limits
    ]


if __name__ == "__main__":
    main()
