"""Korean words of time. A word counts only at the start of a written word or after another one
here, and only when particles alone follow (`scan` sees to both)."""

from __future__ import annotations

from dagster_project.planner.time_phrases.tokens import TokenKind

Meaning = tuple[TokenKind, object]


def _words(kind: TokenKind, **values: object) -> dict[str, Meaning]:
    """`_words("day", 오늘=0, 어제=-1)`; one value for several words: `_listed`."""
    return {word: (kind, value) for word, value in values.items()}


def _listed(kind: TokenKind, value: object, words: str) -> dict[str, Meaning]:
    return {word: (kind, value) for word in words.split()}


def _numbers() -> dict[str, Meaning]:
    native = ["한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두"]
    found: dict[str, Meaning] = {word: ("number", n) for n, word in enumerate(native, 1)}
    found |= _words("number", 석=3, 넉=4, 스물네=24, 스물=20)
    return found | _words("number", 일=1, 삼=3, 사=4, 오=5, 육=6, 십=10)


def _sino_durations() -> dict[str, Meaning]:
    """일년, 삼개월, 십분: written out, only where no everyday word looks the same."""
    digits = ["일", "이", "삼", "사", "오", "육", "칠", "팔", "구", "십", "십일", "십이"]
    found: dict[str, Meaning] = {}
    for n, digit in enumerate(digits, 1):
        found[digit + "개월"] = ("duration", (n, "month"))
        found[digit + "주일"] = ("duration", (7 * n, "day"))
        if n in (1, 3, 4, 5, 10):
            found[digit + "년"] = ("duration", (n, "year"))
    for n, word in ((5, "오"), (10, "십"), (20, "이십"), (30, "삼십"), (40, "사십"), (50, "오십")):
        found[word + "분"] = ("duration", (n, "minute"))
    return found


def _periods() -> dict[str, Meaning]:
    names = {
        "week": {
            -1: "지난주 저번주 전주 지난한주",
            -2: "지지난주 저저번주 전전주",
            0: "이번주 금주 요번주",
            1: "다음주 차주 내주",
            2: "다다음주",
        },
        "month": {
            -1: "지난달 저번달 전월 지난월 직전월",
            -2: "지지난달 저저번달 전전월",
            0: "이번달 금월 당월 이달 요번달 이번월",
            1: "다음달 내달 차월 다음월",
        },
        "quarter": {
            -1: "지난분기 저번분기 전분기 직전분기",
            -2: "지지난분기 전전분기",
            0: "이번분기 금분기 당분기",
            1: "다음분기",
        },
        "half": {-1: "지난반기 직전반기", 0: "이번반기 금반기 당반기", 1: "다음반기"},
        "year": {
            -1: "작년 지난해 전년 전년도 작년도 직전년도 지난년도",
            -2: "재작년 지지난해 재작년도",
            0: "올해 금년 올 이번해 금년도 올해년도",
            1: "내년 다음해 내년도",
        },
    }
    return {
        word: ("period", (unit, offset))
        for unit, offsets in names.items()
        for offset, words in offsets.items()
        for word in words.split()
    }


def _weekdays() -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    for n, letter in enumerate("월화수목금토일"):
        found[letter + "요일"] = ("weekday", n)
        found[letter + "욜"] = ("weekday", n)
    return found


def _buckets() -> dict[str, Meaning]:
    names = {
        "minute": "분별 매분 분단위",
        "hour": "시간별 시간대별 매시간 매시 시간당 시간단위",
        "day": "일별 날짜별 일자별 매일 일간 일일 하루당 일단위 매일매일 하루별",
        "week": "주별 주차별 매주 주간 주단위",
        "month": "월별 매월 매달 월간 달별 월단위",
        "quarter": "분기별 매분기 분기단위",
        "year": "연도별 년도별 연별 년별 매년 연간 해마다 연단위 년단위",
    }
    return {word: ("bucket", bucket) for bucket, words in names.items() for word in words.split()}


NATIVE_COUNTS = frozenset(
    [
        "한",
        "두",
        "세",
        "네",
        "석",
        "넉",
        "다섯",
        "여섯",
        "일곱",
        "여덟",
        "아홉",
        "열",
        "열한",
        "열두",
        "스물",
        "스물네",
    ]
)
NATIVE_UNITS = frozenset(["시간", "시", "달", "주", "주일", "해", "분기"])
WRITTEN_APART = frozenset(["일", "삼", "사", "오", "육", "십", "이"])
"""Not counts when a unit is written onto them: 일시, 오일, 이해, 이월."""
ALONE = frozenset(["올", "이래"])
"""Never written onto another word of time."""
UNITS: dict[str, Meaning] = {
    "초": ("unit", "second"),
    "분": ("unit", "minute"),
    "시간": ("unit", "hour"),
    "일": ("unit", "day"),
    "주일": ("unit", "7days"),
    "주": ("unit", "week"),
    "개월": ("unit", "month"),
    "달": ("unit", "month"),
    "분기": ("unit", "quarter"),
    "사분기": ("unit", "quarter"),
    "반기": ("unit", "half"),
    "년": ("unit", "year"),
    "년도": ("unit", "year"),
    "해": ("unit", "year"),
    "월": ("month_unit", None),
    "월달": ("month_unit", None),
    "월분": ("month_unit", None),
    "시": ("clock_unit", None),
    "주차": ("odd", None),
}
"""Only after a number, an unknown count or a word like 지난, 이번, 매."""

