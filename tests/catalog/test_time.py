"""Half-open spans, calendar days of the site, buckets, and the clock that nothing passes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from lab.rows import AS_OF, SEOUL, seoul

from catalog.conftest import Run, compiled
from catalog.test_filters import ids
from dagster_project.catalog.compile_table_plan import PlanMismatch
from dagster_project.contracts.table_plan import (
    Dimension,
    Filter,
    Measure,
    TablePlan,
    TimeRange,
)

COUNT = (Measure(name="count", aggregate="count"),)
FAR = datetime(2030, 1, 1, tzinfo=UTC)


def days(start: date, end: date, zone: ZoneInfo = SEOUL) -> TimeRange:
    """Whole calendar days of a zone, the last one not included."""
    first, last = (
        datetime(d.year, d.month, d.day, tzinfo=zone).astimezone(UTC) for d in (start, end)
    )
    return TimeRange(start=first, end=last)


def test_a_span_has_its_start_and_not_its_end(run: Run) -> None:
    """A row at the start belongs to the span, one at the end does not."""
    exact = TimeRange(start=seoul(3, 10, 11), end=seoul(3, 16, 10))
    assert ids(run, "lab.fault", time=exact) == [3, 5]
    longer = TimeRange(start=seoul(3, 10, 11), end=seoul(3, 16, 10) + timedelta(microseconds=1))
    assert ids(run, "lab.fault", time=longer) == [2, 3, 5]


def test_nothing_after_the_clock(run: Run) -> None:
    """Rows after as_of are never seen: without a span, in an open one, in one of later days."""
    assert 8 not in ids(run, "lab.fault")
    assert 8 not in ids(run, "lab.fault", time=TimeRange(start=seoul(1, 1), end=FAR))
    assert ids(run, "lab.fault", time=TimeRange(start=seoul(3, 19), end=FAR)) == []
    assert run(TablePlan(table="lab.fault", measures=COUNT)) == [(7,)]


def test_a_row_at_the_clock_is_seen(run: Run) -> None:
    """What happens at as_of itself has happened."""
    everything = TablePlan(table="lab.fault", measures=COUNT)
    assert run(everything, as_of=seoul(3, 16, 10)) == [(4,)]
    assert run(everything, as_of=seoul(3, 16, 10) - timedelta(microseconds=1)) == [(3,)]


@pytest.mark.parametrize(
    ("zone", "as_of", "expected"),
    [
        # one moment: the 16th in Seoul, still the 15th in Los Angeles
        ("Asia/Seoul", datetime(2026, 3, 15, 20, tzinfo=UTC), [1, 2, 3, 4]),
        ("America/Los_Angeles", datetime(2026, 3, 15, 20, tzinfo=UTC), [2, 3, 4]),
        ("UTC", datetime(2026, 3, 15, 20, tzinfo=UTC), [2, 3, 4]),
    ],
)
def test_a_date_is_compared_with_the_sites_day(
    run: Run, zone: str, as_of: datetime, expected: list[int]
) -> None:
    """For a date column as_of is the day on the wall of the site."""
    plan = TablePlan(table="lab.repair", columns=("lab.repair.id",))
    assert sorted(row[0] for row in run(plan, time_zone=zone, as_of=as_of)) == expected  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_day_of_the_site_holds_its_dates(run: Run, zone: str) -> None:
    """One calendar day of the site finds the rows of that date, east and west of Greenwich."""
    day = days(date(2026, 3, 16), date(2026, 3, 17), ZoneInfo(zone))
    plan = TablePlan(table="lab.repair", columns=("lab.repair.id",), time=day)
    assert run(plan, time_zone=zone, as_of=FAR) == [(1,)]


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/Los_Angeles"])
def test_hours_of_a_day_hold_the_dates_they_touch(run: Run, zone: str) -> None:
    """A span that ends within a day still has that day's dated rows: "last 24 hours"."""
    noon = datetime(2026, 3, 16, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    span = TimeRange(start=noon - timedelta(hours=24), end=noon)
    plan = TablePlan(table="lab.repair", columns=("lab.repair.id",), time=span)
    assert run(plan, time_zone=zone, as_of=noon) == [(1,)]


def test_a_filter_on_a_date_takes_a_moment(run: Run) -> None:
    """A moment compared with a date column is the site's day."""
    late = Filter(
        column="lab.instrument.bought", op="<", values=(datetime(2015, 3, 31, 15, tzinfo=UTC),)
    )
    assert ids(run, "lab.instrument", late) == ["OV-02", "SC-02"]  # the 1st of April in Seoul


def test_periods_side_by_side(run: Run) -> None:
    """Each measure counts its own span; a row in neither counts in none; the clock holds."""
    later = TimeRange(start=seoul(3, 16), end=seoul(3, 23))
    earlier = TimeRange(start=seoul(3, 9), end=seoul(3, 16))
    measures = (
        Measure(name="later", aggregate="count", time=later),
        Measure(name="earlier", aggregate="count", time=earlier),
    )
    assert run(TablePlan(table="lab.fault", measures=measures)) == [(4, 2)]


def test_a_group_in_one_period_only_still_shows(run: Run) -> None:
    """Comparing periods by group keeps a group that only one of them has, with a zero beside it."""
    measures = (
        Measure(
            name="later", aggregate="count", time=TimeRange(start=seoul(3, 16), end=seoul(3, 23))
        ),
        Measure(
            name="before", aggregate="count", time=TimeRange(start=seoul(2, 16), end=seoul(2, 23))
        ),
    )
    by_machine = (Dimension(name="id", column="lab.fault.instrument_id"),)
    rows = run(TablePlan(table="lab.fault", measures=measures, dimensions=by_machine))
    assert sorted(rows) == [("CF-01", 1, 1), ("OV-01", 1, 0), ("SC-01", 2, 0)]


def bucketed(run: Run, bucket: str, **settings: object) -> dict[str, object]:
    plan = TablePlan(
        table="lab.fault",
        measures=COUNT,
        dimensions=(Dimension(name="b", column="lab.fault.at", bucket=bucket),),  # pyright: ignore[reportArgumentType]
    )
    found = run(plan, **settings)
    return {row[0].astimezone(SEOUL).isoformat()[:16]: row[1] for row in found}  # pyright: ignore[reportAttributeAccessIssue]


def test_days_are_the_sites_days(run: Run) -> None:
    """A bucket starts at midnight of the site, whatever zone the session is in."""
    assert bucketed(run, "day") == {
        "2026-02-20T00:00": 1,
        "2026-03-10T00:00": 1,
        "2026-03-11T00:00": 1,
        "2026-03-16T00:00": 1,
        "2026-03-17T00:00": 2,
        "2026-03-18T00:00": 1,
    }


def test_weeks_start_when_the_site_says(run: Run) -> None:
    """Monday weeks start on Mondays, Sunday weeks on Sundays, and both hold every row."""
    monday = bucketed(run, "week")
    sunday = bucketed(run, "week", week_start="sunday")
    assert monday == {"2026-02-16T00:00": 1, "2026-03-09T00:00": 2, "2026-03-16T00:00": 4}
    assert sunday == {"2026-02-15T00:00": 1, "2026-03-08T00:00": 2, "2026-03-15T00:00": 4}


def test_months(run: Run) -> None:
    """A month is the site's month."""
    assert bucketed(run, "month") == {"2026-02-01T00:00": 1, "2026-03-01T00:00": 6}


@pytest.mark.parametrize(
    ("week_start", "expected"),
    [
        (
            "monday",
            {date(2026, 1, 5): 1, date(2026, 2, 9): 1, date(2026, 3, 9): 1, date(2026, 3, 16): 1},
        ),
        (
            "sunday",
            {date(2026, 1, 4): 1, date(2026, 2, 8): 1, date(2026, 3, 8): 1, date(2026, 3, 15): 1},
        ),
    ],
)
def test_dates_are_bucketed_as_dates(run: Run, week_start: str, expected: dict[date, int]) -> None:
    """A bucket of a date column is not moved by any zone."""
    plan = TablePlan(
        table="lab.repair",
        measures=COUNT,
        dimensions=(Dimension(name="b", column="lab.repair.day", bucket="week"),),
    )
    assert {row[0]: row[1] for row in run(plan, week_start=week_start)} == expected
    assert compiled(plan).columns[0].type == "date"


def test_bucket_across_a_clock_change(run: Run) -> None:
    """A Sunday week stays a calendar week where the clocks change within it (8 March 2026)."""
    zone = ZoneInfo("America/Los_Angeles")
    plan = TablePlan(
        table="lab.fault",
        measures=COUNT,
        dimensions=(Dimension(name="b", column="lab.fault.at", bucket="week"),),
    )
    starts = [row[0].astimezone(zone) for row in run(plan, time_zone=zone.key, week_start="sunday")]  # pyright: ignore[reportAttributeAccessIssue]
    assert [(s.hour, s.weekday()) for s in starts] == [(0, 6)] * len(starts)


def test_a_time_without_a_time_column(run: Run) -> None:
    """A measure over a span needs to know when its rows happened."""
    span = TimeRange(start=seoul(3, 1), end=AS_OF)
    measure = Measure(name="count", aggregate="count", time=span)
    with pytest.raises(PlanMismatch, match=r"lab\.instrument.*time_columns"):
        compiled(TablePlan(table="lab.instrument", measures=(measure,)))
