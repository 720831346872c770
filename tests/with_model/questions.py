"""A question for each way that an ask can go."""

from __future__ import annotations

PLANNED = {
    "recipe": "GT-01 상태 알려줘",
    "verified": "GT-01 최근 알람 보여줘",
    "table": "how many critical events on GT-02 in the last 7 days",
    "graph": "what does ERP depend on",
    "documents": "가스터빈 과열 대응 절차 문서 찾아줘",
    "engines": "what is affected if GT-02 fails and what should I do",
    "zero": "how many critical alarms on SRV-001 yesterday",
}
"""Routed to a plan; a model is asked."""
OUTSIDE = {"out_of_scope": "who won the world cup in 1998"}
"""Nothing is known of it; a model is asked, too."""
SETTLED = {
    "greeting": "안녕하세요",
    "order": "GT-01 데이터 삭제해줘",
    "no_such_thing": "GT-99 상태 알려줘",
}
"""Decided before any planning: no model is asked."""
ASKED = PLANNED | OUTSIDE
EVERY = ASKED | SETTLED
