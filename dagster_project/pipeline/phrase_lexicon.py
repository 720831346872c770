"""Words of a phrased summary: those of every report, and those that make a claim of their own.

Everyday words carry no fact; all other words must come from the question, the labels or the plain
summary. Words of a claim need more: a phrase may say "no", "more" or "please" only where the plain
summary does (or, for some kinds, the question).

Written as lists: `*` stands for any ending, `_` for a blank.
"""

from __future__ import annotations

import re


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


def _claims(english: str, korean: str = "", more: str = "") -> re.Pattern[str]:
    """Whole words of English, stretches of Korean, and what a list cannot say."""
    whole = "|".join(map(_as_pattern, sorted(english.split(), key=len, reverse=True)))
    parts = [rf"(?<![a-z-])(?:{whole})(?![a-z])", *map(_as_pattern, korean.split())]
    return re.compile("|".join([*parts, more] if more else parts))


def _as_pattern(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\w*").replace("_", " ")


EVERYDAY = _words(
    """
    a an the this that these those it its they their them of in on at by for from to as with
    within into across between among during since until and or while whereas which who whose
    where when what there here is are was were be been being has have had having s also each
    respectively about regarding show shows showed shown report reports reported record records
    recorded list lists listed count counts counted total totals altogether amount amounts come
    comes came stand stands stood reading readings read reads value values figure figures measured
    observed registered logged noted seen found return returned returns give gives gave make makes
    made include includes included including consist consists follow follows following
    followed named called namely summary overview data row rows item items entry entries number
    numbers case cases match matches matched unit time times date day days
    week weeks month months hour hours minute minutes year years period window reach reaches
    reached range ranges ranged ranging vary varied belong belongs assigned located placed dated
    timed received receive occurred
    occur occurs happened hold holds held contain contains involve involves carry carries bear bears
    """,
    """
    건 개 대 회 명 곳 가지 점 홉 단계 종 종류 수 번 중 내 간 총 합계 및 등 그 이 저 그리고 또 또한
    각 각각 가운데 관련 관한 대한 대해 대하여 의 것 바 때 동안 기간 사이 기준 시간 날짜 이름 번호
    대상 위치 있습니다 있었습니다 있고 있으며 있었고 있었으며 있는 있던 입니다 이었습니다 였습니다
    이고 이며 이었고 이었으며 였고 였으며 인 으로 로 라고 이라고 라는 이라는 됩니다 되었습니다
    됐습니다 되며 되고 된 되어 나타났습니다 나타났고 나타났으며 나타납니다 나왔습니다 나왔고
    나왔으며 나옵니다 보입니다 기록 집계 확인 조회 발생 측정 관측 해당 표시 포함 구성 속한 속합니다
    속해 이루어 연결 내용 목록 자료 데이터 요약 값 수치 항목 건수 개수 대수 횟수 시각 시점 다음
    같습니다 측정값 조건 보면 받습니다 받는 안 시 걸쳐 따르면 위치한 맡고 맡은 담당 상태 올라와
    등록 납니다 났습니다 나며 순 순서 했습니다 이루어져
    """,
)
"""Words that every report may use: grammar, counters, verbs of reporting."""
GENERIC = _words("건 개 대 건수 개수 수 총 count counts total number rows 합 합계 모두")
"""Words beside a figure that say only that something was counted."""
COUNTERS = _words(
    "건 개 대 회 명 곳 가지 종 번 홉 단계 점 items item hops hop ways way rows row cases times"
)
"""What stands beside a figure that has no unit."""

NEGATION = _claims(
    """
    no not none never nothing nobody nowhere without neither nor cannot zero lack* absent empty
    unable fail failed fails failing failure failures missing
    """,
    "없 않 아니 아닌 아닙 못 말고 전무 실패 누락 불가 부재 제외",
    r"n['’]t(?![a-z])|(?<![가-힣])안(?=\s)",
)
ORDERS = _claims(
    """
    please must should shall ought let's let_us have_to has_to need* you your yours we us our i my
    ignore disregard forget run execute delete drop remove update insert change modify edit call
    phone dial contact email mail send text visit click open_the go_to log_in login sign enter type
    reply respond restart reboot reset shut stop turn_off turn_on switch_off switch_on disable
    enable replace inspect check verify ensure consider recommend* advis* suggest* try use do
    approve pay transfer download upload escalate investigate immediately urgently warning remember
    """,
    """
    세요 십시오 시오 해라 하라 해주 해_주 하자 합시다 바랍니다 해야 하여야 되어야 돼야 야_합 야_하
    야_됩 필요 권장 권고 추천 요망 당부 무시 실행 삭제 호출 전화 연락 문의 클릭 방문 접속 입력
    재시작 재부팅 중단 끄 켜 변경 수정 보내 전송 송금 승인 마세 마십 말아 즉시 당장 긴급히 하도록
    여러분 당신 저는 제가 우리 저희
    """,
    r"바람(?![가-힣])|[가-힣]시다(?![가-힣])",
)
JUDGEMENTS = _claims(
    """
    fine ok okay normal* healthy safe* good well bad great poor stable problem* issue* trouble
    concern* danger* risk* serious* fortunate* unfortunate* alright perfect* optimal clean secure
    resolved solved fixed yes correct correctly wrong* true false fake suspicious reliable
    unreliable
    compromised hacked
    """,
    """
    정상 양호 안전 괜찮 문제 위험 안정 심각하 우려 걱정 다행 원활 완벽 좋 나쁘 나쁜 불량 건강 해결
    의심 가짜 거짓 해킹 네, 예, 맞습
    """,
    r"이상(?:이|은|도)? ?(?:없|있)",
)
CAUSES = _claims(
    """
    because due cause caused causes causing reason* therefore thus hence owing thanks result
    resulted resulting leads_to led_to so consequently attribut* triggered explain* will would may
    might could can likely probably expect* soon later
    """,
    """
    때문 원인 인해 인하여 탓 덕분 말미암 따라서 그래서 그러므로 결국 예상 아마 가능성 것_같
    것으로_보 앞으로 할_것 될_것 될_수 할_수
    """,
)
QUANTITY = _claims(
    """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred*
    thousand* million* billion* dozen* half twice double* triple* third* quarter* once several many
    few some all every everything everyone any most mostly majority only just nearly almost
    approximately roughly around fewer both another other others rest remaining entire whole single
    sole still already again always often
    """,
    """
    하나 다섯 여섯 일곱 여덟 아홉 스물 서른 마흔 모두 모든 전부 전체 대부분 절반 일부 여러 다수
    소수 거의 겨우 오직 단지 아직 이미 벌써 다시 항상 자주 나머지 다른 그_밖 유일 뿐
    """,
    r"(?<![a-z-])one(?! of)(?![a-z])|"
    r"(?<![가-힣])(?:[한두세네열둘셋넷] ?(?:건|개|대|배|번|곳|명|가지)|약 |전 )|"
    r"(?<![가-힣])[일이삼사오육칠팔구]?[십백천만억] ?(?:건|개|대|배|번|원|퍼센트|도)",
)
DIRECTIONS: dict[str, re.Pattern[str]] = {
    "more": _claims(
        """
        higher increas* rise rises risen rising rose grow* grew more greater larger above exceed*
        up surg* spik* climb* jump* worse worsen* faster longer ahead beyond outpac*
        """,
        "증가 상승 늘 높아 커졌 커지 초과 넘 급증 웃돌 악화 더_높 더_많 더_크 올랐 오르 앞서",
        r"이상(?= |이|의|인)",
    ),
    "less": _claims(
        """
        lower decreas* declin* dropped dropping fell fall* less fewer smaller below under down
        reduc* shrink* shrank slower shorter improv* behind better recover*
        """,
        """
        감소 하락 줄 낮아 작아 미만 이하 급감 밑돌 개선 더_낮 더_적 더_작 떨어 내렸 내려 회복 뒤처
        """,
    ),
    "most": _claims(
        """
        highest most max maximum peak* largest greatest biggest top lead* led first best worst
        longest slowest oldest upper
        """,
        "최고 최대 최댓 최다 제일 상위 선두 으뜸 피크 많았 많은",
        r"가장(?! (?:최근|마지막|낮|적|작))",
    ),
    "least": _claims(
        "lowest least min minimum smallest fewest bottom shortest fastest youngest",
        "최저 최소 최솟 하위 가장_낮 가장_적 가장_작 적었 적은",
    ),
    "middle": _claims("average* averaging avg mean median typical*", "평균 중앙값"),
    "newest": _claims("last latest newest recent* final ended ending", "최근 마지막 최신"),
    "than": _claims(
        "than compar* versus vs same equal* similar* unlike differ* change*",
        "보다 비교 대비 동일 비슷 차이 다르 달리 변화",
    ),
}
"""Comparisons by what they claim: a phrase has only kinds that the plain summary or the question
has too."""

TOTAL = _claims(
    "total totals totalling altogether sum sums overall", "총 합계 합쳐 통틀어 모두 전체"
)
"""What is said of a count of everything, or of a column of sums."""
ASKED_COMPARISONS = _claims("compar* change* difference versus vs", "비교 변화 차이")
"""Comparisons that name no outcome: a question is enough for them."""
UNLIKE = ("un", "non", "미", "비", "불")
"""What turns a word into its opposite."""

_SAME_UNITS = """
%: percent 퍼센트 pct
°c: ℃ degrees 도
krw: 원 won
usd: dollars 달러 $
eur: euros 유로
jpy: yen 엔
h: hr hrs hour hours 시간
min: minute minutes 분
s: sec second seconds 초
ms: millisecond milliseconds 밀리초
day: days 일
week: weeks 주
month: months 개월 달
year: years 년
mw: megawatts megawatt 메가와트
kw: kilowatts kilowatt 킬로와트
t: ton tons 톤
mbit/s: mbps
gbit/s: gbps
gb: 기가바이트
mb: 메가바이트
"""
_MORE_UNITS = """
°f w gw kwh mwh gwh v kv a ka hz khz mhz ghz bar mbar psi pa kpa mpa rpm mm cm m km mm/s m/s kg g
t/h kg/s l ml l/min m3 m3/h db ppm bit/s kbit/s kb tb kib mib gib
"""
UNITS: dict[str, str] = {unit: unit for unit in _MORE_UNITS.split()} | {
    spelt: unit
    for line in _SAME_UNITS.strip().splitlines()
    for unit, _, others in [line.partition(":")]
    for spelt in (unit, *others.split())
}
"""How units are written, and which of them are the same."""
