"""Twenty questions a maintenance engineer would ask, ten in each language, with their gold.

The gold is SQL over the loaded tables, written from the question alone. A gold column whose name
starts with `m_` must come from a measure of the plan, one that starts with `k_` must not; any
other may come from either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

AFTER_THE_YEAR = datetime(2016, 1, 2, tzinfo=UTC)
SPRING = datetime(2015, 4, 1, tzinfo=UTC)
WEDNESDAY = datetime(2015, 3, 25, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    id: str
    text: str
    gold: str
    as_of: datetime = SPRING
    alternatives: tuple[str, ...] = ()
    """The same facts in another fair shape: side by side, with zeros, with what was replaced."""
    ordered: bool = False
    top: int | None = None
    """The gold is the whole ranking, best first, its last column the ranked value; the answer
    shows this many of it, whichever of the ties."""
    empty: Literal["no_such_entity"] | None = None


QUESTIONS = (
    Question(
        "en_errors_per_machine",
        "How many errors did each machine have in January 2015?",
        """select m.machine_id as k_machine, count(e.occurred_at) as m_errors
           from pdm.machines m join pdm.errors e using (machine_id)
           where e.occurred_at >= '2015-01-01Z' and e.occurred_at < '2015-02-01Z' group by 1""",
        alternatives=(
            """select m.machine_id as k_machine, count(e.occurred_at) as m_errors
               from pdm.machines m left join pdm.errors e on e.machine_id = m.machine_id
                and e.occurred_at >= '2015-01-01Z' and e.occurred_at < '2015-02-01Z' group by 1""",
        ),
    ),
    Question(
        "en_failures_in_a_month",
        "How many failures were there in March 2015?",
        "select count(*) as m_failures from pdm.failures "
        "where to_char(occurred_at at time zone 'UTC', 'YYYY-MM') = '2015-03'",
    ),
    Question(
        "en_average_vibration_last_week",
        "What was the average vibration of machine 12 last week?",
        """select avg(vibration) as m_vibration from pdm.telemetry
           where machine_id = 12
             and measured_at >= '2015-03-16Z' and measured_at < '2015-03-23Z'""",
        as_of=WEDNESDAY,
    ),
    Question(
        "en_oldest_machines",
        "What are our 10 oldest machines?",
        "select machine_id as k_machine, age_years as age from pdm.machines order by 2 desc",
        top=10,
    ),
    Question(
        "en_machines_without_failures",
        "Which machines had no failures in 2015?",
        """select machine_id as k_machine from pdm.machines
           except select machine_id from pdm.failures
           where extract(year from occurred_at at time zone 'UTC') = 2015""",
        as_of=AFTER_THE_YEAR,
    ),
    Question(
        "en_error3_of_machine_12",
        "how many times did error3 occur on machine #12 in february 2015",
        """select count(*) as m_errors from pdm.errors
           where machine_id = 12 and error_type = 'error3'
             and occurred_at >= '2015-02-01Z' and occurred_at < '2015-03-01Z'""",
    ),
    Question(
        "en_top_machines_by_failures",
        "Top 5 machines by number of failures in 2015",
        """select machine_id as k_machine, count(*) as m_failures from pdm.failures
           where occurred_at >= '2015-01-01Z' and occurred_at < '2016-01-01Z'
           group by 1 order by 2 desc""",
        as_of=AFTER_THE_YEAR,
        top=5,
    ),
    Question(
        "en_pressure_by_model",
        "What was the average pressure by model in March 2015?",
        """select m.model as k_model, avg(t.pressure) as m_pressure
           from pdm.telemetry t, pdm.machines m where t.machine_id = m.machine_id
             and date_trunc('month', t.measured_at at time zone 'UTC') = '2015-03-01' group by 1""",
    ),
    Question(
        "en_compare_vibration",
        "Compare the average vibration of machine 1 and machine 2 in February 2015",
        """select machine_id as k_machine, avg(vibration) as m_vibration from pdm.telemetry
           where machine_id in (1, 2)
             and measured_at >= '2015-02-01Z' and measured_at < '2015-03-01Z' group by 1""",
        alternatives=(
            """select avg(vibration) filter (where machine_id = 1) as m_first,
                      avg(vibration) filter (where machine_id = 2) as m_second
               from pdm.telemetry
               where measured_at >= '2015-02-01Z' and measured_at < '2015-03-01Z'""",
        ),
    ),
    Question(
        "en_unknown_machine",
        "Show the errors of machine 999",
        "select occurred_at from pdm.errors where machine_id = 999",
        empty="no_such_entity",
    ),
    Question(
        "ko_comp2_in_first_quarter",
        "올해 1분기에 comp2 정비는 몇 번 했어?",
        """select count(*) as m_replacements from pdm.maintenance where component = 'comp2'
           and replaced_at >= '2015-01-01Z' and replaced_at < '2015-04-01Z'""",
    ),
    Question(
        "ko_older_than_15_years",
        "연식이 15년 넘은 기계 목록 보여줘",
        "select machine_id as k_machine, age_years as age from pdm.machines where age_years > 15",
    ),
    Question(
        "ko_daily_trend",
        "2015년 3월 2일부터 3월 8일까지 5번 기계 진동을 일별로 보여줘",
        """select date_trunc('day', measured_at, 'UTC') as k_day, avg(vibration) as m_vibration
           from pdm.telemetry where machine_id = 5
             and measured_at >= '2015-03-02Z' and measured_at < '2015-03-09Z'
           group by 1 order by 1""",
        ordered=True,
    ),
    Question(
        "ko_most_common_error",
        "2015년에 가장 많이 발생한 오류 유형은 뭐야?",
        """select error_type as k_error, count(*) as m_errors from pdm.errors
           where occurred_at >= '2015-01-01Z' and occurred_at < '2016-01-01Z'
           group by 1 order by 2 desc""",
        as_of=AFTER_THE_YEAR,
        top=1,
    ),
    Question(
        "ko_monthly_failures",
        "2015년 월별 고장 건수 알려줘",
        """select date_trunc('month', occurred_at, 'UTC') as k_month, count(*) as m_failures
           from pdm.failures where occurred_at >= '2015-01-01Z' and occurred_at < '2016-01-01Z'
           group by 1 order by 1""",
        as_of=AFTER_THE_YEAR,
        ordered=True,
    ),
    Question(
        "ko_model_with_most_failures",
        "지난달에 고장이 제일 많았던 모델은?",
        """select m.model as k_model, count(*) as m_failures
           from pdm.failures f join pdm.machines m using (machine_id)
           where f.occurred_at >= '2015-03-01Z' and f.occurred_at < '2015-04-01Z'
           group by 1 order by 2 desc""",
        top=1,
    ),
    Question(
        "ko_last_maintenance",
        "설비 7 마지막으로 정비한 게 언제야?",
        "select max(replaced_at) as at from pdm.maintenance "
        "where machine_id = 7 and replaced_at <= '2015-04-01Z'",
        alternatives=(
            """select replaced_at as at, component as k_component from pdm.maintenance
               where machine_id = 7 and replaced_at = (select max(replaced_at) from pdm.maintenance
                 where machine_id = 7 and replaced_at <= '2015-04-01Z')""",
        ),
    ),
    Question(
        "ko_highest_pressure",
        "2월에 3번 설비의 최대 압력은 얼마였어?",
        """select max(pressure) as m_pressure from pdm.telemetry where machine_id = 3
             and measured_at >= '2015-02-01Z' and measured_at < '2015-03-01Z'""",
    ),
    Question(
        "ko_failures_of_a_machine",
        "17번 기계 고장 내역을 2015년 상반기로 보여줘",
        """select occurred_at as at, component from pdm.failures where machine_id = 17
             and occurred_at >= '2015-01-01Z' and occurred_at < '2015-07-01Z'""",
        as_of=AFTER_THE_YEAR,
    ),
    Question(
        "ko_machines_of_a_model",
        "model3 설비는 모두 몇 대야?",
        "select count(*) as m_machines from pdm.machines where model = 'model3'",
    ),
)
