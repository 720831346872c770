"""Right ways to phrase answers of the demo plant, written by hand in several styles.

A field is a cell of the rows as a text shows it: `{s1.0.count}`; `{s1.rows}` is how many there are.
A text with `|` is several sentences.
"""

from __future__ import annotations

KO: tuple[tuple[str, str], ...] = (
    (
        "지금 정지된 펌프 뭐뭐 있어?",
        "정지된 펌프는 {s1.0.ci_id} {s1.0.name_ko}({s1.0.name_en})이며 설비 종류는 "
        "{s1.0.ci_class}, 상태는 "
        "{s1.0.status}, 중요도는 {s1.0.criticality}입니다.",
    ),
    ("전산실 A에 있는 서버는 몇 대야?", "전산실 A에 있는 서버는 {s1.0.count}대입니다."),
    ("전산실 A에 있는 서버는 몇 대야?", "전산실 A에는 서버가 총 {s1.0.count}대 있습니다."),
    (
        "전산실 A에 있는 서버는 몇 대야?",
        "전산실 A의 서버 건수는 {s1.0.count}건으로 집계되었습니다.",
    ),
    ("설비 종류별로 몇 개씩 있어?", "설비 종류별로 보면 {s1.0.ci_class}가 {s1.0.count}개입니다."),
    (
        "설비 종류별로 몇 개씩 있어?",
        "설비 종류는 총 {s1.rows}가지이며, {s1.0.ci_class}는 {s1.0.count}개, {s1.1.ci_class}는 "
        "{s1.1.count}개입니다.",
    ),
    (
        "지난주에 알람이 가장 많았던 설비 5대는?",
        "지난주에 알람이 가장 많았던 설비는 {s1.0.ci_id} {s1.0.name_ko}로 {s1.0.count}건입니다.",
    ),
    (
        "지난주에 알람이 가장 많았던 설비 5대는?",
        "지난주 알람은 {s1.0.name_ko}({s1.0.ci_id})가 {s1.0.count}건, "
        "{s1.1.name_ko}({s1.1.ci_id})가 "
        "{s1.1.count}건입니다.",
    ),
    (
        "어제 SRV-014 CPU 평균 사용률은?",
        "어제 SRV-014의 CPU 평균 사용률은 {s1.0.avg_cpu_usage}%입니다.",
    ),
    (
        "어제 SRV-014 CPU 평균 사용률은?",
        "SRV-014의 어제 CPU 사용률은 평균 {s1.0.avg_cpu_usage}%로 나타났습니다.",
    ),
    ("어제 SRV-014 CPU 평균 사용률은?", "CPU 사용률 평균은 {s1.0.avg_cpu_usage}%였습니다."),
    (
        "지난 1시간 GT-03 평균 출력 알려줘",
        "지난 1시간 GT-03의 평균 발전 출력은 {s1.0.avg_power_output} MW입니다.",
    ),
    (
        "2026년 1월 20일 GT-02 베어링 진동을 시간별로 보여줘",
        "GT-02의 베어링 진동 평균은 최소 {low} mm/s, 최대 {high} mm/s이며 마지막 값은 {last} "
        "mm/s입니다.",
    ),
    (
        "2026년 1월 20일 GT-02 베어링 진동을 시간별로 보여줘",
        "2026년 1월 20일 GT-02 베어링 진동은 {low} mm/s에서 {high} mm/s 사이이고, 마지막 "
        "측정값은 {last} "
        "mm/s입니다.",
    ),
    ("이번 주 심각 알람 몇 건 발생했어?", "이번 주 심각 알람은 {s1.0.count}건 발생했습니다."),
    ("이번 주 심각 알람 몇 건 발생했어?", "이번 주에 발생한 심각 알람은 총 {s1.0.count}건입니다."),
    (
        "그저께 발생한 보안 경보 보여줘",
        "그저께 {s1.0.ci_id} {s1.0.name_ko}에서 {s1.0.occurred_at}에 {s1.0.event_type}가 "
        "발생했으며, 심각도는 "
        "{s1.0.severity}, 알람 코드는 {s1.0.alarm_code}입니다.",
    ),
    (
        "지난 분기에 정비 비용이 제일 많이 든 설비 3대",
        "지난 분기에 정비 비용이 제일 많이 든 설비는 {s1.0.ci_id} {s1.0.name_ko}이며 비용 합계는 "
        "{s1.0.sum_cost_krw} KRW입니다.",
    ),
    (
        "지난 분기에 정비 비용이 제일 많이 든 설비 3대",
        "지난 분기 정비 비용 합계는 {s1.0.name_ko} {s1.0.sum_cost_krw}원, {s1.1.name_ko} "
        "{s1.1.sum_cost_krw}원, {s1.2.name_ko} {s1.2.sum_cost_krw}원입니다.",
    ),
    ("2026-01-05에 배포된 거 다 보여줘", "2026-01-05에 배포된 이벤트는 총 {s1.rows}건입니다."),
    (
        "가장 오래된 변압기는 뭐야?",
        "가장 오래된 변압기는 {s1.0.ci_id} {s1.0.name_ko}({s1.0.name_en})이며 상태는 "
        "{s1.0.status}, 설비 종류는 "
        "{s1.0.ci_class}, 중요도는 {s1.0.criticality}입니다.",
    ),
    (
        "APP-02가 의존하는 설비 알려줘",
        "APP-02가 의존하는 설비는 {depth}홉 안에 {ci_dependencies.rows}건입니다.",
    ),
    (
        "SW-07 장애 나면 영향 받는 설비가 뭐야?",
        "SW-07 장애 시 영향 범위는 {depth}홉 안에 있는 설비 {ci_impact.rows}건입니다.",
    ),
    (
        "SW-07 장애 나면 영향 받는 설비가 뭐야?",
        "SW-07에 장애가 나면 {depth}홉 안에서 설비 {ci_impact.rows}개가 영향을 받습니다.",
    ),
    (
        "SW-07에 아직 해제 안 된 알람 있어?",
        "SW-07에는 해제되지 않은 이벤트가 {ci_open_events.rows}건 있으며, 가장 최근은 "
        "{ci_open_events.0.occurred_at}에 발생한 "
        "'{ci_open_events.0.message}'({ci_open_events.0.severity})입니다.",
    ),
    (
        "지난달 작업 지시 중에 누유 관련된 거 찾아줘",
        "지난달 작업 지시 중 누유 관련 건은 총 {s1.rows}건입니다.",
    ),
    (
        "지난달 작업 지시 중에 누유 관련된 거 찾아줘",
        "누유 관련 작업 지시는 {s1.rows}건입니다.|{s1.0.order_id}는 {s1.0.ci_id} "
        "{s1.0.name_ko}의 작업이고 작업 "
        "상태는 {s1.0.order_status}입니다.",
    ),
    (
        "CPU가 가장 높은 서버의 최근 알람",
        "CPU 사용률 평균이 가장 높은 서버는 {s1.0.ci_id} "
        "{s1.0.name_ko}({s1.0.avg_cpu_usage}%)입니다.|이 서버의 "
        "이벤트는 총 {s2.rows}건입니다.",
    ),
    (
        "이번 주 알람 건수를 지난주랑 비교해줘",
        "이번 주 알람은 {s1.0.count_later}건, 지난주 알람은 {s1.0.count_earlier}건이며 차이는 "
        "{s1.0.count_change}건입니다.",
    ),
    (
        "어제 GT-01이랑 GT-03 평균 출력 비교",
        "어제 평균 출력은 GT-03 {s1.0.name_ko}가 {s1.0.avg_power_output} MW, GT-01 "
        "{s1.1.name_ko}가 "
        "{s1.1.avg_power_output} MW입니다.",
    ),
    (
        "어제 GT-01이랑 GT-03 평균 출력 비교",
        "어제 GT-03의 발전 출력 평균은 {s1.0.avg_power_output} MW이고 GT-01의 발전 출력 평균은 "
        "{s1.1.avg_power_output} MW입니다.",
    ),
    ("메모리 용량이 256GB 이상인 서버 목록", "조건에 해당하는 서버는 총 {s1.rows}대입니다."),
    (
        "메모리 용량이 256GB 이상인 서버 목록",
        "해당하는 서버는 {s1.rows}대이며 {s1.0.ci_id}와 {s1.1.ci_id} 등이 있습니다.",
    ),
    (
        "지난달 GT-02 알람은 몇 건이고, 작년 GT-02 정비 비용은 얼마야?",
        "지난달 GT-02 알람은 {s1.0.count}건이고, 작년 GT-02 정비 비용 합계는 "
        "{s2.0.sum_cost_krw} KRW입니다.",
    ),
    (
        "GT-02 이벤트 이력",
        "GT-02의 이벤트는 {ci_recent_events.rows}건이며, 가장 최근은 "
        "{ci_recent_events.0.occurred_at} "
        "{ci_recent_events.0.message}({ci_recent_events.0.severity})입니다.",
    ),
    ("SRV-014에서 SW-07까지 경로", "SRV-014에서 SW-07까지의 경로는 {ways}개이며 {hops}홉입니다."),
    (
        "지난달 GT-02 출력 평균과 최대",
        "지난달 GT-02의 발전 출력은 평균 {s1.0.0} MW, 최대 {s1.0.1} MW입니다.",
    ),
    (
        "지난달 GT-02 출력 평균과 최대",
        "GT-02 출력의 지난달 평균은 {s1.0.0} MW이고 최대는 {s1.0.1} MW입니다.",
    ),
    (
        "SW-07과 SRV-021의 미해제 알람",
        "SW-07과 SRV-021의 미해제 이벤트는 총 {open_events_of.rows}건입니다.",
    ),
    ("심각도별 이벤트 건수", "가장 높은 심각도는 {0.0.severity}이고 {0.0.1}건입니다."),
    ("어제 SRV-021 디스크 사용률 최대값", "어제 SRV-021의 디스크 사용률 최대값은 {s1.0.0}%입니다."),
    (
        "작년 정비 종류별 정비 시간 합계",
        "작년 정비 시간 합계는 {0.0.0}가 {0.0.1} h, {0.1.0}이 {0.1.1} h입니다.",
    ),
    # Written after the walls, and let through or not as they are.
    (
        "2026년 1월 20일 GT-02 윤활유 압력 최솟값",
        "2026년 1월 20일 GT-02의 윤활유 압력 최솟값은 {0.0.0} bar로 기록되었습니다.",
    ),
    ("어제 ST-01 최대 회전 속도", "어제 ST-01의 회전 속도는 최대 {0.0.0} rpm까지 올라갔습니다."),
    ("어제 HRSG-02 평균 증기 온도", "HRSG-02의 어제 평균 증기 온도는 {0.0.0}°C였습니다."),
    (
        "2026년 1월 29일 APP-02 최대 오류율",
        "APP-02의 오류율은 2026년 1월 29일에 최대 {0.0.0}%를 기록했습니다.",
    ),
    (
        "긴급 작업 지시 중 미완료인 것 목록",
        "미완료 상태인 긴급 작업 지시는 총 {0.rows}건이며 {0.0.order_id}, {0.1.order_id}입니다.",
    ),
    (
        "긴급 작업 지시 중 미완료인 것 목록",
        "긴급 작업 지시 중 아직 끝나지 않은 것은 {0.rows}건입니다.",
    ),
    (
        "우선순위 높은 작업 지시 중 진행 중인 것",
        "우선순위가 높은 작업 지시 중 진행 중인 것은 {0.0.ci_id} {0.0.name_ko}의 "
        "{0.0.order_id}로, {0.0.requested_at}에 요청되었습니다.",
    ),
    ("SW-07 작업 허가와 대기 부품", "SW-07에는 진행 중인 작업 지시가 {0.rows}건 있습니다."),
    (
        "GT-02 최근 알람",
        "최근 GT-02에서 발생한 이벤트는 {0.rows}건이고, 마지막은 {0.0.occurred_at}의 "
        "{0.0.message}({0.0.severity})입니다.",
    ),
    (
        "LOP-02 정비 기록 보여줘",
        "LOP-02의 정비 기록은 {0.rows}건이며 가장 최근 정비는 {0.0.started_at}에 시작된 "
        "{0.0.summary}({0.0.maintenance_type})입니다.",
    ),
    (
        "최근 7일 평균 메모리 사용률 상위 3대 서버",
        "최근 7일간 평균 메모리 사용률 상위 서버는 {0.0.ci_id}({0.0.1}) {0.0.2}%, "
        "{0.1.ci_id}({0.1.1}) {0.1.2}%, {0.2.ci_id}({0.2.1}) {0.2.2}% 순입니다.",
    ),
    (
        "ERP가 의존하는 설비의 최대 메모리 사용률",
        "SYS-ERP가 의존하는 설비는 {depth}홉 이내에 {0.rows}건이며, 메모리 사용률 최대는 "
        "{1.0.0}({1.0.1})의 {1.0.2}%입니다.",
    ),
    ("가스터빈은 몇 대 있어?", "가스터빈은 모두 {0.0.0}대 있습니다."),
    ("설비 몇 대야", "등록된 설비는 총 {0.0.0}대입니다."),
    (
        "이번 주 알람 건수를 지난주랑 비교해줘",
        "알람 건수는 이번 주 {0.0.0}건, 지난주 {0.0.1}건으로 {0.0.2}건 차이가 납니다.",
    ),
    (
        "HRSG-03 진행 중이거나 안 끝난 작업",
        "HRSG-03에는 미완료 작업이 {0.rows}건 있으며 {0.0.order_id} "
        "'{0.0.title}'({0.0.priority})입니다.",
    ),
)

