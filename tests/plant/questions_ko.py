"""Thirty questions in Korean, as an operator types them."""

from __future__ import annotations

from plant.question import Question

KO = (
    Question(
        "ko01",
        "ko",
        "GT-01 상태 알려줘",
        "status check",
        golds=(
            "select ci_id, status, criticality, zone from plant.ci where ci_id = 'GT-01'",
            """select distinct on (metric) metric, value from plant.metric_sample
           where ci_id = 'GT-01' order by metric, observed_at desc""",
            """select to_ci from plant.ci_relation where from_ci = 'GT-01'
           union select from_ci from plant.ci_relation where to_ci = 'GT-01'""",
        ),
    ),
    Question(
        "ko02",
        "ko",
        "GT-02 진단해줘",
        "diagnosis",
        golds=(
            """select maintenance_id, started_at, cost_krw from plant.maintenance
           where ci_id = 'GT-02' and started_at >= '2025-02-04 09:00+09'""",
            "select ci_id, status from plant.ci where ci_id = 'GT-02'",
        ),
    ),
    Question(
        "ko03",
        "ko",
        "지금 정지된 펌프 뭐뭐 있어?",
        "list with filters",
        golds=("select ci_id from plant.ci where ci_class = 'pump' and status = 'stopped'",),
    ),
    Question(
        "ko04",
        "ko",
        "전산실 A에 있는 서버는 몇 대야?",
        "count",
        golds=(
            """select count(*) as m_count from plant.ci
               where ci_class = 'server' and zone = 'server_room_a'""",
        ),
    ),
    Question(
        "ko05",
        "ko",
        "설비 종류별로 몇 개씩 있어?",
        "group by",
        golds=("select ci_class, count(*) as m_count from plant.ci group by ci_class",),
    ),
    Question(
        "ko06",
        "ko",
        "지난주에 알람이 가장 많았던 설비 5대는?",
        "top-n",
        match="ranking",
        golds=(
            """select ci_id, count(*) as m_count from plant.event
           where event_type = 'threshold_alarm'
             and occurred_at >= '2026-01-26 00:00+09' and occurred_at < '2026-02-02 00:00+09'
           group by ci_id order by 2 desc limit 5""",
        ),
    ),
    Question(
        "ko07",
        "ko",
        "어제 SRV-014 CPU 평균 사용률은?",
        "aggregate",
        golds=(
            """select avg(value) as m_avg from plant.metric_sample
           where ci_id = 'SRV-014' and metric = 'cpu_usage'
             and observed_at >= '2026-02-03 00:00+09' and observed_at < '2026-02-04 00:00+09'""",
        ),
    ),
    Question(
        "ko08",
        "ko",
        "지난 1시간 GT-03 평균 출력 알려줘",
        "time: last hour",
        golds=(
            """select avg(value) as m_avg from plant.metric_sample
           where ci_id = 'GT-03' and metric = 'power_output'
             and observed_at >= '2026-02-04 08:00+09' and observed_at <= '2026-02-04 09:00+09'""",
        ),
    ),
    Question(
        "ko09",
        "ko",
        "2026년 1월 20일 GT-02 베어링 진동을 시간별로 보여줘",
        "time series",
        golds=(
            """select date_trunc('hour', observed_at) as hour, avg(value) as m_avg
           from plant.metric_sample where ci_id = 'GT-02' and metric = 'bearing_vibration'
             and observed_at >= '2026-01-20 00:00+09' and observed_at < '2026-01-21 00:00+09'
           group by 1""",
        ),
    ),
    Question(
        "ko10",
        "ko",
        "이번 주 심각 알람 몇 건 발생했어?",
        "time: this week",
        golds=(
            """select count(*) as m_count from plant.event
           where event_type = 'threshold_alarm' and severity = 'critical'
             and occurred_at >= '2026-02-02 00:00+09' and occurred_at <= '2026-02-04 09:00+09'""",
        ),
    ),
    Question(
        "ko11",
        "ko",
        "그저께 발생한 보안 경보 보여줘",
        "time: day before yesterday",
        golds=(
            """select occurred_at, ci_id, severity from plant.event
           where event_type = 'security_alert'
             and occurred_at >= '2026-02-02 00:00+09' and occurred_at < '2026-02-03 00:00+09'""",
        ),
    ),
    Question(
        "ko12",
        "ko",
        "지난 분기에 정비 비용이 제일 많이 든 설비 3대",
        "time: last quarter",
        match="ranking",
        golds=(
            """select ci_id, sum(cost_krw) as m_sum from plant.maintenance
           where started_at >= '2025-10-01 00:00+09' and started_at < '2026-01-01 00:00+09'
           group by ci_id order by 2 desc limit 3""",
        ),
    ),
    Question(
        "ko13",
        "ko",
        "2026-01-05에 배포된 거 다 보여줘",
        "time: a date",
        golds=(
            """select occurred_at, ci_id from plant.event where event_type = 'deployment'
             and occurred_at >= '2026-01-05 00:00+09' and occurred_at < '2026-01-06 00:00+09'""",
        ),
    ),
    Question(
        "ko14",
        "ko",
        "가장 오래된 변압기는 뭐야?",
        "superlative",
        golds=(
            """select ci_id, installed_on from plant.ci where ci_class = 'transformer'
           order by installed_on limit 1""",
        ),
    ),
    Question(
        "ko15",
        "ko",
        "APP-02가 의존하는 설비 알려줘",
        "dependency",
        golds=(
            """with recursive n (id, d) as (select 'APP-02', 0 union
             select r.to_ci, d + 1 from n join plant.ci_relation r on r.from_ci = n.id
             where d < 4 and relation in
               ('depends_on', 'runs_on', 'deployed_on', 'uses', 'composed_of'))
           select distinct id from n where id <> 'APP-02'""",
        ),
    ),
    Question(
        "ko16",
        "ko",
        "SW-07 장애 나면 영향 받는 설비가 뭐야?",
        "impact",
        golds=(
            """with recursive n (id, d) as (select 'SW-07', 0 union
             select r.from_ci, d + 1 from n join plant.ci_relation r on r.to_ci = n.id
             where d < 4 and relation in
               ('depends_on', 'runs_on', 'deployed_on', 'uses', 'composed_of'))
           select distinct id from n where id <> 'SW-07'""",
        ),
    ),
    Question(
        "ko17",
        "ko",
        "SW-07에 아직 해제 안 된 알람 있어?",
        "list with filters",
        golds=(
            """select occurred_at, severity, alarm_code from plant.event
           where ci_id = 'SW-07' and cleared_at is null""",
        ),
    ),
    Question("ko18", "ko", "1호기 상태", "ambiguous", slot="ambiguous", offered=("GT-01", "ST-01")),
    Question(
        "ko19",
        "ko",
        "GT-99 상태 어때?",
        "unknown machine",
        slot="no_such_entity",
        offered=("GT-01",),
    ),
    Question(
        "ko20",
        "ko",
        "작년에 SRV-014 보안 경보 몇 건이었어?",
        "true zero",
        golds=(
            """select count(*) as m_count from plant.event
           where ci_id = 'SRV-014' and event_type = 'security_alert'
             and occurred_at >= '2025-01-01 00:00+09' and occurred_at < '2026-01-01 00:00+09'""",
        ),
    ),
    Question(
        "ko21",
        "ko",
        "지난달 작업 지시 중에 누유 관련된 거 찾아줘",
        "search in free text",
        golds=(
            """select order_id from plant.work_order
               where (title like '%누유%' or description like '%누유%')
             and requested_at >= '2026-01-01 00:00+09' and requested_at < '2026-02-01 00:00+09'""",
        ),
    ),
    Question(
        "ko22",
        "ko",
        "CPU가 가장 높은 서버의 최근 알람",
        "multi-step",
        match="newest",
        golds=(
            """select occurred_at, alarm_code from plant.event
           where event_type = 'threshold_alarm' and ci_id = (
             select ci_id from plant.metric_sample where metric = 'cpu_usage'
               and observed_at >= '2026-02-03 09:00+09'
             group by ci_id order by avg(value) desc limit 1)
           order by occurred_at desc""",
        ),
    ),
    Question(
        "ko23",
        "ko",
        "이번 주 알람 건수를 지난주랑 비교해줘",
        "compare in time",
        golds=(
            """select count(*) filter (where occurred_at >= '2026-02-02 00:00+09') as m_this,
             count(*) filter (where occurred_at < '2026-02-02 00:00+09') as m_last
           from plant.event where event_type = 'threshold_alarm'
             and occurred_at >= '2026-01-26 00:00+09'""",
        ),
    ),
    Question(
        "ko24",
        "ko",
        "어제 GT-01이랑 GT-03 평균 출력 비교",
        "compare machines",
        golds=(
            """select ci_id, avg(value) as m_avg from plant.metric_sample
           where ci_id in ('GT-01', 'GT-03') and metric = 'power_output'
             and observed_at >= '2026-02-03 00:00+09' and observed_at < '2026-02-04 00:00+09'
           group by ci_id""",
        ),
    ),
    Question("ko25", "ko", "안녕하세요", "direct", route="direct", rule="greeting"),
    Question("ko26", "ko", "뭘 물어볼 수 있어?", "direct", route="direct"),
    Question(
        "ko27", "ko", "SRV-014 재시작해줘", "reject", route="reject", rule="forbidden_control"
    ),
    Question(
        "ko28",
        "ko",
        "메모리 용량이 256GB 이상인 서버 목록",
        "list with filters",
        golds=("select ci_id from plant.ci where ci_class = 'server' and memory_gb >= 256",),
    ),
    Question("ko29", "ko", "서울 맛집 추천해줘", "out of scope", route="direct"),
    Question(
        "ko30",
        "ko",
        "지난달 GT-02 알람은 몇 건이고, 작년 GT-02 정비 비용은 얼마야?",
        "two requests",
        golds=(
            """select count(*) as m_count from plant.event
           where ci_id = 'GT-02' and event_type = 'threshold_alarm'
             and occurred_at >= '2026-01-01 00:00+09' and occurred_at < '2026-02-01 00:00+09'""",
            """select sum(cost_krw) as m_sum from plant.maintenance where ci_id = 'GT-02'
             and started_at >= '2025-01-01 00:00+09' and started_at < '2026-01-01 00:00+09'""",
        ),
    ),
)
