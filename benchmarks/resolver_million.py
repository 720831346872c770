"""A million names: one contender in a process of its own, so that its memory can be read.

Run by `benchmarks/resolver.py`: python benchmarks/resolver_million.py ours FOLDER. The last line is
JSON. FOLDER holds `names/` (the table), `keys.txt` (keystrokes of each name, tab, its key) and
`typos.json`.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dagster_project.resolver.normal_form import keystrokes

Figures = dict[str, float]
_PAGE = os.sysconf("SC_PAGE_SIZE")
_FORMS = (
    "{} 지난 24시간 동안 발생한 알람과 점검 이력을 자세히 알려줘",
    "what is the current status of {} and its open work orders",
    "어제부터 오늘까지 {}의 평균 온도와 최대 진동 값을 비교해줘",
)


def memory_mb() -> float:
    """Resident memory of this process, with the pages of mapped files."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6


def spent_ms(call: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """CPU milliseconds of each call."""
    spent = []
    for text in texts:
        start = time.process_time_ns()
        call(text)
        spent.append((time.process_time_ns() - start) / 1e6)
    return spent


def percentiles(name: str, spent: Sequence[float]) -> Figures:
    """Shape: p50 and p95, under names that say what was timed."""
    return {
        f"{name}_p50_ms": round(statistics.median(spent), 4),
        f"{name}_p95_ms": round(statistics.quantiles(spent, n=20)[18], 4),
    }


def ours(folder: Path, typos: list[tuple[str, str, str]]) -> Figures:
    from dagster_project.contracts.assets.resolver import PatternRule, ResolverSpec
    from dagster_project.resolver.index import EntityIndex
    from dagster_project.resolver.on_disk import NamesOnDisk

    rules = (PatternRule(entity="machine", pattern=r"(?i)unit (\d+)", key="SEOB-BFP-{1}"),)
    EntityIndex.build([], []).find("warm")
    table = folder / "names" / "names.bin"
    with table.open("rb") as file:  # cold: what is cached of the file is dropped
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    chance = random.Random(5)
    put = lambda text: chance.choice(_FORMS).format(text)  # noqa: E731
    questions = {
        "typo": [typo for typo, _, _ in typos],
        "typo_in_60_characters": [put(typo) for typo, _, _ in typos],
        "name_in_60_characters": [put(name) for _, name, _ in typos],
        "tag_in_60_characters": [put(key) for _, _, key in typos],
        "another_number_in_60_characters": [put(f"{name}9") for _, name, _ in typos],
        "no_name_in_60_characters": [put("온도가 높은 설비") for _ in typos],
    }
    before, start = memory_mb(), time.perf_counter()
    index = EntityIndex.over([ResolverSpec(pattern_rules=rules)], NamesOnDisk(folder / "names"))
    index.find(typos[0][0])
    ready = time.perf_counter() - start
    right = 0
    for typo, _, key in typos:
        first = [m.candidates[0].key for m in index.find(typo) if m.candidates][:1]
        right += first == [key]
    figures: Figures = {"ready_seconds": round(ready, 4), "recall_at_1": right / len(typos)}
    for name, texts in questions.items():
        figures |= percentiles(name, spent_ms(index.find, texts))
    whole = spent_ms(index.find_whole, questions["name_in_60_characters"])
    figures |= percentiles("whole_names_only", whole)
    return {
        **figures,
        "memory_mb": round(memory_mb() - before, 1),
        "file_mb": round(table.stat().st_size / 1e6, 1),
    }


def read_keys(folder: Path) -> dict[str, str]:
    lines = (folder / "keys.txt").read_text().splitlines()
    return dict(line.split("\t") for line in lines)


def rapidfuzz_scan(folder: Path, typos: list[tuple[str, str, str]]) -> Figures:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    before, start = memory_mb(), time.perf_counter()
    keys = read_keys(folder)
    forms = list(keys)
    ready = time.perf_counter() - start

    def nearest(typo: str) -> str | None:
        found = process.extractOne(keystrokes(typo), forms, scorer=OSA.distance, score_cutoff=2)
        return found and keys[found[0]]

    some = typos[:100]
    right = sum(nearest(typo) == key for typo, _, key in some)
    return {
        "ready_seconds": round(ready, 3),
        "recall_at_1": right / len(some),
        "memory_mb": round(memory_mb() - before, 1),
        **percentiles("typo", spent_ms(nearest, [typo for typo, _, _ in some])),
    }


def symspell(folder: Path, typos: list[tuple[str, str, str]]) -> Figures:
    from symspellpy import SymSpell, Verbosity

    before, start = memory_mb(), time.perf_counter()
    keys = read_keys(folder)
    held = SymSpell(max_dictionary_edit_distance=1, prefix_length=7)
    for form in keys:
        held.create_dictionary_entry(form, 1)
    ready = time.perf_counter() - start

    def nearest(typo: str) -> str | None:
        found = held.lookup(keystrokes(typo), Verbosity.TOP, max_edit_distance=1)
        return keys[found[0].term] if found else None

    right = sum(nearest(typo) == key for typo, _, key in typos)
    return {
        "ready_seconds": round(ready, 3),
        "recall_at_1": right / len(typos),
        "memory_mb": round(memory_mb() - before, 1),
        **percentiles("typo", spent_ms(nearest, [typo for typo, _, _ in typos])),
    }


CONTENDERS = {"ours": ours, "rapidfuzz": rapidfuzz_scan, "symspellpy": symspell}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    typos = [tuple(typo) for typo in json.loads((folder / "typos.json").read_text())]
    print(json.dumps(CONTENDERS[name](folder, typos)))


if __name__ == "__main__":
    main()
