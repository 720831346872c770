"""The small pieces of a SELECT: quoted names, parameters, aggregate functions."""

from __future__ import annotations

from dagster_project.contracts.value import AggregateName, Language


def quote(name: str) -> str:
    """A quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_table(name: str) -> str:
    """A quoted `schema.table`."""
    schema, table = name.split(".", 1)
    return f"{quote(schema)}.{quote(table)}"


class Parameters:
    """Values of one statement by generated name; the same value is bound once."""

    def __init__(self, mark: str = "%({})s") -> None:
        self.mark = mark
        """How a parameter stands in the text, `{}` for its name."""
        self.values: dict[str, object] = {}
        self._marks: dict[tuple[type, str], str] = {}

    def add(self, value: object) -> str:
        """The placeholder that stands for the value."""
        key = (type(value), repr(value))
        if key not in self._marks:
            name = f"p{len(self.values)}"
            self.values[name] = value
            self._marks[key] = self.mark.format(name)
        return self._marks[key]


class _Aggregates(dict[AggregateName, str]):
    """SQL of each aggregate over `{column}`, and what people read above its column."""

    _labels: dict[AggregateName, tuple[str, str]] = {
        "count": ("건수", "count"),
        "count_distinct": ("종류 수", "distinct count"),
        "sum": ("합계", "total"),
        "min": ("최소", "minimum"),
        "max": ("최대", "maximum"),
        "avg": ("평균", "average"),
        "p50": ("중앙값", "median"),
        "p90": ("90퍼센타일", "90th percentile"),
        "p95": ("95퍼센타일", "95th percentile"),
        "p99": ("99퍼센타일", "99th percentile"),
        "latest": ("최신값", "latest"),
    }

    def label(self, aggregate: AggregateName, language: Language) -> str:
        korean, english = self._labels[aggregate]
        return korean if language == "ko" else english


_PERCENTILE = "percentile_cont({share}) within group (order by {{column}})"
AGGREGATES = _Aggregates(
    {
        "count": "count({column})",
        "count_distinct": "count(distinct {column})",
        "sum": "sum({column})",
        "min": "min({column})",
        "max": "max({column})",
        "avg": "avg({column})",
        "p50": _PERCENTILE.format(share=0.5),
        "p90": _PERCENTILE.format(share=0.9),
        "p95": _PERCENTILE.format(share=0.95),
        "p99": _PERCENTILE.format(share=0.99),
        "latest": "(array_agg({column}{order}))[1]",
    }
)
