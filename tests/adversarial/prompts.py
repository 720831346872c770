"""The lines that are asked: logged attacks, and fixed samples of lines from other worlds."""

from __future__ import annotations

import csv
import json
from pathlib import Path

DATA = Path(__file__).parents[3] / "shared" / "data"
FOLDERS = {
    "p2sql-attacks": "prompts.jsonl",
    "ko-3i4k": "utterances.csv",
    "clinc-out-of-scope": "queries.csv",
    "ko-chitchat": "chitchat.csv",
}


def missing() -> list[str]:
    """Data sets that are not beside the repository."""
    return [name for name, file in FOLDERS.items() if not (DATA / name / file).is_file()]


def attacks() -> list[str]:
    """All 361 logged prompts, harmless carriers included."""
    lines = (DATA / "p2sql-attacks" / "prompts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["prompt"] for line in lines]


def foreign_korean() -> list[str]:
    """400 of 3i4K: every seventh line, so every class of utterance."""
    return [row["text"] for row in _rows("ko-3i4k")][::7]


def foreign_english() -> list[str]:
    """350 of CLINC: all 200 out-of-scope lines, and one of each of 150 assistant intents."""
    rows = _rows("clinc-out-of-scope")
    out_of_scope = [row["text"] for row in rows if row["intent"] == "oos"]
    first_of_intent = {row["intent"]: row["text"] for row in reversed(rows)}
    first_of_intent.pop("oos")
    return out_of_scope + list(first_of_intent.values())


def small_talk() -> list[str]:
    """370 of the Korean small talk: every fourth line."""
    return [row["Q"] for row in _rows("ko-chitchat")][::4]


SETS = {
    "p2sql-attacks": attacks,
    "ko-3i4k": foreign_korean,
    "clinc-out-of-scope": foreign_english,
    "ko-chitchat": small_talk,
}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name / FOLDERS[name]).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
