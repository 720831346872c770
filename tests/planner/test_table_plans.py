"""Open plans: what is counted, measured, ranked and listed, in both languages."""

from __future__ import annotations

import pytest
from lab.asked_plans import LAST_WEEK, both, conditions, grouped, measured, span
from lab.planning import plan_of, table_plan_of
from lab.rows import seoul


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("지난주 고장 몇 건?", "how many faults last week?"),
        ("지난주 고장 건수", "number of faults last week"),
        ("지난주에 고장이 몇 번 났어?", "how many failures were there last week?"),
    ],
)
def test_count_in_a_window(korean: str, english: str) -> None:
    """A count is one measure over the span that was said."""
    for plan in both(korean, english):
        assert (plan.table, measured(plan), grouped(plan)) == ("lab.fault", [("count", None)], [])
        assert span(plan.time) == LAST_WEEK


def test_counting_things_that_have_rows() -> None:
    """How many instruments had faults counts instruments, each once."""
    for plan in both("고장이 있었던 장비는 몇 대야?", "how many instruments had faults?"):
        distinct = measured(plan) == [("count_distinct", "lab.fault.instrument_id")]
        related = measured(plan) == [("count", None)] and [r.table for r in plan.related] == [
            "lab.fault"
        ]
        assert distinct or related, plan


@pytest.mark.parametrize(
    ("korean", "english", "table", "by"),
    [
        ("심각도별 고장 건수", "faults by severity", "lab.fault", ["lab.fault.severity"]),
        ("장비별 고장 건수", "faults per instrument", "lab.fault", ["lab.fault.instrument_id"]),
        (
            "방별 장비 수",
            "number of instruments per room",
            "lab.instrument",
            ["lab.instrument.room"],
        ),
        (
            "종류별 장비 대수",
            "count of instruments for each class",
            "lab.instrument",
            ["lab.instrument.class"],
        ),
        ("방별 고장 건수", "number of faults by room", "lab.fault", ["lab.instrument.room"]),
    ],
)
def test_groups(korean: str, english: str, table: str, by: list[str]) -> None:
    """What stands at a 별 or "per" is what is grouped by, also a table away."""
    for plan in both(korean, english):
        assert (plan.table, grouped(plan), measured(plan)) == (table, by, [("count", None)])


@pytest.mark.parametrize(
    ("korean", "english", "limit"),
    [
        ("고장이 많은 장비 2대", "top 2 instruments by faults", 2),
        ("고장이 가장 많은 장비 상위 3대", "the 3 instruments with the most faults", 3),
        ("고장 건수 상위 2개 장비", "top 2 instruments with the most faults", 2),
    ],
)
def test_top_n(korean: str, english: str, limit: int) -> None:
    """A ranking counts, orders from the highest and stops at the number that was said."""
    for plan in both(korean, english):
        assert (grouped(plan), measured(plan)) == (["lab.fault.instrument_id"], [("count", None)])
        assert [(o.by, o.descending) for o in plan.order] == [("count", True)]
        assert (plan.limit, plan.with_ties) == (limit, False)


@pytest.mark.parametrize(
    ("korean", "english", "descending"),
    [
        ("고장이 가장 많은 장비는?", "which instrument has the most faults?", True),
        ("고장이 가장 적은 장비는?", "which instrument has the fewest faults?", False),
    ],
)
def test_the_one_with_its_ties(korean: str, english: str, descending: bool) -> None:
    """ "The most" is one, and those equal to it."""
    for plan in both(korean, english):
        assert [(o.by, o.descending) for o in plan.order] == [("count", descending)]
        assert (plan.limit, plan.with_ties) == (1, True)


@pytest.mark.parametrize(
    ("korean", "english", "column", "descending"),
    [
        ("가장 오래된 장비", "oldest instrument", "bought", False),
        ("가장 새로운 오븐은?", "what is the newest oven?", "bought", True),
        ("가격이 가장 높은 장비", "the instrument with the highest price", "price", True),
        ("가격이 가장 낮은 저울", "which scale has the lowest price?", "price", False),
    ],
)
def test_superlatives_of_columns(korean: str, english: str, column: str, descending: bool) -> None:
    """A superlative orders by its column; ties at the edge come too; the column is shown."""
    for plan in both(korean, english):
        ref = f"lab.instrument.{column}"
        assert [(o.by, o.descending) for o in plan.order] == [(ref, descending)]
        assert (plan.limit, plan.with_ties, plan.measures) == (1, True, ())
        assert ref in plan.columns