OTHER_WORDS = frozenset(["낮은", "낮을", "그제야"])
"""Written as a word of time and a particle, and other words."""
SUFFIXES: dict[str, Meaning] = (
    _listed("ago", None, "전")
    | _listed("later", None, "후 뒤")
    | _listed("within", None, "이내 내 안")
    | _listed("during", None, "동안 간 사이 내내 한정 종일")
    | _listed("edge", None, "초 말 초반 중반 후반 말경 초경")
    | _listed("half_past", None, "반")
    | _listed("to_date", None, "들어 들어서")
    | _listed("same_period", "year", "동기 동월 동일기간 동기간 동분기")
    | _listed("compare", None, "와 과 랑 이랑 하고 보다 이나 나 대비 비교")
    | _listed("from", None, "부터 에서")
    | _listed("until", None, "까지")
    | _listed("grain", None, "단위 간격 주기 마다 꼴 별")
)
"""Only after another word of time."""

WORDS: dict[str, Meaning] = (
    _numbers()
    | _sino_durations()
    | _periods()
    | _weekdays()
    | _buckets()
    | _words("day", 오늘=0, 금일=0, 어제=-1, 어저께=-1, 전일=-1, 전날=-1, 작일=-1)
    | _words("day", 그제=-2, 그저께=-2, 그끄저께=-3, 그끄제=-3, 내일=1, 명일=1, 모레=2, 글피=3)
    | _words("day_part", 어젯밤=(-1, "night"), 간밤=(-1, "night"), 지난밤=(-1, "night"))
    | _words("day_part", 엊저녁=(-1, "evening"), 밤사이=(-1, "night"), 밤새=(-1, "night"))
    | _words("relative", 지난=-1, 저번=-1, 지지난=-2, 저저번=-2, 이=0, 이번=0, 요번=0, 다음=1)
    | _words("duration", 하루=(1, "day"), 이틀=(2, "day"), 사흘=(3, "day"), 나흘=(4, "day"))
    | _words("duration", 닷새=(5, "day"), 엿새=(6, "day"), 열흘=(10, "day"), 보름=(15, "day"))
    | _words("duration", 일주일=(7, "day"), 반년=(6, "month"), 반시간=(30, "minute"))
    | _listed("odd_days", None, "며칠 몇일 며칠간 몇일간")
    | _listed("few", None, "몇 여러 수 두세 서너 한두")
    | _words("part", 새벽="dawn", 아침="morning", 오전="am", 오후="pm", 저녁="evening")
    | _words("part", 밤="night", 점심="midday", 낮="midday", 한낮="midday", 심야="night")
    | _words("noon", 정오=12, 자정=0)
    | _listed("weekend", None, "주말")
    | _words("half", 상반기=1, 하반기=2)
    | _listed("third", 1, "초순 상순")
    | _listed("third", 2, "중순")
    | _listed("third", 3, "하순")
    | _words("start_edge", 연초="year", 년초="year", 월초="month", 주초="week")
    | _listed("vague", None, "최근 근래 요즘 요새 최신 방금")
    | _listed("now", None, "현재 지금")
    | _listed("back", None, "과거 직전 앞선")
    | _listed("ahead", None, "앞으로 향후")
    | _listed("since", None, "이후 이후로 이래 이래로")
    | _listed("before", None, "이전")
    | _listed("compare", None, "대비 및 그리고 또는 혹은 비교")
    | _listed("every", None, "매")
    | _listed(
        "odd", None, "언젠가 예전 옛날 아까 훗날 조만간 그때 당시 그날 그달 그해 그무렵 익일 당일"
    )
    | _listed(
        "odd", None, "엊그제 추석 설날 연휴 공휴일 휴일 명절 크리스마스 여름 겨울 가을 평일 영업일"
    )
    | _listed("odd", None, "연말 월말 주중 분기말 년말 반나절 한나절 이맘때")
    | _listed("odd", None, "그간 한동안 한때 회계연도 요일별 여름철 겨울철 근무시간 새해")
)

IDIOMS: dict[str, Meaning] = {
    "얼마 전": ("odd", None),
    "얼마전": ("odd", None),
    "요 며칠": ("odd", None),
    "조금 전": ("odd", None),
    "조금전": ("odd", None),
    "좀 전": ("odd", None),
    "한참 전": ("odd", None),
    "오래 전": ("odd", None),
    "오래전": ("odd", None),
    "잠시 전": ("odd", None),
    "좋은 아침": ("word", None),
    "분 단위": ("bucket", "minute"),
    "시간 단위": ("bucket", "hour"),
    "일 단위": ("bucket", "day"),
    "일자 단위": ("bucket", "day"),
    "주 단위": ("bucket", "week"),
    "월 단위": ("bucket", "month"),
    "분기 단위": ("bucket", "quarter"),
    "연 단위": ("bucket", "year"),
    "년 단위": ("bucket", "year"),
    "하루에": ("bucket", "day"),
    "같은 기간": ("same_period", None),
    "같은 시기": ("same_period", None),
    "첫째 주": ("odd", None),
    "둘째 주": ("odd", None),
    "셋째 주": ("odd", None),
    "넷째 주": ("odd", None),
    "마지막 주": ("odd", None),
    "마지막 날": ("odd", None),
    "첫 주": ("odd", None),
    "첫 날": ("odd", None),
    "첫날": ("odd", None),
    "그 전주": ("before_that", "week"),
    "그 전달": ("before_that", "month"),
    "그 전날": ("before_that", "day"),
    "그 전 주": ("before_that", "week"),
    "그 전 달": ("before_that", "month"),
}
"""Several words that mean one thing."""
