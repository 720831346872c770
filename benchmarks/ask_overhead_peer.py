"""The peer of `ask_overhead.py`: LangGraph with PostgresSaver, five nodes, durability "sync".

Each node puts the same stage output into the state that our stage put into its trace, and the
execute node runs the same one-row look-up. The other nodes do no work at all: neither planning nor
composing is charged to the peer.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Required, TypedDict

from langgraph.checkpoint.postgres import PostgresSaver  # pyright: ignore[reportMissingImports]
from langgraph.graph import END, START, StateGraph  # pyright: ignore[reportMissingImports]
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

STAGES = ("route_plan", "validate", "execute", "compose", "present")


class State(TypedDict, total=False):
    question: Required[str]
    route_plan: dict[str, Any]
    validate: dict[str, Any]
    execute: dict[str, Any]
    compose: dict[str, Any]
    present: dict[str, Any]


@dataclass(frozen=True)
class LookUp:
    """One question, its look-up, and what our five stages made of it."""

    question: str
    statement: str
    params: dict[str, object]
    outputs: dict[str, dict[str, Any]] = field(repr=False)


class Peer(AbstractContextManager["Peer"]):
    """A compiled graph over one checkpoint database and one source."""

    def __init__(self, checkpoint_url: str, source_url: str, threads: int) -> None:
        self._stack = ExitStack()
        self._checkpoints: ConnectionPool[Any] = self._stack.enter_context(
            ConnectionPool(
                checkpoint_url,
                min_size=threads,
                max_size=threads,
                kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
            )
        )
        self._source = self._stack.enter_context(
            ConnectionPool(
                source_url, min_size=threads, max_size=threads, kwargs={"autocommit": True}
            )
        )
        PostgresSaver(self._checkpoints).setup()

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def compiled(self, look_ups: dict[str, LookUp]) -> Callable[[str], dict[str, Any]]:
        """A function that asks one question durably. Each thread takes one of its own, so that
        the saver's lock is never waited for."""
        graph = StateGraph(State)
        previous = START
        for stage in STAGES:
            node = f"do_{stage}"
            graph.add_node(node, self._node(stage, look_ups))
            graph.add_edge(previous, node)
            previous = node
        graph.add_edge(previous, END)
        app = graph.compile(checkpointer=PostgresSaver(self._checkpoints))

        def ask(question: str) -> dict[str, Any]:
            config = {"configurable": {"thread_id": uuid.uuid4().hex}}
            return app.invoke({"question": question}, config, durability="sync")  # pyright: ignore[reportArgumentType]

        return ask

    def _node(self, stage: str, look_ups: dict[str, LookUp]) -> Callable[[State], State]:
        def run(state: State) -> State:
            return {stage: look_ups[state["question"]].outputs[stage]}  # pyright: ignore[reportReturnType]

        def run_execute(state: State) -> State:
            look_up = look_ups[state["question"]]
            with self._source.connection() as connection:
                rows = connection.execute(look_up.statement, look_up.params, prepare=True)  # pyright: ignore[reportArgumentType]
                found = rows.fetchall()
            if not found:
                raise AssertionError(f"the look-up of {state['question']!r} found no row")
            return {"execute": look_up.outputs["execute"]}  # pyright: ignore[reportReturnType]

        return run_execute if stage == "execute" else run


def versions() -> dict[str, str]:
    names = ("langgraph", "langgraph-checkpoint", "langgraph-checkpoint-postgres", "psycopg")
    return {name: version(name) for name in names}
