"""Faults in query assets: statements, recipes, windows, examples."""

from faults.edit import Edit

QUERY_FAULTS = (
    Edit(
        "wrong_column",
        "query:ci_open_events",
        "standing alarms are those nobody acknowledged, instead of those not cleared",
        (
            (
                "(cleared_at is null or cleared_at > %(as_of)s)",
                "(acknowledged_at is null or acknowledged_at > %(as_of)s)",
            ),
        ),
    ),
    Edit(
        "dropped_filter",
        "query:ci_open_work",
        "unfinished work lists finished work too",
        (("and order_status in ('open', 'in_progress') and", "and"),),
    ),
    Edit(
        "sort_flipped",
        "query:ci_maintenance_history",
        "maintenance comes oldest first",
        (("order by started_at desc, maintenance_id", "order by started_at, maintenance_id"),),
    ),
    Edit(
        "relation_reversed",
        "query:ci_dependencies",
        "what a machine depends on becomes what depends on it",
        (
            ("select r.to_ci, n.depth + 1", "select r.from_ci, n.depth + 1"),
            ("on r.from_ci = n.ci_id", "on r.to_ci = n.ci_id"),
        ),
    ),
    Edit(
        "window_off_by_one",
        "query:events_by_severity",
        "the default window is 25 hours instead of 24",
        (("required: false, default: 24h", "required: false, default: 25h"),),
    ),
    Edit(
        "wrong_aggregate",
        "query:events_by_severity",
        "it counts machines with events instead of events",
        (("count(*) as events", "count(distinct ci_id) as events"),),
    ),
    Edit(
        "recipe_step_dropped",
        "query:ci_status",
        "a status check no longer looks at standing alarms",
        (("    - {id: open_events, query: ci_open_events, params: {ci: $ci}}\n", ""),),
    ),
    Edit(
        "example_steals",
        "query:events_by_severity",
        "new examples draw plain counts of alarms to the counts by severity",
        (
            (
                "      - 등급별 이벤트 현황\n",
                "      - 등급별 이벤트 현황\n      - 지난주 알람이 몇 건이야\n",
            ),
            (
                "      - events by severity\n",
                "      - events by severity\n      - how many alarms were there last week\n",
            ),
        ),
    ),
    Edit(
        "examples_removed",
        "query:ci_upstream_events",
        "the questions it answered find another query, or none",
        (
            (
                "      - GT-02가 의존하는 설비의 이벤트\n"
                "      - APP-02 의존 설비에서 발생한 이벤트\n",
                "",
            ),
            ("      - SYS-MES가 의존하는 설비의 최근 이벤트\n", ""),
            (
                "      - events on what GT-02 depends on\n"
                "      - events of the dependencies of APP-02\n",
                "",
            ),
            ("      - recent events on the things SYS-MES depends on\n", ""),
        ),
    ),
)