def test_superlatives_of_metrics() -> None:
    """The hottest instrument is a ranking of a measure over the policy's window, which is said."""
    for question in ("가장 뜨거운 장비", "hottest instrument", "온도가 가장 높은 장비"):
        plan = table_plan_of(question)
        assert [m.metric for m in plan.measures] == ["temperature"]
        assert grouped(plan) == ["lab.reading.instrument_id"]
        assert [o.descending for o in plan.order] == [True]
        assert plan_of(question).time_assumed


@pytest.mark.parametrize(
    ("korean", "english", "aggregate"),
    [
        ("어제 OV-01 평균 온도", "average temperature of OV-01 yesterday", "avg"),
        ("어제 OV-01 최대 온도", "maximum temperature of OV-01 yesterday", "max"),
        ("어제 OV-01 최고 온도", "highest temperature of OV-01 yesterday", "max"),
        ("어제 OV-01 최저 온도", "lowest temperature of OV-01 yesterday", "min"),
        ("어제 OV-01 온도 95퍼센타일", "p95 temperature of OV-01 yesterday", "p95"),
    ],
)
def test_aggregates_of_a_metric(korean: str, english: str, aggregate: str) -> None:
    """The word for the aggregate is the aggregate."""
    for plan in both(korean, english):
        assert measured(plan) == [(aggregate, "temperature")]
        assert conditions(plan) == {("reading.instrument_id", "=", ("OV-01",))}
        assert span(plan.time) == (seoul(3, 17), seoul(3, 18))


def test_the_present_value() -> None:
    """Of one machine without a time or an aggregate, the latest value is meant."""
    for plan in both("OV-01 현재 온도", "current temperature of OV-01"):
        assert measured(plan) == [("latest", "temperature")]


@pytest.mark.parametrize(
    ("korean", "english", "by"),
    [
        ("수리비 합계", "total repair cost", []),
        ("장비별 수리비 합계", "total repair cost per instrument", ["lab.repair.instrument_id"]),
    ],
)
def test_sums_of_a_column(korean: str, english: str, by: list[str]) -> None:
    """A measure column is summed where the sum is asked for."""
    for plan in both(korean, english):
        assert measured(plan) == [("sum", "lab.repair.cost")]
        assert grouped(plan) == by


def test_compared_periods() -> None:
    """Two spans and a comparison: the later one first, and what changed."""
    for plan in both("지난주와 이번 주 고장 건수 비교", "compare faults last week and this week"):
        later, earlier = plan.measures
        assert (span(later.time), span(earlier.time)) == ((seoul(3, 16), seoul(3, 23)), LAST_WEEK)
        assert [(d.left, d.right) for d in plan.differences] == [(later.name, earlier.name)]
        assert plan.time is None


def test_compared_things() -> None:
    """Two machines in one question are shown apart, and no other."""
    for plan in both("OV-01과 OV-02 온도 비교", "compare temperature of OV-01 and OV-02"):
        assert conditions(plan) == {("reading.instrument_id", "in", ("OV-01", "OV-02"))}
        assert grouped(plan) == ["lab.reading.instrument_id"]


@pytest.mark.parametrize(
    ("korean", "english", "bucket"),
    [
        ("어제 OV-01 온도 추이", "temperature trend of OV-01 yesterday", "hour"),
        ("최근 30일 고장 추이", "trend of faults in the last 30 days", "day"),
        ("일별 고장 건수", "daily faults", "day"),
        ("주별 고장 건수", "faults per week", "week"),
        ("월별 고장 건수", "monthly number of faults", "month"),
    ],
)
def test_trends(korean: str, english: str, bucket: str) -> None:
    """A trend is cut in a grain that fits its span, or in the one that was said, in order."""
    for plan in both(korean, english):
        assert [d.bucket for d in plan.dimensions] == [bucket]
        assert [(o.by, o.descending) for o in plan.order] == [(plan.dimensions[0].name, False)]


@pytest.mark.parametrize(
    ("question", "limit"),
    [
        ("최근 고장", 10),
        ("recent faults", 10),
        ("마지막 수리", 1),
        ("last repair", 1),
        ("latest 3 faults", 3),
        ("최근 고장 3건", 3),
    ],
)
def test_newest_first(question: str, limit: int) -> None:
    """The recent rows are the newest ones, as many as were said."""
    plan = table_plan_of(question)
    assert plan.order[0].descending
    assert plan.order[0].by in ("lab.fault.at", "lab.repair.day")
    assert plan.limit == limit


def test_a_listing_shows_who_and_what_was_asked() -> None:
    """Key and label in the reader's language first, then what was named, then the table's own."""
    korean, english = both("오븐 가격", "price of the ovens")
    assert korean.columns[:3] == (
        "lab.instrument.id",
        "lab.instrument.name_ko",
        "lab.instrument.price",
    )
    assert english.columns[:3] == (
        "lab.instrument.id",
        "lab.instrument.name_en",
        "lab.instrument.price",
    )
