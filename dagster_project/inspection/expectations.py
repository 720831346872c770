"""Suites of Great Expectations: held against rows in memory, told as observations.

The library is imported only here and only when a suite runs. It reads no source, writes no file and
sends nothing: its context is ephemeral and its analytics are off.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from dagster_project.contracts.asset_version import AssetVersion, Release
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.assets.schema_catalog import (
    Expectation,
    ExpectationSuite,
    SchemaCatalogSpec,
)
from dagster_project.contracts.errors import CanvasError
from dagster_project.inspection.expectation_rows import (
    SuiteRows,
    alias_table_rows,
    catalog_rows,
)
from dagster_project.inspection.inspection import Inspection, Observation, failed
from sources.errors import SourceError
from sources.protocol import HealthStatus

if TYPE_CHECKING:
    import pandas as pd

    from dagster_project.canvas import Canvas

MAX_EXAMPLES = 5
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list", "column_set")
_HIDDEN = "not shown: the column is masked"


def inspect_suite(
    canvas: Canvas, release: Release, version: AssetVersion, suite: ExpectationSuite
) -> Inspection:
    """Read the suite's rows and check them. What could not be read is an error of the suite."""
    spec = version.asset.spec
    try:
        if isinstance(spec, SchemaCatalogSpec):
            rows = catalog_rows(canvas, release, spec, suite)
        else:
            assert isinstance(spec, ResolverSpec)
            rows = alias_table_rows(canvas, release, spec, suite)
    except (CanvasError, SourceError) as error:
        return failed("rows", str(error))
    return check_rows(suite, rows)


def check_rows(suite: ExpectationSuite, rows: SuiteRows) -> Inspection:
    """One observation for each expectation; a wrong declaration is an error and says what is."""
    started = time.perf_counter()
    frame = _frame(rows)
    seen: dict[str, int] = {}
    told: list[Observation] = []
    for expectation, (status, detail) in zip(
        suite.expectations, _outcomes(suite, rows, frame), strict=True
    ):
        name = _name(expectation)
        seen[name] = seen.get(name, 0) + 1
        numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
        told.append(Observation(name=numbered, status=status, detail=detail))
    bad = sum(one.status != "ok" for one in told)
    newest = f" of which the newest {len(rows.rows):,} were read" if rows.truncated else ""
    return Inspection(
        summary=f"{len(told)} expectations on {len(rows.rows):,} rows of {rows.what}{newest};"
        f" {bad or 'none'} not met",
        findings=tuple(told),
        facts={
            "expectations": len(told),
            "not_met": bad,
            "rows": len(rows.rows),
            "capped": rows.truncated,
            "seconds": round(time.perf_counter() - started, 3),
        },
    )


def _outcomes(
    suite: ExpectationSuite, rows: SuiteRows, frame: pd.DataFrame
) -> Iterator[tuple[HealthStatus, str]]:
    batch = _batch(frame)
    for expectation in suite.expectations:
        made = _made(expectation, rows)
        if isinstance(made, str):
            yield "error", made
        else:
            yield _outcome(expectation, rows, batch, made)


def _frame(rows: SuiteRows) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, Any] = {}
    for place, column in enumerate(rows.columns):
        values = [row[place] for row in rows.rows]
        if column.type == "json":
            values = [None if value is None else repr(value) for value in values]
        if column.type in ("timestamp", "date"):
            columns[column.name] = pd.to_datetime(pd.Series(values, dtype=object), utc=True)
        else:
            columns[column.name] = pd.Series(
                values, dtype="float64" if values and set(values) == {None} else None
            )
    return pd.DataFrame(columns)


def _batch(frame: pd.DataFrame) -> Any:
    """Great Expectations' view of the frame, in a context that lives only in memory."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # pyright: ignore[reportAttributeAccessIssue]
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    whole = asset.add_batch_definition_whole_dataframe("rows")
    return whole.get_batch({"dataframe": frame})


def _made(expectation: Expectation, rows: SuiteRows) -> Any:
    """The library's own expectation, or what is wrong with the declaration."""
    from great_expectations.exceptions.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import (
        get_expectation_impl,
        list_registered_expectation_implementations,
    )

    known = [column.name for column in rows.columns]
    for column in _columns(expectation):
        if column not in known:
            return f"{rows.what} has no column {column!r}; it has {', '.join(known)}"
    try:
        kind = get_expectation_impl(expectation.type)
    except ExpectationNotFoundError:
        every = list_registered_expectation_implementations()
        near = get_close_matches(expectation.type, every, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"there is no expectation {expectation.type!r}{hint}"
    try:
        return kind(**_arguments(expectation, rows))
    except (ValueError, TypeError) as error:
        reasons = " ".join(line.strip() for line in str(error).splitlines()[1:])
        return f"its kwargs are wrong: {reasons or error}"


def _arguments(expectation: Expectation, rows: SuiteRows) -> dict[str, Any]:
    """Bounds of a time column may be written as text."""
    import pandas as pd

    types = {column.name: column.type for column in rows.columns}
    given = dict(expectation.kwargs)
    if types.get(str(given.get("column"))) in ("timestamp", "date"):
        for name in ("min_value", "max_value"):
            if isinstance(given.get(name), str):
                moment = pd.Timestamp(str(given[name]))
                given[name] = (
                    moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
                ).to_pydatetime()
    return given


def _outcome(
    expectation: Expectation, rows: SuiteRows, batch: Any, made: Any
) -> tuple[HealthStatus, str]:
    wanted = {"result_format": "SUMMARY", "partial_unexpected_count": MAX_EXAMPLES}
    result = batch.validate(made, result_format=wanted)
    hidden = bool(rows.masked & _columns(expectation))
    raised = _raised(result.exception_info)
    if raised:
        return "error", "it could not be checked: " + (_HIDDEN if hidden else raised)
    detail = _told(result.result, hidden)
    if result.success:
        return "ok", detail or "met"
    return ("warn" if expectation.severity == "warning" else "error"), detail or "not met"


def _told(result: dict[str, Any], hidden: bool) -> str:
    told: list[str] = []
    observed = result.get("observed_value")
    if observed is not None:
        told.append(f"observed {_HIDDEN if hidden else _short(observed)}")
    unexpected = result.get("unexpected_count")
    if unexpected is not None:
        share = result.get("unexpected_percent") or 0.0
        told.append(f"{unexpected} of {result.get('element_count')} unexpected ({share:.3g} %)")
    examples = result.get("partial_unexpected_list") or []
    if examples:
        shown = list(dict.fromkeys(map(_short, examples)))[:MAX_EXAMPLES]
        told.append(_HIDDEN if hidden else f"for example {', '.join(shown)}")
    return "; ".join(told)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _raised(info: dict[str, Any] | None) -> str:
    """The first message of an exception, wherever the library put it."""
    if not info:
        return ""
    if info.get("raised_exception"):
        return str(info.get("exception_message") or "unknown").splitlines()[0]
    inner = (value for value in info.values() if isinstance(value, dict))
    return next(filter(None, map(_raised, inner)), "")


def _columns(expectation: Expectation) -> set[str]:
    found: set[str] = set()
    for argument in _COLUMN_ARGUMENTS[:4]:
        value = expectation.kwargs.get(argument)
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, list | tuple):
            found.update(one for one in value if isinstance(one, str))
    # A list of columns that should be there is not a list of columns that are.
    return found if not expectation.type.startswith("expect_table_columns") else set()


def _name(expectation: Expectation) -> str:
    columns = ", ".join(sorted(_columns(expectation)))
    return f"{expectation.type}[{columns}]" if columns else expectation.type