EN: tuple[tuple[str, str], ...] = (
    ("which pumps are on standby?", "{s1.rows} pumps are on standby."),
    (
        "which pumps are on standby?",
        "There are {s1.rows} pumps on standby, including {s1.0.ci_id} and {s1.1.ci_id}.",
    ),
    (
        "which pumps are on standby?",
        "A total of {s1.rows} machines match.|{s1.0.name_en} ({s1.0.ci_id}) is one of the pumps "
        "on standby.",
    ),
    (
        "How many sensors do we have in the switchyard?",
        "There are {s1.0.count} sensors in the switchyard.",
    ),
    ("How many sensors do we have in the switchyard?", "The switchyard has {s1.0.count} sensors."),
    (
        "number of machines per zone",
        "{s1.0.zone} has {s1.0.count} machines, and {s1.1.zone} has {s1.1.count}.",
    ),
    ("number of machines per zone", "The count is {s1.0.count} machines in {s1.0.zone}."),
    (
        "top 3 servers by average memory usage over the last 7 days",
        "The top server by average memory usage is {s1.0.name_en} ({s1.0.ci_id}) at {s1.0.2}%.",
    ),
    (
        "top 3 servers by average memory usage over the last 7 days",
        "Over the last 7 days, average memory usage was {s1.0.2}% on {s1.0.ci_id}, {s1.1.2}% on "
        "{s1.1.ci_id} and {s1.2.2}% on {s1.2.ci_id}.",
    ),
    (
        "What was the maximum oil temperature of TR-03 last week?",
        "The maximum oil temperature of TR-03 last week was {s1.0.0}°C.",
    ),
    (
        "What was the maximum oil temperature of TR-03 last week?",
        "Last week the oil temperature of TR-03 reached a maximum of {s1.0.0} °C.",
    ),
    (
        "hourly CPU usage of SRV-014 on 2026-01-29",
        "On 2026-01-29 the average CPU usage of SRV-014 ranged from {low}% to {high}%, and the "
        "last "
        "value was {last}%.",
    ),
    (
        "hourly CPU usage of SRV-014 on 2026-01-29",
        "The CPU usage average of SRV-014 was between {low}% and {high}%, last {last}%.",
    ),
    (
        "how many critical events were there last month?",
        "There were {s1.0.count} critical events last month.",
    ),
    (
        "how many critical events were there last month?",
        "Last month, {s1.0.count} critical events were recorded.",
    ),
    (
        "show me the deployments of the last 7 days",
        "There were {s1.rows} deployments in the last 7 days.",
    ),
    (
        "show me the deployments of the last 7 days",
        "{s1.rows} deployments are listed for the last 7 days, with {s1.0.ci_id} at "
        "{s1.0.occurred_at}.",
    ),
    (
        "Which pump had the most maintenance jobs last year?",
        "{s1.0.name_en} ({s1.0.ci_id}) had the most maintenance jobs last year, with {s1.0.count}.",
    ),
    (
        "total maintenance cost by maintenance type in 2025",
        "The total maintenance cost was {s1.0.1} KRW for {s1.0.0} and {s1.1.1} KRW for {s1.1.0}.",
    ),
    (
        "total maintenance cost by maintenance type in 2025",
        "By maintenance type, {s1.0.0} comes to a cost total of {s1.0.1} KRW.",
    ),
    (
        "which racks depend on switch-07?",
        "{ci_impact.rows} racks depend on SW-07 within {depth} hop.",
    ),
    (
        "which racks depend on switch-07?",
        "Within {depth} hop, {ci_impact.rows} items depend on SW-07: {ci_impact.0.key} and "
        "{ci_impact.1.key}.",
    ),
    (
        "What does the ERP system depend on?",
        "The ERP system (SYS-ERP) depends on {ci_dependencies.rows} items within {depth} hops.",
    ),
    (
        "how many unacknowledged alarms were raised this week",
        "{s1.0.count} unacknowledged alarms were raised this week.",
    ),
    (
        "average response time per application yesterday",
        "Yesterday the average response time of {s1.0.ci_id} {s1.0.name_en} was {s1.0.2} ms.",
    ),
    (
        "average response time per application yesterday",
        "The average response time was {s1.0.2} ms for {s1.0.ci_id} while {s1.1.ci_id} stood at "
        "{s1.1.2} ms.",
    ),
    (
        "show me the event history of GT-02",
        "GT-02 has {ci_recent_events.rows} events, the newest at {ci_recent_events.0.occurred_at}: "
        "{ci_recent_events.0.message} ({ci_recent_events.0.severity}).",
    ),
    (
        "show me the event history of GT-02",
        "The event history of GT-02 lists {ci_recent_events.rows} events.|The newest is "
        "{ci_recent_events.0.message} at {ci_recent_events.0.occurred_at}, of severity "
        "{ci_recent_events.0.severity}.",
    ),
    (
        "Which servers had no alarms in the last 30 days?",
        "{s1.rows} servers had no alarms in the last 30 days.",
    ),
    (
        "Which servers had no alarms in the last 30 days?",
        "In the last 30 days, {s1.rows} servers had no alarms: {s1.0.ci_id}, {s1.1.ci_id}, "
        "{s1.2.ci_id}, {s1.3.ci_id} and {s1.4.ci_id}.",
    ),
    (
        "find work orders that mention firmware",
        "Work order {s1.0.order_id} of {s1.0.ci_id} ({s1.0.name_en}) mentions firmware; it was "
        "requested at "
        "{s1.0.requested_at}, has priority {s1.0.priority} and order status {s1.0.order_status}.",
    ),
    (
        "recent events of the server with the highest CPU usage",
        "{s1.0.ci_id} ({s1.0.name_en}) has the highest average CPU usage, {s1.0.2}%.|It has "
        "{s2.rows} "
        "events.",
    ),
    (
        "compare the number of alarms last month with the month before",
        "The number of alarms was {s1.0.0} last month and {s1.0.1} the month before, a change "
        "of {s1.0.2}.",
    ),
    (
        "compare average power output of GT-01 and GT-02 on January 21, 2026",
        "On January 21, 2026 the average power output was {s1.0.2} MW for {s1.0.ci_id} and "
        "{s1.1.2} MW for "
        "{s1.1.ci_id}.",
    ),
    (
        "How many alarms did TR-06 have last year, and which machines are in maintenance?",
        "There were no events for TR-06 last year, and {s2.rows} machines are in maintenance.",
    ),
    ("how many events in the last 30 days", "There were {s1.0.count} events in the last 30 days."),
    (
        "which team owns GT-03",
        "{s1.0.ci_id} ({s1.0.name_en}) is owned by the {s1.0.owner}.",
    ),
    ("which team owns GT-03", "The owner of {s1.0.ci_id} {s1.0.name_en} is the {s1.0.owner}."),
    ("path from SRV-014 to SW-07", "SRV-014 leads to SW-07 in {hops} hops, by {ways} ways."),
    (
        "path from SRV-014 to SW-07",
        "There are {ways} ways from SRV-014 to SW-07, each with {hops} hops.",
    ),
    (
        "what is the max memory usage over what the ERP system depends on",
        "SYS-ERP depends on {0.rows} items within {depth} hops.|The maximum memory usage is "
        "{1.0.2}% on "
        "{1.0.0} ({1.0.1}).",
    ),
    (
        "maximum database connections of DB-03 on 2026-01-29",
        "DB-03 had a maximum of {s1.0.0} database connections on 2026-01-29.",
    ),
    # Written after the walls, as above.
    (
        "total rated power of the gas turbines",
        "The gas turbines have a total rated power of {0.0.0} MW.",
    ),
    ("average flow of BFP-05 yesterday", "Yesterday BFP-05 averaged a flow of {0.0.0} t/h."),
    (
        "average network throughput of SW-07 yesterday",
        "SW-07's network throughput averaged {0.0.0} Mbit/s yesterday.",
    ),
    (
        "daily average power output of GT-01 last week",
        "GT-01's daily average power output last week ranged from {low} MW to {high} MW, ending "
        "at {last} MW.",
    ),
    (
        "daily average power output of GT-01 last week",
        "Last week GT-01 produced between {low} MW and {high} MW on average per day, with "
        "{last} MW on the last day.",
    ),
    (
        "number of work orders per team last month",
        "The {0.0.0} had the most work orders last month, with {0.0.1}.",
    ),
    (
        "number of work orders per team last month",
        "Last month the {0.0.0} received {0.0.1} work orders and the {0.1.0} received {0.1.1}.",
    ),
    ("list the machines made by Daon", "Daon made {0.rows} of the machines."),
    (
        "list of peak CPU of SRV-014 and SRV-021",
        "Peak CPU was {0.0.1}% for {0.0.0} and {0.1.1}% for {0.1.0}.",
    ),
    (
        "open alarms of SW-07 and SRV-021",
        "There are {0.rows} open events: {0.0.ci_id} and {0.1.ci_id}.",
    ),
    ("permits and parts waiting for SW-07", "SW-07 has {0.rows} work orders in hand."),
    (
        "events by severity in the last 30 days",
        "In the last 30 days the most serious severity was critical, with {0.0.1} events.",
    ),
    (
        "work order history of LOP-02",
        "LOP-02 has {0.rows} work orders; the newest is {0.0.order_id} '{0.0.title}', which was "
        "{0.0.order_status}.",
    ),
    (
        "list the high priority work orders in progress",
        "One high priority work order is in progress: {0.0.order_id} on {0.0.ci_id} "
        "({0.0.name_en}), requested at {0.0.requested_at}, priority {0.0.priority}, order "
        "status {0.0.order_status}.",
    ),
    (
        "show all events of the last 30 days",
        "A total of {0.rows} events occurred in the last 30 days.",
    ),
    (
        "maximum CPU over what ERP depends on and the work permits there",
        "ERP (SYS-ERP) depends on {0.rows} items within {depth} hops, and the peak CPU among "
        "them is {1.0.1}% on {1.0.0}.|There are {2.rows} work orders in hand.",
    ),
)
