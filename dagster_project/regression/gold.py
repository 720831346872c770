"""Gold rows: typed with the case, or asked of the suite's source when the case runs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from dagster_project.contracts.golden import Fact
from dagster_project.regression.plain_cells import PlainRow, plain_rows
from sources.errors import SourceError
from sources.protocol import BoundQuery, Source

MAX_GOLD_ROWS = 5_000
_KEPT = 512
"""Statements whose gold is held at once; a suite of thousands may have one for each case."""


@dataclass(frozen=True)
class Gold:
    """Rows that an answer must hold, or the error that kept them from being read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    error: str = ""

    @cached_property
    def plain(self) -> tuple[PlainRow, ...]:
        """The rows as they are compared; made once for all cases of a night."""
        return tuple(plain_rows(self.rows))


class GoldReader:
    """Asks a source for gold, a statement once while it is held; one reader for each night.

    Safe from many threads.
    """

    def __init__(
        self, source: Source, allowed_tables: Collection[str], timeout_seconds: float = 30.0
    ) -> None:
        self._source = source
        self._allowed = frozenset(allowed_tables)
        self._timeout_seconds = timeout_seconds
        self._read: OrderedDict[str, Future[Gold]] = OrderedDict()
        self._lock = Lock()

    @staticmethod
    def of(fact: Fact, reader: GoldReader | None) -> Gold:
        """A fact's gold: typed, or read."""
        if fact.rows is not None:
            return typed_gold(fact.columns, fact.rows)
        if reader is None:
            return Gold(
                (),
                (),
                "no source to ask: the suite names none, or one that is not there",
            )
        return reader.read(fact.sql or "")

    def read(self, sql: str) -> Gold:
        """The rows of one statement, behind the source's own walls.

        A statement that fails gives gold with its error: a failing check, not a broken night.
        """
        mine: Future[Gold] = Future()
        with self._lock:
            asked = self._read.setdefault(sql, mine)
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
        if asked is mine:
            try:
                mine.set_result(self._ask(sql))
            except BaseException as error:
                mine.set_exception(error)
        return asked.result()

    def _ask(self, sql: str) -> Gold:
        query = BoundQuery(
            text=sql.replace("%", "%%"),  # there are no parameters: a % is itself
            max_rows=MAX_GOLD_ROWS,
            timeout_seconds=self._timeout_seconds,
            allowed_tables=self._allowed,
        )
        try:
            found = self._source.run(query)
        except SourceError as error:
            return Gold((), (), f"the gold query failed: {error}")
        if found.truncated:
            return Gold((), (), f"the gold has more than {MAX_GOLD_ROWS:,} rows; narrow it")
        return Gold(tuple(column.name for column in found.columns), found.rows)


def typed_gold(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Gold:
    """Gold as it stands in a case. Rows of another length than the columns are its error."""
    wrong = next((row for row in rows if len(row) != len(columns)), None)
    if wrong is not None:
        told = f"the row {list(wrong)} does not fit the columns {list(columns)}"
        return Gold(tuple(columns), (), told)
    return Gold(tuple(columns), tuple(tuple(row) for row in rows))
