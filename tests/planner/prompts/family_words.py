"""What the generated family of verified queries is about: names in two languages, several each.

The first names of a thing are used in examples; the last one only in held-out questions.
"""

from __future__ import annotations

Word = tuple[tuple[str, ...], tuple[str, ...]]
"""Korean and English names."""

FACTS: dict[str, Word] = {
    "alarm": (("알람", "경보", "알림"), ("alarm", "alert", "warning message")),
    "failure": (("고장", "장애", "결함"), ("failure", "breakdown", "fault")),
    "inspection": (("점검", "검사", "순회 점검"), ("inspection", "check round", "survey")),
    "repair": (("수리", "정비", "보수"), ("repair", "maintenance job", "fix")),
    "delivery": (("배송", "납품", "운송"), ("delivery", "shipment", "consignment")),
    "invoice": (("청구서", "인보이스", "송장"), ("invoice", "bill", "billing document")),
    "ticket": (("티켓", "문의", "접수 건"), ("ticket", "request", "service call")),
    "outage": (("정전", "중단", "다운"), ("outage", "interruption", "downtime event")),
    "deployment": (("배포", "릴리스", "출시"), ("deployment", "rollout", "release")),
    "backup": (("백업", "복제본", "사본"), ("backup", "copy job", "snapshot")),
    "audit": (("감사", "심사", "실사"), ("audit", "review", "assessment")),
    "training": (("교육", "훈련", "연수"), ("training", "course", "drill")),
    "leak": (("누출", "누설", "새는 곳"), ("leak", "leakage", "seepage")),
    "calibration": (("교정", "보정", "영점 조정"), ("calibration", "adjustment", "tuning job")),
    "order": (("주문", "발주", "구매 요청"), ("order", "purchase", "procurement")),
    "complaint": (("불만", "민원", "클레임"), ("complaint", "claim", "grievance")),
    "shift": (("교대", "근무조", "당번"), ("shift", "duty", "crew turn")),
    "visit": (("방문", "출장", "현장 확인"), ("visit", "trip", "call-out")),
    "sample": (("시료", "채취", "표본"), ("sample", "specimen", "probe")),
    "permit": (("작업 허가", "허가서", "승인서"), ("permit", "work permit", "clearance")),
}
MEASURES: dict[str, Word] = {
    "cost": (("비용", "금액", "지출"), ("cost", "expense", "spending")),
    "duration": (
        ("소요 시간", "걸린 시간", "처리 시간"),
        ("duration", "time taken", "elapsed time"),
    ),
    "energy": (("전력량", "에너지", "소비 전력"), ("energy", "energy use", "power consumption")),
    "weight": (("중량", "무게", "하중"), ("weight", "mass", "load")),
    "distance": (("거리", "이동 거리", "주행 거리"), ("distance", "travel", "mileage")),
    "risk": (("위험도", "리스크", "위험 점수"), ("risk", "risk score", "hazard level")),
    "workers": (("인원", "작업자 수", "투입 인력"), ("headcount", "crew size", "manpower")),
    "delay": (("지연", "늦어진 시간", "연체"), ("delay", "lateness", "overrun")),
    "rating": (("평점", "만족도", "점수"), ("rating", "satisfaction", "grade")),
    "parts": (("부품 사용량", "교체 부품", "자재"), ("parts used", "spare parts", "material")),
}
AGGREGATES: dict[str, Word] = {
    "sum": (("합계", "총합", "누적"), ("total", "sum of", "overall")),
    "avg": (("평균", "평균값", "평균적으로"), ("average", "mean", "avg")),
    "max": (("최대", "최댓값", "최고치"), ("maximum", "max", "peak")),
}
FILTERS: dict[str, dict[str, Word]] = {
    "urgency": {
        "urgent": (("긴급", "급한", "시급한"), ("urgent", "pressing", "top-priority")),
        "routine": (("일상", "통상", "평상시"), ("routine", "ordinary", "everyday")),
        "planned": (("계획된", "예정된", "사전 계획"), ("planned", "scheduled", "foreseen")),
    },
    "place": {
        "yard": (("야적장", "적치장", "마당"), ("yard", "storage yard", "lot")),
        "tunnel": (("터널", "지하도", "갱도"), ("tunnel", "underpass", "gallery")),
        "roof": (("옥상", "지붕", "루프"), ("roof", "rooftop", "top deck")),
        "dock": (("부두", "선착장", "접안장"), ("dock", "quay", "berth")),
    },
    "state": {
        "finished": (("끝난", "완료된", "마친"), ("finished", "completed", "done with")),
        "waiting": (("대기 중인", "보류된", "미뤄진"), ("waiting", "on hold", "postponed")),
        "cancelled": (("취소된", "철회된", "무효가 된"), ("cancelled", "withdrawn", "called off")),
    },
}
GROUPS: dict[str, Word] = {
    "team": (("팀", "부서", "조직"), ("team", "department", "unit")),
    "supplier": (("공급사", "업체", "협력사"), ("supplier", "vendor", "contractor")),
    "building": (("건물", "동", "빌딩"), ("building", "block", "house")),
    "cause": (("원인", "사유", "이유"), ("cause", "reason", "root cause")),
    "product": (("제품", "품목", "상품"), ("product", "item type", "article")),
}
