"""Asks about many machines at once; every question's right answer is known and unlike any other.

A server's address is its own, so an answer that belongs to another question shows at once.
"""

from __future__ import annotations

import multiprocessing
import random
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from dagster_project.canvas import Canvas
from dagster_project.contracts.stage import ExecuteResult
from dagster_project.contracts.trace import Ask, Trace
from dagster_project.store.settings import Settings

FORMS = ("{} IP 주소 알려줘", "What is the ip address of {}?")


@dataclass(frozen=True)
class Asked:
    """One acknowledged ask: what was asked, what came back."""

    machine: str
    question: str
    trace_id: str
    addresses: tuple[str, ...]
    """Every address in the rows."""
    answered_question: str


def ask_round(canvas: Canvas, machines: list[str], seed: int, among: frozenset[str]) -> list[Asked]:
    """Ask about every machine once, in an order of one's own."""
    dice = random.Random(seed)
    order = dice.sample(machines, len(machines))
    return [_ask(canvas, machine, dice.choice(FORMS), among) for machine in order]


def _ask(canvas: Canvas, machine: str, form: str, among: frozenset[str]) -> Asked:
    question = form.format(machine)
    trace = canvas.ask(Ask(question=question, user=machine))
    return Asked(
        machine, question, trace.trace_id, addresses_in(trace, among), trace.answer.question
    )


def addresses_in(trace: Trace, among: frozenset[str]) -> tuple[str, ...]:
    """The cells of a trace's rows that are some machine's address."""
    return tuple(
        str(cell)
        for output in trace.stage_outputs
        if isinstance(output.result, ExecuteResult)
        for step in output.result.steps
        for row in step.rows
        for cell in row
        if str(cell) in among
    )


def in_threads(
    canvas: Canvas, addresses: Mapping[str, str], threads: int, seed: int
) -> list[Asked]:
    """Several threads on one canvas, all starting together."""
    found: list[list[Asked]] = [[] for _ in range(threads)]
    failures: list[BaseException] = []
    start = threading.Barrier(threads)

    def work(number: int) -> None:
        try:
            start.wait(timeout=30)
            found[number] = ask_round(
                canvas, sorted(addresses), seed + number, frozenset(addresses.values())
            )
        except BaseException as failure:
            failures.append(failure)

    running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if failures:
        raise failures[0]
    return [asked for one in found for asked in one]


def in_processes(
    settings: Settings, addresses: Mapping[str, str], processes: int, rounds: int
) -> list[Asked]:
    """Several processes, each with a canvas of its own, all starting together."""
    context = multiprocessing.get_context("spawn")
    start, found = context.Barrier(processes), context.Queue()
    running = [
        context.Process(
            target=_process,
            args=(_Share(settings, dict(addresses), number, rounds), start, found),
            daemon=True,
        )
        for number in range(processes)
    ]
    for process in running:
        process.start()
    try:
        results = [found.get(timeout=120) for _ in running]
    finally:
        for process in running:
            process.join(timeout=10)
            process.kill()
    for result in results:
        if isinstance(result, str):
            raise AssertionError(f"an asking process failed:\n{result}")
    return [asked for one in results for asked in one]


@dataclass(frozen=True)
class _Share:
    """What one process is to do."""

    settings: Settings
    addresses: dict[str, str]
    number: int
    rounds: int


def _process(share: _Share, start: Barrier, found: Queue[list[Asked] | str]) -> None:
    try:
        asked: list[Asked] = []
        machines, among = sorted(share.addresses), frozenset(share.addresses.values())
        with Canvas.open(share.settings) as canvas:
            start.wait(timeout=90)
            for number in range(share.rounds):
                asked += ask_round(canvas, machines, share.number * 1_000 + number, among)
        found.put(asked)
    except BaseException:
        found.put(traceback.format_exc())
