"""Faults in the policy: limits, access, quick rules, calendar, thresholds."""

from faults.edit import Edit

_POLICY = "policy:default"

POLICY_FAULTS = (
    Edit(
        "max_rows_too_tight",
        _POLICY,
        "no step brings more than ten rows",
        (("max_rows: 200", "max_rows: 10"),),
    ),
    Edit(
        "role_too_tight",
        _POLICY,
        "operators may do no more than viewers",
        (
            ("- roles: [operator, engineer, admin]", "- roles: [engineer, admin]"),
            ("- roles: [viewer]", "- roles: [viewer, operator]"),
        ),
    ),
    Edit(
        "masked_for_all",
        _POLICY,
        "the cost of maintenance is masked for operators",
        (
            (
                '      queries: ["*"]\n',
                '      queries: ["*"]\n      masked_columns: [plant.maintenance.cost_krw]\n',
            ),
        ),
    ),
    Edit(
        "time_zone_changed",
        _POLICY,
        "days of questions are cut in UTC",
        (("time_zone: Asia/Seoul", "time_zone: UTC"),),
    ),
    Edit(
        "quick_rule_too_greedy",
        _POLICY,
        "every Korean question about work orders is refused as a request for a change",
        (("테이블 만들어, 테이블 만들어줘\n", "테이블 만들어, 테이블 만들어줘, 작업 지시\n"),),
    ),
    Edit(
        "threshold_too_high",
        _POLICY,
        "verified queries are taken only for questions very like their examples",
        (("template_score: 0.62", "template_score: 0.85"),),
    ),
)
