"""Asks without end and prints the id of each trace it was given: a process to be killed.

python asking.py <home> <state folder>
"""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path

import psycopg
from psycopg_pool import PoolTimeout

from dagster_project.canvas import Canvas
from dagster_project.contracts.errors import StoreError
from dagster_project.contracts.trace import Ask
from dagster_project.store.settings import Settings

QUESTIONS = ("GT-01 상태 알려줘", "How many servers are there?", "안녕하세요", "SW-07 최근 이벤트")


def main(home: str, state: str) -> None:
    with Canvas.open(Settings(Path(home), Path(state))) as canvas:
        for question in itertools.cycle(QUESTIONS):
            try:
                trace = canvas.ask(Ask(question=question))
            except (StoreError, PoolTimeout, psycopg.OperationalError):
                time.sleep(0.05)  # the server is away; nothing was promised
                continue
            print(trace.trace_id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
